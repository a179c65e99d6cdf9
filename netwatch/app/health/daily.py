"""Sends the daily mail: once a day, at an hour of some place on earth, whatever clocks and restarts do.

It is looked for twice a minute whether today's is due and not written yet, rather than planned: so neither summer
time nor a clock that is set nor a sleep can swallow it or make it come twice. What was written is remembered in the
same transaction. After an absence it comes late, but on the same day.

May import: every room below. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import Counter

from netwatch.app.health.canary import CANARY
from netwatch.model import (
    OWN_NAME,
    UNSENT,
    Account,
    Alert,
    DeviceStatus,
    Event,
    Memory,
    OutboxEntry,
    Transaction,
)
from netwatch.notify import Daily

DAILY_MEMORY = "daily"
_KEY = "last"
A_DAY = timedelta(days=1)

WRITTEN = Counter("netwatch_daily_mails_total", "Daily mails written, one per recipient")
log = structlog.get_logger(__name__)


class Ledger(Protocol):
    """The database, as the daily mail sees it."""

    async def memories(self, scope: str) -> Sequence[Memory]:
        """Return what was remembered under a scope."""

    def commit(self, transaction: Transaction) -> asyncio.Future[None]:
        """Write it whole or not at all."""


def due_day(now: datetime, hour: time, zone: ZoneInfo | None, last: date | None) -> date | None:
    """Return the day whose mail is due now, None where it was written, or its hour has not come.

    An hour that summer time skips comes as much later, one that comes twice counts the first time.
    """
    today = now.astimezone(zone).date()
    if last is not None and today <= last:
        return None
    return today if now >= datetime.combine(today, hour, tzinfo=zone).astimezone(UTC) else None


Due = Callable[[datetime, time, ZoneInfo | None, date | None], date | None]
"""Says which day's mail is due: from the time, the hour of the mail, the place, and the day of the last one."""
Report = TypeVar("Report")


class DailyMail(Generic[Report]):
    """Looks at every `look()` whether a mail is due, and writes it; the weekly one is written so too."""

    def __init__(
        self,
        *,
        hour: time,
        zone: ZoneInfo | None,
        ledger: Ledger,
        report: Callable[[datetime], Awaitable[Report]],
        compose: Callable[[Report], Sequence[OutboxEntry]],
        clock: Callable[[], datetime],
        due: Due = due_day,
        scope: str = DAILY_MEMORY,
        name: str = "daily mail",
    ) -> None:
        """Keep what is handed in; `due` says which day's mail is due, `scope` is where the last one is remembered."""
        self._due, self._scope, self._name = due, scope, name
        self._hour, self._zone, self._ledger, self._clock = hour, zone, ledger, clock
        self._report, self._compose = report, compose
        self._last: date | None = None

    async def start(self) -> None:
        """Find out which was the last; the very first agent does not begin with yesterday's."""
        self._last = _last_in(await self._ledger.memories(self._scope))
        day = self._due(self._clock(), self._hour, self._zone, self._last)
        if self._last is None and day is not None:
            await self._ledger.commit(Transaction(memories=(self._memory(day),)))
            self._last = day

    async def look(self) -> None:
        """Write today's mail if it is time."""
        now = self._clock()
        day = self._due(now, self._hour, self._zone, self._last)
        if day is None:
            return
        entries = tuple(self._compose(await self._report(now)))
        text = f"the {self._name} goes to {', '.join(entry.recipient for entry in entries)}"
        events = tuple(
            Event(at=now, kind="notify", text=text, device=OWN_NAME, entry_id=entry.id) for entry in entries
        )  # fmt: skip
        await self._ledger.commit(Transaction(entries=entries, events=events, memories=(self._memory(day),)))
        self._last = day
        WRITTEN.inc(len(entries))
        log.info(f"{self._name} written", day=day.isoformat(), mails=len(entries))

    def _memory(self, day: date) -> Memory:
        return Memory(scope=self._scope, key=_KEY, text=json.dumps(day.isoformat()))


def daily_of(
    now: datetime,
    *,
    statuses: Iterable[DeviceStatus],
    alerts: Iterable[Alert],
    account: Account,
    sent: int,
    dead: int,
    problems: Sequence[str],
) -> Daily:
    """Return how all is."""
    devices = list(statuses)
    return Daily(
        at=now,
        up=sum(one.up is True for one in devices),
        down=tuple(one.device.name for one in devices if one.up is False),
        unseen=tuple(one.device.name for one in devices if one.up is None),
        firing=firing_lines(alerts),
        sent=sent,
        waiting=sum(account.by_state.get(state, 0) for state in UNSENT),
        dead=dead,
        unaccounted=account.unaccounted,
        problems=tuple(problems),
    )


def firing_lines(alerts: Iterable[Alert]) -> tuple[str, ...]:
    """Return a line for each alert that fires."""
    return tuple(_line(alert) for alert in alerts if alert.stands and alert.key.rule != CANARY)


def _line(alert: Alert) -> str:
    key = alert.key
    return alert.annotations.get("summary") or " ".join(filter(None, (key.device, key.instance, key.alertname)))


def _last_in(memories: Iterable[Memory]) -> date | None:
    for memory in memories:
        try:
            return date.fromisoformat(json.loads(memory.text or ""))
        except (ValueError, TypeError):
            return None  # written by another version; the next one is ours again
    return None
