"""A reading is held against the rules that it can say anything new to."""

from __future__ import annotations

import pytest

from netwatch.rules import Concerned

RULES = {
    "full": "rate(ifHCInOctets) > 100",
    "down": "ifOperStatus == 'down' and seen(ifOperStatus == 'up')",
    "often down": "count_over(ifOperStatus == 'down', '5m') > 2",
    "slower": "ifHighSpeed < last(ifHighSpeed)",
    "named": "ifName == 'Gi9'",
    "together": "sum(ifHighSpeed) < 5",
    "old": "now() - ifMtu > 100",
}


@pytest.mark.parametrize(
    ("moved", "concerned"),
    [
        ((), {"often down", "slower", "old"}),
        (("ifOperStatus",), {"often down", "slower", "old", "down"}),
        (("ifHighSpeed", "ifMtu"), {"often down", "slower", "old", "together"}),
        (("rate(ifHCInOctets)",), {"often down", "slower", "old", "full"}),
        (("ifHCInOctets",), {"often down", "slower", "old"}),
    ],
)
def test_only_rules_that_read_what_moved_and_those_that_heed_time_are_concerned(workshop, moved, concerned):
    rules = {name: workshop.rule(expr, table="ifTable") for name, expr in RULES.items()}
    of_table = Concerned(list(rules.values()))

    for _ in range(2):  # the second time it is known
        found = of_table.by(frozenset(moved))

        assert {name for name, rule in rules.items() if rule in found} == concerned


def test_what_only_the_words_of_a_rule_ask_for_must_see_every_reading_too(workshop):
    rule = workshop.rule("ifMtu > 9000", clear_expr="count_over(ifMtu < 8000, '5m') > 3")

    assert Concerned([rule]).by(frozenset()) == (rule,)
