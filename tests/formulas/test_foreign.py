"""Words of PromQL are answered with the word of NetWatch, at the place where they stand."""

from __future__ import annotations

import pytest

from netwatch.formulas import BadExpression, parse


@pytest.mark.parametrize(("expr", "place", "advice"), [
    ("rate(ifHCInOctets[5m]) * 8 > 1e6", "[5m]", "leave [5m] out"),
    ("rate(ifHCInOctets[5m]) * 8 > 1e6", "[5m]", "write avg_over(rate(ifHCInOctets), '5m')"),
    ('up{job=~"snmp.*"} == 0', "{job", "which devices are meant is said with `devices:`"),
    ('ifOperStatus{ifAlias=~"up.*"} == 2', "{ifAlias", "write `and matches(ifAlias, 'up.*')`"),
    ('ifOperStatus{ifName!="Gi1"} == 2', "{ifName", "write `and ifName != 'Gi1'`"),
    ("ifOperStatus == 2 and on(ifIndex) ifAdminStatus == 1", "on(", "it is not needed"),
    ("a == 1 and ignoring(b) group_left(c) d == 2", "ignoring", "it is not needed"),
    ("a == 1 and ignoring(b) group_left(c) d == 2", "group_left", "it is not needed"),
    ("avg by (instance) (hrProcessorLoad) > 90", "by", "it is not needed"),
    ("sum(hrProcessorLoad) without (x) > 90", "without", "it is not needed"),
    ("predict_linear(hrStorageUsed[1h], 4*3600) > 1", "predict_linear", "here it is forecast(hrStorageUsed, '4h')"),
    ("increase(ifInErrors[1h]) > 5", "increase", "delta_over(ifInErrors, '1h')"),
    ("avg_over_time(load[10m]) > 5", "avg_over_time", "here it is avg_over(load, '10m')"),
    ("histogram_quantile(0.9, rate(x[5m])) > 1", "histogram_quantile", "devices have no histograms"),
    ("up == 0 unless x == 1", "unless", "write `and not`"),
    ("x offset 1d > 5", "offset", "offset(x, '1d')"),
    ("ifAlias =~ 'up.*'", "=~", "write matches(column, 'regex')"),
    ("ifAlias !~ 'up.*'", "!~", "write not matches(column, 'regex')"),
    ("up = 0", "=", "did you mean ==?"),
    ("up == 0 && x > 1", "&&", "written `and`"),
    ("up > bool 0", "bool", "it is not needed"),
    ("uptime < 5m", "5m", "stands in quotes"),
    ("$value > 5", "$value", "for templates"),
])  # fmt: skip
def test_what_comes_from_prometheus_gets_the_word_of_netwatch_in_its_place(expr, place, advice):
    with pytest.raises(BadExpression) as refused:
        parse(expr)

    assert expr.index(place) in [flaw.offset for flaw in refused.value.flaws if advice in flaw.message]


@pytest.mark.parametrize("expr", [
    "ifAlias == 'a=~b {x} [5m] $y'", "matches(ifAlias, 'on(.*) by(.*)')", "x >= 5 and y <= 3 and z != 1 and w == 2",
    "offset(x, '5m') > 1", "not a > 1 or b < 2",
])  # fmt: skip
def test_what_is_right_is_left_alone(expr):
    assert parse(expr) is not None


def test_a_function_of_prometheus_without_its_brackets_is_known_too(workshop):
    assert "here it is delta(x) for one poll" in workshop.complaint("increase(ifHCInOctets, 5) > 1")


def test_a_slip_that_is_nobodys_word_is_told_as_before():
    with pytest.raises(BadExpression, match="is no expression"):
        parse("x > 3)")
