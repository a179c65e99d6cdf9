"""Rules of Prometheus become rules of NetWatch, or are named with line and reason."""

from __future__ import annotations

from pathlib import Path

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
    return carry_over([(yaml.dump({"groups": [{"name": "g", "rules": [rule]}]}), "rules.yml")], known)


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
        ('ifOperStatus{ifAdminStatus="1"} == 2', "ifOperStatus == 'down' and ifAdminStatus == 'up'"),
        ('ifOperStatus{ifAdminStatus!~"2|3"} > 2',
         "code(ifOperStatus) > 2 and ifAdminStatus not in ('down', 'testing')"),
        ("ifAdminStatus - ifOperStatus != 0", "code(ifAdminStatus) - code(ifOperStatus) != 0"),
        ('ifOperStatus{ifOperStatus="down"} == 1', "ifOperStatus == 'down'"),
        ('ifOperStatus{ifOperStatus="down",ifAlias!=""} == 0', "not (ifOperStatus == 'down') and ifAlias != ''"),
        ('ifOperStatus_info{ifOperStatus="down"}', "ifOperStatus == 'down'"),
        ('sysDescr{sysDescr=~".*C2960.*"}', "matches(sysDescr, '.*C2960.*')"),
        ("last_over_time(ifOperStatus[10m]) == 2", "last_over(ifOperStatus, '10m') == 'down'"),
        ("max_over_time(ifOperStatus[10m]) >= 2", "max_over(code(ifOperStatus), '10m') >= 2"),
        ('rate(ifInErrors{ifName="a"}[5m]) > 1 or rate(ifInErrors{ifName="b"}[5m]) > 9',
         "rate(ifInErrors) > 1 and ifName == 'a' or rate(ifInErrors) > 9 and ifName == 'b'"),
        ("rate(ifInErrors[5m]) * on(instance, ifIndex) group_left(ifAlias) ifAlias{ifAlias=~\"core.*\"} > 5",
         "rate(ifInErrors) > 5 and matches(ifAlias, 'core.*')"),
        ("(ifOperStatus == 2) * on(ifIndex) group_left(ifDescr) (ifDescr * 0 + 1)", "ifOperStatus == 'down'"),
        ("ifOperStatus == 2 and on(instance) up == 1", "ifOperStatus == 'down'"),
        ("ifOperStatus == 2 unless on(instance) up == 0", "ifOperStatus == 'down'"),
        ("ifOperStatus == 2 and on(instance) sysUpTime > 60000", "ifOperStatus == 'down' and sysUpTime > 60000"),
        ("resets(sysUpTime[5m]) > 0", "uptime_seconds < 300"),
        ("ifOperStatus == 2 and on(instance) resets(sysUpTime[5m]) > 0",
         "ifOperStatus == 'down' and sysUpTime < 30000"),
        ('absent(bgpPeerState{bgpPeerRemoteAddr="192.0.2.1"})',
         "count(not absent(bgpPeerState) and bgpPeerRemoteAddr == '192.0.2.1') == 0"),
        ("absent_over_time(bgpPeerState[5m])", "count(not absent(bgpPeerState)) == 0"),
        ("(rate(ifInErrors[5m]) > 1) * 2 > 3", "rate(ifInErrors) * 2 > 3 and rate(ifInErrors) > 1"),
        ("rate(ifInErrors[5m]) > 1 < 10", "rate(ifInErrors) < 10 and rate(ifInErrors) > 1"),
        ("(hrProcessorLoad > bool 90) == 1", "(1 if hrProcessorLoad > 90 else 0) == 1"),
        ("clamp_max(hrProcessorLoad, 100) > 90", "min(hrProcessorLoad, 100) > 90"),
        ("round(hrProcessorLoad) >= 90", "hrProcessorLoad >= 90"),
        ("rate(ifInErrors[5m]) > 2 * rate(ifInErrors[5m] offset 1d)",
         "rate(ifInErrors) > 2 * offset(rate(ifInErrors), '1d')"),
        ("deriv(hrStorageUsed[1h]) > 10", "delta_over(hrStorageUsed, '1h') / 3600 > 10"),
        ('max(hrProcessorLoad{instance="a"}) > 90', "max(hrProcessorLoad) > 90"),
        ('sum by (instance) (rate(ifHCInOctets{ifName=~"Te.*"}[5m])) > 1',
         "sum(rate(ifHCInOctets) if matches(ifName, 'Te.*') else 0) > 1 and count(matches(ifName, 'Te.*')) > 0"),
        ('count by (instance) (ifOperStatus{ifName=~"Te.*"} == 2) > 3',
         "count(ifOperStatus == 'down' and matches(ifName, 'Te.*')) > 3"),
        ("count by (instance) (hrProcessorLoad) < 4", "count(hrProcessorLoad) < 4"),
        ("hrProcessorLoad", "not absent(hrProcessorLoad)"),
    ],
)  # fmt: skip
def test_an_expression_has_its_counterpart(known, expr, expected):
    found = carried(known, expr)

    assert found.left == []
    assert yaml.safe_load(found.text)["rules"][0]["expr"] == expected


@pytest.mark.parametrize(
    ("expr", "said"),
    [
        ('absent(up{job="snmp"})', "up is always there"),
        ("resets(ifInErrors[5m]) > 0", "resets() of what is no uptime"),
        ("resets(sysUpTime[5m]) > 2", "another number than none"),
        ("ifOperStatus == 2 unless on(instance) ALERTS", "inhibit_rules"),
        ('up{instance="a"} == 0 or up{instance="b"} == 0', "series of different devices"),
        ('up == 0 unless up{instance="b"} == 0', "series of other devices"),
        ("topk(5, ifInErrors) > 1", "no counterpart of topk()"),
        ("sum(rate(ifHCInOctets[5m])) > 1e9", "sum over all devices"),
        ("rate(ifHCInOctets[5m) > 1", "']' should stand before ')'"),
        ("nobodyKnowsThis > 1", "nobodyKnowsThis"),
        ("ifInErrors[5m] > 1", "over a span, outside of a function"),
        ("ifInErrors > 5", "use rate(ifInErrors)"),
        ("(" * 100 + "1" + ")" * 100, "at most 40 deep"),
        ("ifInErrors > $limit", "letter 14 of the expression: '$limit' is not understood"),
        ('{ifName="a"} > 1', "series without a name"),
        ("ifInErrors @ end() > 1", "'@' asks for one instant"),
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

    found = carry_over([(text, "rules.yml")], known)

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


def test_a_label_that_the_table_does_not_have_is_asked_of_the_alert(known):
    found = carried(known, "up == 0", annotations={"summary": "{{ $labels.site }} {{ $labels.instance }}"})

    assert yaml.safe_load(found.text)["rules"][0]["annotations"] == {"summary": "{{ labels.site }} {{ device }}"}


def test_two_rules_of_one_name_and_the_same_labels_are_told_apart(known):
    text = yaml.dump({"groups": [{"rules": [{"alert": "A", "expr": "up == 0"}, {"alert": "A", "expr": "up < 1"}]}]})

    found = carry_over([(text, "rules.yml")], known)

    book = parse_rule_book(found.text, "out.yaml", known.schema, known.names, known.severities)
    assert [rule.name for rule in book.rules] == ["A", "A_2"]


def test_of_rules_written_as_people_write_them_for_snmp_exporter_nine_of_ten_are_carried_over(known):
    found = carry_over([((Path(__file__).parent / "forms.yml").read_text(), "forms.yml")], known)

    assert found.alerts == 60
    assert len(found.rules) == 55
    assert [one.message.partition(":")[0] for one in found.left] == [
        "TargetsGone", "BusiestPorts", "AllTraffic", "MakersOwn", "SlowScrape",
    ]  # fmt: skip
    assert len(parse_rule_book(found.text, "out.yaml", known.schema, known.names, known.severities).rules) == 55


def test_what_one_file_records_is_written_out_in_another(known):
    records = "groups: [{rules: [{record: 'a:b', expr: 'rate(ifInErrors[5m])'}]}]"
    alerts = "groups: [{rules: [{alert: A, expr: 'a:b > 1'}]}]"

    found = carry_over([(alerts, "alerts.yml"), (records, "records.yml")], known)

    assert yaml.safe_load(found.text)["rules"][0]["expr"] == "rate(ifInErrors) > 1"
