"""Trap rules as written: what they say, and where they are wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .shop import IF_OPER, LINK, LINK_DOWN, LINK_UP, book, complaints, one_line, rule


def test_a_trap_rule_stands_beside_the_others_in_the_same_file():
    found = book(LINK + "  - {alert: Oper, expr: ifOperStatus == 2}\n")

    assert [one.name for one in found.rules] == ["Oper"]
    (link_down,) = found.trap_rules
    assert (link_down.name, link_down.file, link_down.line, link_down.key) == (
        "LinkDown",
        "test.yaml",
        3,
        ("ifIndex",),
    )
    assert [str(pattern.oid) for pattern in (*link_down.on_trap, *link_down.clear_on)] == [LINK_DOWN, LINK_UP]
    assert link_down.labels == {"severity": "warning"}
    assert found.warnings == ()


def test_without_anything_that_ends_it_an_alert_ends_by_itself():
    assert one_line().trap_rules[0].ttl == timedelta(minutes=10)
    assert one_line(for_="1m").trap_rules[0].ttl == timedelta(minutes=11)
    assert one_line(ttl="1h").trap_rules[0].ttl == timedelta(hours=1)
    assert rule().ttl is None


STATE = f"{{state: {{oid: {IF_OPER}, enum: {{1: up, 2: down}}}}}}"


@pytest.mark.parametrize(("fields", "problem"), [
    ({"no_data": "keep"}, "rules[0].no_data: has no meaning in a rule with on_trap"),
    ({"table": "ifTable"}, "rules[0].table: has no meaning in a rule with on_trap"),
    ({"tll": "5m"}, "rules[0].tll: unknown key, did you mean ttl?"),
    ({"on_trap": "[]"}, "rules[0].on_trap: List should have at least 1 item"),
    ({"on_trap": "1.3.x"}, "on_trap[0]: no MIB module is loaded that names 1.3.x; load it, or write the OID"),
    ({"clear_on": "[1.3.6, IF-MIB::linkUp]"}, "clear_on[1]: no MIB module is loaded that names IF-MIB::linkUp"),
    ({"ttl": "0s"}, "rules[0].ttl: Input should be greater than"),
    ({"ttl": "1m", "for": "5m"}, "rules[0].ttl: is over before `for` is"),
    ({"clear_on": LINK_DOWN}, "rules[0].clear_on: 1.3.6.1.6.3.1.1.5.3 both begins and ends it; say which with"),
    ({"clear_on": "1.3.6.1.6.3.*"}, "both begins and ends it"),
    ({"expr": "state == 'upp'", "varbinds": STATE}, "expr: 'upp' is not one of its values, did you mean up?"),
    ({"expr": "state ==", "varbinds": STATE}, "expr: is no expression"),
    ({"expr": "delta(n) > 5", "varbinds": "{n: 1.3.6}"}, "expr: a trap is looked at alone"),
    ({"expr": "avg_over(n, '5m') > 5", "varbinds": "{n: 1.3.6}"}, "expr: a trap is looked at alone"),
    ({"expr": "sum(n) > 5", "varbinds": "{n: 1.3.6}"}, "expr: a trap is looked at alone"),
    ({"expr": "coalesce(last(n), n) > 5", "varbinds": "{n: 1.3.6}"}, "expr: a trap is looked at alone"),
    ({"expr": "n > 5 and n < 3", "varbinds": "{n: 1.3.6}"}, "expr: this is never true, whatever the trap carries"),
    ({"expr": "n > 5", "clear_expr": "n > 3", "varbinds": "{n: 1.3.6}"}, "expr and clear_expr are both true at"),
    ({"expr": "5 > 3"}, "expr: no reading can change the outcome"),
    ({"value": "n > 3", "varbinds": "{n: 1.3.6}"}, "value: a number or text is wanted here"),
    ({"varbinds": "{n: {traps: {x: 1.3.6.9}}}"}, "traps.x: 1.3.6.9 is neither in on_trap nor in clear_on"),
    ({"varbinds": f"{{n: {{traps: {{x: {LINK_DOWN}, y: {LINK_DOWN}}}}}}}"}, f"{LINK_DOWN} stands for 'x' too"),
    ({"varbinds": f"{{n: {{oid: 1.3.6, traps: {{x: {LINK_DOWN}}}}}}}"}, "oid says where the value stands, or traps"),
    ({"varbinds": "{n: {kind: text}}"}, "oid says where the value stands, or traps which trap means which word"),
    ({"varbinds": f"{{n: {{kind: enum, traps: {{x: {LINK_DOWN}}}}}}}"}, "have no enum and no other kind"),
    ({"varbinds": "{n: [1.3.6, x]}"}, "varbinds.n: no MIB module is loaded that names x"),
    ({"labels": "{severity: {from: count, map: {many: warning}}}"}, "many is no number of traps from which"),
    ({"varbinds": "{n: x}"}, "rules[0].varbinds.n: no MIB module is loaded that names x"),
    ({"varbinds": "{n: {oid: 1.3.6, kind: counter}}"}, "varbinds.n.kind: Input should be 'gauge', 'enum' or 'text'"),
    ({"varbinds": "{n: {oid: 1.3.6, enums: {}}}"}, "varbinds.n.enums: unknown key"),
    ({"labels": "{n: x}", "key": "[n]", "varbinds": "{n: 1.3.6}"}, "labels.n: n is in the key, and comes"),
    ({"labels": "{device: x}"}, "device is set by NetWatch"),
    ({"annotations": "{a: '{% for x in y %}{% endfor %}'}"}, "annotations.a: For is not known in templates"),
    ({"annotations": "{a: '{{ count | nope }}'}"}, "annotations.a: the template does not work"),
])  # fmt: skip
def test_a_wrong_trap_rule_is_refused_in_plain_words(fields, problem):
    found = complaints(**fields)

    assert any(problem in complaint for complaint in found), found
    assert all(complaint.startswith("test.yaml:1:") for complaint in found)


def test_keys_of_trap_rules_are_refused_in_rules_about_readings(workshop):
    (complaint,) = workshop.complaints("rules: [{alert: A, expr: up == 0, ttl: 5m}]")

    assert complaint == "test.yaml:1:35: rules[0].ttl: belongs to rules with on_trap"


@pytest.mark.parametrize("fields", [
    {"expr": "bgpPeerState == 1"},
    {"expr": "sysName == 'core'"},
    {"key": "[sysName]"},
    {"annotations": "{a: '{{ sysName }}'}"},
])  # fmt: skip
def test_a_name_that_nobody_knows_is_a_warning_where_no_mib_is_at_hand(fields):
    (warning,) = complaints(**fields)

    assert "warning: " in warning
    assert "so its value stays unknown; state its OID under varbinds" in warning
    assert len(one_line(**fields).trap_rules) == 1


def test_the_place_of_a_word_inside_an_expression_is_named():
    (warning,) = complaints(expr="1 == sysName")

    assert warning.startswith("test.yaml:1:62: warning: rules[0].expr: ")


GRADED = "{gravity: {oid: 1.3.6.1.4.1.99.7, enum: {1: major, 2: minor}}}"


@pytest.mark.parametrize(("fields", "expected"), [
    ({"on_trap": f"[any, {LINK_DOWN}]"}, "stands alone"),
    ({"on_trap": "any", "clear_on": LINK_UP}, "cannot say which trap ends it"),
    ({"clear_on": "any"}, "ends none"),
    ({"labels": "{severity: {from: gravity, map: {majr: critical}}}", "varbinds": GRADED}, "did you mean major?"),
    ({"labels": "{severity: {from: gravity, map: {9: critical}}}", "varbinds": GRADED}, "is never '9'"),
    ({"labels": "{severity: {from: gravity, map: {1: a, major: b}}}", "varbinds": GRADED}, "the same value"),
    ({"labels": "{severity: {from: gravity, map: {}}}", "varbinds": GRADED}, "at least 1 item"),
    ({"labels": "{severity: {from: nowhere, map: {1: critical}}}"}, "names nowhere"),
    ({"labels": "{severity: {map: {1: critical}}}"}, "is missing"),
])  # fmt: skip
def test_an_any_or_a_map_that_makes_no_sense_is_told(fields, expected):
    assert any(expected in complaint for complaint in complaints(**fields)), complaints(**fields)


def test_any_needs_no_names_and_leaves_nothing_to_complain_of():
    assert complaints(on_trap="any", labels="{severity: info}", annotations='{summary: "{{ trap }}"}') == []
    assert complaints(on_trap="1.3.6.1.*", key="[trap]") == []
