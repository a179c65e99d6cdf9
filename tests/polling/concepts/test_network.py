"""What the shipped profiles make of a device's network: ports, peers, neighbours, addresses, VLANs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from netwatch.model import CONCEPTS, Credential, Device, TableReading
from netwatch.polling import PollingSettings, SystemClock, poll_once
from netwatch.polling.concepts.meanings import Meanings
from netwatch.polling.faults import DeviceFaults
from netwatch.profiles import load_library
from netwatch.snmp import Snmp
from tests.odd_agent import OddAgent
from tests.patience import PATIENCE_SECONDS

from .conftest import table

SYSTEM = (
    "1.3.6.1.2.1.1.1.0|4|Test device",
    "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1",
    "1.3.6.1.2.1.1.3.0|67|8640000",
)
Rows = Sequence[Mapping[str, Any]]


@pytest.fixture(scope="module")
def shipped():
    return load_library()


@pytest.fixture
def meanings(shipped) -> Meanings:
    every = Meanings("sw1", shipped, DeviceFaults("sw1", SystemClock()))
    every.take(tuple({one: None for name in shipped.names() for one in shipped.named(name).concepts}))
    return every


@pytest.fixture
def meant(meanings) -> Callable[..., TableReading]:
    """`meant(concept, tables..)` is the concept's reading."""

    def of(concept: str, *readings: TableReading) -> TableReading:
        found = meanings.mean({reading.table: reading for reading in readings}, {}, readings[0].at)
        return next(one for one in found if one.table == concept)

    return of


@pytest.fixture
def known(shipped) -> Callable[..., Any]:
    """`await known(concept, lines)` are the rows that a poll of a device with these objects gives, over the wire."""

    async def of(concept: str, *lines: str, maker: int = 99999) -> Rows:
        system = [line.replace("99999", str(maker)) for line in SYSTEM]
        return await polled(shipped, concept, [*system, *lines])

    return of


async def polled(shipped: Any, concept: str, lines: Sequence[str]) -> Rows:
    """Return the rows of a concept of a device with these objects and no others."""
    with OddAgent(lines) as agent:
        device = Device(
            name="sw1", address="127.0.0.1", port=agent.port,
            credential=Credential(name="lab", version="2c", community=SecretStr("public")),
            timeout=timedelta(seconds=PATIENCE_SECONDS),
        )  # fmt: skip
        client = Snmp(PollingSettings())
        await client.start()
        _, readings = await poll_once(device, shipped, client)
        await client.stop()
    return [row for reading in readings if reading.table == concept for row in rows_of(reading)]


def rows_of(reading: TableReading) -> list[dict[str, Any]]:
    """Each row's labels and values that are not empty, states by their words."""
    enums = CONCEPTS[reading.table].enums
    found = []
    for row in range(len(reading.rows.index)):
        values = {name: column[row] for name, column in reading.columns.items() if column[row] is not None}
        words = {name: enums[name].get(value, value) if name in enums else value for name, value in values.items()}
        labels = {name: text for name, text in reading.rows.labels_of(row).items() if text}
        found.append({**labels, **words})
    return found


def ports(columns: Mapping[str, Sequence[Any]], rates: Mapping[str, Sequence[Any]] | None = None) -> TableReading:
    size = len(next(iter(columns.values())))
    names = [f"Gi{row + 1}" for row in range(size)]
    labels = {"ifIndex": [str(row + 1) for row in range(size)], "ifName": names, "ifAlias": [""] * size,
              "ifDescr": names}  # fmt: skip
    return table("ifTable", columns, labels, rates=rates or {})


def test_a_port_has_its_traffic_its_speed_and_how_full_it_is(meant):
    rates = {
        "ifHCInOctets": [1e6],
        "ifHCOutOctets": [5e6],
        "ifInErrors": [2.0],
        "ifOutErrors": [0.0],
        "ifHCInUcastPkts": [500.0],
        "ifHCOutUcastPkts": [498.0],
        "ifInDiscards": [0.0],
        "ifOutDiscards": [0.0],
    }
    columns = {"ifHighSpeed": [100], "ifSpeed": [10**8], "ifType": [6], "ifOperStatus": [1], "ifAdminStatus": [1]}

    (port,) = rows_of(meant("interface", ports(columns, rates)))

    assert port["interface_in_bits_per_second"] == 8e6
    assert port["interface_out_bits_per_second"] == 40e6
    assert port["interface_speed_bits_per_second"] == 100e6
    assert port["interface_utilization_ratio"] == pytest.approx(0.4)  # of its busier direction
    assert port["interface_errors_per_second"] == 2.0
    assert port["interface_errors_ratio"] == pytest.approx(0.002)
    assert port["interface_discards_ratio"] == 0.0
    assert (port["interface_oper"], port["interface_admin"]) == ("up", "up")
    assert port["interface_type"] == "ethernetCsmacd"


def test_a_port_keeps_the_key_of_its_table(meant):
    table_of_ports = ports({"ifOperStatus": [1, 2]})

    assert meant("interface", table_of_ports).rows.keys == table_of_ports.rows.keys


@pytest.mark.parametrize(
    ("high", "plain", "bits"),
    [
        (1000, 10**9, 10**9),
        (0, 384_000, 384_000),  # less than half a Mbit/s
        (None, 384_000, 384_000),
        (100_000, 2**32 - 1, 10**11),
        (None, None, None),
    ],
)
def test_the_speed_of_a_port_is_the_one_it_can_say(meant, high, plain, bits):
    (port,) = rows_of(meant("interface", ports({"ifHighSpeed": [high], "ifSpeed": [plain], "ifOperStatus": [1]})))

    assert port.get("interface_speed_bits_per_second") == bits


def test_a_virtual_port_and_one_without_a_speed_are_never_full(meant):
    rates = {"ifHCInOctets": [9e9] * 3, "ifHCOutOctets": [0.0] * 3}
    columns = {"ifHighSpeed": [10, 10, 0], "ifSpeed": [10**7, 10**7, 0], "ifType": [24, 131, 6]}

    for port in rows_of(meant("interface", ports(columns, rates))):
        assert "interface_utilization_ratio" not in port
        assert port["interface_in_bits_per_second"] == 72e9


def test_the_state_of_a_port_that_says_none_is_unknown(meant):
    (port,) = rows_of(meant("interface", ports({"ifHighSpeed": [1000]})))

    assert port["interface_oper"] == "unknown"
    assert "interface_admin" not in port


def test_the_duplex_of_a_port_is_its_own_word_or_that_of_its_kind_of_ethernet(meant):
    units = table("ifMauTable", {"ifMauStatus": [3] * 3}, {"ifMauDuplex": ["halfDuplex", "fullDuplex", ""]},
                  index=["1.1", "2.1", "3.1"])  # fmt: skip
    columns = {"dot3StatsDuplexStatus": [3, None, None], "ifOperStatus": [1] * 3}

    found = rows_of(meant("interface", ports(columns), units))

    assert [port["interface_duplex"] for port in found] == ["full", "full", "unknown"]


BGP = "1.3.6.1.2.1.15.3.1"


def bgp_peer(address: str, state: int, admin: int = 2, said: str = "") -> list[str]:
    return [
        f"{BGP}.2.{address}|2|{state}", f"{BGP}.3.{address}|2|{admin}", f"{BGP}.7.{address}|64|{said or address}",
        f"{BGP}.9.{address}|2|64512", f"{BGP}.16.{address}|66|3600",
    ]  # fmt: skip


async def test_a_bgp_peer_is_up_down_or_disabled(known):
    peers = await known(
        "peer", *bgp_peer("192.0.2.1", 6), *bgp_peer("192.0.2.2", 3), *bgp_peer("192.0.2.3", 1, admin=1)
    )

    assert [(peer["peer"], peer["peer_state"], peer["peer_word"]) for peer in peers] == [
        ("192.0.2.1", "up", "established"), ("192.0.2.2", "down", "active"), ("192.0.2.3", "disabled", "idle"),
    ]  # fmt: skip
    assert {peer["protocol"] for peer in peers} == {"bgp"}
    assert {peer["remote_as"] for peer in peers} == {"64512"}
    assert peers[0]["peer_since_seconds"] == 3600


async def test_a_bgp_peer_of_which_nobody_says_whether_it_is_wanted_is_down(known):
    (peer,) = await known("peer", f"{BGP}.2.192.0.2.1|2|1")

    assert peer["peer_state"] == "down"


async def test_a_bgp_peer_is_called_by_its_instance_where_the_agent_says_0_0_0_0(known):
    (peer,) = await known("peer", *bgp_peer("10.77.0.2", 2, said="0.0.0.0"))  # noqa: S104

    assert (peer["peer"], peer["peer_state"]) == ("10.77.0.2", "down")


async def test_a_peer_that_stands_in_two_tables_is_one_peer(known):
    entry = "1.3.6.1.4.1.9.9.187.1.2.5.1"
    four, six = "1.4.192.0.2.1", "2.16.32.1.13.184." + "0." * 11 + "1"
    lines = [
        line
        for peer in (four, six)
        for line in (f"{entry}.3.{peer}|2|6", f"{entry}.4.{peer}|2|2", f"{entry}.11.{peer}|66|4200000001")
    ]
    prefixes = [
        f"1.3.6.1.4.1.9.9.187.1.2.8.1.1.{six}.{family}|65|{count}" for family, count in (("2.1", 7), ("2.2", 5))
    ]

    peers = await known("peer", *bgp_peer("192.0.2.1", 6), *lines, *prefixes, maker=9)

    assert [(peer["peer"], peer["remote_as"], peer.get("peer_prefixes")) for peer in peers] == [
        ("192.0.2.1", "4200000001", None), ("2001:db8::1", "4200000001", 12),
    ]  # fmt: skip


async def test_a_session_with_several_address_families_is_one_peer(known):
    entry, names = "1.3.6.1.4.1.2011.5.25.177.1.1.2.1", "1.3.6.1.4.1.2011.5.25.177.1.1.1.1.6"
    lines = []
    for family in ("0.1.1", "0.1.128"):
        index = f"{family}.1.4.192.0.2.9"
        lines += [f"{entry}.4.{index}|4x|C0000209", f"{entry}.5.{index}|2|6", f"{entry}.2.{index}|66|65010",
                  f"{names}.{index}|4|red"]  # fmt: skip

    (peer,) = await known("peer", *lines, maker=2011)

    assert (peer["peer"], peer["vrf"], peer["peer_state"]) == ("192.0.2.9", "red", "up")


async def test_a_peer_of_junos_is_known_by_an_index_without_lengths(known):
    entry, index = "1.3.6.1.4.1.2636.5.1.1.2.1.1.1", "3.2." + "0." * 16 + "2.32.1.13.184." + "0." * 11 + "1"
    lines = [f"{entry}.2.{index}|2|1", f"{entry}.3.{index}|2|2", f"{entry}.13.{index}|66|65001",
             f"{entry}.11.{index}|4x|20010db8" + "00" * 11 + "01"]  # fmt: skip

    (peer,) = await known("peer", *lines, maker=2636)

    assert (peer["peer"], peer["vrf"], peer["peer_state"]) == ("2001:db8::1", "instance 3", "down")


async def test_a_nokia_peer_is_called_with_its_router(known):
    entry, index = "1.3.6.1.4.1.6527.3.1.2.14.4.7.1", "5.1.4.192.0.2.7"
    lines = [f"{entry}.42.{index}|2|3", f"{entry}.6.{index}|2|1", f"{entry}.66.{index}|66|65007",
             "1.3.6.1.4.1.6527.3.1.2.3.1.1.4.5|4|customers"]  # fmt: skip

    (peer,) = await known("peer", *lines, maker=6527)

    assert (peer["peer"], peer["vrf"], peer["peer_state"]) == ("192.0.2.7", "customers", "disabled")


OSPF = "1.3.6.1.2.1.14.10.1"


def ospf_neighbours(meant, states: Mapping[str, int]) -> TableReading:
    addresses = list(states)
    labels = {"ospfNbrIpAddr": addresses, "ospfNbrAddressLessIndex": ["0"] * len(addresses)}
    columns = {"ospfNbrState": list(states.values())}
    return meant("peer", table("ospfNbrTable", columns, labels, index=[f"{one}.0" for one in addresses]))


async def test_an_ospf_neighbour_is_up_where_it_is_to_stay(known):
    lines = [f"{OSPF}.6.10.0.0.{last}.0|2|{state}" for last, state in ((1, 8), (2, 4), (3, 1), (4, 5))]

    peers = await known("peer", *lines, f"{OSPF}.6.10.9.9.9.3|2|8")

    assert [(peer["peer"], peer["peer_state"]) for peer in peers] == [
        ("10.0.0.1", "up"), ("10.0.0.2", "up"), ("10.0.0.3", "down"), ("10.0.0.4", "down"),
        ("10.9.9.9 on port 3", "up"),
    ]  # fmt: skip


def test_an_ospf_neighbour_whose_row_vanished_has_no_row_in_a_whole_reading(meant):
    before = ospf_neighbours(meant, {"10.0.0.1": 8, "10.0.0.2": 8})
    after = ospf_neighbours(meant, {"10.0.0.1": 8})

    assert before.rows.keys == ("peer=10.0.0.1,protocol=ospf", "peer=10.0.0.2,protocol=ospf")
    assert after.rows.keys == ("peer=10.0.0.1,protocol=ospf",)
    assert not after.partial


def test_a_peer_keeps_its_key_whatever_becomes_of_another_protocols_peer_at_that_address(meant):
    bgp = table("bgpPeerTable", {"bgpPeerState": [6]}, {"bgpPeerRemoteAddr": ["10.0.0.1"], "bgpPeerRemoteAs": ["1"]})
    ospf = table("ospfNbrTable", {"ospfNbrState": [8]}, {"ospfNbrIpAddr": ["10.0.0.1"],
                 "ospfNbrAddressLessIndex": ["0"]}, index=["10.0.0.1.0"])  # fmt: skip

    both, alone = meant("peer", bgp, ospf), meant("peer", bgp)

    assert set(alone.rows.keys) == {"peer=10.0.0.1,protocol=bgp"}
    assert set(both.rows.keys) == {"peer=10.0.0.1,protocol=bgp", "peer=10.0.0.1,protocol=ospf"}


async def test_an_ospfv3_neighbour_is_called_with_its_port(known):
    entry, index = "1.3.6.1.2.1.191.1.9.1", "2.0.3232235521"
    lines = [f"{entry}.8.{index}|2|8", f"{entry}.5.{index}|4x|fe80" + "00" * 13 + "01",
             "1.3.6.1.2.1.2.2.1.2.2|4|eth1", "1.3.6.1.2.1.2.2.1.8.2|2|1"]  # fmt: skip

    (peer,) = await known("peer", *lines)

    assert (peer["peer"], peer["protocol"], peer["peer_state"]) == ("fe80::1 on eth1", "ospfv3", "up")


async def test_an_isis_adjacency_says_since_when_it_is_up(known):
    entry = "1.3.6.1.2.1.138.1.6.1.1"
    lines = [
        f"{entry}.2.7.1|2|3",
        f"{entry}.6.7.1|4x|192168001001",
        f"{entry}.11.7.1|67|8634000",
        f"{entry}.2.8.1|2|2",
        f"{entry}.6.8.1|4x|192168001002",
        f"{entry}.11.8.1|67|8634000",
        "1.3.6.1.2.1.138.1.3.2.1.2.7|2|3",
        "1.3.6.1.2.1.2.2.1.2.3|4|ge-0/0/3",
        "1.3.6.1.2.1.2.2.1.8.3|2|1",
    ]

    up, beginning = await known("peer", *lines)

    assert (up["peer"], up["peer_state"], up["peer_since_seconds"]) == ("1921.6800.1001 on ge-0/0/3", "up", 60)
    assert (beginning["peer"], beginning["peer_state"]) == ("1921.6800.1002 on circuit 8", "down")
    assert "peer_since_seconds" not in beginning


async def test_an_ldp_session_is_known_by_its_peer_and_the_time_of_day_is_no_time_stamp(known):
    entry = "1.3.6.1.2.1.10.166.4.1.3.3.1"
    index = "192.0.2.1.0.0.1.192.0.2.2.0.0"
    (peer,) = await known("peer", f"{entry}.2.{index}|2|5", f"{entry}.1.{index}|67|1764460800")

    assert (peer["peer"], peer["protocol"], peer["peer_state"]) == ("192.0.2.2:0", "ldp", "up")
    assert "peer_since_seconds" not in peer


async def test_virtual_routers_have_roles_and_one_that_takes_no_part_is_a_fault(known):
    v2, v3 = "1.3.6.1.2.1.68.1.3.1", "1.3.6.1.2.1.207.1.1.1.1"
    lines = [f"{v2}.3.2.10|2|3", f"{v2}.4.2.10|2|1", f"{v3}.6.2.10.1|2|3", f"{v3}.6.2.20.2|2|1",
             f"{v2}.3.2.30|2|1", f"{v2}.4.2.30|2|2", "1.3.6.1.2.1.2.2.1.2.2|4|eth1",
             "1.3.6.1.2.1.2.2.1.8.2|2|1"]  # fmt: skip

    found = {(one["group"], one["kind"]): one for one in await known("redundancy", *lines)}

    assert {key: (one["redundancy_role"], one["redundancy_state"]) for key, one in found.items()} == {
        ("10 on eth1", "vrrp"): ("master", "ok"),
        ("20 on eth1", "vrrp ipv6"): ("initialize", "critical"),
        ("30 on eth1", "vrrp"): ("initialize", "absent"),  # somebody's wish
    }


@pytest.mark.parametrize(
    ("maker", "lines", "tunnels"),
    [
        (
            12356,
            [f"1.3.6.1.4.1.12356.101.12.2.2.1.{cell}" for cell in (
                "2.1|4|branch", "3.1|4|branch-lan", "20.1|2|2", "2.2|4|depot", "20.2|2|1")],
            {"branch branch-lan": "up", "depot": "down"},
        ),
        (
            9,
            [f"1.3.6.1.4.1.9.9.171.1.2.3.1.{cell}" for cell in (
                "7.4711|4|192.0.2.9", "35.4711|2|1", "7.4712|4|192.0.2.9", "35.4712|2|1")],
            {"192.0.2.9": "up"},
        ),
        (
            2620,
            [f"1.3.6.1.4.1.2620.500.9002.1.{cell}" for cell in (
                "2.192.0.2.1|4|hq", "3.192.0.2.1|2|131", "2.192.0.2.2|4|dc", "3.192.0.2.2|2|3")],
            {"hq": "down", "dc": "up"},
        ),
    ],
)  # fmt: skip
async def test_a_tunnel_is_known_by_its_name_and_up_or_down(known, maker, lines, tunnels):
    found = await known("tunnel", *lines, maker=maker)

    assert {one["tunnel"]: one["tunnel_state"] for one in found} == tunnels
    assert len(found) == len(tunnels)


REMOTE, LOCAL, MANAGER = "1.0.8802.1.1.2.1.4.1.1", "1.0.8802.1.1.2.1.3.7.1", "1.0.8802.1.1.2.1.4.2.1"
TWO_PORTS = [f"1.3.6.1.2.1.2.2.1.{column}" for column in (
    "2.10|4|GigabitEthernet0/1", "8.10|2|1", "2.11|4|GigabitEthernet0/2", "8.11|2|1")]  # fmt: skip
NAMES = ["1.3.6.1.2.1.31.1.1.1.1.10|4|Gi0/1", "1.3.6.1.2.1.31.1.1.1.1.11|4|Gi0/2"]


def neighbour(mark: int, port: int, number: int, chassis: str, port_id: str, kind: int = 5) -> list[str]:
    index = f"{mark}.{port}.{number}"
    return [
        f"{REMOTE}.4.{index}|2|4", f"{REMOTE}.5.{index}|4x|{chassis}", f"{REMOTE}.6.{index}|2|{kind}",
        f"{REMOTE}.7.{index}|{port_id}", f"{REMOTE}.9.{index}|4|core1", f"{REMOTE}.10.{index}|4|Router 9",
    ]  # fmt: skip


async def test_a_neighbour_is_known_by_its_own_words_and_the_port_it_is_on(known):
    lines = [
        *TWO_PORTS, *NAMES,
        *neighbour(77, 1, 4, "504c414e4554", "4|xe-0/0/1"),  # spells PLANET, and is an address all the same
        f"{REMOTE}.11.77.1.4|4x|2c00", f"{REMOTE}.12.77.1.4|4x|2800",
        *neighbour(80, 2, 9, "001b210a0b0c", "4x|001b210a0b0d", kind=3), f"{REMOTE}.11.80.2.9|4x|04",
        f"{LOCAL}.2.1|2|5", f"{LOCAL}.3.1|4|Gi0/1", f"{LOCAL}.2.2|2|7", f"{LOCAL}.3.2|4|2",
        f"{LOCAL}.4.2|4|GigabitEthernet0/2", f"{MANAGER}.3.77.1.4.1.4.192.0.2.55|2|2",
    ]  # fmt: skip

    one, other = await known("neighbour", *lines)

    assert one == {"port": "Gi0/1", "ifIndex": "10", "neighbour": "core1", "neighbour_port": "xe-0/0/1",
                   "chassis": "50:4c:41:4e:45:54", "protocol": "lldp", "platform": "Router 9",
                   "address": "192.0.2.55", "capabilities": "bridge router"}  # fmt: skip
    assert (other["port"], other["ifIndex"], other["chassis"], other["neighbour_port"], other["capabilities"]) == (
        "Gi0/2", "11", "00:1b:21:0a:0b:0c", "00:1b:21:0a:0b:0d", "phone",
    )  # fmt: skip


async def test_a_neighbour_that_came_back_under_another_number_is_the_same_neighbour(known):
    before = await known("neighbour", *TWO_PORTS, *neighbour(77, 10, 4, "001b210a0b0c", "4|xe-0/0/1"))
    after = await known("neighbour", *TWO_PORTS, *neighbour(1234, 10, 5, "001b210a0b0c", "4|xe-0/0/1"))
    twice = await known("neighbour", *TWO_PORTS, *neighbour(77, 10, 4, "001b210a0b0c", "4|xe-0/0/1"),
                        *neighbour(1234, 10, 5, "001b210a0b0c", "4|xe-0/0/1"))  # fmt: skip

    assert before == after == twice
    assert len(before) == 1


async def test_the_local_port_of_a_bridge_is_looked_up_by_its_bridge_number(known):
    lines = [*TWO_PORTS, *NAMES, *neighbour(1, 2, 1, "001b210a0b0c", "4|1"), "1.3.6.1.2.1.17.1.4.1.2.2|2|11"]

    (one,) = await known("neighbour", *lines)

    assert one["port"] == "Gi0/2"


async def test_the_local_port_of_routeros_stands_in_a_table_of_its_own(known):
    lines = [f"{REMOTE}.{cell}" for cell in ("4.7|2|4", "5.7|4|00:1B:21:0A:0B:0C", "6.7|2|5", "7.7|4|ether2")]

    (one,) = await known(
        "neighbour", *TWO_PORTS, *NAMES, *lines, "1.3.6.1.4.1.14988.1.1.11.1.1.8.7|2|11", maker=14988
    )

    assert (one["port"], one["ifIndex"]) == ("Gi0/2", "11")
    assert (one["port"], one["neighbour"], one["chassis"]) == ("Gi0/2", "00:1b:21:0a:0b:0c", "00:1b:21:0a:0b:0c")


async def test_a_cdp_neighbour_is_known(known):
    entry = "1.3.6.1.4.1.9.9.23.1.2.1.1"
    lines = [*TWO_PORTS, *NAMES, f"{entry}.4.10.3|4x|c0000201", f"{entry}.6.10.3|4|sw2.example.net",
             f"{entry}.7.10.3|4|GigabitEthernet0/9", f"{entry}.8.10.3|4|cisco WS-C9999",
             f"{entry}.9.10.3|4x|00000029"]  # fmt: skip

    (one,) = await known("neighbour", *lines, maker=9)

    assert one == {"port": "Gi0/1", "ifIndex": "10", "neighbour": "sw2.example.net",
                   "neighbour_port": "GigabitEthernet0/9", "chassis": "sw2.example.net", "protocol": "cdp",
                   "platform": "cisco WS-C9999", "address": "192.0.2.1",
                   "capabilities": "router bridge"}  # fmt: skip


async def test_a_device_says_by_which_chassis_its_neighbours_know_it(known):
    own = "1.0.8802.1.1.2.1.3"

    (one,) = await known("identity", f"{own}.1.0|2|4", f"{own}.2.0|4x|504c414e4554")

    assert one["chassis"] == "50:4c:41:4e:45:54"


async def test_addresses_of_both_tables_are_told_once_with_their_ports(known):
    old, new = "1.3.6.1.2.1.4.20.1", "1.3.6.1.2.1.4.34.1"
    six = "2.16.32.1.13.184." + "0." * 11 + "1"
    lines = [
        *TWO_PORTS, *NAMES,
        f"{old}.2.192.0.2.1|2|10", f"{old}.3.192.0.2.1|64|255.255.255.128",
        f"{new}.3.1.4.192.0.2.1|2|10", f"{new}.4.1.4.192.0.2.1|2|1", f"{new}.5.1.4.192.0.2.1|6|0.0",
        f"{new}.3.1.4.192.0.2.127|2|10", f"{new}.4.1.4.192.0.2.127|2|3",  # broadcast
        f"{new}.3.{six}|2|11", f"{new}.4.{six}|2|1",
        f"{new}.5.{six}|6|1.3.6.1.2.1.4.32.1.5.11.2.16.32.1.13.184." + "0." * 12 + "64",
    ]  # fmt: skip

    found = await known("address", *lines)

    assert sorted(one["address"] for one in found) == ["192.0.2.1", "2001:db8::1"]
    assert {(one["address"], one["prefix_length"], one["ifIndex"], one["ifName"]) for one in found} == {
        ("192.0.2.1", "25", "10", "Gi0/1"), ("2001:db8::1", "64", "11", "Gi0/2"),
    }  # fmt: skip


async def test_an_early_cisco_says_its_addresses_in_a_table_of_its_own(known):
    entry, six = "1.3.6.1.4.1.9.10.86.1.1.2.1", "2.16.32.1.13.184." + "0." * 11 + "5"
    lines = [*TWO_PORTS, *NAMES, f"{entry}.3.{six}|2|10",
             f"{entry}.5.{six}|6|1.3.6.1.4.1.9.10.86.1.1.1.1.5.10.2.16.32.1.13.184." + "0." * 12 + "64"]  # fmt: skip

    (one,) = await known("address", *lines, maker=9)

    assert one == {"address": "2001:db8::5", "prefix_length": "64", "ifIndex": "10", "ifName": "Gi0/1"}


async def test_an_address_nobody_answers_for_is_no_entry_of_the_arp_table(known):
    old, new = "1.3.6.1.2.1.4.22.1", "1.3.6.1.2.1.4.35.1"
    six = "10.2.16.254.128." + "0." * 13 + "9"
    lines = [
        *TWO_PORTS, *NAMES,
        f"{old}.2.10.192.0.2.7|4x|001b210a0b0c", f"{old}.4.10.192.0.2.7|2|3",
        f"{old}.2.10.192.0.2.8|4|", f"{old}.4.10.192.0.2.8|2|3",
        f"{old}.2.10.192.0.2.9|4x|001b210a0b0e", f"{old}.4.10.192.0.2.9|2|2",  # invalid
        f"{new}.4.{six}|4x|001b210a0b0d", f"{new}.6.{six}|2|3",
        f"{new}.4.10.1.4.192.0.2.7|4x|001b210a0b0c",
    ]  # fmt: skip

    found = await known("arp", *lines)

    assert {(one["address"], one["mac"], one["ifName"]) for one in found} == {
        ("192.0.2.7", "00:1b:21:0a:0b:0c", "Gi0/1"), ("fe80::9", "00:1b:21:0a:0b:0d", "Gi0/1"),
    }  # fmt: skip
    assert len(found) == 2


async def test_a_hardware_address_is_behind_a_port_and_in_a_vlan(known):
    q, d = "1.3.6.1.2.1.17.7.1.2.2.1", "1.3.6.1.2.1.17.4.3.1"
    lines = [
        *TWO_PORTS, *NAMES, "1.3.6.1.2.1.17.1.4.1.2.2|2|11", "1.3.6.1.2.1.17.7.1.4.2.1.3.0.120|66|3",
        f"{q}.2.3.0.27.33.10.11.12|2|2", f"{q}.3.3.0.27.33.10.11.12|2|3",
        f"{q}.2.3.0.27.33.10.11.13|2|0", f"{q}.3.3.0.27.33.10.11.13|2|4",  # the bridge's own
        f"{d}.2.0.27.33.10.11.12|2|2", f"{d}.2.0.27.33.10.11.14|2|7", f"{d}.3.0.27.33.10.11.14|2|3",
    ]  # fmt: skip

    found = {one["mac"]: one for one in await known("mac", *lines)}

    assert found == {
        "00:1b:21:0a:0b:0c": {"mac": "00:1b:21:0a:0b:0c", "vlan": "120", "port": "Gi0/2"},
        "00:1b:21:0a:0b:0e": {"mac": "00:1b:21:0a:0b:0e", "port": "7"},
    }


PORT_VLANS, COMPONENT_VLANS = "1.3.6.1.2.1.17.7.1.4.5.1.1", "1.3.111.2.802.1.1.4.1.4.5.1.1"


async def test_the_vlan_of_a_ports_own_is_that_of_the_interface_that_the_bridges_port_is(known):
    lines = [
        *TWO_PORTS, *NAMES,
        "1.3.6.1.2.1.17.1.4.1.2.1|2|11", "1.3.6.1.2.1.17.1.4.1.2.2|2|10",  # the bridge counts the other way round
        *(f"{PORT_VLANS}.{port}|66|{vlan}" for port, vlan in ((1, 95), (2, 450), (10, 1), (11, 7))),
    ]  # fmt: skip

    found = await known("port_vlan", *lines)

    assert list(found) == [
        {"port": "Gi0/2", "ifIndex": "11", "vlan": "95"}, {"port": "Gi0/1", "ifIndex": "10", "vlan": "450"},
        {"vlan": "1"}, {"vlan": "7"},  # of these ports nobody says which interface they are; 10 and 11 are not meant
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("recording", "by", "vlans", "known_vlans"),
    [
        ("vrp_5720", "1.3.6.1.2.1.17.1.4.1.2", PORT_VLANS, 2),  # ifIndex is the bridge's port and five, or more
        ("procurve_2520", "1.3.6.1.2.1.17.1.4.1.2", PORT_VLANS, 5),
        ("ios_2960x", "", "1.3.6.1.4.1.9.9.68.1.2.2.1.2", 2),
    ],
)
async def test_of_real_switches_each_port_has_the_vlan_that_it_gives(
    shipped, corpus, recording, by, vlans, known_vlans
):
    lines = (corpus / "recordings" / f"{recording}.snmprec").read_text().splitlines()
    given = {line.split("|")[0]: line.split("|")[2] for line in lines if line.count("|") == 2}
    under = {oid.removeprefix(f"{vlans}."): vlan for oid, vlan in given.items() if oid.startswith(f"{vlans}.")}
    there = {given.get(f"{by}.{port}", "") if by else port: vlan for port, vlan in under.items() if vlan != "0"}
    there.pop("", None)  # a port of the bridge that is no interface

    found = await polled(shipped, "port_vlan", lines)

    assert {one["ifIndex"]: one["vlan"] for one in found if "ifIndex" in one} == there
    assert len(set(there.values())) >= known_vlans
    names = {oid.rpartition(".")[2]: text for oid, text in given.items() if oid.startswith("1.3.6.1.2.1.31.1.1.1.1.")}
    assert all(one["port"] == names[one["ifIndex"]] for one in found if one.get("ifIndex") in names)


async def test_a_port_without_a_vlan_of_its_own_has_none_and_a_newer_table_speaks_for_the_older(known):
    lines = [
        *TWO_PORTS, *NAMES, "1.3.6.1.2.1.17.1.4.1.2.1|2|10", "1.3.6.1.2.1.17.1.4.1.2.2|2|11",
        f"{PORT_VLANS}.1|66|5", f"{COMPONENT_VLANS}.1.1|66|20", f"{COMPONENT_VLANS}.1.2|66|4095",
    ]  # fmt: skip

    assert list(await known("port_vlan", *lines)) == [{"port": "Gi0/1", "ifIndex": "10", "vlan": "20"}]


async def test_a_switch_of_cisco_says_by_interface_in_which_vlan_a_port_is(known):
    lines = [
        *TWO_PORTS, *NAMES, "1.3.6.1.2.1.17.1.4.1.2.1|2|10", f"{PORT_VLANS}.1|66|1",
        *(f"1.3.6.1.4.1.9.9.68.1.2.2.1.2.{index}|2|{vlan}" for index, vlan in ((10, 525), (11, 0))),
    ]  # fmt: skip

    assert list(await known("port_vlan", *lines, maker=9)) == [{"port": "Gi0/1", "ifIndex": "10", "vlan": "525"}]


async def test_a_vlan_is_told_once_with_its_name(known):
    static, current = "1.3.6.1.2.1.17.7.1.4.3.1", "1.3.6.1.2.1.17.7.1.4.2.1"
    lines = [
        f"{static}.1.10|4|users", f"{static}.5.10|2|1", f"{static}.1.20|4|phones",
        *(f"{current}.6.{mark}.{vlan}|2|2" for mark in (0, 33) for vlan in (10, 20, 30)),
    ]  # fmt: skip

    found = await known("vlan", *lines)

    assert sorted((one["vlan"], one.get("vlan_name")) for one in found) == [
        ("10", "users"), ("20", "phones"), ("30", None),
    ]  # fmt: skip
