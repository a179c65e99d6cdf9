"""All neighbours of all devices that are watched, and which of them are such devices themselves.

    reading of `neighbour`                   -> what a device hears, kept by port, chassis ID and port ID
    reading of `identity`, `address`, `arp`  -> by which marks each device is known to others
    reading of `mac`                         -> ports behind which there is a single address: evidence
    reading of `interface`                   -> what its ports are called
    reading of two tables about bundles      -> which ports are one

What is no longer heard stays known for KEPT_FOR, with when it was heard last; what a reading in part does not hold
may be there all the same. Who a neighbour is, is looked up when somebody asks, and kept until a fact changes.

A quiet room: no clock, no socket, no database. May import: netwatch.model. Called by: netwatch.engine, netwatch.cli.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from netwatch.model import ClockStep, Event, LinkEnd, Memory, Neighbour, RowSet, TableReading
from netwatch.neighbours import links
from netwatch.neighbours.bundles import ATTACHED, STACKED, Bundles
from netwatch.neighbours.changes import changes
from netwatch.neighbours.evidence import Hardware, Lone, concluded, lone_macs
from netwatch.neighbours.heard import MOST_NEIGHBOURS, Heard, Key, marks_in, renewed
from netwatch.neighbours.kept import NEIGHBOUR_SCOPE, read, written
from netwatch.neighbours.marks import Mark, Marks, marks_of
from netwatch.neighbours.ports import Ports
from netwatch.neighbours.says import Says
from netwatch.neighbours.seen import best_first, merged, seen_as

MOST_ADDRESSES: Final = 500
"""Addresses of one device that it is known by."""
WRITTEN_EVERY: Final = timedelta(hours=1)
"""How often it is written down that all is as it was; what changed is written at once."""
_CONFIGURED = "configured"
_NO_PORTS = Ports(RowSet(index=(), keys=()))
News: TypeAlias = tuple[list[Event], list[Memory]]


@dataclass(slots=True)
class _Device:
    """What is known of one device.

    own: its marks, by what says them. version: rises with all it says.
    seen: its neighbours by ifIndex as they were at a version of all marks and of its own, None until somebody asks.
    """

    heard: dict[Key, Heard] | None = None
    own: dict[str, frozenset[Mark]] = field(default_factory=dict)
    ports: Ports = _NO_PORTS
    bundles: Bundles | None = None
    lone: Mapping[str, Lone] = field(default_factory=dict)
    lone_read_at: datetime | None = None
    written_at: datetime | None = None
    version: int = 0
    seen: tuple[int, int, Mapping[str, tuple[Neighbour, ...]]] | None = None


class NeighbourBook:
    """The neighbours; what it knows survives a restart."""

    def __init__(self, addresses: Mapping[str, str] | None = None) -> None:
        """Begin with the configuration: device -> the address at which it is asked."""
        self._devices: dict[str, _Device] = {}
        self._marks = Marks()
        self._hardware = Hardware(self._marks)
        self._says = Says()
        self._taken: dict[tuple[str, str], RowSet] = {}
        self._version = 0
        self._left_out = 0
        self._takes: Mapping[str, Callable[[TableReading], News]] = {
            "neighbour": self._take_heard, "identity": self._take_identity, "address": self._take_addresses,
            "interface": self._take_ports, "mac": self._take_macs, "arp": self._take_arp,
            ATTACHED: self._take_bundles, STACKED: self._take_bundles,
        }  # fmt: skip
        for device, address in (addresses or {}).items():
            self._own(device, _CONFIGURED, marks_of("", [address], [device]))

    def take(self, reading: TableReading) -> News:
        """Return what is news in a reading, and what is to be remembered; nothing for most readings."""
        take = self._takes.get(reading.table)
        if take is None or reading.lacking:
            return [], []
        if reading.table != "neighbour":  # whose rows say when it was heard last, though they be the same
            place = reading.device, reading.table
            if self._taken.get(place) is reading.rows:
                return [], []
            self._taken[place] = reading.rows
        return take(reading)

    def devices(self) -> list[str]:
        """Return the devices of which any neighbour is known, by name."""
        return sorted(name for name, device in self._devices.items() if device.heard or device.lone)

    def of_device(self, device: str) -> list[Neighbour]:
        """Return the neighbours of a device, port by port, those that are no longer heard among them."""
        return [one for there in self._seen(device).values() for one in there]

    def at(self, end: LinkEnd) -> list[Neighbour]:
        """Return the neighbours at one port, wherever an ifIndex of before may have put them."""
        seen = self._seen(end.device)
        near = [one for one in (*seen.get(end.if_index, ()), *seen.get("", ())) if _is_at(one, end)]
        return near or [one for there in seen.values() for one in there if _is_at(one, end)]

    def on_ports(self, device: str) -> Mapping[str, tuple[Neighbour, ...]]:
        """Return the neighbours that are there now, by ifIndex; those of a port that is not known under ""."""
        found = {index: tuple(one for one in there if one.is_there) for index, there in self._seen(device).items()}
        return {index: there for index, there in found.items() if there}

    def version(self, device: str) -> int:
        """Return a number that is another one whenever `on_ports` may give another answer."""
        known = self._devices.get(device)
        return self._version + (known.version if known is not None else 0)

    def far_end(self, end: LinkEnd, now: datetime) -> LinkEnd | None:
        """Return the other end of a link, of a device that is watched; None where that is not clear."""
        device = self._devices.get(end.device)
        if (device is None or not device.heard) and not self.that_hear(end.device):
            return None  # with every alert of a device that neither hears anybody nor is heard
        return links.far_end(self, end, now)

    def links_of(self, device: str, now: datetime) -> list[tuple[LinkEnd, LinkEnd]]:
        """Return the links of a device to others that are watched: its own end, and the other one."""
        return links.links_of(self, device, now)

    def members_of(self, end: LinkEnd) -> list[LinkEnd]:
        """Return the ports that a bundle is made of, none where the end is no bundle."""
        device = self._devices.get(end.device)
        if device is None or device.bundles is None:
            return []
        return [self._end(end.device, member) for member in device.bundles.members_of(end.if_index)]

    def bundle_of(self, end: LinkEnd) -> LinkEnd | None:
        """Return the bundle that a port is a member of, None for none."""
        device = self._devices.get(end.device)
        if device is None or device.bundles is None:
            return None
        bundle = device.bundles.bundle_of(end.if_index)
        return self._end(end.device, bundle) if bundle else None

    def _end(self, device: str, if_index: str) -> LinkEnd:
        return LinkEnd(device=device, if_index=if_index, port=self._known(device).ports.name_of(if_index))

    def that_hear(self, device: str) -> list[str]:
        """Return the other devices that heard somebody with a mark of this one."""
        return sorted(self._says.who_heard(self._marks.of(device)) - {device})

    def take_left_out(self) -> int:
        """Return how many neighbours were beyond what is kept, since it was asked last."""
        left_out, self._left_out = self._left_out, 0
        return left_out

    def recall(self, memories: Iterable[Memory]) -> None:
        """Take back what was known before a restart; what cannot be read is forgotten rather than fatal."""
        for memory in memories:
            if (kept := read(memory.text)) is None:
                continue
            heard, own = kept
            device = self._known(memory.key)
            device.heard = {one.key: one for one in heard[:MOST_NEIGHBOURS]}
            device.written_at = max((one.last_seen for one in heard), default=None)
            for kind, marks in own.items():
                self._own(memory.key, kind, marks)
            self._note_heard(memory.key, device)

    def move(self, step: ClockStep) -> None:
        """Move with the wall clock when neighbours were seen."""
        for device in self._devices.values():
            for one in (device.heard or {}).values():
                one.first_seen, one.last_seen = step.moved(one.first_seen), step.moved(one.last_seen)
            device.written_at = None if device.written_at is None else step.moved(device.written_at)
        self._version += 1

    def _known(self, device: str) -> _Device:
        return self._devices.setdefault(device, _Device())

    def _seen(self, name: str) -> Mapping[str, tuple[Neighbour, ...]]:
        device = self._devices.get(name)
        if device is None:
            return {}
        if device.seen is None or device.seen[:2] != (self._version, device.version):
            device.seen = self._version, device.version, self._looked_at(name, device)
        return device.seen[2]

    def _looked_at(self, name: str, device: _Device) -> Mapping[str, tuple[Neighbour, ...]]:
        """Say of everything a device hears which device that is, and who stands there by evidence alone."""
        announced = []
        for one in (device.heard or {}).values():
            found = self._marks.find(marks_in(one))
            peer = self._devices.get(found.device)
            end = peer.ports.find(one.remote_port, one.remote_port_name) if peer is not None else ("", "")
            announced.append(seen_as(name, one, found, *end))
        seen = merged(announced)
        taken = {one.port for one in seen if one.is_there}
        at_port: dict[str, list[Neighbour]] = defaultdict(list)
        for neighbour in (*seen, *concluded(name, device.lone, taken, self._hardware, device.lone_read_at)):
            if not neighbour.if_index:
                neighbour = replace(neighbour, if_index=device.ports.index_of(neighbour.port))
            at_port[neighbour.if_index].append(neighbour)
        return {index: tuple(sorted(there, key=best_first)) for index, there in at_port.items()}

    def _take_heard(self, reading: TableReading) -> News:
        device, at = self._known(reading.device), reading.asked_at or reading.at
        is_first = device.heard is None
        was_there = {key for key, one in (device.heard or {}).items() if one.is_there}
        is_news, device.heard, left_out = renewed(device.heard or {}, reading, at)
        self._left_out += left_out
        is_old = device.written_at is None or at - device.written_at >= WRITTEN_EVERY
        device.version += 1
        if not (is_news or is_first or is_old):
            return [], []
        self._note_heard(reading.device, device)
        events = changes(reading.device, device.heard, was_there, reading.at) if is_news and not is_first else []
        return events, [self._written(reading.device, at)]

    def _note_heard(self, name: str, device: _Device) -> None:
        """Bring up to date who has heard whom."""
        device.version += 1
        self._says.put(name, (device.heard or {}).values())

    def _take_identity(self, reading: TableReading) -> News:
        labels = reading.rows.labels
        if not reading.rows.index:
            return [], []
        name, chassis = (labels[key][0] if key in labels else "" for key in ("name", "chassis"))
        return [], self._own(reading.device, "identity", marks_of(chassis, [], [name]), reading.at)

    def _take_addresses(self, reading: TableReading) -> News:
        texts = reading.rows.labels.get("address", ())[:MOST_ADDRESSES]
        return [], self._own(reading.device, "addresses", marks_of("", texts, []), reading.at)

    def _own(self, name: str, kind: str, marks: frozenset[Mark], at: datetime | None = None) -> list[Memory]:
        """Take the marks that something says a device has; return what is to be remembered, with `at`."""
        device = self._known(name)
        if device.own.get(kind) == marks:
            return []
        device.own[kind] = marks
        if self._marks.put(name, frozenset[Mark]().union(*device.own.values())):
            self._version += 1
        return [] if at is None else [self._written(name, at)]

    def _take_ports(self, reading: TableReading) -> News:
        device, ports = self._known(reading.device), Ports(reading.rows)
        if not device.ports.says_the_same(ports):
            self._version += 1
        device.ports = ports
        return self._take_bundles(reading)

    def _take_bundles(self, reading: TableReading) -> News:
        device = self._known(reading.device)
        bundles = device.bundles or Bundles()
        if bundles.take(reading) or (reading.table == STACKED and reading.rows.index):  # few devices have any
            device.bundles = bundles
        return [], []

    def _take_macs(self, reading: TableReading) -> News:
        device, at = self._known(reading.device), reading.asked_at or reading.at
        device.lone = {} if reading.partial else lone_macs(reading.rows, device.lone, at)
        device.lone_read_at = at
        device.version += 1
        return [], []

    def _take_arp(self, reading: TableReading) -> News:
        if self._hardware.put(reading.device, reading.rows):
            self._version += 1
        return [], []

    def _written(self, name: str, at: datetime) -> Memory:
        device = self._known(name)
        device.written_at = at
        own = {kind: marks for kind, marks in device.own.items() if kind != _CONFIGURED}
        return Memory(scope=NEIGHBOUR_SCOPE, key=name, text=written((device.heard or {}).values(), own))


def _is_at(one: Neighbour, end: LinkEnd) -> bool:
    return links.is_at(one.if_index, one.port, end)
