"""What a rule says beyond broken or not: healed, value, threshold, labels, annotations."""

from __future__ import annotations

import pytest

from netwatch.rules import evaluate, render

SATURATED = "rate(ifHCOutOctets) * 8 > 0.90 * ifHighSpeed * 1e6"


def verdicts_on(workshop, rule, columns, **more):
    return evaluate(rule, workshop.reading(columns, **more), workshop.memory())


@pytest.mark.parametrize(("expr", "columns", "value", "threshold"), [
    ("ifMtu > 90", {"ifMtu": [95]}, 95, 90),
    ("ifMtu > 9 * 10", {"ifMtu": [95]}, 95, 90),
    ("ifMtu > 0.5 * ifHighSpeed", {"ifMtu": [6], "ifHighSpeed": [10]}, 0.6, 0.5),
    ("ifHighSpeed > 0 and ifMtu > 0.5 * ifHighSpeed", {"ifMtu": [6], "ifHighSpeed": [10]}, 0.6, 0.5),
    ("ifMtu > ifHighSpeed", {"ifMtu": [6], "ifHighSpeed": [10]}, 6, 10),
    ("ifOperStatus == 'down'", {"ifOperStatus": [7]}, "lowerLayerDown", "down"),
    ("ifPhysAddress == 'x'", {"ifPhysAddress": [b"aa"]}, "aa", "x"),
    ("changed(ifMtu)", {"ifMtu": [6]}, 6, None),
    ("seen(ifMtu > 5)", {"ifMtu": [6]}, None, None),
    ("ifMtu > 0.5 * ifHighSpeed", {"ifMtu": [6], "ifHighSpeed": [0]}, None, 0.5),
    ("ifMtu > 0.5 * ifHighSpeed", {"ifMtu": [None], "ifHighSpeed": [10]}, None, 0.5),
    ("ifMtu * 2 > 5", {"ifMtu": [float("inf")]}, None, 5),
])  # fmt: skip
def test_value_and_threshold_are_the_two_sides_of_the_comparison(workshop, expr, columns, value, threshold):
    verdicts = verdicts_on(workshop, workshop.rule(expr), columns)

    assert verdicts.value(0) == (pytest.approx(value) if isinstance(value, float) else value)
    assert verdicts.threshold(0) == threshold


def test_a_share_of_the_speed_is_shown_as_a_share(workshop):
    rule = workshop.rule(
        SATURATED, annotations={"summary": "{{ ifName }} on {{ device }} is {{ value | percent }} full"}
    )
    verdicts = verdicts_on(workshop, rule, {"ifHighSpeed": [1000]}, rates={"ifHCOutOctets": [116.25e6]})

    assert list(verdicts.broken) == [True]
    assert verdicts.value(0) == pytest.approx(0.93)
    assert verdicts.threshold(0) == 0.90
    assert render(
        rule, labels=verdicts.labels_of(0), device="sw1", value=verdicts.value(0), threshold=verdicts.threshold(0)
    ) == {"summary": "p0 on sw1 is 93 % full"}


def test_a_value_of_its_own_wins_and_its_threshold_is_what_it_is_compared_with(workshop):
    rule = workshop.rule("ifAdminStatus == 'up' and ifOperStatus == 'down'", value="ifOperStatus")
    verdicts = verdicts_on(workshop, rule, {"ifAdminStatus": [1], "ifOperStatus": [2]})

    assert (verdicts.value(0), verdicts.threshold(0)) == ("down", "down")


@pytest.mark.parametrize(("rate", "broken", "healed"), [
    (113e6, True, False),
    (110e6, False, False),    # between the lines
    (108e6, False, True),
    (None, None, None),
])  # fmt: skip
def test_clear_expr_says_when_it_is_well_again(workshop, rate, broken, healed):
    rule = workshop.rule(SATURATED, clear_expr="rate(ifHCOutOctets) * 8 < 0.87 * ifHighSpeed * 1e6")
    verdicts = verdicts_on(workshop, rule, {"ifHighSpeed": [1000]}, rates={"ifHCOutOctets": [rate]})

    assert list(verdicts.broken) == [broken]
    assert list(verdicts.healed) == [healed]


def test_without_clear_expr_nothing_is_said_of_healing(workshop):
    assert verdicts_on(workshop, workshop.rule("ifMtu > 1"), {"ifMtu": [1]}).healed is None


def test_a_clear_expr_about_the_table_holds_for_every_row(workshop):
    rule = workshop.rule("ifMtu > 90", clear_expr="max(ifMtu) < 50")

    assert list(verdicts_on(workshop, rule, {"ifMtu": [1, 2]}).healed) == [True, True]


def test_rows_are_found_by_their_key(workshop):
    verdicts = verdicts_on(workshop, workshop.rule("ifMtu > 1"), {"ifMtu": [1, 2]})

    assert verdicts.row_of("ifName=p1") == 1
    assert verdicts.row_of("ifName=gone") is None
    assert verdicts.labels_of(1) == {"ifName": "p1", "ifAlias": "to p1"}


def test_an_aggregate_has_one_row_with_an_empty_key(workshop):
    rule = workshop.rule("avg(load) > 90")
    verdicts = verdicts_on(workshop, rule, {"load": [90, 100]}, table="cpuTable")

    assert rule.is_aggregate
    assert (verdicts.row_of(""), verdicts.row_of("ifName=p0")) == (0, None)
    assert (verdicts.value(0), verdicts.threshold(0)) == (95, 90)


def test_verdicts_are_plain_booleans_that_the_engine_can_look_for(workshop):
    rule = workshop.rule("ifMtu > 5")
    verdicts = evaluate(rule, workshop.reading({"ifMtu": [1, 9]}), workshop.memory())

    assert True in verdicts.broken
    assert verdicts.keys == ("ifName=p0", "ifName=p1")


def test_a_window_behind_clear_expr_or_value_sees_every_reading(workshop):
    rule = workshop.rule(
        "ifMtu > 100", clear_expr="avg(avg_over(ifMtu, '1h')) + ifMtu < 1", value="max_over(ifMtu, '1h')"
    )
    rows, memory = workshop.rows("a"), workshop.memory()

    for second, mtu in enumerate((900, 1, 2)):
        verdicts = evaluate(rule, workshop.reading({"ifMtu": [mtu]}, rows=rows, seconds=second), memory)

    assert verdicts.value(0) == 900
