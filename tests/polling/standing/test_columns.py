"""Columns that stand still are the very same objects."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netwatch.polling.standing.columns import Standing

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
