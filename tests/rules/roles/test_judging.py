"""What hangs on a port by what facts say of it now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from netwatch.model import CONCEPTS, Neighbour, RowSet, TableReading
from netwatch.rules.roles.judging import opinions_of
from tests.rules.roles.devices import DAY, LAG, LOOPBACK, MONDAY, UP, Switch, device

SWITCHED = {"p5": 1, "p6": 1, "p7": 2, "p8": 1}
"""Addresses behind the other ports, without which nobody knows that the device switches."""


def after_the_first_day(switch):
    switch.read().now += DAY
    return switch.read()


@pytest.mark.parametrize(("count", "role"), [
    (1, "access"),  # a computer
    (4, "access"),  # with a telephone and what runs in it
    (5, "infrastructure"),  # a small switch nobody manages
    (9, "infrastructure"),
    (10, "uplink"),
    (0, ""),  # silent at the moment: of a port without any address nobody knows
])  # fmt: skip
def test_how_many_addresses_are_behind_a_port_says_what_it_is(count, role):
    switch = after_the_first_day(Switch().behind(p1=count, **SWITCHED))

    assert switch.role("p1") == role


@pytest.mark.parametrize(("neighbour", "role", "why"), [
    ({"neighbour": "core.example.net", "capabilities": "bridge router"}, "uplink",
     "core.example.net is on it, a bridge and router"),
    ({"neighbour": "dist1.example.net", "neighbour_port": "Gi1/0/3"}, "uplink", "dist1 is on it, which is monitored"),
    ({"neighbour": "whoever", "address": "192.0.2.9"}, "uplink", "dist1 is on it, which is monitored"),
    ({"neighbour": "ap-4", "capabilities": "bridge access-point"}, "infrastructure", "an access point ap-4 is on it"),
    ({"neighbour": "ap-5", "capabilities": "bridge", "platform": "cisco AIR-AP2802I-E-K9"}, "infrastructure",
     "an access point ap-5 is on it"),
    ({"neighbour": "SEP0011", "capabilities": "bridge phone"}, "infrastructure", "a phone SEP0011 is on it"),
    ({"neighbour": "srv1", "capabilities": "station"}, "infrastructure", "a server, srv1 announces itself on it"),
    ({"neighbour": "srv1", "platform": "Linux"}, "infrastructure", "srv1 announces itself on it"),
    ({"neighbour": "Not Advertised", "platform": "Not Advertised"}, "access",
     "1 hardware address was behind it, no trunk, no neighbour that names itself, no description"),
    ({"chassis": "02:00:00:00:00:01", "neighbour": "02:00:00:00:00:01"}, "access",  # Windows, by itself
     "1 hardware address was behind it, no trunk, no neighbour that names itself, no description"),
])  # fmt: skip
def test_who_announces_itself_on_a_port_says_what_it_is(neighbour, role, why):
    switch = Switch(devices=[device("dist1", address="192.0.2.9")]).behind(p1=1, **SWITCHED)
    switch.neighbours({"port": "p1", "protocol": "lldp", **neighbour}).read()

    assert (switch.role("p1"), switch.why("p1")) == (role, why)


def test_the_neighbour_and_its_port_stand_beside_the_role_whatever_that_rests_on():
    switch = Switch().neighbours(
        {"port": "p1", "neighbour": "core", "neighbour_port": "Te1/1", "capabilities": "bridge"}
    )
    switch.facts("vlanTrunkPortTable", {"ifIndex": "1"}, vlanTrunkPortDynamicStatus=(1,)).read()

    assert (switch.role("p1"), switch.why("p1"), switch.label("neighbour")["p1"]) == (
        "uplink",
        "a trunk",
        "core Te1/1",
    )


def test_a_far_port_that_is_told_as_a_number_goes_by_its_name():
    far = {"port": "p1", "neighbour": "core", "capabilities": "bridge", "neighbour_port_name": "Te1/1"}

    for told, shown in (("517", "Te1/1"), ("02:00:00:00:00:07", "Te1/1"), ("Gi7", "Gi7")):
        assert Switch().neighbours({**far, "neighbour_port": told}).read().label("neighbour")["p1"] == f"core {shown}"


def test_a_member_of_a_bundle_and_the_bundle_are_uplinks():
    switch = Switch()
    switch.type["p8"] = LAG
    switch.facts("dot3adAggPortTable", *({"ifIndex": one} for one in "1234"), dot3adAggPortAttachedAggID=(8, 0, 3, 2))
    switch.read()

    # p3 is attached to itself and p4 to what is no bundle: neither is in one
    assert switch.roles_now == dict.fromkeys(switch.names, "") | {"p1": "uplink", "p8": "uplink"}
    assert switch.why("p1") == "member of p8"


def test_what_stands_below_a_bundle_in_the_stack_of_interfaces_is_its_member_and_a_vlan_has_none():
    switch = Switch()
    switch.names[5] = "Po1"
    switch.type |= {"p8": LAG, "p7": 53, "Po1": 53}
    switch.alias["Po1"], switch.oper["Po1"] = "", UP
    switch.facts(
        "ifStackTable", {"ifStackHigherLayer": "8", "ifStackLowerLayer": "2"},
        {"ifStackHigherLayer": "7", "ifStackLowerLayer": "3"}, {"ifStackHigherLayer": "0", "ifStackLowerLayer": "8"},
        {"ifStackHigherLayer": "6", "ifStackLowerLayer": "4"},
    ).read()  # fmt: skip

    assert [name for name, role in switch.roles_now.items() if role] == ["p2", "p4", "Po1", "p8"]


@pytest.mark.parametrize(("tagged", "role"), [(0, "access"), (1, "access"), (2, "uplink"), (3, "uplink")])
def test_a_port_with_two_tagged_vlans_is_a_trunk_and_one_with_a_tagged_one_for_its_telephone_is_none(tagged, role):
    vlans = [
        {"egress_ports": "ff" if number == 0 else "01" if number > tagged else "81",
         "untagged_ports": "fe" if number == 0 else "00"}
        for number in range(4)
    ]  # fmt: skip
    switch = Switch().behind(p1=1, **SWITCHED).facts("dot1qVlanStaticTable", *vlans)
    numbers = [{"dot1dBasePort": str(number)} for number in range(1, 9)]
    switch.facts("dot1dBasePortTable", *numbers, dot1dBasePortIfIndex=tuple(range(1, 9))).read()

    assert switch.role("p1") == role


def test_a_description_is_one_unless_it_is_the_name_of_the_port_again():
    switch = Switch()
    switch.alias |= {"p1": "to the boiler", "p2": "P2", "p3": "  ", "p4": "p4 Interface"}
    after_the_first_day(switch)

    assert [switch.role(name) for name in ("p1", "p2", "p3", "p4")] == ["described", "", "", ""]
    assert switch.why("p1") == "described as to the boiler"


def test_without_proof_that_a_device_switches_none_of_its_ports_is_an_access_port():
    router = Switch(ports=4).behind(p1=1, p2=1, p3=2)  # a router with a bridge group, a server with virtual machines

    assert set(after_the_first_day(router).roles_now.values()) == {""}


@pytest.mark.parametrize("kind", ["hypervisor", "server", "Router", "firewall"])
def test_what_says_that_it_is_no_switch_has_no_access_ports(kind):
    server = Switch().behind(p1=1, p2=1, p3=1, p4=1, **SWITCHED).facts("identity", {"type": kind})

    assert set(after_the_first_day(server).roles_now.values()) == {""}


def test_a_port_with_an_address_of_its_own_is_no_access_port():
    switch = Switch().behind(p1=1, **SWITCHED).facts("address", {"address": "192.0.2.1", "ifIndex": "1"}).read()

    assert (switch.role("p1"), switch.role("p5")) == ("uplink", "access")
    assert switch.why("p1") == "it has an address of its own, so it is routed"


def test_a_routed_port_that_is_described_is_no_less_for_it_and_a_loopback_is_no_uplink():
    router = Switch(ports=2)
    router.alias |= {"p1": "to the provider", "p2": "router ID"}
    router.type["p2"] = LOOPBACK
    router.facts("address", {"address": "192.0.2.1", "ifIndex": "1"}, {"address": "192.0.2.2", "ifIndex": "2"})

    assert after_the_first_day(router).roles_now == {"p1": "uplink", "p2": "described"}


def test_a_port_that_is_no_ethernet_is_no_access_port():
    switch = Switch()
    switch.type["p1"] = LOOPBACK

    assert switch.behind(p1=1, **SWITCHED).read().role("p1") == ""


def test_addresses_of_one_vlan_of_several_prove_nothing():
    """A Catalyst shows the addresses of VLAN 1 alone; a trunk has few of those."""
    macs = [{"mac": f"02::{port}", "port": port} for port in ("p1", *SWITCHED)]
    switch = Switch().facts("mac", *macs).facts("vlan", {"vlan": "1"}, {"vlan": "20"}).read()
    assert set(switch.roles_now.values()) == {""}

    switch.facts("vlanTrunkPortTable", {"ifIndex": "1"}, {"ifIndex": "5"}, vlanTrunkPortDynamicStatus=(1, 2)).read()
    assert (switch.role("p1"), switch.role("p5"), switch.role("p6")) == ("uplink", "access", "")


def test_addresses_in_many_vlans_are_behind_no_access_port():
    macs = [{"mac": f"02::{vlan}", "port": "p1", "vlan": vlan} for vlan in ("10", "20", "30")]
    switch = Switch().facts("mac", *macs, *({"mac": f"02:{port}", "port": port, "vlan": "10"} for port in SWITCHED))

    assert (switch.read().role("p1"), switch.role("p5")) == ("", "access")


def test_a_table_of_addresses_that_was_cut_short_proves_nothing():
    macs = [{"mac": f"02:{port}", "port": port, "vlan": "10"} for port in ("p1", *SWITCHED)]

    assert set(Switch().facts("mac", *macs, partial=True).read().roles_now.values()) == {""}


def test_facts_about_ports_that_are_not_there_and_ports_of_one_name_are_passed_over():
    switch = Switch().behind(p99=20, **SWITCHED).neighbours({"port": "p98", "neighbour": "core"})
    switch.facts("dot1qVlanStaticTable", {"egress_ports": "no bits", "untagged_ports": "0"})
    switch.facts("dot1dBasePortTable", {"dot1dBasePort": "x"}, dot1dBasePortIfIndex=(None,))
    switch.facts("dot3adAggPortTable", {"ifIndex": "77"}, dot3adAggPortAttachedAggID=(78,)).read()

    assert (switch.role("p5"), switch.role("p1")) == ("access", "")


class Peers:
    """What all that is watched knows of the ports of one device."""

    def __init__(self):
        self.there, self._version = {}, 0

    def put(self, index, name, peer, *, is_evidence=False):
        seen = {"first_seen": MONDAY, "last_seen": MONDAY}
        one = Neighbour(device="sw1", if_index=index, port="", name=name, peer=peer, is_evidence=is_evidence, **seen)
        self.there[index] = [one]
        self._version += 1

    def on_ports(self, device):
        return self.there

    def version(self, device):
        return self._version


def test_a_neighbour_that_is_a_watched_device_by_more_than_its_name_makes_an_uplink():
    peers = Peers()
    switch = Switch(peers=peers).neighbours({"port": "p1", "neighbour": "SEP-old-name", "platform": "x"}).read()
    assert switch.role("p1") == "infrastructure"

    peers.put("1", "SEP-old-name", "core-sw1")
    switch.passes(timedelta(minutes=10))
    assert (switch.role("p1"), switch.why("p1")) == ("uplink", "core-sw1 is on it, which is monitored")


def test_a_watched_device_that_announces_nothing_and_whose_address_was_seen_is_behind_no_access_port():
    peers = Peers()
    peers.put("1", "", "printer-3", is_evidence=True)
    switch = Switch(peers=peers).behind(p1=1, p2=1, **SWITCHED).read()

    assert (switch.role("p1"), switch.role("p2")) == ("infrastructure", "access")
    assert switch.why("p1") == "printer-3 is behind it, which is monitored"


@pytest.mark.parametrize("kind", [6, LAG, 53, LOOPBACK, None])
@pytest.mark.parametrize(("name", "alias"), [("p1", ""), ("p1", "to the core"), ("Port-channel1", ""), ("Po1", "up")])
def test_a_port_of_which_no_fact_speaks_is_judged_as_one_whose_neighbour_says_nothing(kind, name, alias):
    ports = RowSet(index=("1",), keys=("1",), labels={"ifIndex": ("1",), "ifName": (name,), "ifAlias": (alias,)})
    silent = dict.fromkeys(CONCEPTS["neighbour"].labels, ("",)) | {"ifIndex": ("1",)}
    facts = {"neighbour": TableReading(device="sw1", table="neighbour", at=MONDAY, columns={},
                                       rows=RowSet(index=("1",), keys=("1",), labels=silent))}  # fmt: skip

    assert opinions_of(ports, [kind], {}, nobody) == opinions_of(ports, [kind], facts, nobody)


def nobody(name, address):
    return ""
