"""What rows of a concept are called, and go on to be called."""

import pytest

from netwatch.polling.concepts.naming import MOST_SHARED, Naming


def fans(naming, *rows, by=()):
    """Name rows; each is a place in the table and a label, or several."""
    labels = {"part": [row[1] for row in rows], "part_class": [row[2] if len(row) > 2 else "" for row in rows]}
    return naming.keys(labels, by, [("fanTable", row[0]) for row in rows])


def test_a_row_is_called_by_its_first_label_by_all_or_by_table_and_index():
    rows = ("1", "A"), ("2", "B", "fan"), ("3", "B", "supply"), ("4", "C"), ("5", "C"), ("6", "")

    assert fans(Naming(), *rows) == (
        "part=A", "part=B,part_class=fan", "part=B,part_class=supply", "fanTable.4", "fanTable.5", "fanTable.6",
    )  # fmt: skip


@pytest.mark.parametrize("by", [(), ("part",)])
def test_a_row_is_not_renamed_when_its_namesake_goes_or_comes_back(by):
    naming = Naming()

    assert fans(naming, ("1", "Fan"), ("2", "Fan"), by=by) == ("fanTable.1", "fanTable.2")
    assert fans(naming, ("1", "Fan"), by=by) == ("fanTable.1",)
    assert fans(naming, by=by) == ()
    assert fans(naming, ("1", "Fan"), ("2", "Fan"), by=by) == ("fanTable.1", "fanTable.2")


def test_a_row_keeps_its_name_when_a_namesake_comes():
    naming = Naming()
    fans(naming, ("1", "Fan"))

    assert fans(naming, ("1", "Fan"), ("2", "Fan")) == ("part=Fan", "fanTable.2")
    assert fans(naming, ("2", "Fan")) == ("fanTable.2",)
    assert fans(naming, ("2", "Fan"), ("1", "Fan")) == ("fanTable.2", "part=Fan")


def test_a_row_with_a_name_of_its_own_keeps_it_when_rows_are_numbered_anew():
    naming = Naming()
    fans(naming, ("1", "A"), ("2", "B"))

    assert fans(naming, ("7", "B"), ("9", "A")) == ("part=B", "part=A")


def test_no_two_rows_have_one_name_whatever_is_in_their_labels():
    rows = ("1", "A,part_class=fan"), ("2", "A", "fan"), ("3", "A", "supply"), ("4", ""), ("4", "")

    keys = fans(Naming(), *rows)

    assert keys == ("fanTable.1", "fanTable.2", "part=A,part_class=supply", "fanTable.4", "fanTable.4#2")


def test_what_is_remembered_of_a_device_that_renames_all_rows_at_each_poll_has_a_bound():
    naming = Naming()
    for poll in range(5):
        fans(naming, *((str(row), f"Fan {poll}.{row // 2}") for row in range(MOST_SHARED)))

    assert len(naming._shared) <= MOST_SHARED  # memory is not seen from outside
    assert len(naming._owners) <= 2 * MOST_SHARED
