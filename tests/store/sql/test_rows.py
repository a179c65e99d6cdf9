"""Instants and text become rows without loss."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.model import Oid, TrapEvent
from netwatch.store.sql.rows import alert_row, event_row, instant, microseconds
from netwatch.store.sql.trap_rows import trap_row

from ..nouns import alert, event


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_survives_to_the_microsecond(at: datetime):
    assert instant(microseconds(at)) == at


@given(st.lists(st.datetimes(timezones=st.just(UTC)), max_size=10))
def test_instants_sort_as_they_happened(moments: list[datetime]):
    assert sorted(moments, key=microseconds) == sorted(moments)


def test_an_instant_of_another_zone_is_the_same_instant():
    there = datetime(2024, 7, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))

    assert instant(microseconds(there)) == datetime(2024, 7, 1, 12, 0, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        microseconds(datetime(2024, 7, 1))  # noqa: DTZ001


def test_half_a_character_from_a_device_does_not_cost_an_alert():
    event_row(event("Gi1/0/7 \ud800 down"))["text"].encode("utf-8")
    row = alert_row(alert(labels={"ifAlias": "\ud800"}))
    row["labels"].encode("utf-8")


@given(
    st.dictionaries(st.text(st.characters(), max_size=9), st.text(st.characters(), max_size=9), max_size=5),
    st.one_of(st.none(), st.text(max_size=5), st.floats(), st.integers()),
)
def test_texts_and_values_are_written_as_json_writes_them(texts, value):
    row = alert_row(alert(labels=texts, annotations=texts, value=value))

    assert row["labels"] == row["annotations"] == json.dumps(texts, separators=(",", ":"))
    assert row["value"] == json.dumps(value)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=40))
def test_an_oid_is_written_with_dots_whatever_was_written_before(numbers):
    trap = TrapEvent(
        at=datetime(2026, 1, 1, tzinfo=UTC), source="192.0.2.1", device="", version="2c", trap_oid=Oid(numbers),
        varbinds=(),
    )  # fmt: skip
    for one in (trap, replace(trap, trap_oid=Oid((*numbers, 7)))):
        assert trap_row(one)["trap_oid"] == ".".join(map(str, one.trap_oid))
