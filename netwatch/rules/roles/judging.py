"""Concludes from the facts of a device what hangs on each of its ports, and says why.

Silence needs proof: a port is an access port only where its device is seen to switch, has learned a few hardware
addresses behind it, and nothing says that it is more. Of all else nobody knows, and it is told as ever.

A quiet room. May import: netwatch.model. Called by: roles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Protocol

from netwatch.model import RowSet
from netwatch.model.concepts import ACCESS, DESCRIBED, INFRASTRUCTURE, UPLINK
from netwatch.rules.roles.facts import MAC, MAC_TEXT, Facts, Neighbour, PortFacts, facts_of_ports, is_bundle, kind_of
from netwatch.rules.roles.opinion import NOBODY_KNOWS, Opinion, opinion

Watched = Callable[[str, str], str]
"""Which configured device has a name or an address that a neighbour told; empty for none."""


class Peer(Protocol):
    """Who stands on a port, as far as all that is watched is known: `peer` is the watched device, empty for none."""

    @property
    def name(self) -> str:
        """Return what it calls itself."""

    @property
    def peer(self) -> str:
        """Return which watched device it is."""

    @property
    def is_evidence(self) -> bool:
        """Return whether that was concluded from addresses, and not announced."""


Peers = Mapping[str, Sequence[Peer]]
"""Who stands on the ports of a device, by ifIndex."""

MANY: Final = 10
"""So many hardware addresses are more than hang on one outlet: another switch is behind the port."""
SEVERAL: Final = 5
"""A computer, its telephone and what runs in it are fewer."""
TAGGED: Final = 2
"""A port of a computer and its telephone carries one VLAN with a tag, a trunk more."""
ACCESS_VLANS: Final = 2
"""The addresses behind an access port are in its VLAN and in that of telephones."""
SWITCHED: Final = 4
"""So many ports with addresses behind them has no server, though some have a bridge."""
ALIAS_SHOWN: Final = 60
MOST_ALIKE: Final = 8192
"""Ports that are judged once by their kind, name and description: like switches have the same."""
_IS_AP: Final = re.compile(r"(?i)\bAIR-|\baccess point\b")
"""Platforms of access points that call themselves a bridge and nothing else, as Cisco's do by CDP."""
_NOTHING_SAID: Final = frozenset({"", "interface", "port"})
"""What is left of a description that agents make themselves, such as `GigabitEthernet1/0/1 Interface`."""
_ETHERNET: Final = frozenset({6, 62, 117})
_LOOPBACK: Final = 24
_NO_SWITCH: Final = ("hypervisor", "server", "router", "firewall", "storage", "nas", "vm")
_NO_FACTS: Final = PortFacts()
_FORWARDS: Final = frozenset({"bridge", "router", "repeater"})
_SERVES: Final = {"access-point": "access point", "phone": "phone", "cable-modem": "cable modem", "station": "server"}


def opinions_of(
    ports: RowSet, types: Sequence[object], facts: Facts, watched: Watched, peers: Peers = MappingProxyType({})
) -> list[Opinion]:
    """Return what the facts say of each row of a device's interfaces, as it is now; `peers` stand on its ports."""
    known = facts_of_ports(ports, types, facts)
    empty = ("",) * len(ports.index)
    names, descriptions = ports.labels.get("ifName", empty), ports.labels.get("ifAlias", empty)
    can_be_access = known.macs_are_whole and _switches(known)
    found = []
    indexes = ports.labels.get("ifIndex", ports.index)
    told = _told_of(known)
    for row, (name, alias, index) in enumerate(zip(names, descriptions, indexes, strict=True)):
        there = peers.get(index, ())
        if not there and row not in told:
            found.append(_by_itself(types[row], name, alias))
            continue
        named = {one.name: one.peer for one in there if one.peer and not one.is_evidence}
        heard = [said for one in known.neighbours.get(row, ()) if (said := _of_neighbour(one, watched, named)).role]
        heard += [_of_evidence(one.peer) for one in there if one.peer and one.is_evidence][:1]
        best = max(heard, key=lambda one: one.weight, default=NOBODY_KNOWS)
        said = _by_wiring(row, types[row], name, known, best.neighbour)
        for other in (best, _by_addresses(row, known, best.neighbour), _by_alias(name, alias, best.neighbour)):
            said = other if other.weight > said.weight else said
        if not said.role and can_be_access and types[row] in _ETHERNET and not heard:
            said = _access(row, known)
        found.append(said)
    return found


def _told_of(known: PortFacts) -> frozenset[int]:
    """Return the rows of which any fact speaks; an access port is one of them, since silence needs proof."""
    told = (known.neighbours, known.bundle_of, known.trunks, known.routed, known.tagged, known.macs)
    return frozenset[int]().union(*told)


@lru_cache(maxsize=MOST_ALIKE)
def _by_itself(kind: object, name: str, alias: str) -> Opinion:
    """Return what a port is of which no fact speaks: by its kind and its name, or as it is described."""
    said, described = _by_wiring(0, kind, name, _NO_FACTS, ""), _by_alias(name, alias, "")
    return described if described.weight > said.weight else said


def is_switch(facts: Facts) -> bool:
    """Return whether a device is seen to switch: addresses behind several of its ports, and it is nothing else."""
    table = facts.get(MAC)
    ports = {port for port in table.rows.labels.get("port", ()) if port} if table is not None else set[str]()
    return len(ports) >= SWITCHED and not kind_of(facts).startswith(_NO_SWITCH)


def _switches(known: PortFacts) -> bool:
    return len(known.macs) >= SWITCHED and not known.kind.startswith(_NO_SWITCH)


def _by_wiring(row: int, kind: object, name: str, known: PortFacts, neighbour: str) -> Opinion:
    """Return what a port is by how it was set up."""
    if row in known.bundle_of:
        return opinion(UPLINK, "bundle", f"member of {known.bundle_of[row]}", neighbour, counts_first=True)
    if is_bundle(kind, name):
        return opinion(UPLINK, "bundle", "a bundle of ports", neighbour, counts_first=True)
    if row in known.routed and kind != _LOOPBACK:
        return opinion(UPLINK, "routed", "it has an address of its own, so it is routed", neighbour)
    if row in known.trunks:
        return opinion(UPLINK, "trunk", "a trunk", neighbour, counts_first=True)
    tagged = known.tagged.get(row, 0)
    if tagged >= TAGGED and row not in known.no_trunks:
        return opinion(UPLINK, "trunk", f"a trunk of {tagged} tagged VLANs", neighbour, counts_first=True)
    return NOBODY_KNOWS


def _of_evidence(peer: str) -> Opinion:
    """Return what a port is behind which a device's hardware address was seen, though it announces nothing."""
    return opinion(INFRASTRUCTURE, "behind", f"{peer} is behind it, which is monitored")


def _of_neighbour(one: Neighbour, watched: Watched, named: Mapping[str, str]) -> Opinion:
    """Return what a port is by who announced itself on it.

    Telephones and access points announce that they bridge, too. Who does not say what it can, nor its name, is
    mostly a computer, whose operating system announces itself by itself.
    """
    name = named.get(one.name) or watched(one.name, one.address)
    own_name = "" if MAC_TEXT.fullmatch(one.name) else one.name  # a chassis that did not tell its name
    called = name or own_name or one.address
    where = f"{called} {one.port}".strip() if called else ""
    kinds = one.kinds | ({"access-point"} if _IS_AP.search(one.platform) and "router" not in one.kinds else set())
    for kind in ("phone", "access-point", "cable-modem"):
        if kind in kinds:
            return opinion(
                INFRASTRUCTURE, "neighbour", f"{_an(_SERVES[kind])} {called} is on it".replace("  ", " "), where
            )
    if name:
        return opinion(UPLINK, "neighbour", f"{name} is on it, which is monitored", where)
    if not one.kinds.isdisjoint(_FORWARDS):
        can = " and ".join(sorted(one.kinds & _FORWARDS))
        return opinion(UPLINK, "neighbour", f"{called or 'a neighbour'} is on it, a {can}", where)
    if one.kinds or own_name or one.platform:
        what = "a server, " if "station" in one.kinds else ""
        return opinion(INFRASTRUCTURE, "neighbour", f"{what}{called or one.platform} announces itself on it", where)
    return NOBODY_KNOWS


def _an(word: str) -> str:
    return f"an {word}" if word[:1] in "aeiou" else f"a {word}"


def _by_addresses(row: int, known: PortFacts, neighbour: str) -> Opinion:
    count = known.macs.get(row, 0)
    said = f"{count} hardware addresses were behind it"
    if count >= MANY:
        return opinion(UPLINK, "addresses", said, neighbour)
    if count >= SEVERAL:
        return opinion(INFRASTRUCTURE, "addresses", f"{said}, as behind a small switch", neighbour)
    return NOBODY_KNOWS


def _by_alias(name: str, alias: str, neighbour: str) -> Opinion:
    """Return that somebody described a port; an agent that repeats the port's name there does not."""
    text = " ".join(alias.split())
    if text.casefold().replace(name.casefold(), "").strip() in _NOTHING_SAID:
        return NOBODY_KNOWS
    return opinion(DESCRIBED, "description", f"described as {text[:ALIAS_SHOWN]}", neighbour, counts_first=True)


def _access(row: int, known: PortFacts) -> Opinion:
    """Return that a port is an access port where there is proof of it."""
    count = known.macs.get(row, 0)
    if not 1 <= count < SEVERAL or row in known.routed:
        return NOBODY_KNOWS
    sees_vlans = known.mac_vlans.get(row, 0) > 0
    if known.mac_vlans.get(row, 0) > ACCESS_VLANS:
        return NOBODY_KNOWS
    if not (row in known.no_trunks or known.knows_vlans or sees_vlans):
        return NOBODY_KNOWS  # the addresses of one VLAN of several: what else it carries nobody said
    said = "1 hardware address was behind it" if count == 1 else f"{count} hardware addresses were behind it"
    return opinion(ACCESS, "addresses", f"{said}, no trunk, no neighbour that names itself, no description")
