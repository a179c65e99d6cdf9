"""Builds, from the settings, what looks after NetWatch: its organs, the heartbeat and the daily mail.

May import: every room below. Called by: netwatch.app.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import chain

from netwatch.alerts import build_route
from netwatch.app.clock.following import Clockwork
from netwatch.app.health.canary import Canary
from netwatch.app.health.daily import A_DAY, DailyMail, daily_of, firing_lines
from netwatch.app.health.heartbeat import Heartbeat
from netwatch.app.health.last_resort import LastResort, new_id
from netwatch.app.health.limits import LimitVitals
from netwatch.app.health.self_watch import Organ
from netwatch.app.health.vitals import (
    AddressVitals,
    ClockVitals,
    DiscoveryVitals,
    DiskVitals,
    FaultVitals,
    GuessVitals,
    HistoryVitals,
    Keeper,
    LedgerVitals,
    LoopVitals,
    LossVitals,
    NameVitals,
    PingVitals,
    PollingVitals,
    ProbeVitals,
    Punctuality,
    Relays,
    RelayVitals,
    TrapPortVitals,
    WriterVitals,
    total_of,
)
from netwatch.config import Settings
from netwatch.engine import Desk, Engine
from netwatch.model import OWN_NAME, DeviceStatus, Fault, OutboxEntry, OutboxState
from netwatch.notify import Daily, Letterhead, Ping, Sent, compose_daily, compose_last_resort
from netwatch.store import Store
from netwatch.traps import traps_lost

Clock = Callable[[], datetime]
LOSSES: Mapping[str, Callable[[], float]] = {
    "traps_lost": traps_lost,
    "senders_unlisted": partial(total_of, "netwatch_traps_refused_unlisted_total"),
    "reports_held_back": partial(total_of, "netwatch_traps_reports_held_back_total"),
    "traps_unjudged": partial(total_of, "netwatch_traps_not_kept_for_waiting_rules_total"),
    "rows_forgotten": partial(total_of, "netwatch_gone_rows_forgotten_total", "netwatch_lost_rows_forgotten_total"),
}
"""What is lost where a bound is reached, by column; docs/bounds.md lists every bound."""


def build_organs(
    settings: Settings,
    *,
    store: Store,
    relays: Relays,
    polls: Punctuality,
    clockwork: Clockwork,
    heartbeat: Heartbeat | None,
    faults: Callable[[], Sequence[Fault]],
    refused_ports: Callable[[], Sequence[str]],
    ping_trouble: Callable[[], str],
    nameless_rules: Callable[[], Sequence[str]],
    discovery_news: Callable[[datetime, timedelta], tuple[int, str]],
    config: Organ,
    mailbox: Organ,
    history: Keeper | None = None,
    dead_addresses: Callable[[], Sequence[str]] = lambda: (),
    guessed: Callable[[], Sequence[str]] = lambda: (),
    probes: tuple[Callable[[], Sequence[str]], Callable[[], Sequence[str]]] = (lambda: (), lambda: ()),
) -> Sequence[Organ]:
    """Return the parts of NetWatch that say how they are."""
    return (
        RelayVitals(relays),
        LedgerVitals(store),
        WriterVitals(store),
        DiskVitals(settings.store.directory),
        HistoryVitals(history),
        PollingVitals(polls),
        TrapPortVitals(refused_ports),
        PingVitals(ping_trouble),
        NameVitals(nameless_rules),
        AddressVitals(dead_addresses),
        GuessVitals(guessed),
        ProbeVitals(*probes),
        DiscoveryVitals(discovery_news),
        LimitVitals(),
        LossVitals(LOSSES),
        LoopVitals(clockwork.pulse.lag),
        ClockVitals(clockwork.watch),
        FaultVitals(faults),
        config,
        mailbox,
        *([heartbeat] if heartbeat is not None else []),
    )


def build_heartbeat(
    settings: Settings, *, engine: Engine, store: Store, loops: Mapping[str, Callable[[], bool]], clock: Clock
) -> Heartbeat | None:
    """Return what tells a dead man's switch that we live, None where nobody waits for it."""
    url = settings.heartbeat.url
    if url is None:
        return None
    return Heartbeat(fly=Canary(engine, engine.desk, store, clock).fly, loops=loops, ping=Ping(url), clock=clock)


def build_last_resort(
    settings: Settings,
    *,
    desk: Desk,
    trouble: Callable[[], str],
    send: Callable[[OutboxEntry], Awaitable[Sent]],
    clock: Clock,
) -> LastResort | None:
    """Return what tells past the outbox that it cannot be written, None where there is nobody to tell by mail."""
    to = _told_of_the_store(settings)
    if not to or not settings.smtp.relays:
        return None
    compose = partial(compose_last_resort, to=to, sender=settings.smtp.from_, new_id=new_id)
    return LastResort(
        trouble=trouble,
        firing=lambda: firing_lines(desk.alerts()),
        compose=lambda words, firing, now: compose(words, firing, now=now),
        send=send,
        clock=clock,
    )


def _told_of_the_store(settings: Settings) -> Sequence[str]:
    """Return whom the route would mail that the database is in trouble; without such, the fallback addresses."""
    mailed = {receiver.name: receiver.email.to for receiver in settings.receivers if receiver.email}
    if not mailed:
        return settings.smtp.fallback_to
    route = build_route(settings.route, settings.severity_order())
    labels = {"alertname": "StoreTrouble", "device": OWN_NAME, "severity": "critical"}
    named = [address for match in route.receivers_for(labels) for address in mailed.get(match.receiver, ())]
    return tuple(dict.fromkeys(named)) or settings.smtp.fallback_to or tuple(chain(*mailed.values()))


def build_daily(
    settings: Settings, *, store: Store, report: Callable[[datetime], Awaitable[Daily]], clock: Clock
) -> DailyMail[Daily] | None:
    """Return what mails once a day how all is, None where nobody wants that."""
    wanted = settings.heartbeat.daily_mail
    if wanted is None:
        return None
    mailed = {receiver.name: receiver.email.to for receiver in settings.receivers if receiver.email}
    compose = partial(
        compose_daily,
        receiver=wanted.receiver,
        recipients=mailed.get(wanted.receiver, ()),
        letterhead=Letterhead(sender=settings.smtp.from_, page=settings.web.external_url or "").in_zone(wanted.zone),
    )
    return DailyMail(
        hour=wanted.hour, zone=wanted.zone, ledger=store, report=report, compose=compose, clock=clock
    )  # fmt: skip


def reporter(
    store: Store,
    desk: Desk,
    statuses: Callable[[], Sequence[DeviceStatus]],
    problems: Callable[[], Sequence[str]],
) -> Callable[[datetime], Awaitable[Daily]]:
    """Return who says how all is."""

    async def report(now: datetime) -> Daily:
        ended = await store.ended_since(now - A_DAY)
        return daily_of(
            now, statuses=statuses(), alerts=desk.alerts(), account=await store.account(),
            sent=ended[OutboxState.SENT], dead=ended[OutboxState.DEAD], problems=problems(),
        )  # fmt: skip

    return report
