"""Sums over the rows of another table that stand below a row."""

from netwatch.polling.concepts.sums import with_sums

from .conftest import table

PEERS = table("peers", {"state": [1, 1, 1]}, {}, index=["1.4.192.0.2.1", "1.4.192.0.2.11", "7"])
SUMS = {"prefixes": "families"}


def summed(index, values):
    families = table("families", {"prefixes": values}, {}, index=index)
    return with_sums(PEERS, SUMS, {"families": families}).columns["prefixes"]


def test_the_rows_whose_index_begins_with_a_rows_are_summed_up():
    index = ["1.4.192.0.2.1.1.1", "1.4.192.0.2.1.2.1", "1.4.192.0.2.11.1.1", "9.1.1"]

    assert summed(index, [5, 7, 2, 100]) == [12, 2, None]


def test_what_is_missing_below_adds_nothing_and_nothing_below_is_missing():
    assert summed(["7.1", "7.2"], [None, 3]) == [None, None, 3]
    assert list(with_sums(PEERS, SUMS, {}).columns["prefixes"]) == [None, None, None]


def test_a_row_of_the_same_index_is_the_number_that_stands_beside():
    assert summed(["1.4.192.0.2.1", "7"], [3, 0]) == [3, None, 0]
