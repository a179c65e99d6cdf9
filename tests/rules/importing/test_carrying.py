"""Rules of Prometheus become rules of NetWatch, or are named with line and reason."""

from __future__ import annotations

import pytest
import yaml

from netwatch.mib import load_index
from netwatch.model import USUAL_SEVERITIES
from netwatch.profiles import load_library
from netwatch.rules import Carried, Known, carry_over, parse_rule_book
from netwatch.rules.importing.sentences import sentence


@pytest.fixture(scope="session")
def known() -> Known:
    index = load_index()
    return Known(load_library((), index.oid_of).schema(), index, USUAL_SEVERITIES)


def carried(known: Known, expr: str, **more: object) -> Carried:
    rule = {"alert": "A", "expr": expr, **more}
    return carry_over(yaml.dump({"groups": [{"name": "g", "rules": [rule]}]}), "rules.yml", known)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ('up{job=~"snmp.*"} != 1', "up != 1"),
        ("sysUpTime < 60000", "uptime_seconds * 100 < 60000"),
        ("ifOperStatus == 2 and on(instance, ifIndex) ifAdminStatus == 1",
         "ifOperStatus == 'down' and ifAdminStatus == 'up'"),
        ("2 == ifOperStatus", "ifOperStatus == 'down'"),
        ('ifOperStatus{ifAlias=~"uplink.*"} != 1', "ifOperStatus != 'up' and matches(ifAlias, 'uplink.*')"),
        ("rate(ifHCInOctets[5m]) * 8 / (ifHighSpeed * 1000000) > 0.9",
         "rate(ifHCInOctets) * 8 / (ifHighSpeed * 1000000) > 0.9"),
        ("increase(ifInErrors[1h]) > 100", "delta_over(ifInErrors, '1h') > 100"),
        ("avg by (instance) (hrProcessorLoad) > 90", "avg(hrProcessorLoad) > 90"),
        ("sum by (instance, ifIndex) (rate(ifInErrors[5m])) > 5", "rate(ifInErrors) > 5"),
        ("avg_over_time(rate(ifHCInOctets[5m])[30m:]) > 5e8", "avg_over(rate(ifHCInOctets), '30m') > 5e8"),
        ("changes(ifOperStatus[15m]) > 4", "changes_over(ifOperStatus, '15m') > 4"),
        ("predict_linear(hrStorageUsed[4h], 4 * 3600) > hrStorageSize",
         "forecast(hrStorageUsed, '4h') > hrStorageSize"),
        ("hrStorageUsed > 1.2 * (hrStorageUsed offset 1d)", "hrStorageUsed > 1.2 * offset(hrStorageUsed, '1d')"),
        ("ifHighSpeed > 1 unless ifOperStatus == 2", "ifHighSpeed > 1 and not ifOperStatus == 'down'"),
        ("netwatch_cpu_busy_ratio > 0.9", "cpu_busy_ratio > 0.9"),
        ("-ifHighSpeed < -1 # comment", "-ifHighSpeed < -1"),
    ],
)  # fmt: skip
def test_an_expression_has_its_counterpart(known, expr, expected):
    found = carried(known, expr)

    assert found.left == []
    assert yaml.safe_load(found.text)["rules"][0]["expr"] == expected


@pytest.mark.parametrize(
    ("expr", "said"),
    [
        ('absent(up{job="snmp"})', "no counterpart of absent()"),
        ("topk(5, ifInErrors) > 1", "no counterpart of topk()"),
        ("sum(rate(ifHCInOctets[5m])) > 1e9", "sum over all devices"),
        ("rate(ifHCInOctets[5m) > 1", "']' is missing"),
        ("nobodyKnowsThis > 1", "nobodyKnowsThis"),
        ("ifInErrors[5m] > 1", "over a span, outside of a function"),
        ("ifInErrors > 5", "use rate(ifInErrors)"),
        ("(ifInErrors > 1) * 2 > 3", "a comparison that leaves values"),
        ("(" * 100 + "1" + ")" * 100, "nested too deep"),
        ("ifInErrors > $limit", "is not understood at character 12"),
    ],
)
def test_what_has_no_counterpart_is_named_with_its_place_and_reason(known, expr, said):
    found = carried(known, expr)

    assert found.rules == []
    assert len(found.left) == 1
    assert str(found.left[0]).startswith("rules.yml:")
    assert "A: " in found.left[0].message
    assert said in found.left[0].message


def test_times_labels_and_sentences_go_along_and_what_is_recorded_is_written_out(known):
    text = """
groups:
- name: g
  labels: {team: net}
  rules:
  - record: in:rate
    expr: rate(ifHCInOctets[5m]) * 8
  - alert: Busy
    expr: in:rate{site="hall"} > 9e8
    for: 10m
    keep_firing_for: 5m
    labels: {severity: page, instance: x}
    annotations: {summary: "{{ $labels.instance }} {{ $labels.ifName }}: {{ $value | humanize }}bit/s"}
"""

    found = carry_over(text, "rules.yml", known)

    rule = yaml.safe_load(found.text)["rules"][0]
    assert rule == {
        "alert": "Busy", "devices": ['site="hall"'], "expr": "rate(ifHCInOctets) * 8 > 9e8", "for": "10m",
        "keep_firing_for": "5m", "labels": {"team": "net", "severity": "critical"},
        "annotations": {"summary": "{{ device }} {{ ifName }}: {{ value | si }}bit/s"},
    }  # fmt: skip
    assert "# rules.yml:8: in:rate" in found.text
    assert "the label instance is not carried over" in found.text
    book = parse_rule_book(found.text, "out.yaml", known.schema, known.names, known.severities)
    assert [one.name for one in book.rules] == ["Busy"]


@pytest.mark.parametrize(
    ("text", "expected", "lost"),
    [
        ("{{$labels.instance}} is down", "{{ device }} is down", 0),
        ('{{ $value | printf "%.2f" }} %', "{{ value }} %", 0),
        ('{{ printf "%.0f" $value }}', "{{ value }}", 0),
        ('{{ with query "up" }}{{ . }}{{ end }}', "………", 3),
        ("{{ $labels.ifName | title }}", "…", 1),
    ],
)
def test_a_sentence_loses_only_what_there_is_no_word_for(text, expected, lost):
    found, left = sentence(text)

    assert (found, len(left)) == (expected, lost)
