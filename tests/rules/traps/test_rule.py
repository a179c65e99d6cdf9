"""Trap rules: what a trap means, which instance it is about, and what people read of it."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from netwatch.model import Missing, Oid
from netwatch.rules import Outcome, facts_of, labels_of_trap, render_trap, varbinds_text, verdict_on

from .shop import IF_ADMIN, IF_DESCR, IF_INDEX, IF_OPER, LINK_DOWN, LINK_UP, link, one_line, rule, trap, varbind


def outcome(of_rule, event, labels=None) -> Outcome:
    return verdict_on(of_rule, facts_of(of_rule, event), labels or {}).outcome


@pytest.mark.parametrize(("event", "expected"), [
    (link(), Outcome.BEGINS),
    (link(admin=2), Outcome.NOTHING),                          # switched off on purpose
    (trap(LINK_DOWN, varbind(f"{IF_INDEX}.3", 3)), Outcome.BEGINS),   # v1 agents carry no more
    (link(LINK_UP), Outcome.ENDS),
    (trap("1.3.6.1.6.3.1.1.5.1"), Outcome.NOTHING),
])  # fmt: skip
def test_a_trap_begins_ends_or_means_nothing(event, expected):
    assert outcome(rule(), event) is expected


def test_what_is_not_carried_is_unknown_and_begins_nothing():
    book = one_line(expr="mtu > 9000", varbinds="{mtu: 1.3.6.1.2.1.2.2.1.4}").trap_rules[0]

    assert outcome(book, trap()) is Outcome.NOTHING
    assert outcome(book, trap(LINK_DOWN, varbind("1.3.6.1.2.1.2.2.1.4.3", b"9999"))) is Outcome.NOTHING
    assert outcome(book, trap(LINK_DOWN, varbind("1.3.6.1.2.1.2.2.1.4.3", 9999))) is Outcome.BEGINS


def test_a_family_takes_everything_below_its_oid():
    family = one_line(on_trap="1.3.6.1.4.1.9.9.*").trap_rules[0]

    assert outcome(family, trap("1.3.6.1.4.1.9.9.43.2.0.1")) is Outcome.BEGINS
    assert outcome(family, trap("1.3.6.1.4.1.9.90.1")) is Outcome.NOTHING


def test_a_trap_that_came_as_v1_is_the_same_trap():
    on_battery = one_line(on_trap="1.3.6.1.2.1.33.2.1").trap_rules[0]

    assert outcome(on_battery, trap("1.3.6.1.2.1.33.2.0.1")) is Outcome.BEGINS
    assert outcome(on_battery, trap("1.3.6.1.2.1.33.2.0.2")) is Outcome.NOTHING


def test_the_same_trap_may_begin_and_end_by_what_it_carries():
    ospf = one_line(
        on_trap="1.3.6.1.2.1.14.16.2.2", expr="state != 'full'", clear_expr="state == 'full'",
        varbinds="{state: {oid: 1.3.6.1.2.1.14.10.1.6, enum: {1: down, 8: full}}}",
    ).trap_rules[0]  # fmt: skip

    def heard(state: int) -> Outcome:
        return outcome(ospf, trap("1.3.6.1.2.1.14.16.2.2", varbind("1.3.6.1.2.1.14.10.1.6.192.0.2.9.0", state)))

    assert (heard(1), heard(8)) == (Outcome.BEGINS, Outcome.ENDS)


def test_polled_labels_and_texts_take_part_in_expressions():
    uplinks = one_line(
        key="[ifIndex]", expr="matches(ifAlias, 'uplink.*') and matches(descr, 'Gi.*')",
        varbinds=f"{{ifIndex: {IF_INDEX}, descr: {{oid: {IF_DESCR}, kind: text}}}}",
    ).trap_rules[0]  # fmt: skip
    event = trap(LINK_DOWN, varbind(f"{IF_INDEX}.3", 3), varbind(f"{IF_DESCR}.3", b"Gi1/0/3"))

    assert outcome(uplinks, event, {"ifAlias": "uplink to edge"}) is Outcome.BEGINS
    assert outcome(uplinks, event, {"ifAlias": "desk"}) is Outcome.NOTHING
    assert outcome(uplinks, event) is Outcome.NOTHING


@pytest.mark.parametrize(("varbinds", "key"), [
    ([varbind(f"{IF_INDEX}.3", 3)], {"ifIndex": "3"}),
    ([varbind(f"{IF_OPER}.7", 2)], {"ifIndex": "7"}),          # only the instance says it
    ([varbind("1.3.6.1.4.1.9.2.2.1.1.20.7", b"down")], {}),    # nothing the rule knows of
    ([], {}),
])  # fmt: skip
def test_the_key_is_the_varbinds_value_or_else_the_instance_of_another(varbinds, key):
    assert facts_of(rule(), trap(LINK_DOWN, *varbinds)).key == key


def test_an_address_is_a_key_as_people_write_it():
    peers = one_line(key="[peer]", varbinds="{peer: 1.3.6.1.2.1.15.3.1.7}").trap_rules[0]
    event = trap(LINK_DOWN, varbind("1.3.6.1.2.1.15.3.1.7.192.0.2.9", IPv4Address("192.0.2.9")))

    assert facts_of(peers, event).key == {"peer": "192.0.2.9"}


def test_annotations_read_varbinds_polled_labels_source_and_count():
    facts = facts_of(rule(), link(oper=2))

    told = render_trap(rule(), facts, labels={"ifName": "Gi1/0/3"}, device="sw1", instance="ifName=Gi1/0/3", count=4)

    assert told == {
        "summary": "Gi1/0/3 on sw1 lost its link, says 192.0.2.1",
        "description": f"{IF_INDEX}.3 = 3, {IF_ADMIN}.3 = 1, {IF_OPER}.3 = 2; 4 times; it was down",
    }


def test_the_left_side_of_the_expression_is_the_value():
    battery = one_line(expr="minutes < 10", varbinds="{minutes: 1.3.6.1.2.1.33.1.2.3}").trap_rules[0]
    facts = facts_of(battery, trap(LINK_DOWN, varbind("1.3.6.1.2.1.33.1.2.3.0", 4)))

    verdict = verdict_on(battery, facts, {})

    assert (verdict.value, verdict.threshold) == (4.0, 10.0)


HOSTILE = b"\x1b[2J{{ 7*7 }}\r\nBcc: x@example.net\x00\xff" + b"A" * 5000


def test_hostile_text_stays_text_on_one_line_and_is_cut():
    shown = one_line(
        key="[descr]", annotations="{summary: '{{ descr }}', description: '{{ varbinds }}'}",
        varbinds=f"{{descr: {{oid: {IF_DESCR}, kind: text}}}}",
    ).trap_rules[0]  # fmt: skip
    readable = HOSTILE.replace(b"\xff", b"").replace(b"\x00", b"").replace(b"\x1b", b"")
    for octets in (HOSTILE, readable):
        facts = facts_of(shown, trap(LINK_DOWN, *[varbind(f"{IF_DESCR}.{n}", octets) for n in range(40)]))
        told = render_trap(shown, facts, labels={}, device="sw1", instance="x", count=1)

        assert len(facts.key["descr"]) <= 300
        assert all(text.isprintable() for text in (*facts.key.values(), *told.values()))
        assert "49" not in told["summary"]
        assert len(told["description"]) <= 2000


def test_what_stands_for_no_value_is_written_and_breaks_nothing():
    nothing = [varbind(f"{IF_INDEX}.1", Missing.NO_SUCH_OBJECT), varbind(f"{IF_OPER}.1", None)]

    assert outcome(rule(), trap(LINK_DOWN, *nothing)) is Outcome.BEGINS
    assert varbinds_text(nothing) == f"{IF_INDEX}.1 = noSuchObject, {IF_OPER}.1 = "


def test_many_varbinds_are_counted_rather_than_listed():
    many = [varbind(f"{IF_INDEX}.{number}", Oid((1, 3, number))) for number in range(23)]

    assert varbinds_text(many).endswith(", and 3 more")


# -- what no other rule takes, and labels that a varbind decides -----------------------------------------------------


def test_any_takes_every_trap_and_tells_its_kinds_apart():
    rest = one_line(on_trap="any").trap_rules[0]

    assert rest.takes_the_rest
    assert outcome(rest, trap("1.3.6.1.4.1.5.6.7")) is Outcome.BEGINS
    assert facts_of(rest, trap("1.3.6.1.4.1.5.6.7")).key == {"trap": "1.3.6.1.4.1.5.6.7"}


def test_a_family_without_a_key_tells_its_kinds_apart():
    family = one_line(on_trap="1.3.6.1.4.1.9.*").trap_rules[0]

    assert family.key == ("trap",)
    assert one_line(on_trap="1.3.6.1.4.1.9.*", clear_on=LINK_UP).trap_rules[0].key == ()


@pytest.mark.parametrize(("expr", "declined"), [
    ("mtu > 9000", True),
    ("missing > 1", False),      # not carried: nobody knows
])  # fmt: skip
def test_a_rule_that_knows_a_trap_and_finds_that_it_means_nothing_declines_it(expr, declined):
    varbinds = "{mtu: 1.3.6.1.2.1.2.2.1.4, missing: 1.3.6.1.2.1.2.2.1.5}"
    looking = one_line(expr=expr, varbinds=varbinds).trap_rules[0]
    verdict = verdict_on(looking, facts_of(looking, trap(LINK_DOWN, varbind("1.3.6.1.2.1.2.2.1.4.3", 1500))), {})

    assert (verdict.outcome, verdict.declined) == (Outcome.NOTHING, declined)


GRAVITY = "1.3.6.1.4.1.99.7"
BY_NUMBER = "{severity: {from: gravity, map: {1: critical, 2: warning}, default: info}}"
BY_NAME = "{severity: {from: gravity, map: {cleared: info, major: critical}}}"


@pytest.mark.parametrize(("labels", "enum", "value", "expected"), [
    (BY_NUMBER, "{}", 1, "critical"),
    (BY_NUMBER, "{1: major, 2: minor}", 1, "critical"),       # a number means the same though it has a name
    (BY_NUMBER, "{}", 7, "info"),
    (BY_NUMBER, "{}", None, "info"),
    (BY_NAME, "{1: cleared, 2: major}", 2, "critical"),
    (BY_NAME, "{1: cleared, 2: major, 3: odd}", 3, None),
])  # fmt: skip
def test_the_value_of_a_varbind_decides_the_severity(labels, enum, value, expected):
    graded = one_line(labels=labels, varbinds=f"{{gravity: {{oid: {GRAVITY}, kind: enum, enum: {enum}}}}}")
    carried = () if value is None else (varbind(f"{GRAVITY}.0", value),)
    (only,) = graded.trap_rules

    assert labels_of_trap(only, facts_of(only, trap(LINK_DOWN, *carried))).get("severity") == expected
