"""Rows of other tables that belong to a row."""

import pytest

from netwatch.polling.concepts.joined import JoinedRows
from netwatch.profiles import Join, Template

from .conftest import table

ADDRESSES = table(
    "managers", {"way": [1, 2, 2]}, {"address": ["a", "b", "c"]}, index=["7.1.4.10", "7.1.4.11", "71.1.4.12"]
)


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("7.1", "a"),  # the first of several
        ("71.1", "c"),  # numbers are compared, not characters
        ("7", "a"),
        ("8", ""),
        ("", ""),
        ("7.1.4.10.9", ""),  # longer than any
    ],
)
def test_a_row_may_be_the_first_whose_index_begins_so(key, address):
    joined = JoinedRows(Join(table="managers", by=Template(()), under=True), ADDRESSES, {})

    assert joined.text(joined.row(key), "address") == address
