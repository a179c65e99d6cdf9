"""Which two ports of devices that are watched are the ends of one link.

Either side may have announced itself; what the device itself hears counts before what others hear of it, and of those
it heard, who was there last. A port at which several are heard is the end of a segment, and has no other end.

A quiet room. May import: netwatch.model. Called by: book.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from netwatch.model import LinkEnd, Neighbour

LINK_GOOD_FOR: Final = timedelta(days=7)
"""How long after it was heard last a link still counts as one."""


class Neighbours(Protocol):
    """Who knows the neighbours."""

    def of_device(self, device: str) -> Sequence[Neighbour]:
        """Return the neighbours of a device."""

    def at(self, end: LinkEnd) -> Sequence[Neighbour]:
        """Return the neighbours at one port."""

    def members_of(self, end: LinkEnd) -> Sequence[LinkEnd]:
        """Return the ports that a bundle is made of, none where the end is no bundle."""

    def bundle_of(self, end: LinkEnd) -> LinkEnd | None:
        """Return the bundle that a port is a member of."""

    def that_hear(self, device: str) -> Sequence[str]:
        """Return the other devices that may have heard this one."""


def far_end(book: Neighbours, end: LinkEnd, now: datetime) -> LinkEnd | None:
    """Return the end at the other side of a port, of another device that is watched; None where that is not clear."""
    if members := book.members_of(end):
        return _far_bundle(book, members, now)
    own = list(_heard_at(book, end, now))
    if len(own) == 1 and own[0].if_index:  # it need not be looked for among hundreds that hear a device
        return own[0]
    found: dict[str, LinkEnd] = {}
    for one in (*own, *_hearing(book, end, now)):
        known = found.get(one.device)
        if known is None or (one.if_index and not known.if_index):
            found[one.device] = one
    return next(iter(found.values())) if len(found) == 1 else None


def _far_bundle(book: Neighbours, members: Sequence[LinkEnd], now: datetime) -> LinkEnd | None:
    """Return the bundle that the ports at the other ends of these are members of; None where they are of several."""
    far = [there for member in members if (there := far_end(book, member, now)) is not None]
    bundles = {bundle for there in far if (bundle := book.bundle_of(there)) is not None}
    return bundles.pop() if len(bundles) == 1 else None


def links_of(book: Neighbours, device: str, now: datetime) -> list[tuple[LinkEnd, LinkEnd]]:
    """Return the links of a device to others that are watched: its own end, and the other one."""
    own = [_own_end(one) for one in book.of_device(device) if one.peer and not one.is_evidence]
    for other in book.that_hear(device):
        own += [
            LinkEnd(device=device, if_index=one.peer_if_index, port=one.peer_port)
            for one in book.of_device(other) if one.peer == device and one.peer_port
        ]  # fmt: skip
    bundles = [bundle for end in own if (bundle := book.bundle_of(end)) is not None]
    ends = {end.port: end for end in (*own, *bundles)}
    return [(end, far) for end in ends.values() if (far := far_end(book, end, now)) is not None]


def _heard_at(book: Neighbours, end: LinkEnd, now: datetime) -> Iterator[LinkEnd]:
    for one in _newest(book.at(end), now):
        if one.peer and one.peer != end.device:
            yield LinkEnd(
                device=one.peer,
                if_index=one.peer_if_index,
                port=one.peer_port or one.remote_port_name or one.remote_port,
            )


def _hearing(book: Neighbours, end: LinkEnd, now: datetime) -> Iterator[LinkEnd]:
    for other in book.that_hear(end.device):
        at_port: dict[str, list[Neighbour]] = defaultdict(list)
        for one in book.of_device(other):
            at_port[one.port].append(one)
        for there in at_port.values():
            for one in _newest(there, now):
                if one.peer == end.device and _names(one, end):
                    yield _own_end(one)


def _newest(there: Iterable[Neighbour], now: datetime) -> list[Neighbour]:
    """Return who is at a port: those that are there, else who was there last; nobody's own conclusions."""
    announced = [one for one in there if not one.is_evidence and now - one.last_seen <= LINK_GOOD_FOR]
    is_there = [one for one in announced if one.is_there]
    if is_there or not announced:
        return is_there
    last = max(one.last_seen for one in announced)
    return [one for one in announced if one.last_seen == last]


def _own_end(one: Neighbour) -> LinkEnd:
    return LinkEnd(device=one.device, if_index=one.if_index, port=one.port)


def _names(one: Neighbour, end: LinkEnd) -> bool:
    """Return whether a neighbour announced this end; in its own words where its ports were not read yet."""
    if one.peer_port or one.peer_if_index:
        return is_at(one.peer_if_index, one.peer_port, end)
    return bool(end.port) and end.port in (one.remote_port, one.remote_port_name)


def is_at(if_index: str, port: str, end: LinkEnd) -> bool:
    """Return whether a port is this end; by its name where both say one, since an ifIndex may be another tomorrow."""
    if port and end.port:
        return port == end.port
    return bool(if_index) and if_index == end.if_index
