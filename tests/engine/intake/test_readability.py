"""The lines that say when a table of a device could not be read: one when it begins, one when it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.engine.intake.readability import Readability
from netwatch.model import SCALARS, ReadingGap, TableReading

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def gap(minute: int, table: str = "ifTable", reason: str = "no answer") -> ReadingGap:
    return ReadingGap(device="sw1", table=table, at=NOON + timedelta(minutes=minute), reason=reason)


def reading(minute: int, table: str = "ifTable", **columns: float) -> TableReading:
    given = {name: [value] for name, value in columns.items()}
    return TableReading(
        device="sw1", table=table, at=NOON + timedelta(minutes=minute), rows=SCALARS, columns=given
    )  # fmt: skip


def test_a_gap_is_told_when_it_begins_and_when_it_ends_and_not_at_every_poll():
    story = Readability()

    first, second = story.take_gap(gap(1)), story.take_gap(gap(2))
    back, later = story.take_reading(reading(4)), story.take_reading(reading(5))

    assert (first.kind, first.device, first.text) == ("device", "sw1", "table ifTable cannot be read: no answer")
    assert first.details == {"table": "ifTable", "read": "no", "reason": "no answer"}
    assert (second, later) == (None, None)
    assert back.text == "table ifTable is read again, after 3m"


def test_tables_stand_each_for_itself():
    story = Readability()
    story.take_gap(gap(1))

    assert story.take_gap(gap(1, "hrTable")) is not None
    assert story.take_reading(reading(2, "hrTable")).details["table"] == "hrTable"


def test_of_a_device_that_does_not_answer_at_all_the_tables_are_no_news():
    story = Readability()
    story.take_reading(reading(0, "reachability", up=0))

    assert story.take_gap(gap(1)) is None

    story.take_reading(reading(2, "reachability", up=1))
    assert story.take_gap(gap(3)) is not None
