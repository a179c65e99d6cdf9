"""Writes the mail that says once a week how available all was, and which ports are full.

A quiet room.
May import: netwatch.model, netwatch.notify.{guard, words, mail.{daily, letter}}.
Called by: netwatch.app.health.weekly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwatch.model import OutboxEntry
from netwatch.notify.guard import clean_line
from netwatch.notify.mail.daily import Page, entries_of, listed
from netwatch.notify.mail.letter import Letterhead
from netwatch.notify.words import clock, counted, in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """How available a device was: the share of the time in which it was up, and for how long it was not."""

    device: str
    ratio: float
    away: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class FullPort:
    """How full a port was, of the means of five minutes: 95 of 100 were below `tail`, none above `highest`."""

    device: str
    port: str
    alias: str
    tail: float
    highest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """How the week was: devices of which anything is known, the worst first, and ports, the fullest first."""

    since: datetime
    at: datetime
    devices: tuple[Availability, ...] = ()
    ports: tuple[FullPort, ...] = ()
    trouble: str = ""

    @property
    def ratio(self) -> float | None:
        """Return how available all devices were together, None of none."""
        return sum(one.ratio for one in self.devices) / len(self.devices) if self.devices else None


def compose_weekly(
    weekly: Weekly, *, receiver: str, recipients: Sequence[str], letterhead: Letterhead
) -> list[OutboxEntry]:
    """Return one outbox entry per recipient, its mail finished."""
    zone = letterhead.manner.zone
    worst = [_device_line(one) for one in weekly.devices if one.ratio < 1]
    were = "was" if len(worst) == 1 else "were"
    title = _title(weekly)
    page = Page(
        kind="weekly",
        hint="",
        word="WARN" if weekly.trouble else "OK",
        subject=f"[WEEK] NetWatch: {title}",
        title=title,
        facts=(
            ("From", clock(weekly.since, zone)),
            ("To", clock(weekly.at, zone)),
            ("Devices", f"{len(weekly.devices):,}, of which {len(worst):,} {were} away at times"),
        ),
        lists=listed(
            (
                ("Wrong with the history", [weekly.trouble] if weekly.trouble else []),
                ("Least available", worst),
                (
                    "Fullest ports, by what 95 of 100 five minutes were below",
                    [_port_line(one) for one in weekly.ports],
                ),
            )
        ),
        link=letterhead.page,
        receiver=clean_line(receiver, 80),
    )
    return entries_of(page, weekly.at, recipients, letterhead)


def _title(weekly: Weekly) -> str:
    if weekly.ratio is None:
        return "nothing is known of the week"
    return f"{percent(weekly.ratio)} available, {counted(len(weekly.devices), 'device')}"


def percent(ratio: float) -> str:
    """Write `99.98 %`; what is not quite all is never `100 %`."""
    return "100 %" if ratio == 1 else f"{min(ratio * 100, 99.99):.2f} %"


def _device_line(one: Availability) -> str:
    return f"{one.device}: {percent(one.ratio)}, away for {in_words(one.away)}"


def _port_line(one: FullPort) -> str:
    alias = f" ({one.alias})" if one.alias else ""
    return f"{one.device} {one.port}{alias}: {one.tail:.0%}, highest {one.highest:.0%}".replace("%", " %")
