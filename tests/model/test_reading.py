"""What a poll brings home."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from netwatch.model import SCALARS, RowSet, TableReading


def rows_of(alias: str) -> RowSet:
    """Return rows whose texts are objects of their own, as those of a device are."""
    names = [f"Gi1/0/{number}" for number in range(1, 4)]
    return RowSet(
        index=tuple(str(number) for number in range(1, 4)), keys=tuple(f"ifName={name}" for name in names),
        labels={"ifName": tuple(names), "ifAlias": ("", alias, "")},
    )  # fmt: skip


def test_like_devices_have_their_texts_once_and_each_its_own_rows():
    one, other = rows_of("uplink").shared(), rows_of("to the roof").shared()

    assert one is not other  # whoever keeps something by the rows of a device keeps it for that device alone
    assert one.index is other.index
    assert one.keys is other.keys
    assert one.labels["ifName"] is other.labels["ifName"]
    assert (one.labels["ifAlias"], other.labels["ifAlias"]) == (("", "uplink", ""), ("", "to the roof", ""))
    assert one.labels_of(1) == {"ifName": "Gi1/0/2", "ifAlias": "uplink"}


def test_a_reading_with_other_rows_is_the_same_in_all_else():
    at, nothing = datetime(2026, 3, 1, tzinfo=UTC), {}
    reading = TableReading(
        device="sw1", table="interface", at=at, rows=SCALARS, columns={"up": [1]}, rates={"octets": [1.0]},
        uptime=timedelta(1), partial=True, lacking=True, asked_at=at, limited={"": "up"}, aged={"up": at},
        ignored={"": frozenset("a")}, doubts={"up": {0: "odd"}}, partial_because="why", good_for=timedelta(2),
    )  # fmt: skip
    rows = rows_of("uplink")

    assert all(getattr(reading, field.name) != nothing for field in fields(reading))  # none is as it is by itself
    assert {field.name: getattr(reading.with_rows(rows), field.name) for field in fields(reading)} == {
        field.name: getattr(replace(reading, rows=rows), field.name) for field in fields(reading)
    }
