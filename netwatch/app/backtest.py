"""Runs a rule over what history keeps, or over captures: the real engine, with a clock that the readings turn.

Alerts, hold times, hysteresis, groups, repeats and mails are those of the corridor itself, so that what it says is
what would have been. Nothing is written, nobody is told.

May import: every room below. Called by: netwatch.cli.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from netwatch.alerts import Route, build_route
from netwatch.app.captured import played
from netwatch.app.hindsight import AnsweredAtOnce
from netwatch.app.policy import build_policy
from netwatch.config import Settings
from netwatch.engine import Engine
from netwatch.errors import ConfigError
from netwatch.history import HistoryReader
from netwatch.model import CONCEPTS, REACHABILITY, Alert, Device, OutboxKind, OutboxState, TableReading
from netwatch.notify import Mailer, Manner, load_wordings
from netwatch.profiles import ProfileLibrary
from netwatch.rules import Exceptions, Hindsight, Rule, units_of
from netwatch.store import MemoryStore

LEASE = timedelta(minutes=1)
MOST_AT_ONCE = 1000
LOOK_AGAIN = timedelta(hours=1)
"""After the last reading rounds go on for so long: a group may still wait to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What would have been.

    alerts: in the order in which they began; those that never fired were pending only.
    told: id of an alert -> how many messages of it. messages: all of them.
    since, until: what the readings cover; None where there are none.
    """

    alerts: Sequence[Alert]
    told: Mapping[str, int]
    messages: int
    readings: int
    since: datetime | None
    until: datetime | None


def cannot_be_tested(rule: Rule) -> str:
    """Return why a rule cannot be run over history, empty where it can."""
    if rule.table in CONCEPTS and not CONCEPTS[rule.table].is_fact:
        return ""
    if rule.table == REACHABILITY.name:
        return ""
    return (
        f"the rule {rule.name} looks at {rule.table}, and history keeps concepts and reachability: say it with"
        " columns of a concept, such as interface_in_bits_per_second for rate(ifHCInOctets) * 8"
    )


async def backtested(
    settings: Settings,
    rule: Rule,
    watched: Sequence[Device],
    *,
    exceptions: Exceptions,
    since: datetime,
    until: datetime,
    only: Collection[str] = (),
) -> Outcome:
    """Hold a rule against the readings of all devices, or of some.

    Raises:
        HistoryError: there is no history, or it cannot be read.
        ConfigError: the rule looks at what history does not keep, or the route cannot be used.
    """
    if words := cannot_be_tested(rule):
        raise ConfigError(words)
    reader = HistoryReader(settings.history_path())
    known = [one.name for one in watched if not only or one.name in only]
    readings = _readings(reader, rule, known, since, until)
    return await _run(settings, rule, watched, exceptions, _in_turn(readings), since, AnsweredAtOnce(reader))


async def backtested_on_captures(
    settings: Settings,
    rule: Rule,
    device: Device,
    captures: Sequence[Path],
    library: ProfileLibrary,
    *,
    exceptions: Exceptions,
    until: datetime,
    lasting: timedelta,
) -> Outcome:
    """Hold a rule against captures of a device, played as polls; a single one for so long.

    Raises:
        ConfigError: a file is no capture, or the route cannot be used.
        PollError: a capture cannot be read as a device.
    """
    readings = played(captures, device, library, until=until, lasting=lasting)
    return await _run(settings, rule, [device], exceptions, readings, until - lasting, None)


async def _run(
    settings: Settings, rule: Rule, watched: Sequence[Device], exceptions: Exceptions,
    readings: AsyncIterator[TableReading], since: datetime, hindsight: Hindsight | None,
) -> Outcome:  # fmt: skip
    """Give readings, in the order of time, to an engine whose clock they turn."""
    now = since
    store = MemoryStore()
    await store.start()
    engine = _engine(settings, rule, watched, exceptions, store, lambda: now, hindsight)
    due: datetime | None = None
    count, first, last = 0, None, None
    async for read in readings:
        while due is not None and due <= read.at:
            now, due = due, _later(due, engine.flush_due(due))
            await _deliver(store, now)
        now = read.at
        engine.take_reading(exceptions.applied(read))
        due = _later(now, engine.flush_due(now))
        await _deliver(store, now)
        if read.table == rule.table:
            count, first, last = count + 1, first or read.at, read.at
    end = (last or since) + LOOK_AGAIN
    while due is not None and due <= end:
        now, due = due, _later(due, engine.flush_due(due))
        await _deliver(store, now)
    alerts = sorted(await store.alerts(), key=lambda alert: alert.pending_at)
    entries = await store.outbox()
    told = Counter(alert_id for entry in entries for alert_id in entry.alert_ids)
    return Outcome(alerts=alerts, told=told, messages=len(entries), readings=count, since=first, until=last)


async def _in_turn(readings: Iterable[TableReading]) -> AsyncIterator[TableReading]:
    for one in readings:
        yield one


async def _deliver(store: MemoryStore, now: datetime) -> None:
    """Take every message as sent, as a mail server that is well would."""
    for kind in OutboxKind:
        for entry in await store.claim_due(now, LEASE, MOST_AT_ONCE, kind):
            await store.record(replace(entry, state=OutboxState.SENT, sent_at=now, lease_until=None, attempts=1))


def _later(now: datetime, due: datetime | None) -> datetime | None:
    """Return when to look again; what is due at once was seen to just now."""
    return None if due is None else max(due, now + timedelta(seconds=1))


def _readings(
    reader: HistoryReader, rule: Rule, devices: Sequence[str], since: datetime, until: datetime
) -> Iterator[TableReading]:
    """Yield what was read of the rule's table, and whether devices were there, all in the order of time."""
    tables = dict.fromkeys((REACHABILITY.name, rule.table))
    return heapq.merge(
        *(reader.readings(device, table, since=since, until=until) for device in devices for table in tables),
        key=lambda reading: reading.at,
    )


def _engine(
    settings: Settings, rule: Rule, watched: Sequence[Device], exceptions: Exceptions, store: MemoryStore,
    clock: Callable[[], datetime], hindsight: Hindsight | None,
) -> Engine:  # fmt: skip
    manner = Manner(units=units_of([rule]))
    mailer = Mailer(
        settings.smtp, settings.receivers, external_url=settings.web.external_url or "",
        wordings=load_wordings(settings.receivers), manner=manner,
    )  # fmt: skip
    route = build_route(settings.route, settings.severity_order()) if settings.receivers else Route(receiver="")
    return Engine(
        rules=[rule], route=route,
        device_labels={device.name: device.labels for device in watched},
        ledger=store, mailer=mailer, policy=build_policy(settings, watched),
        exceptions=exceptions, clock=clock, gone_after=settings.rules.gone_after,
        hindsight=hindsight,
    )  # fmt: skip
