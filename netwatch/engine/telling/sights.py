"""Who was there when last looked at, and what a look at a device means for those around it on the map.

A reading of reachability goes in; what is to be remembered of it, whose alerts are to be looked at again, and whether
somebody was set free by it come out. Whether an alert stands behind a device that is down is asked here as well.

A quiet room: no clock, no socket, no database.
May import: netwatch.alerts, netwatch.model. Called by: netwatch.engine.engine; suppression, which asks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netwatch.alerts import Sight, Topology, TopologyView, shown_by
from netwatch.model import REACHABILITY, Alert, ClockStep, Memory, Muting, TableReading

A_MOMENT = timedelta(seconds=1)
SIGHT_SCOPE = "sights"
"""Under this scope stands whether the devices that others stand behind were there when last seen to come or go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a look at a device means.

    memories: what a restart must not forget: it must not set free what stands behind a device that is down.
    devices: whose alerts are to be looked at again.
    frees: an answer said of a silent device that it passes traffic, so that `freed` will have something.
    """

    memories: tuple[Memory, ...]
    devices: tuple[str, ...]
    frees: bool


class Sights:
    """The map, and who on it was there when last looked at."""

    def __init__(self, topology: Topology, patience: timedelta) -> None:
        """Begin with nobody seen; for `patience` an alert waits for word of what stands before its device."""
        self._topology, self._patience = topology, patience
        self.are_drawn = topology.is_known
        """Whether somebody drew a map, on which every look at a device counts."""
        self._sights: dict[str, Sight] = {}
        self._map: tuple[datetime, TopologyView] | None = None
        self._shown: dict[str, None] = {}
        self._spread_at: dict[str, datetime] = {}

    def take(self, reading: TableReading) -> Sighting | None:
        """Return what a reading means for the map; None where it is of another table, or nobody drew a map."""
        topology = self._topology
        if reading.table != REACHABILITY.name or not topology.is_known:
            return None
        device, up = reading.device, bool(reading.columns["up"][0])
        changed = self._note(device, up=up, at=reading.at, asked_at=reading.asked_at)
        remembered = () if changed is None or not topology.has_children(device) else (_memory_of(device, changed),)
        # Nobody else is concerned: to look at all groups whenever one of ten thousand devices goes takes minutes.
        below = topology.descendants(device) if up or changed is not None else ()
        return Sighting(memories=remembered, devices=(device, *below), frees=bool(self._shown))

    def freed(self, now: datetime) -> list[str]:
        """Return all devices behind silent ones of which an answer lately said that they pass traffic.

        Of each silent one once a moment only: thousands of answers may come in a second.
        """
        ready = [name for name in self._shown if self._may_spread(name, now)]
        for name in ready:
            del self._shown[name]
            self._spread_at[name] = now
        return [device for name in ready for device in self._topology.descendants(name)]

    def next_freed_at(self) -> datetime | None:
        """Return when `freed` will have something that it held back, None where it holds nothing back."""
        return min(
            (self._spread_at[name] + A_MOMENT for name in self._shown if name in self._spread_at), default=None
        )

    def muting_of(self, alert: Alert, now: datetime) -> Muting | None:
        """Return what stands before an alert's device and is down, or not heard of yet; None where all is well."""
        return self._map_at(now).muting_of(alert)

    def move(self, step: ClockStep) -> None:
        """Move with the wall clock when devices were looked at."""
        self._sights = {
            device: replace(sight, at=step.moved(sight.at), since=step.moved(sight.since))
            for device, sight in self._sights.items()
        }
        self._map = None
        self._spread_at.clear()

    def memories(self) -> list[Memory]:
        """Return what to remember of all devices that others stand behind."""
        return [_memory_of(name, sight) for name, sight in self._sights.items() if self._topology.descendants(name)]

    def recall(self, memory: Memory) -> None:
        """Take back what was seen before a restart; what another version wrote is forgotten."""
        try:
            facts = json.loads(memory.text or "")
            at, since = (datetime.fromisoformat(facts[name]) for name in ("at", "since"))
            self._sights[memory.key] = Sight(up=bool(facts["up"]), at=at, since=since)
        except (ValueError, KeyError, TypeError):
            return
        self._map = None

    def _note(self, device: str, *, up: bool, at: datetime, asked_at: datetime | None) -> Sight | None:
        """Take in that a device was looked at; return what was seen if it came or went since the last look.

        A check that found silence says nothing of what came after it began.
        """
        before = self._sights.get(device)
        changed = before is None or before.up is not up
        since = at if before is None or changed else before.since
        after = self._sights[device] = Sight(up=up, at=at if up or asked_at is None else asked_at, since=since)
        shown = [
            name for name in self._topology.silent_above(device, self._sights) if self._shows(name, before, after)
        ]
        # Ten thousand devices that stay silent change no way: the map, which looks at all of them, is kept.
        if shown or (self._topology.has_children(device) and (changed or up)):
            self._map = None
        if up:
            self._shown.update(dict.fromkeys(shown))
        return after if changed else None

    def _shows(self, silent: str, before: Sight | None, after: Sight) -> bool:
        """Return whether a look at a device says something new of a silent one that it is reached through."""
        since = self._sights[silent].since
        return shown_by(before, since) != shown_by(after, since)

    def _may_spread(self, name: str, now: datetime) -> bool:
        last = self._spread_at.get(name)
        return last is None or not last <= now < last + A_MOMENT

    def _map_at(self, now: datetime) -> TopologyView:
        """Return the map as it is now; drawn anew only when a way may have changed."""
        if self._map is None:
            self._map = now, self._topology.view(self._sights, now, patience=self._patience)
        elif self._map[0] != now:
            self._map = now, self._map[1].at(now)
        return self._map[1]


def _memory_of(device: str, sight: Sight) -> Memory:
    facts = {"up": sight.up, "at": sight.at.isoformat(), "since": sight.since.isoformat()}
    return Memory(scope=SIGHT_SCOPE, key=device, text=json.dumps(facts))
