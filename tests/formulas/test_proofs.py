"""Slips that make a condition useless are found before any reading comes."""

from __future__ import annotations

import pytest

from netwatch.formulas import common_ground, outcomes
from netwatch.rules import parse_rules

from .table import SCHEMA


@pytest.mark.parametrize("expr", [
    "ifMtu > 90 and ifMtu < 80",
    "ifMtu > 90 and 80 > ifMtu",
    "ifMtu == 1 and ifMtu == 2",
    "ifOperStatus == 'up' and ifOperStatus == 'down'",
    "ifOperStatus in ('up', 'down') and ifOperStatus == 7",
    "ifAlias == 'a' and ifAlias == 'b'",
    "90 < ifMtu < 80",
    "not (ifMtu > 1 or ifMtu <= 1)",
    "(ifMtu > 90 and ifMtu < 80) or (ifHighSpeed > 5 and ifHighSpeed < 5)",
    "rate(ifHCInOctets) < 0",
    "seen(ifMtu > 1) and not seen(ifMtu > 1)",
])  # fmt: skip
def test_an_expression_that_is_never_true_is_found(workshop, expr):
    assert outcomes(workshop.node(expr)) == {False}


@pytest.mark.parametrize("expr", [
    "avg_over(rate(ifHCInOctets), '5m') >= 0", "delta(ifHCInOctets) >= 0", "changes_over(ifAlias, '1h') >= 0",
    "ifMtu > 80 or ifMtu < 90", "ifOperStatus != 'up' or ifOperStatus != 'down'", "rate(ifHCInOctets) >= 0",
])  # fmt: skip
def test_an_expression_that_is_always_true_is_found(workshop, expr):
    assert outcomes(workshop.node(expr)) == {True}


@pytest.mark.parametrize("expr", [
    "rate(ifHCInOctets) >= 100",
    "rate(ifHCInOctets) >= 100 or rate(ifHCOutOctets) >= 100",
    "rate(ifHCInOctets) < 1000",
    "rate(ifHCInOctets) < 1000 and ifOperStatus == 'up'",
    "100 <= rate(ifHCInOctets)",
    "not rate(ifHCInOctets) >= 1000",
    "rate(ifHCInOctets) >= 0.5",
    "rate(ifHCInOctets) > 0",
    "rate(ifHCInOctets) != 0",
    "rate(ifHCInOctets) in (0, 5)",
    "rate(ifHCInOctets) * 8 < 1000",
    "rate(ifHCInOctets) / 1e6 <= 10",
    "rate(ifHCInOctets) / (rate(ifHCInOctets) + rate(ifHCOutOctets)) < 0.9",
    "avg_over(rate(ifHCInOctets), '5m') >= 100",
    "quantile_over(rate(ifHCInOctets), 0.95, '1h') < 100",
    "delta(ifHCInOctets) >= 10",
    "delta_over(ifHCInOctets, '1h') < 10",
    "stddev_over(ifMtu, '1h') < 3",
    "changes_over(ifAlias, '1h') >= 3",
    "sum(rate(ifHCInOctets)) < 100",
    "min(rate(ifHCInOctets), 5) < 4",
    "forecast(rate(ifHCInOctets), '1h') < 0",
    "delta_over(ifMtu, '1h') < 0",
])  # fmt: skip
def test_a_threshold_on_what_is_never_negative_can_be_met_and_missed(workshop, expr):
    assert outcomes(workshop.node(expr)) == {True, False}


def test_a_rate_may_clear_below_a_lower_line():
    assert parse_rules(
        'rules: [{alert: A, expr: "rate(ifHCInOctets) > 5", clear_expr: "rate(ifHCInOctets) < 1"}]', "r.yaml", SCHEMA
    )


@pytest.mark.parametrize(("expr", "other", "common"), [
    ("ifMtu > 90", "ifMtu < 95", "92.5"),
    ("ifMtu > 90", "ifMtu > 80", "181"),
    ("rate(ifHCInOctets) * 8 > 0.90 * ifHighSpeed * 1e6", "rate(ifHCInOctets) * 8 < 0.97 * ifHighSpeed * 1e6",
     "0.935"),
])  # fmt: skip
def test_a_value_for_which_two_expressions_are_true_is_named(workshop, expr, other, common):
    assert common_ground(workshop.node(expr), workshop.node(other)) == common


@pytest.mark.parametrize(("expr", "other"), [
    ("ifMtu > 90", "ifMtu < 80"),
    ("ifMtu > 90", "ifMtu <= 90"),
    ("rate(ifHCInOctets) * 8 > 0.90 * ifHighSpeed * 1e6", "rate(ifHCInOctets) * 8 < 0.87 * ifHighSpeed * 1e6"),
    ("ifMtu > 90 and ifHighSpeed > 1", "ifMtu < 95"),   # more than one thing compared: not proved, not refused
])  # fmt: skip
def test_two_expressions_that_leave_room_or_touch_have_nothing_in_common(workshop, expr, other):
    assert common_ground(workshop.node(expr), workshop.node(other)) is None


def test_many_comparisons_are_not_tried_in_all_combinations(workshop):
    expr = " and ".join(f"ifMtu != {number} and ifHighSpeed != {number} and rate(ifHCInOctets) != {number}"
                        for number in range(15))  # fmt: skip

    assert outcomes(workshop.node(expr)) == {True, False}
