"""The trap rules that come with NetWatch, with the traps that should and should not break them."""

from __future__ import annotations

import random
import re
from collections import Counter
from ipaddress import IPv4Address

import pytest

from netwatch.mib import MibIndex, load_index
from netwatch.model import CONCEPTS, Oid, Value, shipped_directory
from netwatch.profiles import load_library
from netwatch.rules import (
    NO_MIB,
    AlikeTraps,
    MibNames,
    Outcome,
    RuleBook,
    TrapRule,
    facts_of,
    load_rule_book,
    render_trap,
    trap_evidence,
    verdict_on,
)

from .shop import trap, varbind

IF, BGP, OSPF, UPS, ALARM = (
    "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.15.3.1", "1.3.6.1.2.1.14.10.1", "1.3.6.1.2.1.33.1.2", "1.3.6.1.2.1.33.1.6.2.1",
)  # fmt: skip
ON_BATTERY, OVERLOAD = Oid.parse("1.3.6.1.2.1.33.1.6.3.2"), Oid.parse("1.3.6.1.2.1.33.1.6.3.8")
PEER = IPv4Address("192.0.2.9")


@pytest.fixture(scope="module")
def mibs() -> MibIndex:
    return load_index()


CONCEPT_NAMES = {name for concept in CONCEPTS.values() for name in (*concept.columns, *concept.labels)}


def shipped(names: MibNames) -> RuleBook:
    return load_rule_book(sorted(shipped_directory("rules").glob("*.yaml")), load_library([]).schema(), names)


@pytest.fixture(scope="module", params=["without MIB modules", "with MIB modules"])
def names(request: pytest.FixtureRequest, mibs: MibIndex) -> MibNames:
    return mibs if request.param == "with MIB modules" else NO_MIB


@pytest.fixture(scope="module")
def rules(names: MibNames) -> dict[str, TrapRule]:
    return {rule.name: rule for rule in shipped(names).trap_rules}


OF_ANY_DEVICE = {
    "LinkDown", "AgentStarted", "AuthenticationFailures", "BgpSessionDown", "OspfNeighborDown", "HardwareChanged",
    "UpsReportsBattery", "UpsAlarm", "OspfInterfaceDown", "LabelPrinterAlert", "TrapAlarm", "TrapStorm",
}  # fmt: skip


def test_every_rule_says_how_grave_it_is_and_ends_some_day(names, rules):
    assert set(rules) > OF_ANY_DEVICE
    for rule in rules.values():
        mapped = rule.mapped.get("severity")
        told = [rule.labels["severity"]] if mapped is None else [*mapped.words.values(), mapped.default]
        assert set(told) <= {"critical", "warning", "info"}
        assert {"title", "several", "summary", "description"} <= set(rule.annotations) <= {
            "title", "several", "unit", "summary", "description"
        }  # fmt: skip
        assert rule.ttl is not None
    assert shipped(names).warnings == ()


def test_oids_and_enumerations_are_those_of_the_modules_at_hand(mibs):
    """Those of modules that are not at hand were held against official copies as they were written."""
    held = 0
    for rule in shipped(mibs).trap_rules:
        for name, stated in rule.objects.items():
            for oid in (stated.oid, *stated.others) if rule.name not in ("TrapAlarm", "LabelPrinterAlert") else ():
                meant, rest = mibs.object_at(oid)
                if stated.words or meant is None or rest or meant.kind not in ("scalar", "column"):
                    assert rule.name not in OF_ANY_DEVICE or oid in stated.others
                    continue
                held += 1
                is_first = rule.name in OF_ANY_DEVICE and oid == stated.oid
                assert not is_first or name == meant.name or name in CONCEPT_NAMES
                assert stated.enum.items() <= meant.syntax.names.items() or not meant.syntax.names, (rule.name, name)
                assert rule.name not in OF_ANY_DEVICE or dict(meant.syntax.names) in (dict(stated.enum), {})
    assert held > 100


NAMED = re.compile(r"^(?P<oids>[^#\n]*)# (?P<names>[\w:, -]+)$", re.M)


def test_the_names_beside_oids_are_those_of_the_modules_at_hand(mibs):
    held = 0
    for file in sorted(shipped_directory("rules").glob("traps*.yaml")):
        for found in NAMED.finditer(file.read_text()):
            oids = [Oid.parse(text) for text in re.findall(r"(?:\d+\.){6,}\d+", found["oids"])]
            told = [word.rpartition("::")[2].strip(",") for word in found["names"].split()]
            for oid, name in zip(oids, told, strict=False) if len(oids) == len(told) else ():
                meant = mibs.notification(oid) or mibs.notification((*oid[:-2], oid[-1]))
                held += meant is not None
                assert meant is None or meant.name == name, (file.name, str(oid))
    assert held > 150


def link(admin: int | None, oper: int | None) -> list[tuple[str, Value]]:
    said: list[tuple[str, Value]] = [(f"{IF}.1.3", 3)]
    said += [] if admin is None else [(f"{IF}.7.3", admin)]
    return said + ([] if oper is None else [(f"{IF}.8.3", oper)])


@pytest.mark.parametrize(("name", "oid", "said", "outcome", "key", "summary"), [
    ("LinkDown", "1.3.6.1.6.3.1.1.5.3", link(1, 2), "begins", {"ifIndex": "3"},
     "interface 3 on sw1 reports link down"),
    ("LinkDown", "1.3.6.1.6.3.1.1.5.3", link(None, None), "begins", {"ifIndex": "3"},
     "interface 3 on sw1 reports link down"),
    ("LinkDown", "1.3.6.1.6.3.1.1.5.3", link(2, 2), "nothing", {"ifIndex": "3"}, ""),
    ("LinkDown", "1.3.6.1.6.3.1.1.5.4", link(1, 1), "ends", {"ifIndex": "3"}, ""),
    ("AgentStarted", "1.3.6.1.6.3.1.1.5.1", [], "begins", {}, "sw1 reports that it has started"),
    ("AgentStarted", "1.3.6.1.6.3.1.1.5.2", [], "begins", {}, "sw1 reports that it has started"),
    ("AuthenticationFailures", "1.3.6.1.6.3.1.1.5.5", [], "begins", {}, "sw1 refused SNMP requests"),
    ("BgpSessionDown", "1.3.6.1.2.1.15.0.2", [(f"{BGP}.7.192.0.2.9", PEER), (f"{BGP}.2.192.0.2.9", 1)], "begins",
     {"peer": "192.0.2.9"}, "sw1 lost its BGP session with 192.0.2.9"),
    ("BgpSessionDown", "1.3.6.1.2.1.15.7.2", [(f"{BGP}.14.192.0.2.9", b"\4\0"), (f"{BGP}.2.192.0.2.9", 1)], "begins",
     {"peer": "192.0.2.9"}, "sw1 lost its BGP session with 192.0.2.9"),
    ("BgpSessionDown", "1.3.6.1.2.1.15.7.0.1", [(f"{BGP}.2.192.0.2.9", 6)], "ends",
     {"peer": "192.0.2.9"}, ""),
    ("OspfNeighborDown", "1.3.6.1.2.1.14.16.2.2",
     [("1.3.6.1.2.1.14.1.1.0", PEER), (f"{OSPF}.1.192.0.2.9.0", PEER), (f"{OSPF}.6.192.0.2.9.0", 1)], "begins",
     {"peer": "192.0.2.9"}, "sw1 lost its OSPF neighbour 192.0.2.9"),
    ("OspfNeighborDown", "1.3.6.1.2.1.14.16.2.2",
     [(f"{OSPF}.1.192.0.2.9.0", PEER), (f"{OSPF}.6.192.0.2.9.0", 8)], "ends", {"peer": "192.0.2.9"}, ""),
    ("HardwareChanged", "1.3.6.1.2.1.47.2.0.1", [], "begins", {}, "The hardware of sw1 has changed"),
    ("UpsReportsBattery", "1.3.6.1.2.1.33.2.0.1", [(f"{UPS}.3.0", 14), (f"{UPS}.2.0", 60)], "begins", {},
     "sw1 runs on battery"),
    ("UpsReportsBattery", "1.3.6.1.2.1.33.2.4", [(f"{ALARM}.1.5", 5), (f"{ALARM}.2.5", ON_BATTERY)], "ends", {}, ""),
    ("UpsReportsBattery", "1.3.6.1.2.1.33.2.4", [(f"{ALARM}.1.6", 6), (f"{ALARM}.2.6", OVERLOAD)], "nothing", {}, ""),
    ("UpsAlarm", "1.3.6.1.2.1.33.2.3", [(f"{ALARM}.1.5", 5), (f"{ALARM}.2.5", ON_BATTERY)], "nothing",
     {"upsAlarmId": "5"}, ""),
    ("UpsAlarm", "1.3.6.1.2.1.33.2.3", [(f"{ALARM}.1.6", 6), (f"{ALARM}.2.6", OVERLOAD)], "begins",
     {"upsAlarmId": "6"}, "sw1 raised the alarm"),
    ("UpsAlarm", "1.3.6.1.2.1.33.2.4", [(f"{ALARM}.1.6", 6)], "ends", {"upsAlarmId": "6"}, ""),
    ("TrapStorm", "1.3.6.1.4.1.32473.1.0.4", [], "begins", {}, "sw1 sends more traps than can be told apart"),
])  # fmt: skip
def test_a_shipped_rule_reads_its_traps(rules, names, name, oid, said, outcome, key, summary):
    rule = rules[name]
    facts = facts_of(rule, trap(oid, *[varbind(*one) for one in said]), names)
    verdict = verdict_on(rule, facts, {})
    told = render_trap(rule, facts, labels=facts.key, device="sw1", instance="", count=2, value=verdict.value)

    assert (verdict.outcome, facts.key) == (Outcome(outcome), key)
    assert told["summary"].startswith(summary)
    if outcome == "begins":
        assert "could not be rendered" not in told["description"]


def test_mail_names_the_interface_as_polling_does(rules, names):
    rule = rules["LinkDown"]
    facts = facts_of(rule, trap("1.3.6.1.6.3.1.1.5.3", *[varbind(*one) for one in link(1, 2)]), names)
    polled = {"ifIndex": "3", "ifName": "Gi1/0/3", "ifAlias": "to edge"}

    told = render_trap(rule, facts, labels=polled, device="sw1", instance="ifName=Gi1/0/3", count=1)

    assert told["summary"] == "Gi1/0/3 on sw1 reports link down"
    assert "for Gi1/0/3 (to edge): " in told["description"]
    assert verdict_on(rule, facts, polled).value == "down"


EVERYTHING: dict[str, list[tuple[str, Value]]] = {
    "LinkDown": link(1, 2),
    "BgpSessionDown": [(f"{BGP}.7.192.0.2.9", PEER), (f"{BGP}.14.192.0.2.9", b"\4\0"), (f"{BGP}.2.192.0.2.9", 1)],
    "OspfNeighborDown": [
        ("1.3.6.1.2.1.14.1.1.0", PEER), (f"{OSPF}.1.192.0.2.9.0", PEER), (f"{OSPF}.2.192.0.2.9.0", 0),
        (f"{OSPF}.3.192.0.2.9.0", PEER), (f"{OSPF}.6.192.0.2.9.0", 1),
    ],
    "UpsReportsBattery": [(f"{UPS}.3.0", 14), (f"{UPS}.2.0", 60), ("1.3.6.1.2.1.33.1.9.7.0", 2)],
    "UpsAlarm": [(f"{ALARM}.1.6", 6), (f"{ALARM}.2.6", OVERLOAD)],
}  # fmt: skip
HOLES = re.compile(r"  |\bNone\b|unknown| [,.;:)]|:$|\( |^ |with \(|as[,.{]|could not be rendered")


@pytest.mark.parametrize("left_out", range(-1, 5))
@pytest.mark.parametrize("name", [
    "LinkDown", "AgentStarted", "AuthenticationFailures", "BgpSessionDown", "OspfNeighborDown", "HardwareChanged",
    "UpsReportsBattery", "UpsAlarm", "TrapStorm",
])  # fmt: skip
def test_sentences_hold_whichever_varbind_is_missing(rules, names, name, left_out):
    rule, said = rules[name], EVERYTHING.get(name, [])
    carried = [one for number, one in enumerate(said) if number != left_out] if left_out >= 0 else []
    for index in range(len(carried) + 1):
        facts = facts_of(rule, trap(rule.on_trap[0].oid, *[varbind(*one) for one in carried[index:]]), names)
        verdict = verdict_on(rule, facts, {})
        told = render_trap(rule, facts, labels=facts.key, device="r1", instance="", count=1, value=verdict.value)

        for text in told.values():
            assert not HOLES.search(text), text


def test_a_link_that_no_varbind_names_is_a_port_of_the_device(rules, names):
    rule = rules["LinkDown"]
    facts = facts_of(rule, trap("1.3.6.1.6.3.1.1.5.3"), names)

    told = render_trap(rule, facts, labels={}, device="r1", instance="", count=1)

    assert told["summary"] == "a port of r1 reports link down"
    assert verdict_on(rule, facts, {}).outcome is Outcome.BEGINS


def test_a_bgp_peer_is_who_the_instance_names_while_its_value_is_empty(rules, names):
    said = [
        (f"{BGP}.7.10.77.0.2", IPv4Address(0)),
        (f"{BGP}.14.10.77.0.2", b"\6\7"),
        (f"{BGP}.2.10.77.0.2", 2),
    ]

    facts = facts_of(rules["BgpSessionDown"], trap("1.3.6.1.2.1.15.0.2", *[varbind(*one) for one in said]), names)

    told = render_trap(rules["BgpSessionDown"], facts, labels=facts.key, device="rA", instance="", count=2)

    assert facts.key == {"peer": "10.77.0.2"}
    assert told["summary"] == "rA lost its BGP session with 10.77.0.2"


def test_what_speaks_for_a_polled_rule_is_paired_with_it(rules):
    assert {name: rule.witness_of.name for name, rule in rules.items() if rule.witness_of} == {
        "LinkDown": "InterfaceDown", "AgentStarted": "DeviceRebooted", "BgpSessionDown": "PeerDown",
        "OspfNeighborDown": "PeerDown", "LdpSessionDown": "PeerDown", "UpsReportsBattery": "UpsOnBattery",
        "UpsRunsOnBattery": "UpsOnBattery", "CiscoFanFailed": "FanFailed", "JuniperFanFailed": "FanFailed",
        "CiscoSupplyFailed": "PowerSupplyFailed", "JuniperSupplyFailed": "PowerSupplyFailed",
    }  # fmt: skip


def test_traps_made_alike_mean_what_each_means_by_itself(rules, names):
    dice, read = random.Random(3), Counter()
    for name, reader in AlikeTraps.for_rules(rules.values(), names).items():
        rule = rules[name]
        kinds = [oid for pattern in (*rule.on_trap, *rule.clear_on) for oid in pattern.oids[:1]][:3]
        objects = list(rule.objects.values())
        for _ in range(30 if kinds else 0):
            row = dice.choice((1, 2, 7, 300))
            told = [objects[0], *dice.sample(objects, dice.randrange(len(objects) + 1))]
            carried = [
                varbind(f"{dice.choice((one.oid, *one.others))}.{row}", dice.choice((row, row, 1, 2, 5, b"Gi1/0/7")))
                for one in told
            ]
            event = trap(dice.choice(kinds), *carried)
            found = reader.read(event)
            if found is None:
                continue
            facts, verdict = found
            slowly = facts_of(rule, event, names)
            read[name] += 1
            assert (facts.key, facts.values, dict(facts.texts)) == (slowly.key, slowly.values, dict(slowly.texts))
            assert facts.words.varbinds == slowly.words.varbinds
            assert verdict == verdict_on(rule, slowly, {})
            assert trap_evidence(rule, facts, verdict, {}) == trap_evidence(
                rule, slowly, verdict_on(rule, slowly, {}), {}
            )
    assert read["LinkDown"] > 5
    assert len(read) > 5
