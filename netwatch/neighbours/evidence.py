"""What addresses say where nobody announces himself: a single hardware address behind a port, and whose it is.

That is evidence, no announcement: an unmanaged switch may stand between. So it counts only where the address is known
to be that of one device that is watched (its chassis ID, or what ARP says of an address it is asked at), and where
nobody else was heard at the port.

A quiet room. May import: netwatch.model. Called by: book.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from netwatch.model import Neighbour, RowSet
from netwatch.neighbours.marks import ADDRESS, CHASSIS, Mark, Marks, address_of, mac_of


@dataclass(frozen=True, slots=True)
class Lone:
    """The only hardware address behind a port, since when it is that, and the VLANs that it was learned in."""

    mac: str
    first_seen: datetime
    vlans: tuple[str, ...] = ()


def lone_macs(rows: RowSet, known: Mapping[str, Lone], at: datetime) -> Mapping[str, Lone]:
    """Return, by port, the address behind it where that is a single one; in however many VLANs."""
    behind: dict[str, str] = {}
    vlans: dict[str, set[str]] = {}
    labels, rows_of = rows.labels, len(rows.index)
    learned = labels.get("vlan", ("",) * rows_of)
    for port, mac, vlan in zip(labels.get("port", ()), labels.get("mac", ()), learned, strict=False):
        if port:
            behind[port] = mac if behind.get(port, mac) == mac else ""
            if vlan:
                vlans.setdefault(port, set()).add(vlan)
    found = {port: own for port, mac in behind.items() if (own := mac_of(mac))}
    return {
        port: _kept(known.get(port), Lone(mac, at, tuple(sorted(vlans.get(port, ()), key=_in_order))))
        for port, mac in found.items()
    }


def _kept(before: Lone | None, now: Lone) -> Lone:
    return replace(now, first_seen=before.first_seen) if before is not None and before.mac == now.mac else now


def _in_order(vlan: str) -> tuple[int, str]:
    return int(vlan) if vlan.isdecimal() else 0, vlan


class Hardware:
    """Whose hardware address is whose, by what ARP tables say of the addresses of watched devices."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._told: dict[str, frozenset[tuple[str, str]]] = {}
        self._owners: dict[str, dict[str, int]] = {}

    def put(self, teller: str, rows: RowSet) -> bool:
        """Take what a device says in place of what it said; return whether that is something else."""
        told = frozenset(self._owned(rows))
        before = self._told.get(teller, frozenset())
        if told == before:
            return False
        for mac, owner in before - told:
            self._owners[mac][owner] -= 1
            if not self._owners[mac][owner]:
                del self._owners[mac][owner]
        for mac, owner in told - before:
            owners = self._owners.setdefault(mac, {})
            owners[owner] = owners.get(owner, 0) + 1
        self._told[teller] = told
        return True

    def owner(self, mac: str) -> tuple[str, str]:
        """Return the one device that has a hardware address, and what says so; empty where that is not clear."""
        by_chassis = self._marks.owners(Mark(CHASSIS, mac))
        if len(by_chassis) == 1:
            return next(iter(by_chassis)), "its chassis ID"
        by_arp = self._owners.get(mac, {})
        return (next(iter(by_arp)), "ARP") if len(by_arp) == 1 else ("", "")

    def _owned(self, rows: RowSet) -> Iterator[tuple[str, str]]:
        labels = rows.labels
        for address, mac in zip(labels.get("address", ()), labels.get("mac", ()), strict=False):
            owners = self._marks.owners(Mark(ADDRESS, address_of(address)))
            if len(owners) == 1 and (own := mac_of(mac)):
                yield own, next(iter(owners))


def concluded(
    device: str, lone: Mapping[str, Lone], taken: Collection[str], hardware: Hardware, at: datetime | None
) -> Iterator[Neighbour]:
    """Yield who stands at ports where nobody was heard (`taken` are the others), by addresses alone.

    at: when the addresses were read. The interface is known by its name only.
    """
    for port, one in lone.items():
        if port in taken:
            continue
        owner, by = hardware.owner(one.mac)
        if owner and owner != device:
            yield Neighbour(
                device=device, if_index="", port=port, name=owner, chassis=one.mac, protocols=("mac",), peer=owner,
                vlans=one.vlans, peer_by=by, first_seen=one.first_seen, last_seen=at or one.first_seen,
                is_evidence=True,
                why=f"{one.mac} is the only address behind the port, and is that of {owner} by {by}; "
                "it was not announced, and something unmanaged may stand between",
            )  # fmt: skip
