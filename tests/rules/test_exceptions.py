"""limits and ignore: one device, port or row may be different, and everybody sees the same."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from netwatch.model import CONCEPTS, SCALARS, RowSet
from netwatch.rules import Exceptions, IgnoreSettings, LimitSettings, columns_of_limits, evaluate, evidence_of

DEVICES = {"sw1": {"site": "hq"}, "sw2": {"site": "lab"}}


def limits(workshop, *entries, rules=()):
    return Exceptions(
        [LimitSettings.model_validate(entry) for entry in entries],
        device_labels=DEVICES, columns=columns_of_limits(workshop.schema, rules),
    )  # fmt: skip


def ignoring(*entries):
    return Exceptions((), [IgnoreSettings.model_validate(entry) for entry in entries], device_labels=DEVICES)


def test_a_limit_puts_another_value_into_the_column_of_the_rows_it_matches(workshop):
    reading = workshop.reading({"ifHighSpeed": [1000, 1000], "ifMtu": [1, 2]})

    seen = limits(workshop, {"match": ['device="sw1"', 'ifName="p1"'], "ifHighSpeed": 200}).applied(reading)

    assert seen.columns == {"ifHighSpeed": [1000, 200.0], "ifMtu": [1, 2]}
    assert seen.rows is reading.rows


@pytest.mark.parametrize("match", [
    ['device="sw2"'], ['site="lab"'], ['ifName="p9"'], ['table="cpuTable"'], ['device="sw1"', 'ifName="p9"'],
    ['vlan!="5"'],   # a label that the rows do not have matches nothing, not everything
])  # fmt: skip
def test_a_reading_that_no_entry_matches_stays_the_same_object(workshop, match):
    reading = workshop.reading({"ifMtu": [1, 2]})

    assert limits(workshop, {"match": match, "ifMtu": 9}).applied(reading) is reading


@pytest.mark.parametrize("match", [['device="sw1"'], ['site="hq"'], ['device=~"sw.*"', 'table="ifTable"']])
def test_a_limit_may_be_for_a_whole_device_or_for_all_of_a_label(workshop, match):
    reading = workshop.reading({"ifMtu": [1, 2]})

    assert limits(workshop, {"match": match, "ifMtu": 9}).applied(reading).columns == {"ifMtu": [9.0, 9.0]}


def test_the_last_limit_for_a_row_counts(workshop):
    entries = {"match": ['device="sw1"'], "ifMtu": 8}, {"match": ['ifName="p1"'], "ifMtu": 9, "comment": "why"}

    seen = limits(workshop, *entries).applied(workshop.reading({"ifMtu": [1, 2]}))

    assert seen.columns["ifMtu"] == [8.0, 9.0]
    assert seen.limited == {"ifName=p0": "ifMtu = 8 by limits", "ifName=p1": "ifMtu = 9 by limits (why)"}


@pytest.mark.parametrize("match", [
    ['device="sw1"', 'sensor="Rx"'], ['quantity="dbm"'], ['device="sw1"', 'ifName="Te1/1"'], ['port="Te1/1"'],
])  # fmt: skip
def test_a_sensor_may_have_other_limits_by_its_own_labels_or_by_its_port(workshop, match):
    rows = RowSet(index=("1", "2"), keys=("1", "2"), labels={
        "sensor": ("Rx", "Inlet"), "quantity": ("dbm", "celsius"), "port": ("Te1/1", ""), "part": ("", ""),
    })  # fmt: skip
    reading = workshop.reading(
        {"sensor_value": [-12.0, 40.0], "sensor_low_critical": [-20.0, None]}, rows=rows, table="sensor"
    )
    entry = LimitSettings.model_validate({"match": match, "sensor_low_critical": -10})
    found = Exceptions(
        [entry], device_labels=DEVICES, columns=columns_of_limits({"sensor": CONCEPTS["sensor"].schema}, ())
    )

    seen = found.applied(reading)

    assert seen.columns["sensor_low_critical"] == [-10.0, None]


def test_a_rule_may_name_a_limit_of_its_own(workshop):
    rule = workshop.rule("ifMtu > limit('mtu_high', 70)")
    reading = workshop.reading({"ifMtu": [80, 80]})
    entry = {"match": ['ifName="p1"'], "mtu_high": 90}

    seen = limits(workshop, entry, rules=[rule]).applied(reading)
    verdicts = evaluate(rule, seen, workshop.memory())

    assert list(evaluate(rule, reading, workshop.memory()).broken) == [True, True]
    assert list(verdicts.broken) == [True, False]
    assert (verdicts.threshold(0), verdicts.threshold(1)) == (70.0, 90.0)
    assert evidence_of(verdicts, 1)["limits"] == "mtu_high = 90 by limits"
    assert "limits" not in evidence_of(verdicts, 0)


@pytest.mark.parametrize(("expr", "message"), [
    ("ifMtu > limit('ifMtu', 5)", "ifMtu is a column; a limit has a name of its own"),
    ("ifMtu > limit(ifMtu, 5)", "a name in quotes is wanted here"),
    ("ifMtu > limit('a', ifMtu)", "a number is wanted here"),
])  # fmt: skip
def test_a_limit_that_cannot_be_meant_is_refused(workshop, expr, message):
    assert message in workshop.complaint(expr)


def test_an_ignored_row_is_gone_for_everybody_and_the_rows_stay_one_object(workshop):
    rows, exceptions = workshop.rows("a", "b", "c"), ignoring({"match": ['ifName="b"']})
    readings = [
        workshop.reading({"ifMtu": [1, 2, 3]}, rates={"ifInOctets": [1.0, 2.0, 3.0]}, rows=rows) for _ in range(2)
    ]

    first, second = map(exceptions.applied, readings)

    assert (first.rows.keys, first.columns, first.rates) == (
        ("ifName=a", "ifName=c"), {"ifMtu": [1, 3]}, {"ifInOctets": [1.0, 3.0]},
    )  # fmt: skip
    assert first.rows is second.rows


def test_a_row_ignored_by_some_rules_stays(workshop):
    seen = ignoring({"match": ['ifName="p1"'], "rules": ["Big"]}).applied(workshop.reading({"ifMtu": [1, 2]}))

    assert seen.columns == {"ifMtu": [1, 2]}
    assert seen.ignored == {"Big": {"ifName=p1"}}


def test_the_scalars_of_an_ignored_device_stay_to_be_seen(workshop):
    reading = workshop.reading({"up": [0]}, rows=SCALARS, table="reachability")

    seen = ignoring({"match": ['device="sw1"']}).applied(reading)

    assert seen.columns == {"up": [0]}
    assert seen.ignored == {"": {""}}


@pytest.mark.parametrize("entry", [
    {"match": []},
    {"match": ["sw1"]}, {"match": ['device="a"'], "ifMtu": "much"}, {"match": ['device="a"'], "x": True},
    {"match": ['device="a"'], "x": float("inf")},
])  # fmt: skip
def test_a_limit_that_is_none_is_refused(entry):
    with pytest.raises(ValidationError):
        LimitSettings.model_validate(entry)
