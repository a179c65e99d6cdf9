"""What the facts of one device say of its ports, row by row of its interfaces, before anybody concludes anything.

The tables are the concepts `neighbour`, `mac`, `vlan`, `address` and `identity`, and as devices give them who belongs
to which bundle (IEEE8023-LAG-MIB, the stack of IF-MIB) and which VLANs a port carries with a tag.

A quiet room. May import: netwatch.model. Called by: judging.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from netwatch.model import RowSet, TableReading

IDENTITY, NEIGHBOUR, MAC, VLAN, ADDRESS = "identity", "neighbour", "mac", "vlan", "address"
BUNDLES: Final = "dot3adAggPortTable"
STACK: Final = "ifStackTable"
TRUNKS: Final = "vlanTrunkPortTable"
BRIDGE_PORTS: Final = "dot1dBasePortTable"
MEMBERSHIP: Final = ("dot1qVlanStaticTable", "dot1qVlanCurrentTable")
"""In which VLANs ports are: as it was configured, and as it is."""
TABLES: Final = frozenset(
    {IDENTITY, NEIGHBOUR, MAC, VLAN, ADDRESS, BUNDLES, STACK, TRUNKS, BRIDGE_PORTS, *MEMBERSHIP}
)
"""The tables that say something of ports."""
Facts = Mapping[str, TableReading]
MAC_TEXT: Final = re.compile(r"(?i)[0-9a-f]{2}([-:.]?[0-9a-f]{2}){5}")
_NOT_TOLD: Final = frozenset({"not advertised", "null", "n/a"})
"""What agents write where a neighbour did not say something."""
MOST_NAMED: Final = 3
"""Neighbours of one port that are looked at; behind an unmanaged switch there may be very many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Who announced itself on a port. kinds: what it says it can (`bridge`, `phone`), none where it does not say."""

    name: str
    port: str
    platform: str
    address: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortFacts:
    """What facts say of the ports of one device, by the number of their row.

    bundle_of: what a port is a member of. tagged: in how many VLANs with a tag. macs: how many hardware addresses are
    behind it; mac_vlans: in how many VLANs. routed: ports with an address of their own. knows_vlans: whether it is
    known of every port which VLANs it carries, or there are none. macs_are_whole: whether all addresses were read.
    kind: what the device says it is.
    """

    neighbours: Mapping[int, Sequence[Neighbour]] = field(default_factory=dict)
    bundle_of: Mapping[int, str] = field(default_factory=dict)
    trunks: frozenset[int] = frozenset()
    no_trunks: frozenset[int] = frozenset()
    tagged: Mapping[int, int] = field(default_factory=dict)
    macs: Mapping[int, int] = field(default_factory=dict)
    mac_vlans: Mapping[int, int] = field(default_factory=dict)
    routed: frozenset[int] = frozenset()
    knows_vlans: bool = False
    macs_are_whole: bool = False
    kind: str = ""


def facts_of_ports(ports: RowSet, types: Sequence[object], facts: Facts) -> PortFacts:
    """Return what the facts say of the rows of `ports`; `types` are their ifTypes."""
    by_index = {text: row for row, text in enumerate(ports.labels.get("ifIndex", ports.index))}
    by_name: dict[str, int | None] = {}
    for row, name in enumerate(ports.labels.get("ifName", ())):
        by_name[name] = (
            None if name in by_name else row
        )  # of two that are called the same nobody knows which is meant
    places = _Places(by_index, {name: row for name, row in by_name.items() if row is not None and name})
    macs, mac_vlans = _addresses_behind(facts.get(MAC), places)
    tagged = _tagged(facts, places)
    trunks, no_trunks = _said_trunks(facts.get(TRUNKS), places)
    vlans = facts.get(VLAN)
    return PortFacts(
        neighbours=_neighbours(facts.get(NEIGHBOUR), places),
        bundle_of=_bundles(facts, by_index, ports, types),
        trunks=trunks, no_trunks=no_trunks, tagged=tagged or {}, macs=macs, mac_vlans=mac_vlans,
        routed=frozenset(places.rows(_texts(facts.get(ADDRESS), "ifIndex", "ifName"))),
        knows_vlans=tagged is not None or vlans is None or len(vlans.rows.index) < 2,  # one VLAN needs no tag
        macs_are_whole=(seen := facts.get(MAC)) is not None and not seen.partial, kind=kind_of(facts),
    )  # fmt: skip


def kind_of(facts: Facts) -> str:
    """Return what a device says it is (`switch`, `hypervisor`), in small letters; mostly nobody says."""
    return next(iter(_texts(facts.get(IDENTITY), "type")), ("",))[0].lower()


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a port stands, by ifIndex and by name."""

    by_index: Mapping[str, int]
    by_name: Mapping[str, int]

    def row(self, index: str, name: str) -> int | None:
        row = self.by_index.get(index) if index else None
        return self.by_name.get(name) if row is None and name else row

    def rows(self, given: Iterable[tuple[str, ...]]) -> Iterator[int]:
        for index, name in given:
            if (row := self.row(index, name)) is not None:
                yield row


def _texts(table: TableReading | None, *names: str) -> Iterator[tuple[str, ...]]:
    """Yield some labels of every row, a column's numbers as texts; what the table does not have is empty."""
    if table is None or not table.rows.index:
        return iter(())
    return zip(*(_column(table, name) for name in names), strict=True)


def _column(table: TableReading, name: str) -> Sequence[str]:
    texts = table.rows.labels.get(name)
    if texts is not None:
        return texts
    values = table.columns.get(name)
    if values is None:
        return ("",) * len(table.rows.index)
    return ["" if value is None else str(value) for value in values]


def _neighbours(table: TableReading | None, places: _Places) -> dict[int, list[Neighbour]]:
    found: dict[int, list[Neighbour]] = {}
    names = (
        "ifIndex", "port", "neighbour", "neighbour_port", "neighbour_port_name", "platform", "address",
        "capabilities",
    )  # fmt: skip
    for index, port, name, far, far_name, platform, address, kinds in _texts(table, *names):
        row = places.row(index, port)
        if row is None:
            continue
        known = found.setdefault(row, [])
        if len(known) < MOST_NAMED:
            if far_name and (far.isdecimal() or MAC_TEXT.fullmatch(far)):
                far = far_name
            name, far, platform = ("" if text.casefold() in _NOT_TOLD else text for text in (name, far, platform))
            known.append(
                Neighbour(name=name, port=far, platform=platform, address=address, kinds=frozenset(kinds.split()))
            )
    return found


def _addresses_behind(table: TableReading | None, places: _Places) -> tuple[dict[int, int], dict[int, int]]:
    """Return how many hardware addresses are behind each port, and in how many VLANs; one in two VLANs is one."""
    seen: dict[str, set[str]] = defaultdict(set)
    vlans: dict[str, set[str]] = defaultdict(set)
    for port, mac, vlan in _texts(table, "port", "mac", "vlan"):
        seen[port].add(mac)
        vlans[port].add(vlan)
    counted = {row: port for port in seen if (row := places.by_name.get(port)) is not None}
    return (
        {row: len(seen[port]) for row, port in counted.items()},
        {row: len(vlans[port] - {""}) for row, port in counted.items()},
    )


def _said_trunks(table: TableReading | None, places: _Places) -> tuple[frozenset[int], frozenset[int]]:
    """Return which ports a device calls trunks, and which it says are none."""
    found: dict[str, set[int]] = defaultdict(set)
    for index, mode in _texts(table, "ifIndex", "vlanTrunkPortDynamicStatus"):
        if index in places.by_index:
            found[mode].add(places.by_index[index])
    return frozenset(found["1"]), frozenset(found["2"])


def _tagged(facts: Facts, places: _Places) -> dict[int, int] | None:
    """Return in how many VLANs each port is with a tag; None where the device does not say.

    A list of ports is a string of bits, the first port the highest (Q-BRIDGE-MIB, PortList).
    """
    table = next((known for name in MEMBERSHIP if (known := facts.get(name)) and known.rows.index), None)
    if table is None:
        return None
    row_of = {
        int(port): places.by_index[index]
        for port, index in _texts(facts.get(BRIDGE_PORTS), "dot1dBasePort", "dot1dBasePortIfIndex")
        if port.isdecimal() and index in places.by_index
    }
    found: dict[int, int] = {}
    is_said = False
    for egress, untagged in _texts(table, "egress_ports", "untagged_ports"):
        is_said = is_said or bool(egress)
        for port in _ports_of(egress) - _ports_of(untagged):
            if (row := row_of.get(port)) is not None:
                found[row] = found.get(row, 0) + 1
    return found if is_said and row_of else None


def _ports_of(written: str) -> set[int]:
    """Return the numbers of the bits of a PortList in hexadecimal, from 1."""
    try:
        octets = bytes.fromhex(written)
    except ValueError:
        return set()
    return {
        8 * place + bit + 1 for place, octet in enumerate(octets) if octet for bit in range(8) if octet & 0x80 >> bit
    }


_LAG: Final = 161
_BUNDLE_TYPES: Final = frozenset({53, 54})
"""propVirtual and propMultiplexor, by which some agents have bundles go; only their names tell them from VLANs."""
_BUNDLE_NAME: Final = re.compile(
    r"(?i)(port-?channel|po|ae|bond|lag|trk|trunk|eth-trunk|bridge-aggregation|team|bundle-ether)[- ]?\d+"
)


def is_bundle(kind: object, name: str) -> bool:
    """Return whether an interface of an ifType and a name is a bundle of others."""
    return kind == _LAG or (kind in _BUNDLE_TYPES and _BUNDLE_NAME.fullmatch(name) is not None)


def _bundles(facts: Facts, by_index: Mapping[str, int], ports: RowSet, types: Sequence[object]) -> dict[int, str]:
    """Return which ports are members of a bundle, with its name.

    A port that is in none is attached to none, or to itself. Below a bundle in the stack of interfaces are members,
    below anything else that is no bundle (a VLAN, a tunnel) what carries it.
    """
    names = ports.labels.get("ifName", ports.index)
    pairs = [
        *_texts(facts.get(BUNDLES), "ifIndex", "dot3adAggPortAttachedAggID"),
        *_texts(facts.get(STACK), "ifStackLowerLayer", "ifStackHigherLayer"),
    ]
    found: dict[int, str] = {}
    for member, bundle in pairs:
        row, above = by_index.get(member), by_index.get(bundle)
        if row is None or above is None or row == above or is_bundle(types[row], names[row]):
            continue
        if is_bundle(types[above], names[above]):
            found.setdefault(row, names[above])
    return found
