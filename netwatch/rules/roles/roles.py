"""Gives readings of interfaces the roles of their ports, before anybody sees them: rules, page and mail see the same.

Facts are looked at when they were read, about once an hour; between that a reading costs a few comparisons.

A quiet room: time comes with readings. May import: netwatch.model, netwatch.rules.settings.
Called by: netwatch.app, which holds it in front of the engine, behind `limits` and `ignore`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from netwatch.model import Device, Matcher, Memory, RowSet, TableReading, parse_matchers
from netwatch.rules.roles.facts import TABLES
from netwatch.rules.roles.judging import Peers
from netwatch.rules.roles.kept import ROLES_SCOPE, from_text
from netwatch.rules.roles.opinion import Opinion, opinion
from netwatch.rules.roles.watched_device import NOBODY, Beside, WatchedDevice
from netwatch.rules.settings import RoleSettings

INTERFACE = "interface"


class FaultBook(Protocol):
    """Keeps what breaks off in a way nobody foresaw."""

    def note(self, kind: str, name: str, error: Exception, now: datetime, device: str = "") -> None:
        """Note that something broke off."""

    def settle(self, kind: str, name: str, device: str = "") -> None:
        """Note that it works again."""


class NeighbourBook(Protocol):
    """Keeps who stands on the ports of every device, put together from what all of them tell."""

    def on_ports(self, device: str) -> Peers:
        """Return who is there now, by ifIndex."""

    def version(self, device: str) -> int:
        """Return a number that is another one whenever `on_ports` may give another answer."""


class Roles:
    """The roles of the ports of every device."""

    def __init__(
        self,
        devices: Iterable[Device] = (),
        chosen: Sequence[RoleSettings] = (),
        *,
        remember: Callable[[Memory], None] = lambda memory: None,
        faults: FaultBook | None = None,
        neighbours: NeighbourBook | None = None,
    ) -> None:
        """Take who is watched and what the configuration says of roles; `remember` keeps text over a restart."""
        self._devices = {device.name: device for device in devices}
        self._chosen = [
            (tuple(matcher for text in one.match for matcher in parse_matchers(text)), _chosen_opinion(one))
            for one in chosen
        ]
        self._remember, self._faults, self._neighbours = remember, faults, neighbours
        self._known: dict[str, WatchedDevice] = {}
        self._names = _names_of(self._devices.values())

    def recall(self, memories: Iterable[Memory]) -> None:
        """Take back what was learned before a restart, and have forgotten what is of devices that are no more."""
        for memory in memories:
            if memory.scope != ROLES_SCOPE or memory.text is None:
                continue
            if memory.key in self._devices:
                self._known[memory.key] = WatchedDevice(from_text(memory.text))
            else:
                self._remember(Memory(scope=ROLES_SCOPE, key=memory.key, text=None))

    def applied(self, reading: TableReading) -> TableReading:
        """Return a reading of interfaces with the roles of its ports; any other as it is, and facts are noted.

        What breaks off here takes nobody's role and silences nothing: the reading goes on without.
        """
        if reading.table != INTERFACE:
            if reading.table in TABLES and not reading.lacking:
                self._device(reading.device).note(reading)
            return reading
        if reading.lacking or not reading.rows.index:
            return reading
        try:
            rows = self._rows_of(reading)
        except Exception as exc:  # noqa: BLE001  # whatever facts a device tells, its readings are judged
            if self._faults is not None:
                self._faults.note("roles of", INTERFACE, exc, reading.at, reading.device)
            return reading
        if self._faults is not None:
            self._faults.settle("roles of", INTERFACE, reading.device)
        return reading.with_rows(rows)

    def _rows_of(self, reading: TableReading) -> RowSet:
        device = self._device(reading.device)
        if device.rows is None or not device.is_as_before(reading):
            chosen, beside = partial(self._chosen_for, reading.device), self._beside(reading.device)
            text = device.look(reading, chosen, self._watched, beside)
            if text is not None:
                self._remember(Memory(scope=ROLES_SCOPE, key=reading.device, text=text))
        return device.rows or reading.rows

    def _beside(self, device: str) -> Beside:
        book = self._neighbours
        return NOBODY if book is None else Beside(book.version(device), partial(book.on_ports, device))

    def _device(self, name: str) -> WatchedDevice:
        device = self._known.get(name)
        if device is None:
            device = self._known[name] = WatchedDevice()
        return device

    def _chosen_for(self, device: str, rows: RowSet) -> Sequence[Opinion | None]:
        """Return what the configuration, or else the profile, says of each row; the last entry that fits counts."""
        known = self._devices.get(device)
        common = {**(known.labels if known is not None else {}), "device": device, "table": INTERFACE}
        said = rows.labels.get("role", ("",) * len(rows.index))
        found = [opinion(role, "profile", "its profile says so") if role else None for role in said]
        for row in range(len(rows.index)) if self._chosen else ():
            own = {name: text for name, text in rows.labels_of(row).items() if name not in _LEARNED}
            labels = {**common, **own, "device": device}
            for matchers, meant in self._chosen:
                if _holds(matchers, labels):
                    found[row] = meant
        return found

    def _watched(self, name: str, address: str) -> str:
        """Return which configured device a neighbour is, by its address or its name; empty for none."""
        found = self._names.get(address, "") if address else ""
        return found or (self._names.get(_first_label(name), "") if name else "")


_LEARNED = ("role", "neighbour", "role_reason")


def _chosen_opinion(one: RoleSettings) -> Opinion:
    why = f": {one.comment}" if one.comment else ""
    return opinion(one.role, "configuration", f"`roles` of the configuration say so{why}")


def _holds(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Return whether every label asked for is there and fits; what a row has no label for is not meant."""
    return all(matcher.label in labels and matcher.holds(labels) for matcher in matchers)


def _names_of(devices: Iterable[Device]) -> Mapping[str, str]:
    """Return the devices by their addresses and by the first label of their names; of two alike neither."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for device in devices:
        for known in {device.address, _first_label(device.name)}:
            if known in found:
                twice.add(known)
            found[known] = device.name
    return {known: name for known, name in found.items() if known not in twice}


def _first_label(name: str) -> str:
    return name.partition(".")[0].casefold()
