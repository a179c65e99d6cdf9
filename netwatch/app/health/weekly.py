"""Works out the weekly report from the history: availability, the worst devices, the fullest ports.

May import: every room below. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from zoneinfo import ZoneInfo

from netwatch.app.health.daily import DailyMail
from netwatch.config import Settings
from netwatch.errors import HistoryError
from netwatch.history import HistoryReader, Tier, availability_of
from netwatch.model import REACHABILITY, quantile
from netwatch.notify import Availability, FullPort, Letterhead, Weekly, compose_weekly
from netwatch.store import Store

WEEKLY_MEMORY = "weekly"
A_WEEK = timedelta(days=7)
PORTS_NAMED = 10
TAIL = 0.95
LEAST_KNOWN = 12
"""Five minutes of which something must be known, before anything is said of a port."""
REST_SECONDS = 0.01
"""Between two devices, so that a thousand of them hold nobody up."""


def due_week(
    now: datetime, hour: time_of_day, place: ZoneInfo | None, last: date | None, *, weekday: int
) -> date | None:
    """Return the day whose mail is due now, None where it was written; after an absence it comes late."""
    today = now.astimezone(place).date()
    day = today - timedelta(days=(today.weekday() - weekday) % 7)
    if now < datetime.combine(day, hour, tzinfo=place).astimezone(UTC):
        day -= A_WEEK
    return day if last is None or day > last else None


def weekly_of(reader: HistoryReader, devices: Sequence[str], now: datetime) -> Weekly:
    """Return how the week up to now was; what cannot be read is said in it. Takes a while: not on the loop."""
    since = now - A_WEEK
    found: list[Availability] = []
    ports: list[FullPort] = []
    try:
        for device in devices:
            found += _availability(reader, device, since, now)
            ports = sorted((*ports, *_ports(reader, device, since, now)), key=lambda one: -one.tail)[:PORTS_NAMED]
            time.sleep(REST_SECONDS)
    except HistoryError as exc:
        return Weekly(since=since, at=now, devices=tuple(found), ports=tuple(ports), trouble=str(exc))
    found.sort(key=lambda one: (one.ratio, one.device))
    return Weekly(since=since, at=now, devices=tuple(found), ports=tuple(ports))


def _availability(reader: HistoryReader, device: str, since: datetime, now: datetime) -> list[Availability]:
    """Return how available a device was, none where nothing is known of it."""
    rows = reader.column(device, REACHABILITY.name, "up", since=since, until=now, tier=Tier.FIVE_MINUTES)
    found = [availability_of(past, since, now) for _, past in rows.values()]
    return [
        Availability(device=device, ratio=one.ratio, away=one.away) for one in found if one.ratio is not None
    ]  # fmt: skip


def _ports(reader: HistoryReader, device: str, since: datetime, now: datetime) -> list[FullPort]:
    rows = reader.column(
        device, "interface", "interface_utilization_ratio", since=since, until=now, tier=Tier.FIVE_MINUTES
    )
    return [
        FullPort(
            device=device, port=labels.get("ifName") or key, alias=labels.get("ifAlias", ""), tail=tail,
            highest=max(shares),
        )
        for key, (labels, past) in rows.items()
        if len(shares := past.numbers()) >= LEAST_KNOWN and (tail := quantile(shares, TAIL))
    ]  # fmt: skip


def build_weekly(
    settings: Settings, *, store: Store, devices: Sequence[str], clock: Callable[[], datetime]
) -> DailyMail[Weekly] | None:
    """Return what mails once a week how it was, None where nobody wants that or no history is kept."""
    wanted = settings.history.weekly_report
    if wanted is None or not settings.history.is_kept(len(devices)):
        return None
    mailed = {receiver.name: receiver.email.to for receiver in settings.receivers if receiver.email}
    compose = partial(
        compose_weekly, receiver=wanted.receiver, recipients=mailed.get(wanted.receiver, ()),
        letterhead=Letterhead(sender=settings.smtp.from_, page=settings.web.external_url or "").in_zone(wanted.zone),
    )  # fmt: skip

    async def report(now: datetime) -> Weekly:
        reader = HistoryReader(settings.history_path())
        try:
            return await asyncio.to_thread(weekly_of, reader, devices, now)
        finally:
            reader.close()

    return DailyMail(
        hour=wanted.hour, zone=wanted.zone, ledger=store, report=report, compose=compose, clock=clock,
        due=partial(due_week, weekday=wanted.weekday), scope=WEEKLY_MEMORY, name="weekly report",
    )  # fmt: skip
