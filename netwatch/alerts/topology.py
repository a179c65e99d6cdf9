"""What is cut off: a device that can only be reached through others is not news while those are down.

A device needs any of its parents, or all of them. Its way is closed while too few of them can be reached; when it
opens again, what was heard of the device before that says nothing any more, so that people are told of it only
after it was asked once more. And as a parent's death may be known a moment later than its child's, an alert that
is younger than the last word of a parent waits for the next, for a while.

What devices say themselves counts more than the map: one that answered after its way closed is not cut off, nor is
anything else on that way. So where a router goes on forwarding and only its SNMP agent died, what dies behind it is
still told.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine, maintenance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from netwatch.model import Alert, MuteKind, Muting

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What was last seen of a device.

    up:    None where it was not asked yet. since: when it came to be so.
    at:    what the last finished check speaks of: the answer's instant, or of silence when the question left, for a
           check that began while the way was closed says nothing of the time after it opened.
    """

    up: bool | None
    at: datetime
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Parents:
    """The devices that one is reached through; it needs any of them, or all."""

    names: tuple[str, ...]
    needs: Literal["any", "all"] = "any"


Sights = Mapping[str, Sight]


class Topology:
    """Who is reached through whom."""

    def __init__(self, parents: Mapping[str, Parents]) -> None:
        same: dict[Parents, Parents] = {}
        # Thousands of devices share a few sets of parents; a way is looked for once per set, and found by identity.
        self._parents = {name: same.setdefault(one, one) for name, one in parents.items() if one.names}
        self._children: dict[str, list[str]] = {}
        self._dependants: dict[str, list[str]] = {}
        for name, one in self._parents.items():
            for parent in one.names:
                self._children.setdefault(parent, []).append(name)
                if one.needs == "all" or len(one.names) == 1:
                    self._dependants.setdefault(parent, []).append(name)

    @property
    def is_known(self) -> bool:
        """Return whether any device is reached through another."""
        return bool(self._parents)

    def parents_of(self, device: str) -> Parents | None:
        """Return what a device is reached through, None where that is nothing we know of."""
        return self._parents.get(device)

    def dependants_of(self, device: str) -> Sequence[str]:
        """Return the devices right behind this one that no other way leads to."""
        return self._dependants.get(device, ())

    def descendants(self, device: str) -> frozenset[str]:
        """Return every device that is reached through this one, directly or not."""
        found: set[str] = set()
        left = [device]
        while left:
            for child in self._children.get(left.pop(), ()):
                if child not in found and child != device:
                    found.add(child)
                    left.append(child)
        return frozenset(found)

    def has_children(self, device: str) -> bool:
        """Return whether any device is reached through this one."""
        return device in self._children

    def silent_above(self, device: str, sights: Sights) -> list[str]:
        """Return what a device is reached through, directly or not, and does not answer.

        Once the device has answered, people may have to be told of it, of what is behind it, and of all that is
        behind these.
        """
        found, left, seen = [], [device], {device}
        while left:
            above = self._parents.get(left.pop())
            for name in above.names if above is not None else ():
                if name not in seen:
                    seen.add(name)
                    left.append(name)
                    sight = sights.get(name)
                    if sight is not None and sight.up is False:
                        found.append(name)
        return found

    def view(self, sights: Sights, now: datetime, *, patience: timedelta) -> TopologyView:
        """Return what the map says at one instant; for many alerts, as it remembers the way to every parent."""
        return TopologyView(self, sights, now, patience)

    def muting_of(self, alert: Alert, sights: Sights, now: datetime, *, patience: timedelta) -> Muting | None:
        """Return why nobody need be told of an alert: something on the way to its device explains it."""
        return self.view(sights, now, patience=patience).muting_of(alert)


@dataclass(frozen=True, slots=True)
class _Way:
    """The way to a device: open or closed, since when, and by whom.

    Names of a closed way: the topmost devices that failed; of an open one: the device that came back last, or that
    is `silent` itself and was shown to pass traffic since by what answers behind it.
    """

    open: bool
    since: datetime
    names: tuple[str, ...] = ()
    silent: bool = False


_NO_WAY_NEEDED = _Way(True, LONG_AGO)


class TopologyView:
    """The map at one instant; valid as long as nothing in `sights` changes that a way depends on."""

    def __init__(self, topology: Topology, sights: Sights, now: datetime, patience: timedelta) -> None:
        self._topology, self._sights, self._now, self._patience = topology, sights, now, patience
        self._ways: dict[int, _Way] = {}

    def at(self, now: datetime) -> TopologyView:
        """Return the same map at another instant; the ways are found already."""
        view = TopologyView(self._topology, self._sights, now, self._patience)
        view._ways = self._ways
        return view

    def muting_of(self, alert: Alert) -> Muting | None:
        """Return why nobody need be told of an alert, None where they must be."""
        device = alert.key.device
        parents = self._topology.parents_of(device)
        if parents is None:
            return None
        way, sight = self._ways.get(id(parents)) or self._way_through(parents), self._sights.get(device)
        if not way.open:
            return None if _answered_since(sight, way.since) else _cut_off(device, way)
        if self._asked_before(sight, way):
            does = "passes traffic" if way.silent else "is back"
            reason = f"{_list(way.names)} {does} since {_clock(way.since)}, {device} not asked since"
            return Muting(kind=MuteKind.PARENT, reason=reason, by=way.names[0])
        return self._waiting(alert, parents, sight)

    def _asked_before(self, sight: Sight | None, way: _Way) -> bool:
        """Return whether the last word of a device is older than its way; without any word, for a while only."""
        if sight is None or sight.up is None:
            return bool(way.names) and self._now < way.since + self._patience
        return bool(way.names) and sight.at < way.since

    def _waiting(self, alert: Alert, parents: Parents, sight: Sight | None) -> Muting | None:
        until = alert.pending_at + self._patience
        if not alert.pending_at <= self._now < until or _answered_since(sight, alert.pending_at):
            return None
        silent = [name for name in parents.names if not self._seen_since(name, alert.pending_at)]
        living = any(name not in silent and self._reach(name).open for name in parents.names)
        if not silent or (parents.needs == "any" and living):
            return None
        reason = f"waiting for word of {_list(silent)}"
        return Muting(kind=MuteKind.PARENT, reason=reason, until=until, by=silent[0])

    def _seen_since(self, name: str, instant: datetime) -> bool:
        sight = self._sights.get(name)
        return sight is not None and sight.up is not None and sight.at >= instant

    def _way_through(self, parents: Parents) -> _Way:
        """Return the way through these parents; ancestors first, without recursion: chains may be long."""
        stack, begun = [parents], {id(parents)}
        while stack:
            above = (self._topology.parents_of(name) for name in stack[-1].names)
            # One at a time: what is begun and not done is on the way up from here; only a circle meets it again.
            missing = next((one for one in above if one and id(one) not in begun and id(one) not in self._ways), None)
            if missing is not None:
                stack.append(missing)
                begun.add(id(missing))
            else:
                ready = stack.pop()
                self._ways[id(ready)] = _joined(ready, [self._reach(name) for name in ready.names])
        return self._ways[id(parents)]

    def _reach(self, name: str) -> _Way:
        """Return the way to a device and through it, once the way to it is known."""
        above, sight = self._topology.parents_of(name), self._sights.get(name)
        way = _NO_WAY_NEEDED if above is None else self._ways.get(id(above), _NO_WAY_NEEDED)
        if sight is None or sight.up is None:
            return way
        if not sight.up:
            return self._through_silent(name, sight, way)
        if way.open:
            return _Way(True, sight.since, (name,)) if sight.since >= way.since else way
        return _Way(True, sight.since, (name,)) if _answered_since(sight, way.since) else way

    def _through_silent(self, name: str, sight: Sight, way: _Way) -> _Way:
        """Return the way through a device that does not answer: closed, unless something behind it does."""
        shown = self._passes_since(name, sight.since)
        if shown is not None:
            return _Way(True, max(shown, way.since) if way.open else shown, (name,), silent=True)
        return _Way(False, sight.since, (name,)) if way.open else replace(way, since=min(way.since, sight.since))

    def _passes_since(self, name: str, silent_since: datetime) -> datetime | None:
        """Return since when a silent device passes traffic for certain: something answers that has no other way."""
        found: datetime | None = None
        left, seen = [name], {name}
        while left:
            for child in self._topology.dependants_of(left.pop()):
                if child in seen:
                    continue
                seen.add(child)
                sight = self._sights.get(child)
                shown = shown_by(sight, silent_since)
                if shown == silent_since:
                    return shown
                if shown is None:
                    left.append(child)
                else:
                    found = shown if found is None else min(found, shown)
        return found


def _joined(parents: Parents, ways: list[_Way]) -> _Way:
    """Return the way through several parents: any opens with the first of them and closes with the last."""
    opened, closed = [way for way in ways if way.open], [way for way in ways if not way.open]
    if parents.needs == "any" and opened:
        return min(opened, key=_since)
    if parents.needs == "all" and not closed:
        return max(opened, key=_since)
    since = (max if parents.needs == "any" else min)(way.since for way in closed)
    return _Way(False, since, tuple(dict.fromkeys(name for way in closed for name in way.names)))


def _since(way: _Way) -> datetime:
    return way.since


def shown_by(sight: Sight | None, silent_since: datetime) -> datetime | None:
    """Return since when an answer shows that a silent device on its way passes traffic; None where it does not."""
    return max(sight.since, silent_since) if sight is not None and _answered_since(sight, silent_since) else None


def _answered_since(sight: Sight | None, instant: datetime) -> bool:
    return sight is not None and sight.up is True and sight.at >= instant


def _cut_off(device: str, way: _Way) -> Muting:
    them = "it" if len(way.names) == 1 else "them"
    reason = f"{_list(way.names)} {_be(way.names)} down, and {device} is only reached through {them}"
    return Muting(kind=MuteKind.PARENT, reason=reason, by=way.names[0])


def _list(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _be(names: Iterable[str]) -> str:
    return "is" if len(tuple(names)) == 1 else "are"


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%H:%M:%S} UTC"
