"""Annotations: what they can say, what they refuse, and what device text cannot do to them."""

from __future__ import annotations

import pytest

from netwatch.rules import render
from netwatch.rules.templates import MAX_OUTPUT, compile_template, render_template


def shown(text, labels=None, **given):
    values = {
        "device": "sw1",
        "alertname": "A",
        "severity": "warning",
        "instance": "",
        "value": None,
        "threshold": None,
    }
    return render_template(compile_template(text, ["ifName", "ifAlias"]), labels or {}, {**values, **given})


def test_a_template_names_labels_device_and_value():
    text = "{{ ifName }} of {{ device }}{% if ifAlias %} ({{ ifAlias }}){% endif %}: {{ value | percent }}"

    assert shown(text, {"ifName": "Gi1", "ifAlias": "uplink"}, value=0.93) == "Gi1 of sw1 (uplink): 93 %"
    assert shown(text, {"ifName": "Gi1"}, value=None) == "Gi1 of sw1: unknown"


def test_any_label_can_be_asked_for_through_labels():
    assert shown("{{ labels.site }}/{{ labels['rack'] }}.", {"site": "hq"}) == "hq/."


@pytest.mark.parametrize(("text", "message"), [
    ("{{ ifNme }}", "nothing is called ifNme here, did you mean ifName?"),
    ("{% if x %}{% endif %}", "nothing is called x here"),
    ("{{ value | procent }}", "No filter named 'procent'"),
    ("{{ value", "the template does not work"),
    ("{% for x in labels %}{% endfor %}", "For is not known in templates"),
    ("{{ labels.keys() }}", "Call is not known in templates"),
    ("{{ range(3) }}", "is not known in templates"),
    ("{{ 'a' * 3 }}", "only numbers can be multiplied"),
    ("{{ '%5d' % 1 }}", "Mod is not known in templates"),
    ("{{ 2 ** 3 }}", "Pow is not known in templates"),
    ("{{ ''.__doc__ }}", "the template does not work"),
    ("{% include 'x' %}", "is not known in templates"),
    ("{% set x = 1 %}{{ x }}", "is not known in templates"),
    ("{{ device / 2 }}", "the template does not work"),
    ("x" * 5000, "longer than 4000 characters"),
    ("{{ " + "(" * 300 + "1" + ")" * 300 + " }}", ""),
])  # fmt: skip
def test_a_template_that_cannot_work_is_refused_when_it_is_loaded(text, message):
    with pytest.raises(ValueError, match=r"\w") as refused:
        compile_template(text, ["ifName", "ifAlias"])

    assert message in str(refused.value)


def test_device_text_cannot_break_lines_or_turn_the_writing_around():
    hostile = "up\r\nBcc: x@example.net\x00\x1b[31m\u202egnp.exe\u2028"

    assert shown("{{ ifName }}|{{ labels.ifName }}|{{ value }}", {"ifName": hostile}, value=hostile).count("\n") == 0
    assert shown("{{ ifName }}", {"ifName": hostile}) == "up  Bcc: x@example.net[31mgnp.exe"


def test_device_text_is_never_a_template():
    assert shown("{{ ifName }}", {"ifName": "{{ 7 * 7 }}"}) == "{{ 7 * 7 }}"


def test_a_label_cannot_stand_in_for_device_or_value():
    assert shown("{{ device }} {{ value }}", {"device": "forged", "value": "forged"}, value=5) == "sw1 5"


def test_output_is_cut_to_a_length():
    assert len(shown("{{ ifName }}" * 50, {"ifName": "x" * 10_000})) == MAX_OUTPUT


def test_a_template_keeps_its_own_line_ends():
    assert shown("one\ntwo\t{{ value }}", value=1.0) == "one\ntwo 1"


def test_a_template_that_fails_after_all_says_so_instead_of_hiding_the_alert():
    assert "could not be rendered" in shown(
        "{% if value == 77 %}{{ labels.site * 2 }}{% endif %}", {"site": "x"}, value=77
    )


def test_a_rule_renders_all_its_annotations_and_knows_its_own_labels(workshop):
    rule = workshop.rule("ifMtu > 1", labels={"severity": "critical", "team": "net"},
                         annotations={"summary": "{{ alertname }} {{ severity }} {{ team }}",
                                      "more": "{{ instance }}"})  # fmt: skip

    assert render(rule, labels={"team": "net"}, device="sw1", instance="ifName=a") == {
        "summary": "Test critical net", "more": "ifName=a",
    }  # fmt: skip
