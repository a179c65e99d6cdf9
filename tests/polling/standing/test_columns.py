"""Columns that stand still are the very same objects."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from netwatch.model import RowSet, TableReading
from netwatch.polling.standing.columns import Standing, StandingReadings

COLUMN = st.lists(st.sampled_from([None, 0, 1, 2.5, b"x"]), max_size=3)


@given(polls=st.lists(st.dictionaries(st.sampled_from("abc"), COLUMN), max_size=6))
def test_every_column_says_what_it_was_given_and_is_the_last_one_where_that_said_the_same(polls):
    standing, before = Standing(), {}
    for columns in polls:
        found = standing.of(columns)

        assert found == columns
        assert all((found[name] is before[name]) == (columns[name] == before[name])
                   for name in found.keys() & before.keys())  # fmt: skip
        before = found


ROWS = RowSet(index=("1",), keys=("a",))


def told(value, minutes, rows=ROWS):
    at = datetime(2026, 3, 1, 12, minutes, tzinfo=UTC)
    return TableReading(device="sw1", table="t", at=at, rows=rows, columns={"c": value})


def test_a_table_moved_that_came_went_or_says_something_else_and_what_did_not_is_the_last_reading():
    still, other = [1], [2]
    standing, first = StandingReadings(), told(still, 0)

    assert standing.of({"a": first, "b": told(still, 0)})[1] == {"a", "b"}
    readings, moved = standing.of({"a": told(still, 1), "b": told(other, 1)})
    assert (readings["a"] is first, moved) == (True, {"b"})
    assert standing.of({"a": told(still, 2)})[1] == {"b"}
    assert standing.of({"a": told(still, 3, RowSet(index=("1",), keys=("b",)))})[1] == {"a"}


def test_where_no_column_moved_the_mapping_is_the_last_one_too_and_where_one_went_it_is_not():
    standing = Standing()
    first = standing.of({"a": [1], "b": [2]})

    assert standing.of({"a": [1], "b": [2]}) is first
    assert dict(standing.of({"a": [1]})) == {"a": [1]}
    assert dict(standing.of({"a": [1], "b": [2]})) == {"a": [1], "b": [2]}
