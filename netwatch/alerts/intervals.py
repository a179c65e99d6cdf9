"""Named times of the week and year in which a route is closed, or outside of which it is, as in Alertmanager.

What counts is what a clock on the wall of that location shows: an hour that the wall clock leaves out when summer
time begins is not there, and one that it shows twice holds twice.

A quiet room: no clock, no socket, no database; only `Local` asks the machine for its time zone.
May import: netwatch.model. Called by: netwatch.engine, maintenance.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from netwatch.alerts.interval_settings import NamedIntervalsSettings, TimeIntervalSettings
from netwatch.alerts.interval_text import (
    UTC_ZONE,
    Range,
    day_of_month_range,
    minute_of_day,
    month_range,
    weekday_range,
    year_range,
    zone,
)
from netwatch.model import MuteKind, Muting

MIDNIGHT = 24 * 60
HORIZON = timedelta(days=400)
"""How far ahead the end of an interval is looked for; what lasts longer ends at no time worth telling."""

Named = Mapping[str, Sequence["TimeInterval"]]


@dataclass(frozen=True, kw_only=True, eq=False)
class TimeInterval:
    """Instants at which every field that is not empty holds; of a field one range is enough.

    times: minutes of the day, the end not included; the others include both ends. weekdays: Sunday is 0.
    days_of_month: -1 is the last. zone: None is this machine's.
    """

    times: tuple[Range, ...] = ()
    weekdays: tuple[Range, ...] = ()
    days_of_month: tuple[Range, ...] = ()
    months: tuple[Range, ...] = ()
    years: tuple[Range, ...] = ()
    zone: ZoneInfo | None = UTC_ZONE

    def holds(self, now: datetime) -> bool:
        """Return whether the instant is one of these."""
        at = now.astimezone(self.zone)
        minute = at.hour * 60 + at.minute
        return (
            (not self.times or any(first <= minute < end for first, end in self.times))
            and _within(self.weekdays, at.isoweekday() % 7)
            and _within(self.months, at.month)
            and _within(self.years, at.year)
            and self._holds_on(at)
        )

    def next_look(self, now: datetime) -> datetime:
        """Return the first instant after `now` at which `holds` may say something else."""
        at = now.astimezone(self.zone)
        minute = at.hour * 60 + at.minute
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
        wall = midnight + timedelta(minutes=next(edge for edge in self._edges if edge > minute))
        due = min(instant for instant in both_readings(wall, self.zone) if instant > now)
        return self._clock_change(now, due) or due

    @cached_property
    def _edges(self) -> tuple[int, ...]:
        """Minutes of a day at which something begins or ends."""
        return tuple(sorted({MIDNIGHT}.union(*self.times)))

    def _holds_on(self, at: datetime) -> bool:
        if not self.days_of_month:
            return True
        last = calendar.monthrange(at.year, at.month)[1]
        return any(_day(first, last) <= at.day <= _day(end, last) for first, end in self.days_of_month)

    def _clock_change(self, begin: datetime, end: datetime) -> datetime | None:
        """Return when the wall clock jumps between two instants, None where it does not."""
        before = begin.astimezone(self.zone).utcoffset()
        if end.astimezone(self.zone).utcoffset() == before:
            return None
        while end - begin > timedelta(seconds=1):
            middle = begin + (end - begin) / 2
            if middle.astimezone(self.zone).utcoffset() == before:
                begin = middle
            else:
                end = middle
        return end.replace(microsecond=0)


def both_readings(wall: datetime, zone: ZoneInfo | None) -> tuple[datetime, datetime]:
    """Return the earliest and the latest instant that a wall clock's words can mean.

    They differ where the clock was set back and shows the time twice, and where it was set forward over it.
    """
    instants = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return min(instants), max(instants)


def any_holds(intervals: Iterable[TimeInterval], now: datetime) -> bool:
    """Return whether one of the intervals holds."""
    return any(interval.holds(now) for interval in intervals)


def end_of(intervals: Sequence[TimeInterval], now: datetime) -> datetime | None:
    """Return when none of the intervals holds any more; None where that is very far away."""
    return _first_free(_OneHolds(tuple(intervals)), _whole_minute(now))


def build_time_intervals(settings: Sequence[NamedIntervalsSettings]) -> dict[str, tuple[TimeInterval, ...]]:
    """Return the intervals of the configuration by name."""
    return {part.name: build_intervals(part.time_intervals) for part in settings}


def build_intervals(settings: Sequence[TimeIntervalSettings], location: str = "UTC") -> tuple[TimeInterval, ...]:
    """Return the intervals of one list of the configuration; `location` is that of those which name none."""
    return tuple(
        TimeInterval(
            times=tuple((minute_of_day(time.start_time), minute_of_day(time.end_time)) for time in part.times),
            weekdays=tuple(map(weekday_range, part.weekdays)),
            days_of_month=tuple(map(day_of_month_range, part.days_of_month)),
            months=tuple(map(month_range, part.months)),
            years=tuple(map(year_range, part.years)),
            zone=zone(part.location if "location" in part.model_fields_set else location),
        )
        for part in settings
    )


def interval_muting(mute: Sequence[str], active: Sequence[str], known: Named, now: datetime) -> Muting | None:
    """Return why a route with these names tells nobody now, None where it tells.

    The configuration is checked for names that are not there; one that came through closes nothing.
    """
    closing, opening = _resolved(mute, known), _resolved(active, known)
    return _closed(closing, opening, _whole_minute(now)) if closing or opening else None


_Resolved = tuple[tuple[str, tuple[TimeInterval, ...]], ...]


def _resolved(names: Sequence[str], known: Named) -> _Resolved:
    return tuple((name, tuple(known[name])) for name in names if name in known)


@lru_cache(maxsize=1024)
def _closed(mute: _Resolved, active: _Resolved, now: datetime) -> Muting | None:
    """Return why a route is closed; remembered, as thousands of groups ask in the same minute."""
    hours = _Hours(mute, active)
    if not hours.hold(now):
        return None
    until = _first_free(hours, now)
    by = next((name for name, intervals in mute if any_holds(intervals, now)), "")
    words = f"within {by}" if by else f"outside of {' and '.join(name for name, _ in active)}"
    ending = f" until {until:%Y-%m-%d %H:%M} UTC" if until is not None else ""
    return Muting(
        kind=MuteKind.INTERVAL, reason=f"the route is closed {words}{ending}", until=until, by=by or active[0][0]
    )


@dataclass(frozen=True, slots=True)
class _OneHolds:
    """Holds where one of the intervals does."""

    intervals: tuple[TimeInterval, ...]

    def hold(self, now: datetime) -> bool:
        return any_holds(self.intervals, now)


@dataclass(frozen=True, slots=True)
class _Hours:
    """Holds where a route is closed: within one of `mute`, or outside of all of `active` where there are any."""

    mute: _Resolved
    active: _Resolved

    @property
    def intervals(self) -> tuple[TimeInterval, ...]:
        return tuple(interval for _, intervals in (*self.mute, *self.active) for interval in intervals)

    def hold(self, now: datetime) -> bool:
        if any(any_holds(intervals, now) for _, intervals in self.mute):
            return True
        return bool(self.active) and not any(any_holds(intervals, now) for _, intervals in self.active)


def _first_free(times: _OneHolds | _Hours, now: datetime) -> datetime | None:
    """Go from edge to edge until nothing holds any more."""
    intervals, at = times.intervals, now
    while intervals and at - now < HORIZON:
        at = min(interval.next_look(at) for interval in intervals)
        if not times.hold(at):
            return at
    return None


def _whole_minute(now: datetime) -> datetime:
    """Return the minute of an instant: nothing begins or ends within one."""
    return now.astimezone(UTC).replace(second=0, microsecond=0)


def _within(ranges: Sequence[Range], value: int) -> bool:
    return not ranges or any(first <= value <= last for first, last in ranges)


def _day(day: int, last: int) -> int:
    """Return the day that one from the end is in a month of `last` days."""
    return last + day + 1 if day < 0 else day
