"""Which table a rule is about, and what is refused though each of its expressions could be meant."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(("expr", "message"), [
    ("ifOperState == 'up'", "no table has a column or label ifOperState, did you mean ifOperStatus?"),
    ("1 < 2", "names no column, so no reading can change it"),
    ("ifMtu > 1 and up == 0", "up is of table reachability and ifMtu of ifTable; a rule reads one table"),
    ("ifName == 'x'", "fits the tables cpuTable, ifTable; say which with `table:`"),
    ("ifMtu > 90 and ifMtu < 80", "this is never true, whatever the readings say"),
    ("ifMtu > 80 or ifMtu < 90", "this is always true, whatever the readings say"),
])  # fmt: skip
def test_a_rule_that_cannot_be_meant_is_refused_in_plain_words(workshop, expr, message):
    assert message in workshop.complaint(expr)


def test_a_clear_expr_that_is_true_while_expr_is_refused(workshop):
    complaint = workshop.complaint("ifMtu > 90", clear_expr="ifMtu < 95")

    assert "expr and clear_expr are both true at 92.5; they must leave room between them, or touch" in complaint


def test_a_clear_expr_below_expr_is_taken(workshop):
    assert workshop.complaint("ifMtu > 90", clear_expr="ifMtu <= 90") == ""


def test_table_says_which_table_is_meant(workshop):
    assert workshop.rule("ifName == 'x'", table="cpuTable").table == "cpuTable"
    assert "no profile has a table cpuTabel, did you mean cpuTable?" in workshop.complaint(
        "ifMtu > 1", table="cpuTabel"
    )
