"""Records of what was heard as neighbours: with the device each is, and one heard twice told once.

A quiet room. May import: netwatch.model. Called by: book.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from netwatch.model import Neighbour
from netwatch.neighbours.heard import Heard
from netwatch.neighbours.marks import Found, mac_of


def seen_as(device: str, heard: Heard, found: Found, peer_if_index: str, peer_port: str) -> Neighbour:
    """Return a record as a neighbour that is the device it was found to be."""
    return Neighbour(
        device=device, if_index=heard.if_index, port=heard.port, name=heard.name or heard.chassis,
        chassis=heard.chassis, remote_port=heard.remote_port, remote_port_name=heard.remote_port_name,
        address=heard.address, platform=heard.platform,
        kinds=heard.kinds, protocols=(heard.protocol,) if heard.protocol else (), peer=found.device,
        peer_by=found.by, peer_port=peer_port, peer_if_index=peer_if_index, first_seen=heard.first_seen,
        last_seen=heard.last_seen, is_there=heard.is_there,
    )  # fmt: skip


def merged(seen: Iterable[Neighbour]) -> list[Neighbour]:
    """Return each neighbour of a port once: many announce themselves by LLDP and by CDP at the same time.

    What LLDP says counts before what CDP says; what one leaves open the other fills.
    """
    found: dict[tuple[str, str, bool], Neighbour] = {}
    for one in sorted(seen, key=lambda one: one.protocols != ("lldp",)):
        who = one.peer or _short(one.name)
        place = one.port, who or f"{one.chassis} {one.remote_port}", one.is_there
        first = found.get(place)
        if first is None or set(one.protocols) <= set(first.protocols):
            while place in found:  # of one protocol, and so another one of that name
                place = one.port, f"{place[1]} and", one.is_there
            found[place] = one
        else:
            found[place] = _together(first, one)
    return list(found.values())


def _together(first: Neighbour, other: Neighbour) -> Neighbour:
    return replace(
        first,
        protocols=(*first.protocols, *other.protocols),
        if_index=first.if_index or other.if_index,
        remote_port_name=first.remote_port_name or other.remote_port_name,
        address=first.address or other.address,
        platform=first.platform or other.platform,
        kinds=first.kinds or other.kinds,
        peer_port=first.peer_port or other.peer_port,
        peer_if_index=first.peer_if_index or other.peer_if_index,
        first_seen=min(first.first_seen, other.first_seen),
        last_seen=max(first.last_seen, other.last_seen),
    )


def best_first(one: Neighbour) -> tuple[bool, bool, str, str, str]:
    """Return by what neighbours of a port are put in order: there, announced, by name."""
    return not one.is_there, one.is_evidence, one.port, one.name, one.remote_port


def _short(name: str) -> str:
    return "" if mac_of(name) else name.casefold().partition(".")[0]
