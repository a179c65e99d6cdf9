"""Faults of ports and of peers."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import cast

from netwatch.model import Tag, Value
from tests.bench.knowing.corpus import Cell, Name
from tests.bench.knowing.faults.planting import Change, Fault, Held, Plant, column, grafted, oid, rows, turns, words

IF, IFX, DUPLEX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1", "1.3.6.1.2.1.10.7.2.1.19"
PORT_NAMES = (f"{IFX}.1", f"{IF}.2")
ETHERNET = {f"{IF}.3": (6, 62, 117), f"{IF}.7": (1,)}
"""Real ports that are switched on."""
BGP, CISCO_BGP, JUNIPER_BGP = "1.3.6.1.2.1.15.3.1", "1.3.6.1.4.1.9.9.187.1.2.5.1", "1.3.6.1.4.1.2636.5.1.1.2.1.1.1"
FORTIGATE_TUNNEL = "1.3.6.1.4.1.12356.101.12.2.2.1"
OSPF, ISIS = "1.3.6.1.2.1.14.10.1", "1.3.6.1.2.1.138.1.6.1.1"
OCTETS = (f"{IFX}.6", f"{IFX}.10", f"{IF}.10", f"{IF}.16")
IDLE, ESTABLISHED = 1, 6
GRAFTS = ("ios_2960x", "procurve_2520", "comware", "zxr10", "xos", "awplus", "fortigate_100e")
"""Recordings that are given peers they do not have."""
PEER, ROUTER = "192.0.2.77", "192.0.2.78"


def slower(held: Held) -> Change | None:
    """A port of a gigabit comes up again with a hundred megabit."""
    found = rows(held, f"{IFX}.15", (1000, 10000), ETHERNET | {f"{IF}.8": (1,)})
    for index, tag in found:
        fault = [((*oid(f"{IFX}.15"), *index), tag, 100)]
        if (speed := held.get((*oid(f"{IF}.5"), *index))) is not None:
            fault.append(((*oid(f"{IF}.5"), *index), speed[0], 100_000_000))
        return Change(fault=fault, names=words(held, PORT_NAMES, index))
    return None


def half_duplex(held: Held) -> Change | None:
    """A port that is up and full comes to half."""
    for index, tag in rows(held, DUPLEX, (3,), {f"{IF}.8": (1,), f"{IF}.7": (1,)}):
        return Change(fault=[((*oid(DUPLEX), *index), tag, 2)], names=words(held, PORT_NAMES, index))
    return None


def growing(*counters: tuple[str, float]) -> Plant:
    """Return the plant of a port that is up whose counters grow by so much a second, octets by a share of its speed.

    Columns that the port does not have are passed over, but for the first.
    """

    def plant(held: Held) -> Change | None:
        for index, _ in rows(held, counters[0][0], (), ETHERNET | {f"{IF}.8": (1,), f"{IFX}.15": (100, 1000)}):
            megabits = cast(int, held[(*oid(f"{IFX}.15"), *index)][1])
            begins = {
                (*oid(under), *index): by * (megabits * 125_000 if under in OCTETS else 1) for under, by in counters
            }
            there = {name: by for name, by in begins.items() if name in held}

            def grown(seconds: float, there: Mapping[Name, float] = there) -> list[Cell]:
                return [_grown(held, name, int(by * seconds)) for name, by in there.items()]

            return Change(drift=grown, names=words(held, PORT_NAMES, index))
        return None

    return plant


def _grown(held: Held, name: Name, by: int) -> Cell:
    tag, value = held[name]
    return name, tag, (cast(int, value) + by) % (2**64 if tag == Tag.COUNTER64 else 2**32)


def bgp_row(state: int, admin: int = 2) -> list[tuple[str, Tag, Value]]:
    """Return the row of a BGP peer as BGP4-MIB has it."""
    cells = {
        1: (Tag.IP_ADDRESS, address("10.9.9.9")), 2: (Tag.INTEGER, state), 3: (Tag.INTEGER, admin),
        4: (Tag.INTEGER, 4), 5: (Tag.IP_ADDRESS, address("192.0.2.1")), 7: (Tag.IP_ADDRESS, address(PEER)),
        9: (Tag.INTEGER, 64500), 16: (Tag.GAUGE32, 5000), 24: (Tag.GAUGE32, 10),
    }  # fmt: skip
    return [(f"{BGP}.{number}.{PEER}", tag, value) for number, (tag, value) in cells.items()]


def ospf_row(state: int = 8) -> list[tuple[str, Tag, Value]]:
    """Return the row of an OSPF neighbour."""
    cells = {
        1: (Tag.IP_ADDRESS, address(ROUTER)), 2: (Tag.INTEGER, 0), 3: (Tag.IP_ADDRESS, address("10.8.8.8")),
        4: (Tag.INTEGER, 2), 5: (Tag.INTEGER, 1), 6: (Tag.INTEGER, state), 7: (Tag.COUNTER32, 6),
        10: (Tag.INTEGER, 1),
    }  # fmt: skip
    return [(f"{OSPF}.{number}.{ROUTER}.0", tag, value) for number, (tag, value) in cells.items()]


def address(text: str) -> Value:
    """Return an address as a value."""
    return IPv4Address(text)


def bgp_idle(held: Held) -> Change | None:
    """A peer of BGP4-MIB loses its session."""
    for index, tag in rows(held, f"{BGP}.2", (ESTABLISHED,), {}):
        return Change(fault=[((*oid(f"{BGP}.2"), *index), tag, IDLE)], names=(".".join(map(str, index)),))
    return None


def bgp_made_idle(state: str, admin: str, running: int, *, plain: bool) -> Plant:
    """Return the plant of a peer that is up and goes idle; `plain` where its index ends with its address."""

    def plant(held: Held) -> Change | None:
        for index, tag in rows(held, state, (), {}):
            name = (*oid(state), *index)
            names = (".".join(map(str, index[-4:])),) if plain and len(index) >= 4 else ()
            wanted = [((*oid(admin), *index), tag, running)] if (*oid(admin), *index) in held else []
            return Change(before=[(name, tag, ESTABLISHED), *wanted], fault=[(name, tag, IDLE)], names=names)
        return None

    return plant


PACKETS = ((f"{IFX}.7", 500.0), (f"{IF}.11", 500.0))
PORTS = (
    Fault(
        name="a port is full", rules=("InterfaceSaturated",), plant=growing((f"{IFX}.6", 0.97), (f"{IF}.10", 0.97))
    ),
    Fault(name="a port has errors", rules=("InterfaceErrors",), plant=growing((f"{IF}.14", 40.0), *PACKETS)),
    Fault(name="a port discards", rules=("InterfaceDiscards",), plant=growing((f"{IF}.13", 60.0), *PACKETS)),
    Fault(
        name="a port goes down",
        rules=("InterfaceDown",),
        plant=turns(f"{IF}.8", 2, well=(1,), names=PORT_NAMES, where=ETHERNET),
    ),
    Fault(name="a port comes up slower", rules=("SpeedDropped",), plant=slower),
    Fault(name="a port goes to half duplex", rules=("DuplexMismatch",), plant=half_duplex),
)
PEERS = (
    Fault(name="a BGP peer goes idle", rules=("PeerDown", "BgpPeerDown"), plant=bgp_idle),
    Fault(
        name="a BGP peer goes idle (CISCO-BGP4-MIB)",
        rules=("PeerDown",),
        plant=turns(f"{CISCO_BGP}.3", IDLE, well=(ESTABLISHED,)),
    ),
    Fault(
        name="a BGP peer goes idle (Juniper)",
        rules=("PeerDown",),
        plant=bgp_made_idle(f"{JUNIPER_BGP}.2", f"{JUNIPER_BGP}.3", 2, plain=False),
    ),
    Fault(
        name="a BGP peer, grafted, goes idle",
        rules=("PeerDown", "BgpPeerDown"),
        plant=grafted(bgp_row(ESTABLISHED), [(f"{BGP}.2.{PEER}", Tag.INTEGER, IDLE)], PEER),
        only=GRAFTS,
    ),
    Fault(
        name="an OSPF neighbour, grafted, vanishes",
        rules=("PeerDown", "OspfAdjacencyDown"),
        plant=grafted(ospf_row(), (), ROUTER),
        only=GRAFTS,
    ),
    Fault(
        name="an IS-IS adjacency goes down",
        rules=("PeerDown",),
        plant=turns(f"{ISIS}.2", 1, well=(3,)),
    ),
)
TUNNELS = (
    Fault(
        name="a tunnel goes down (FORTINET-FORTIGATE-MIB)",
        rules=("TunnelDown",),
        plant=turns(f"{FORTIGATE_TUNNEL}.20", 1, well=(2,), names=(f"{FORTIGATE_TUNNEL}.2",)),
    ),
    Fault(
        name="a tunnel, grafted, goes down (FORTINET-FORTIGATE-MIB)",
        rules=("TunnelDown",),
        plant=grafted(
            [
                (f"{FORTIGATE_TUNNEL}.2.1", Tag.OCTET_STRING, b"to-branch-7"),
                (f"{FORTIGATE_TUNNEL}.3.1", Tag.OCTET_STRING, b"to-branch-7"),
                (f"{FORTIGATE_TUNNEL}.20.1", Tag.INTEGER, 2),
            ],
            [(f"{FORTIGATE_TUNNEL}.20.1", Tag.INTEGER, 1)],
            "to-branch-7",
        ),
        only=("forti",),
    ),
)
SILENT = (
    Fault(
        name="a BGP peer that never was up",
        rules=("PeerDown", "BgpPeerDown"),
        plant=lambda held: None if column(held, f"{BGP}.2") else _put(bgp_row(IDLE)),
        only=GRAFTS,
    ),
    Fault(
        name="a BGP peer that is switched off",
        rules=("PeerDown", "BgpPeerDown"),
        plant=grafted(
            bgp_row(ESTABLISHED),
            [(f"{BGP}.2.{PEER}", Tag.INTEGER, IDLE), (f"{BGP}.3.{PEER}", Tag.INTEGER, 1)],
        ),
        only=GRAFTS,
    ),
    Fault(
        name="a port is switched off",
        rules=("InterfaceDown", "SpeedDropped", "DuplexMismatch"),
        plant=turns(f"{IF}.8", 2, well=(1,), where=ETHERNET, beside={f"{IF}.7": 2, f"{IFX}.15": 0, f"{IF}.5": 0}),
    ),
)


def _put(cells: list[tuple[str, Tag, Value]]) -> Change:
    return Change(before=[(oid(name), tag, value) for name, tag, value in cells])
