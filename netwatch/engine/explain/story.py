"""Gathers what the log has of one alert: its life, the mails that told of it, every try to send them.

May import: netwatch.model, netwatch.engine.explain.nouns. Called by: answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from netwatch.model import Alert, AlertState, Event, OutboxEntry, OutboxState, Silence, TrapEvent

MOST_EVENTS = 1000
MOST_ALERTS = 1000
LOOKED_BACK = timedelta(days=1)
"""How far before the instant in question lines are looked for where no alert stands for it."""
AROUND = timedelta(minutes=15)
"""How long before an alert's first sign what happened to its device still belongs to the story."""
_SOON_AFTER = timedelta(microseconds=1)
TOLD_BY_ANOTHER = (OutboxState.DIGESTED, OutboxState.SUPERSEDED)


class EventLog(Protocol):
    """What a store is asked."""

    async def alerts_of(self, rule: str, device: str, limit: int | None = None) -> Sequence[Alert]:
        """Return the alerts of a rule on a device, the youngest first."""

    async def events(
        self,
        limit: int = 100,
        device: str | None = None,
        alert_id: str | None = None,
        *,
        rule: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        entry_ids: Collection[str] | None = None,
    ) -> Sequence[Event]:
        """Return the last events, the newest first; from `since` on, before `until`."""

    async def entries_of_alert(self, alert_id: str) -> Sequence[OutboxEntry]:
        """Return the outbox rows that tell of an alert, the oldest first."""

    async def outbox_entry(self, entry_id: str) -> OutboxEntry | None:
        """Return one outbox row."""

    async def silences(self) -> Sequence[Silence]:
        """Return every silence that is kept."""

    async def traps(
        self, limit: int = 100, device: str | None = None, source: str | None = None
    ) -> Sequence[TrapEvent]:
        """Return the last traps, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """A pending alert that never fired: it was true from `since` to `until`, None where it still is."""

    alert_id: str
    since: datetime
    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All there is. `events` are about the alert's row, `device_events` about its device, the oldest first."""

    at: datetime
    alert: Alert | None
    earlier: tuple[Alert, ...]
    events: tuple[Event, ...]
    device_events: tuple[Event, ...] = ()
    entries: tuple[OutboxEntry, ...] = ()
    tellers: tuple[OutboxEntry, ...] = ()
    tries: tuple[Event, ...] = ()
    silences: tuple[Silence, ...] = ()

    @property
    def attempted(self) -> list[Attempted]:
        """Return what was pending and came to nothing, the oldest first."""
        begun: dict[str, Event] = {}
        found = []
        for event in self.events:
            if event.kind == "alert" and event.text.startswith(f"{AlertState.PENDING}:"):
                begun[event.alert_id] = event
            elif event.kind == "alert" and event.text.startswith("dropped:") and event.alert_id in begun:
                since = begun.pop(event.alert_id).at
                why = event.text.removeprefix("dropped: ")
                found.append(Attempted(alert_id=event.alert_id, since=since, until=event.at, why=why))
        return found

    def teller_of(self, entry: OutboxEntry) -> OutboxEntry:
        """Return the row that tells what a row says: itself, a digest, or a newer one."""
        by_id = {teller.id: teller for teller in (*self.entries, *self.tellers)}
        seen = {entry.id}
        while entry.state in TOLD_BY_ANOTHER and entry.told_by in by_id and entry.told_by not in seen:
            entry = by_id[entry.told_by]
            seen.add(entry.id)
        return entry


async def gathered(
    log: EventLog, rule: str, device: str, instance: str, at: datetime, *, current: Alert | None, past: bool
) -> Story:
    """Return the story at an instant; `current` is what the engine has, which may be ahead of the log."""
    alerts = [alert for alert in await log.alerts_of(rule, device, MOST_ALERTS) if alert.key.instance == instance]
    if current is not None:
        alerts = [current, *(alert for alert in alerts if alert.id != current.id)]
    alert = _alert_at(alerts, at, past=past)
    since = at - LOOKED_BACK if alert is None else min(alert.pending_at - AROUND, at)
    until = at + _SOON_AFTER if past and alert is None else None  # what is told of an alert's end comes after it
    found = [
        event
        for event in await log.events(MOST_EVENTS, device, rule=rule, since=since, until=until)
        if event.instance == instance
    ]
    own = [] if alert is None else await log.events(MOST_EVENTS, alert_id=alert.id)  # also of what began long ago
    events = _merged(found, own)
    around = [event for event in await log.events(MOST_EVENTS, device, since=since, until=until) if not event.rule]
    entries = [] if alert is None else list(await log.entries_of_alert(alert.id))
    tellers = await _tellers(log, entries)
    ids = {entry.id for entry in (*entries, *tellers)}
    about = await log.events(MOST_EVENTS, entry_ids=ids) if ids else []
    tries = [event for event in about if event.kind == "delivery"]
    return Story(
        at=at, alert=alert, earlier=tuple(one for one in alerts if one is not alert and one.pending_at <= at),
        events=events, device_events=tuple(one for one in reversed(around) if one.kind == "device"),
        entries=tuple(entries), tellers=tuple(tellers), tries=tuple(reversed(tries)),
        silences=await _silences(log, events),
    )  # fmt: skip


def _merged(*logs: Sequence[Event]) -> tuple[Event, ...]:
    """Return lines that were asked for in two ways, the newest first, each once and the oldest first."""
    unique = {(one.at, one.kind, one.alert_id, one.text): one for log in logs for one in reversed(log)}
    return tuple(sorted(unique.values(), key=lambda event: event.at))


def _alert_at(alerts: Sequence[Alert], at: datetime, *, past: bool) -> Alert | None:
    """Return the alert that was alive at an instant; of now also the last there was."""
    begun = sorted((alert for alert in alerts if alert.pending_at <= at), key=lambda alert: alert.pending_at)
    alive = [alert for alert in begun if alert.resolved_at is None or alert.resolved_at >= at]
    return alive[-1] if alive else begun[-1] if begun and not past else None


async def _tellers(log: EventLog, entries: Iterable[OutboxEntry]) -> list[OutboxEntry]:
    known = {entry.id for entry in entries}
    found: list[OutboxEntry] = []
    wanted = [entry.told_by for entry in entries if entry.told_by]
    while wanted:
        entry_id = wanted.pop()
        if entry_id in known:
            continue
        known.add(entry_id)
        teller = await log.outbox_entry(entry_id)
        if teller is not None:
            found.append(teller)
            wanted += [teller.told_by] if teller.told_by else []
    return found


async def _silences(log: EventLog, events: Iterable[Event]) -> tuple[Silence, ...]:
    """Return the silences that held the alert back."""
    ids = {event.details.get("by", "") for event in events if event.details.get("stage") == "silenced"}
    return tuple(silence for silence in await log.silences() if silence.id in ids) if ids else ()
