"""Trap rules in the words of MIB modules."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from netwatch.mib import MibIndex, load_index
from netwatch.model import ColumnKind
from netwatch.rules import facts_of, render_trap

from .shop import IF_ADMIN, IF_INDEX, LINK, LINK_DOWN, LINK_UP, complaints, link, one_line, trap, varbind
from .shop import rule as rule_of


@pytest.fixture(scope="module")
def mibs() -> MibIndex:
    return load_index()


def test_traps_and_varbinds_go_by_the_names_of_their_mib(mibs):
    rule = one_line(
        mibs, on_trap="IF-MIB::linkDown", clear_on="[linkUp]", key="ifIndex",
        expr="ifAdminStatus != 'down' and ifOperStatus in ('down', 'lowerLayerDown')",
    ).trap_rules[0]  # fmt: skip

    assert [str(one.oid) for one in (*rule.on_trap, *rule.clear_on)] == [LINK_DOWN, LINK_UP]
    assert str(rule.objects["ifAdminStatus"].oid) == IF_ADMIN
    assert rule.objects["ifOperStatus"].kind is ColumnKind.ENUM
    assert facts_of(rule, link(), mibs).texts == {"ifIndex": "3", "ifAdminStatus": "up", "ifOperStatus": "down"}


def test_a_family_may_be_named(mibs):
    (rule,) = one_line(mibs, on_trap="UPS-MIB::upsTraps.*").trap_rules

    assert (str(rule.on_trap[0].oid), rule.on_trap[0].family) == ("1.3.6.1.2.1.33.2", True)


@pytest.mark.parametrize(("fields", "problem"), [
    ({"on_trap": "IF-MIB::linkDwn"}, "on_trap[0]: IF-MIB defines no linkDwn; did you mean linkDown"),
    ({"on_trap": "CISCO-X-MIB::y"}, "on_trap[0]: CISCO-X-MIB::y: no module CISCO-X-MIB is loaded"),
    ({"expr": "ifOperStatus == 'dwn'"}, "expr: 'dwn' is not one of its values, did you mean down?"),
    ({"expr": "ifOperState == 'down'"}, "expr: neither the trap nor any MIB module has ifOperState"),
    ({"key": "[ifIndx]"}, "key[0]: neither the trap nor any MIB module has ifIndx, did you mean ifIndex?"),
    ({"annotations": "{a: '{{ ifOper }}'}"}, "annotations.a: neither the trap nor any MIB module has ifOper"),
    ({"expr": "matches(ifDescr, 'Gi.*')"}, "warning: rules[0].expr: ifDescr is not among what this trap promises"),
])  # fmt: skip
def test_names_are_held_against_what_the_notification_carries(mibs, fields, problem):
    (complaint,) = complaints(mibs, **fields)

    assert problem in complaint


def test_what_polling_knows_of_the_row_needs_no_varbind(mibs):
    (rule,) = one_line(mibs, key="[ifIndex]", annotations="{a: '{{ ifName }} {{ ifAlias }}'}").trap_rules
    told = render_trap(
        rule,
        facts_of(rule, link(), mibs),
        labels={"ifName": "Gi3", "ifAlias": "up"},
        device="d",
        instance="",
        count=1,
    )

    assert told == {"a": "Gi3 up"}


def test_a_key_that_is_not_carried_is_read_from_an_index(mibs):
    (rule,) = one_line(mibs, on_trap="BGP4-MIB::bgpBackwardTransition", key="[bgpPeerRemoteAddr]").trap_rules

    facts = facts_of(rule, trap("1.3.6.1.2.1.15.7.2", varbind("1.3.6.1.2.1.15.3.1.2.192.0.2.9", 1)), mibs)
    stated = facts_of(
        rule, trap("1.3.6.1.2.1.15.7.2", varbind("1.3.6.1.2.1.15.3.1.7.192.0.2.8", IPv4Address("192.0.2.8"))), mibs
    )

    assert facts.key == {"bgpPeerRemoteAddr": "192.0.2.9"}
    assert stated.key == {"bgpPeerRemoteAddr": "192.0.2.8"}


def test_annotations_write_everything_by_its_name(mibs):
    (rule,) = one_line(mibs, annotations="{a: '{{ trap }}: {{ varbinds }}'}").trap_rules

    told = render_trap(rule, facts_of(rule, link(), mibs), labels={}, device="d", instance="", count=1)

    assert told["a"] == (
        "IF-MIB::linkDown: IF-MIB::ifIndex.3 = 3, IF-MIB::ifAdminStatus.3 = up(1), IF-MIB::ifOperStatus.3 = down(2)"
    )


@pytest.mark.parametrize(("suffix", "value", "key"), [
    ("7", 7, "7"),
    ("7", 8, "7"),        # the instance names the row
    ("0", 7, "7"),        # an instance of 0 behind whatever is sent names none
    ("", 7, "7"),
])  # fmt: skip
def test_a_key_is_what_the_instance_says_where_value_and_instance_disagree(mibs, suffix, value, key):
    said = varbind(f"{IF_INDEX}.{suffix}".rstrip("."), value)

    assert facts_of(rule_of(), trap(LINK_DOWN, said), mibs).key == {"ifIndex": key}


def test_a_value_that_stands_in_a_longer_instance_agrees_with_it(mibs):
    found = rule_of(LINK.replace("[ifIndex]", "[oper]"))

    assert facts_of(found, link(), mibs).key == {"oper": "down"}
