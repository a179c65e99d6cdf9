"""What is expected of a recording, against hand-made rows of concepts: right, wrong, missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from netwatch.model import Oid
from tests.bench.knowing.corpus import Recorded
from tests.bench.knowing.figures import judged
from tests.bench.knowing.inventory import ENTITY_MODEL, ENTITY_SERIAL
from tests.bench.knowing.network import OSPF_STATE
from tests.bench.knowing.polled import Polled, Row
from tests.bench.knowing.verdicts import MISSING, RIGHT, WRONG, Verdict


def row(index: str = "1", doubts: dict[str, str] | None = None, **cells: Any) -> Row:
    labels = {name: text for name, text in cells.items() if isinstance(text, str)}
    return Row(index=index, key=index, labels=labels, cells=cells, doubts=doubts or {})


def verdicts(
    figure: str,
    facts: dict[str, Any] | None = None,
    *,
    objects: dict[str, Any] | None = None,
    identity: dict[str, Any] | None = None,
    **rows: list[Row],
) -> list[Verdict]:
    device = Recorded(name="d", path=Path("d"), facts=facts or {}, identity=identity or {})
    known = {Oid.parse(name): value for name, value in (objects or {}).items()}
    found = judged(device, known, Polled(name="d", rows=rows))
    return [verdict for verdict in found if verdict.figure == figure]


def outcomes(figure: str, facts: dict[str, Any] | None = None, **more: Any) -> list[str]:
    return [verdict.outcome for verdict in verdicts(figure, facts, **more)]


PORT = {
    "ifIndex": 7, "ifName": "Gi7", "ifDescr": "GigabitEthernet7", "ifAlias": "GigabitEthernet7", "ifSpeed": 10**9,
    "ifAdminStatus": "up", "ifOperStatus": "down",
}  # fmt: skip
OURS = {
    "ifIndex": "7", "ifName": "Gi7", "ifAlias": "", "interface_admin": "up", "interface_oper": "down",
    "interface_speed_bits_per_second": 1e9,
}  # fmt: skip
SPEED = "interface_speed_bits_per_second"


@pytest.mark.parametrize(("port", "ours", "doubts", "outcome"), [
    ({}, {}, {}, RIGHT),
    ({"ifName": "", "ifDescr": "Gi7"}, {}, {}, RIGHT),
    ({"ifAlias": "to core"}, {"ifAlias": "to core"}, {}, RIGHT),
    ({"ifAlias": "to core"}, {"ifAlias": "to edge"}, {}, WRONG),
    ({}, {"interface_oper": "up"}, {}, WRONG),
    ({}, {SPEED: 1e8}, {}, WRONG),
    ({}, {SPEED: None}, {}, WRONG),
    ({}, {SPEED: None}, {SPEED: "impossible with the traffic"}, RIGHT),
    ({"ifSpeed": 0}, {SPEED: None}, {}, RIGHT),
    ({}, {"ifIndex": "8"}, {}, MISSING),
])  # fmt: skip
def test_a_port_is_right_where_names_states_and_speed_are(port, ours, doubts, outcome):
    found = outcomes("ports", {"ports": [PORT | port]}, interface=[row("8", doubts, **(OURS | ours))])

    assert found == [outcome]


def test_processors_are_compared_one_by_one_to_one_in_a_hundred():
    facts = {
        "processors": [
            {"processor_oid": f".1.3.6.1.2.1.25.3.3.1.2.{core}", "processor_usage": load, "processor_descr": "CPU"}
            for core, load in ((196608, 12), (196609, 90), (196610, 50))
        ]
    }
    ours = [row("196609", cpu="b", cpu_busy_ratio=0.904), row("196608", cpu="a", cpu_busy_ratio=0.12)]

    assert outcomes("processors", facts, cpu=ours) == [RIGHT, RIGHT, MISSING]


def pool(kind: str, total: float, used: float, share: float = 0, index: str = "1") -> dict[str, Any]:
    return {
        "mempool_index": index, "mempool_type": "x", "mempool_class": kind, "mempool_descr": "RAM",
        "mempool_total": total, "mempool_used": used, "mempool_perc": share,
    }  # fmt: skip


@pytest.mark.parametrize(("size", "used", "outcome"), [
    (1000.0, 600.0, RIGHT),
    (1004.0, 604.0, RIGHT),
    (1000.0, 700.0, WRONG),
    (2000.0, 600.0, WRONG),
    (1000.0, 350.0, RIGHT),  # what is left when buffers and caches are taken off
    (1000.0, 200.0, WRONG),
])  # fmt: skip
def test_memory_is_right_in_size_and_used_bytes_with_caches_taken_off_or_not(size, used, outcome):
    facts = {"mempools": [pool("system", 1000, 600), pool("cached", 1000, 200), pool("buffers", 1000, 50)]}
    ours = [row("1", pool="RAM", memory_size_bytes=size, memory_used_bytes=used, memory_used_ratio=used / size)]

    assert outcomes("memory", facts, memory=ours) == [outcome]


def test_memory_of_which_only_a_share_is_told_is_right_in_that():
    facts = {"mempools": [pool("system", 100, 21, 21)]}

    assert outcomes("memory", facts, memory=[row(pool="RAM", memory_used_ratio=0.21)]) == [RIGHT]
    assert outcomes("memory", facts, memory=[row(pool="RAM", memory_used_ratio=0.5)]) == [WRONG]


def test_storage_is_right_in_size_and_used_bytes():
    disk = {"storage_index": "31", "storage_type": "t", "storage_descr": "/", "storage_size": 10**9,
            "storage_used": 4 * 10**8, "storage_perc": 40}  # fmt: skip
    ours = row("31", path="/", storage_size_bytes=1e9, storage_used_bytes=4e8)

    assert outcomes("storage", {"storage": [disk]}, storage=[ours]) == [RIGHT]
    assert outcomes("storage", {"storage": [disk | {"storage_used": 1}]}, storage=[ours]) == [WRONG]


def test_version_model_and_serial_are_figures_of_their_own_where_somebody_knows_them():
    theirs = {"version": "6.44.2", "hardware": "CRS317-1G-16S+", "serial": None}
    ours = [row(version="6.44.2", model="CRS109", serial="8ED5")]

    assert outcomes("version", identity=theirs, **{"identity_": []}) == [MISSING]
    found = judged(Recorded(name="d", path=Path("d"), identity=theirs), {}, Polled(name="d", rows={"identity": ours}))
    assert {verdict.figure: verdict.outcome for verdict in found} == {"version": RIGHT, "model": WRONG}


def test_serial_numbers_of_parts_are_those_of_the_devices_own_table_as_often_as_they_stand_there():
    objects = {
        f"{ENTITY_SERIAL}.1": b"FCW1 ", f"{ENTITY_SERIAL}.2": b"", f"{ENTITY_SERIAL}.3": b"FCW1",
        f"{ENTITY_SERIAL}.4": b"N/A",
        f"{ENTITY_MODEL}.1": b"WS-C2960X",
    }  # fmt: skip
    ours = [row(part="chassis", serial="fcw1", model="WS-C2960X")]

    assert outcomes("ENTITY serials", objects=objects, component=ours) == [RIGHT, MISSING]
    assert outcomes("ENTITY models", objects=objects, component=ours) == [RIGHT]


@pytest.mark.parametrize(("labels", "outcome"), [
    ({"neighbour": "lab-er2.example.net", "neighbour_port": "xe-0/0/1"}, RIGHT),
    ({"neighbour": "lab-er2", "neighbour_port": "A8:D0:E5:55:C6:D0"}, RIGHT),
    ({"neighbour": "lab-er2", "neighbour_port": "xe-0/0/2"}, MISSING),
    ({"neighbour": "lab-er3", "neighbour_port": "xe-0/0/1"}, MISSING),
    ({"neighbour": "lab-er2", "neighbour_port": "xe-0/0/1", "protocol": "cdp"}, MISSING),
])  # fmt: skip
def test_a_neighbour_is_known_by_name_and_port(labels, outcome):
    facts = {"neighbours": [
        {"protocol": "lldp", "remote_hostname": "lab-er2", "remote_port": "xe-0/0/1 (a8d0e555c6d0)"}
    ]}  # fmt: skip

    assert outcomes("neighbours", facts, neighbour=[row(**labels)]) == [outcome]


def test_an_address_is_right_with_its_prefix_and_port():
    facts = {"addresses": [{"ipv4_address": "10.0.0.1", "ipv4_prefixlen": 24, "ifIndex": 2}]}

    def told(prefix: str) -> list[Row]:
        return [row(address="10.0.0.1", prefix_length=prefix, ifIndex="2")]

    assert outcomes("addresses", facts, address=told("24")) == [RIGHT]
    assert outcomes("addresses", facts, address=told("32")) == [WRONG]
    assert outcomes("addresses", facts) == [MISSING]


def test_vlans_are_those_of_the_devices_own_tables():
    objects = {
        "1.3.6.1.2.1.17.7.1.4.3.1.1.10": b"office", "1.3.6.1.4.1.9.9.46.1.3.1.1.4.1.20": b"voice",
        "1.3.6.1.2.1.17.7.1.4.3.1.1.30": b"guests",
    }  # fmt: skip
    ours = [row(vlan="10", vlan_name="office"), row(vlan="20", vlan_name="Phones")]

    assert outcomes("VLANs", objects=objects, vlan=ours) == [RIGHT, WRONG, MISSING]


@pytest.mark.parametrize(("theirs", "admin", "ours", "outcome"), [
    ("established", "start", "up", RIGHT),
    ("established", "halted", "up", RIGHT),
    ("idle", "start", "down", RIGHT),
    ("idle", "start", "disabled", WRONG),
    ("idle", "stop", "disabled", RIGHT),
    ("active", "start", "up", WRONG),
])  # fmt: skip
def test_a_bgp_peer_is_up_only_where_it_is_established(theirs, admin, ours, outcome):
    facts = {"bgp_peers": [
        {"bgpPeerIdentifier": "fd01:08b0::1", "bgpPeerState": theirs, "bgpPeerAdminStatus": admin}
    ]}  # fmt: skip
    peers = [row(peer="fd01:8b0:0:0::1", protocol="bgp", peer_state=ours)]

    assert outcomes("BGP peers", facts, peer=peers) == [outcome]


def test_an_ospf_neighbour_is_up_in_full_and_in_two_way():
    objects = {f"{OSPF_STATE}.10.0.0.{number}.0": state for number, state in ((1, 8), (2, 4), (3, 1), (4, 8))}
    peers = [row(peer=f"10.0.0.{number}", protocol="ospf", peer_state="up") for number in (1, 2, 3)]

    assert outcomes("OSPF peers", objects=objects, peer=peers) == [RIGHT, RIGHT, WRONG, MISSING]
