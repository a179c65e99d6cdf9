"""Maintenance windows: who is being worked on, once or every week, and what that means for its alerts.

skip: readings are not held against rules. mute: nobody is told. mark: people are told, and that it is in maintenance.
A window names devices by matchers on labels and may take in all that is reached through them.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from netwatch.alerts.interval_settings import MaintenanceSettings
from netwatch.alerts.interval_text import UTC_ZONE, zone
from netwatch.alerts.intervals import TimeInterval, any_holds, both_readings, build_intervals, end_of
from netwatch.alerts.topology import Topology
from netwatch.model import Matcher, MuteKind, Muting, all_hold, parse_matchers

Mode = Literal["skip", "mute", "mark"]
LONG_AGO = datetime.min.replace(tzinfo=UTC)
FAR_AHEAD = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWindow:
    """One window: from `begins` to `ends` where it comes once, else whenever one of `intervals` holds."""

    name: str
    matchers: tuple[Matcher, ...]
    mode: Mode = "mute"
    children: bool = False
    begins: datetime | None = None
    ends: datetime | None = None
    intervals: tuple[TimeInterval, ...] = ()
    zone: ZoneInfo | None = UTC_ZONE

    def open(self, now: datetime) -> bool:
        """Return whether it is now."""
        if self.begins is not None and self.ends is not None:
            return self.begins <= now < self.ends
        return any_holds(self.intervals, now)

    def until(self, now: datetime) -> datetime | None:
        """Return when the window that is open now ends, None where that is very far away."""
        return self.ends if self.ends is not None else end_of(self.intervals, now)

    def next_look(self, now: datetime) -> datetime:
        """Return the first instant after `now` at which `open` may say something else."""
        looks = [interval.next_look(now) for interval in self.intervals]
        looks += [instant for instant in (self.begins, self.ends) if instant is not None and instant > now]
        return min(looks, default=FAR_AHEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reach:
    """A window, and the devices it concerns because of what they are reached through.

    own: the matchers that say nothing of a device, and so are held against the alert itself.
    """

    window: MaintenanceWindow
    below: frozenset[str]
    own: tuple[Matcher, ...]

    def covers(self, labels: Mapping[str, str]) -> bool:
        if all_hold(self.window.matchers, labels):
            return True
        return labels.get("device", "") in self.below and all_hold(self.own, labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """A window that is open now, and what it says."""

    reach: _Reach
    muting: Muting


class Maintenance:
    """All windows; which of them are open is looked up once, and again when that may have changed."""

    def __init__(
        self,
        windows: Iterable[MaintenanceWindow],
        topology: Topology,
        device_labels: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Find the devices that windows with `children` reach; `device_labels` has every device, by name."""
        devices = {name: {**labels, "device": name} for name, labels in (device_labels or {}).items()}
        about_devices = frozenset({"device"}.union(*devices.values()))
        self._reaches = tuple(_reach(window, topology, devices, about_devices) for window in windows)
        self._open: tuple[_Open, ...] = ()
        self._valid_from = self._valid_until = LONG_AGO

    def muting_of(self, labels: Mapping[str, str], now: datetime) -> Muting | None:
        """Return the window that keeps people from being told, the one that lasts longest; None where none does."""
        for one in self._open_at(now):
            if one.reach.window.mode != "mark" and one.reach.covers(labels):
                return one.muting
        return None

    def remark_on(self, labels: Mapping[str, str], now: datetime) -> str:
        """Return what a mail is to say of an alert: `in maintenance: core upgrade, until ..`, or nothing."""
        for one in self._open_at(now):
            if one.reach.window.mode == "mark" and one.reach.covers(labels):
                return one.muting.reason
        return ""

    def is_open(self, now: datetime) -> bool:
        """Return whether any window is open."""
        return bool(self._open_at(now))

    def skips(self, device: str, device_labels: Mapping[str, str], now: datetime) -> bool:
        """Return whether readings of a device are not to be held against rules now."""
        skipping = [one.reach for one in self._open_at(now) if one.reach.window.mode == "skip"]
        return bool(skipping) and any(reach.covers({**device_labels, "device": device}) for reach in skipping)

    def _open_at(self, now: datetime) -> tuple[_Open, ...]:
        """Return the windows that are open, the last to end first."""
        if not self._valid_from <= now < self._valid_until:
            found = [_opened(reach, now) for reach in self._reaches if reach.window.open(now)]
            self._open = tuple(sorted(found, key=lambda one: one.muting.until or FAR_AHEAD, reverse=True))
            self._valid_from = now
            self._valid_until = min((reach.window.next_look(now) for reach in self._reaches), default=FAR_AHEAD)
        return self._open


def build_maintenance(settings: Sequence[MaintenanceSettings]) -> tuple[MaintenanceWindow, ...]:
    """Return the windows of the configuration.

    Where summer time makes `from` or `until` mean two instants or none, the window is the longer one.
    """
    return tuple(_window(part) for part in settings)


def _window(part: MaintenanceSettings) -> MaintenanceWindow:
    intervals = build_intervals(part.time_intervals, part.location)
    return MaintenanceWindow(
        name=part.name,
        matchers=tuple(matcher for text in part.matchers for matcher in parse_matchers(text)),
        mode=part.mode,
        children=part.children,
        begins=_instant(part.from_, part.location, latest=False),
        ends=_instant(part.until, part.location, latest=True),
        intervals=intervals,
        zone=intervals[0].zone if intervals else zone(part.location),
    )


def _instant(wall: datetime | None, location: str, *, latest: bool) -> datetime | None:
    if wall is None or wall.tzinfo is not None:
        return wall
    earliest, last = both_readings(wall, zone(location))
    return last if latest else earliest


def _reach(
    window: MaintenanceWindow,
    topology: Topology,
    devices: Mapping[str, Mapping[str, str]],
    about_devices: frozenset[str],
) -> _Reach:
    of_device = tuple(matcher for matcher in window.matchers if matcher.label in about_devices)
    own = tuple(matcher for matcher in window.matchers if matcher.label not in about_devices)
    covered = [name for name, labels in devices.items() if all_hold(of_device, labels)] if window.children else []
    below = frozenset(child for name in covered for child in topology.descendants(name))
    return _Reach(window=window, below=below, own=own)


def _opened(reach: _Reach, now: datetime) -> _Open:
    window, until = reach.window, reach.window.until(now)
    ending = f", until {until.astimezone(window.zone):%Y-%m-%d %H:%M %Z}" if until is not None else ""
    reason = f"in maintenance: {window.name}{ending}"
    return _Open(reach=reach, muting=Muting(kind=MuteKind.MAINTENANCE, reason=reason, until=until, by=window.name))
