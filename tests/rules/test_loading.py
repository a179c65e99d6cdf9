"""Rule files: what they say, and where they are wrong."""

from __future__ import annotations

import re
from datetime import timedelta
from textwrap import dedent

import pytest

from netwatch.model import USUAL_SEVERITIES, InvalidFile
from netwatch.rules import load_rules, parse_rule_book, parse_rules


def test_a_rule_file_says_what_prometheus_would_say_and_more(workshop, tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(
        dedent("""
        rules:
          - alert: InterfaceSaturated
            expr: rate(ifHCOutOctets) * 8 > 0.90 * ifHighSpeed * 1e6
            clear_expr: rate(ifHCOutOctets) * 8 < 0.87 * ifHighSpeed * 1e6
            for: 5m
            keep_firing_for: 2m
            no_data: clear
            labels: {severity: warning}
            annotations: {summary: "{{ ifName }} on {{ device }} is {{ value | percent }} full"}
    """)
    )

    (rule,) = load_rules([path], workshop.schema)

    assert (rule.name, rule.table, rule.file, rule.line) == ("InterfaceSaturated", "ifTable", str(path), 3)
    assert (rule.hold_for, rule.keep_firing_for, rule.no_data) == (
        timedelta(minutes=5),
        timedelta(minutes=2),
        "clear",
    )
    assert rule.labels == {"severity": "warning"}
    assert rule.clear_expr == "rate(ifHCOutOctets) * 8 < 0.87 * ifHighSpeed * 1e6"
    assert not rule.is_aggregate


def test_rules_of_several_files_come_in_order_and_an_empty_file_has_none(workshop, tmp_path):
    for name, text in (("a", "rules: [{alert: One, expr: up == 0}]"), ("b", ""), ("c", "rules: []"),
                       ("d", "rules: [{alert: Two, expr: up == 0}]")):  # fmt: skip
        (tmp_path / name).write_text(text)

    rules = load_rules(sorted(tmp_path.iterdir()), workshop.schema)

    assert [rule.name for rule in rules] == ["One", "Two"]


def test_problems_name_line_and_column_of_the_word_inside_the_expression(workshop):
    assert workshop.complaints(dedent("""
        rules:
          - alert: Plain
            expr: ifMtu > 5 and ifMtuu > 5
          - alert: Quoted
            expr: "ifMtu > 5 and ifMtuu > 5"
          - alert: Block
            expr: |
              ifMtu > 5 and ifMtuu > 5
          - alert: Umlaut
            expr: ifAlias == 'ä' and ifMtuu > 5
    """).strip()) == [
        f"test.yaml:{line}:{column}: rules[{number}].expr: "
        "table ifTable has no column or label ifMtuu, did you mean ifMtu?"
        for number, (line, column) in enumerate([(3, 25), (5, 26), (8, 21), (10, 30)])
    ]  # fmt: skip


def test_a_folded_expression_is_blamed_at_its_beginning(workshop):
    (problem,) = workshop.complaints("rules:\n  - alert: A\n    expr: >-\n      ifMtu > 1\n      and ifMtuu > 1\n")

    assert problem.startswith("test.yaml:3:11: rules[0].expr: ")


def test_all_problems_of_all_files_come_at_once(workshop, tmp_path):
    (tmp_path / "a.yaml").write_text("rules: [{alert: One, expr: upp == 0}, {alert: Two, expr: up == 'x'}]")
    (tmp_path / "b.yaml").write_text("rules: [\n")
    (tmp_path / "c.yaml").write_text("rulez: []")

    with pytest.raises(InvalidFile) as refused:
        load_rules([*sorted(tmp_path.glob("*.yaml")), tmp_path / "missing.yaml"], workshop.schema)

    files = [problem.file.rpartition("/")[2] for problem in refused.value.problems]
    assert sorted(files) == ["a.yaml", "a.yaml", "b.yaml", "c.yaml", "missing.yaml"]


@pytest.mark.parametrize(("text", "problem"), [
    ("[]", "test.yaml:1:1: a rule file begins with `rules:`"),
    ("rules: 5", "test.yaml:1:8: rules: must be a list of rules"),
    ("rule: []", "test.yaml:1:1: rule: unknown key, did you mean rules?"),
    ("rules: [5]", "test.yaml:1:9: rules[0]: Input should be a valid dictionary or instance of RuleEntry"),
    ("rules: [{alert: A}]", "test.yaml:1:9: rules[0].expr: is missing"),
    ("rules: [{alert: A, expr: up == 0, fro: 5m}]", "test.yaml:1:35: rules[0].fro: unknown key, did you mean for?"),
    ("rules: [{alert: A, expr: true}]", "test.yaml:1:26: rules[0].expr: must be a text; put True in quotes"),
    ("rules: [{alert: A, expr: up == 0, for: 5}]", "test.yaml:1:40: rules[0].for: 5 needs a unit, such as 5s or 5m"),
    ("rules: [{alert: A, expr: up == 0, no_data: no}]", "test.yaml:1:44: rules[0].no_data: Input should be 'keep'"),
    ("rules: [{alert: A, expr: up == 0, labels: {device: x}}]", "device is set by NetWatch and cannot be"),
    ("rules: [{alert: A, expr: up == 0, labels: {tier: 1}}]", "labels.tier: must be a text; put 1 in quotes"),
    ("rules: [{alert: '', expr: up == 0}]", "rules[0].alert: String should match pattern"),
    ("rules: [{alert: A, expr: up == 0}, {alert: A, expr: up == 1}]", "there is an alert A already, in test.yaml:1"),
    ("rules: [{alert: A, expr: up == 0, annotations: {a: '{{ ifname }}'}}]", "a: nothing is called ifname"),
    ("rules: [{alert: A, expr: up == 0, value: up == 0}]", "value: a number or text is wanted here"),
    ("rules: [{alert: A, expr: avg(load) > 1, value: load}]", "value: has one result per row, and expr one for the"),
])  # fmt: skip
def test_a_wrong_file_is_refused_in_plain_words(workshop, text, problem):
    complaints = workshop.complaints(text)

    assert len(complaints) == 1
    assert problem in complaints[0]


PASTED = """groups:
  - name: ports
    interval: 1m
    labels: {team: net}
    rules:
      - alert: Down
        expr: ifOperStatus == 'down'
        for: 5m
        labels: {severity: warning}
        annotations: {summary: "{{ ifName }} is {{ value }}"}
      - alert: Slow
        expr: ifHighSpeed < 100
"""


def test_the_groups_of_a_prometheus_file_are_taken_with_their_labels(workshop):
    book = parse_rule_book(PASTED, "pasted.yaml", workshop.schema)

    assert [(rule.name, dict(rule.labels), rule.line) for rule in book.rules] == [
        ("Down", {"team": "net", "severity": "warning"}, 6), ("Slow", {"team": "net"}, 11),
    ]  # fmt: skip
    assert [str(warning) for warning in book.warnings] == [
        "pasted.yaml:3:5: warning: groups[0].interval: is not needed: rules are held against every reading, and how "
        "often devices are read is said by `polling.interval`"
    ]


@pytest.mark.parametrize(("text", "problem"), [
    ("groups: 5\n", "test.yaml:1:9: groups: must be a list of groups, each with its `rules:`"),
    ("groups: [{rules: [{record: a, expr: b}]}]\n",
     "test.yaml:1:20: groups[0].rules[0].record: records a series, which NetWatch does not"),
    ("groups: [{nme: a, rules: []}]\n", "test.yaml:1:11: groups[0].nme: unknown key, did you mean name?"),
    ("groups: [{name: a, labels: {device: b}, rules: []}]\n", "device is set by NetWatch"),
])  # fmt: skip
def test_what_of_a_prometheus_file_has_no_meaning_here_is_explained_in_its_place(workshop, text, problem):
    assert problem in workshop.complaints(text)[0]


@pytest.mark.parametrize(("template", "place", "advice"), [
    ("{{ $labels.ifName }} is bad", "$labels", "write {{ ifName }}"),
    ("{{ ifName }} {{ $value }}", "$value", "write {{ value }}"),
    ("{{ value | humanizePercentage }}", "| humanize", "write {{ value | percent }}"),
    ("{{ value | humanize }}", "| humanize", "write {{ value | si }}"),
    ("{{ $labels.instance }}", "$labels", "write {{ device }}"),
    ("at {{ ifNme }}", "ifNme", "nothing is called ifNme here, did you mean ifName?"),
])  # fmt: skip
@pytest.mark.parametrize("part", ["labels", "annotations"])
def test_a_template_with_an_unknown_word_is_an_error_with_its_column(workshop, part, template, place, advice):
    line = f'rules: [{{alert: A, expr: "ifMtu > 1", {part}: {{note: "{template}"}}}}]\n'

    (complaint,) = workshop.complaints(line)

    assert complaint.startswith(f"test.yaml:1:{line.index(place) + 1}: rules[0].{part}.note: ")
    assert advice in complaint


TWICE = """rules:
  - {alert: Big, expr: "ifMtu > 70", labels: {severity: warning}}
  - {alert: Big, expr: "ifMtu > 90", labels: {severity: critical}}
"""


def test_two_rules_of_one_name_are_told_apart_by_the_labels_that_differ(workshop):
    rules = parse_rules(TWICE, "r.yaml", workshop.schema)

    assert [(rule.name, rule.alertname) for rule in rules] == [
        ('Big{severity="warning"}', "Big"), ('Big{severity="critical"}', "Big"),
    ]  # fmt: skip


def test_two_rules_of_one_name_and_the_same_labels_are_one_too_many(workshop):
    (complaint,) = workshop.complaints(TWICE.replace("critical", "warning"))

    assert "there is an alert Big already, in test.yaml:2; two rules may share a name where their labels" in complaint


@pytest.mark.parametrize(("word", "hint"), [
    ("critcal", "did you mean critical?"), ("page", "did you mean critical?"), ("Warning", "did you mean warning?"),
])  # fmt: skip
def test_a_severity_that_is_none_is_an_error_with_a_hint(workshop, word, hint):
    text = f"rules: [{{alert: A, expr: ifMtu > 1, labels: {{severity: {word}}}}}]"

    with pytest.raises(InvalidFile, match=re.escape(f"{word!r} is none of the severities, {hint}")):
        parse_rule_book(text, "r.yaml", workshop.schema, severities=USUAL_SEVERITIES)
    assert parse_rule_book(text.replace(word, "info"), "r.yaml", workshop.schema, severities=USUAL_SEVERITIES)


def test_devices_that_are_no_matchers_are_an_error_in_their_place(workshop):
    (complaint,) = workshop.complaints('rules: [{alert: A, expr: "ifMtu > 1", devices: [\'site="hq"\', "hq"]}]')

    assert complaint.startswith("test.yaml:1:62: rules[0].devices[1]: 'hq' is not a matcher")
