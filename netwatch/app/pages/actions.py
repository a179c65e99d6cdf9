"""What people may change over HTTP, done on the engine; satisfies the Protocol `web.Actions`.

May import: every room below. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol
from uuid import uuid4

from netwatch.alerts import RouteMatch, checked_silence, expired_silence
from netwatch.engine import LinkSigner, LinkToken
from netwatch.errors import ConfigError
from netwatch.model import (
    ALIVE,
    Alert,
    AlertGroup,
    AlertState,
    DiscoveredDevice,
    Event,
    Muting,
    Silence,
    SilenceState,
)
from netwatch.web import ActionRefused, NotThere, SilenceOrder, caller_or

MOST_SILENCES = 10_000
MUTINGS_AT_ONCE = 50
LONGEST_AUTHOR = 200
LONGEST_COMMENT = 4000


class Asked(Protocol):
    """What the engine's desk is asked here."""

    def alert(self, alert_id: str) -> Alert | None:
        """Return an alert that is alive, or over and not yet told."""

    def silences(self) -> Sequence[Silence]:
        """Return every silence."""

    def muting_of(self, alert: Alert, now: datetime | None) -> Muting | None:
        """Return why people are not told of an alert."""

    def receivers_of(self, alert: Alert) -> Sequence[RouteMatch]:
        """Return who is told of an alert."""

    def is_there(self, alert: Alert) -> bool:
        """Return whether the newest reading holds what an alert is about."""

    def group_of_thread(self, thread_id: str) -> AlertGroup | None:
        """Return the incident of a thread of mails."""


class Deciding(Protocol):
    """The engine's corridor, as far as people's decisions pass it."""

    def put_silence(self, silence: Silence, told: Sequence[Event] = ()) -> asyncio.Future[None]:
        """Obey a silence from now on; `told` is written with it."""

    def acknowledge(self, alert_ids: Iterable[str], by: str, comment: str) -> asyncio.Future[None]:
        """Note that somebody has alerts in hand."""

    def unacknowledge(self, alert_ids: Iterable[str], by: str) -> asyncio.Future[None]:
        """Note that nobody has."""

    def forget(self, alert_ids: Iterable[str], by: str) -> asyncio.Future[None]:
        """Take as removed what alerts are about."""


class Finding(Protocol):
    """The sweeps of the agent, as far as people decide on what they found."""

    def waiting(self, addresses: Collection[str]) -> Sequence[DiscoveredDevice]:
        """Return those of some devices that wait for somebody."""

    def entry(self, one: DiscoveredDevice) -> str:
        """Return what is written of a device that is taken."""

    async def take(self, addresses: Collection[str]) -> Sequence[DiscoveredDevice]:
        """Watch devices that wait, and return them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Checks who asks for what, and has the engine do it."""

    desk: Asked
    corridor: Deciding
    links: LinkSigner
    receiver_names: Sequence[str] = ()
    routing_text: str = ""
    wake_senders: Callable[[], None] = lambda: None
    finding: Finding | None = None
    tell: Callable[[Sequence[Event]], Awaitable[None]] | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    new_id: Callable[[], str] = lambda: str(uuid4())

    def silences(self) -> Sequence[Silence]:
        """Return every silence there is, in no order."""
        return self.desk.silences()

    async def put_silence(self, order: SilenceOrder) -> Silence:
        """Make a silence, or change one."""
        now = self.clock()
        before = self._find(order.replacing) if order.replacing else None
        try:
            silence = checked_silence(
                matchers=order.matchers, starts_at=order.starts_at, ends_at=order.ends_at,
                created_by=clean_text(caller_or(order.created_by)), comment=clean_text(order.comment),
                now=now, new_id=self.new_id, replacing=before,
            )  # fmt: skip
        except ValueError as exc:
            raise ActionRefused(str(exc)) from exc
        if (before is None or before.id != silence.id) and len(self.desk.silences()) >= MOST_SILENCES:
            raise ActionRefused(f"there are {MOST_SILENCES:,} silences already")
        await self.corridor.put_silence(silence)
        if before is not None and before.id != silence.id and before.state(now) is not SilenceState.EXPIRED:
            await self.corridor.put_silence(expired_silence(before, now))
        return silence

    async def expire_silence(self, silence_id: str, by: str) -> Silence:
        """End a silence now."""
        silence, who, now = self._find(silence_id), named(by), self.clock()
        if silence.state(now) is SilenceState.EXPIRED:
            return silence
        expired = expired_silence(silence, now)
        text = f"silence {silence.id} of {silence.created_by} ended by {who}: {', '.join(silence.matchers)}"
        told = Event(at=now, kind="silence", text=text, details={"silence": silence.id})
        await self.corridor.put_silence(expired, [told])
        return expired

    async def acknowledge(self, alert_ids: Collection[str], by: str, comment: str) -> Sequence[Alert]:
        """Note that somebody has taken alerts in hand."""
        words = clean_text(comment)
        if len(words) > LONGEST_COMMENT:
            raise ActionRefused(f"a comment has at most {LONGEST_COMMENT} characters")
        who, alive = named(by), self._alive(alert_ids)
        await self.corridor.acknowledge(alive, who, words)
        return self._alerts(alive)

    async def unacknowledge(self, alert_ids: Collection[str], by: str) -> Sequence[Alert]:
        """Take that back."""
        who, alive = named(by), self._alive(alert_ids)
        await self.corridor.unacknowledge(alive, who)
        return self._alerts(alive)

    async def forget(self, alert_ids: Collection[str], by: str) -> Sequence[Alert]:
        """Take as removed what alerts are about and is no longer there."""
        who, alive = named(by), self._alive(alert_ids)
        before = self._alerts(alive)
        if not any(self.may_forget(alert) for alert in before):
            raise ActionRefused("what it is about is still there: acknowledge or silence it instead")
        gone = [alert.id for alert in before if self.may_forget(alert)]
        await self.corridor.forget(gone, who)
        return [self.desk.alert(alert.id) or replace(alert, state=AlertState.RESOLVED, resolved_at=self.clock())
                for alert in before if alert.id in gone]  # fmt: skip

    def may_forget(self, alert: Alert) -> bool:
        """Return whether an alert is alive although what it is about is no longer there."""
        return alert.state in ALIVE and not self.desk.is_there(alert)

    async def mutings_of(self, alerts: Iterable[Alert]) -> Mapping[str, Muting]:
        """Return why nobody is told of these alerts right now; gives way to the loop, as there may be thousands."""
        now, found = self.clock(), {}
        for count, alert in enumerate(list(alerts), start=1):
            muting = self.desk.muting_of(alert, now)
            if muting is not None:
                found[alert.id] = muting
            if count % MUTINGS_AT_ONCE == 0:
                await asyncio.sleep(0)
        return found

    def receivers(self) -> Sequence[str]:
        """Return every receiver."""
        return self.receiver_names

    def routes_of(self, alert: Alert) -> Sequence[RouteMatch]:
        """Return who is told of an alert, and in which group."""
        return self.desk.receivers_of(alert)

    def incident(self, thread_id: str) -> Sequence[Alert] | None:
        """Return the alerts of an incident that fire now, None where it is over."""
        group = self.desk.group_of_thread(thread_id)
        if group is None:
            return None
        return [alert for alert in self._alerts(group.members) if alert.stands]

    def link(self, token: str) -> LinkToken:
        """Return what a link of a mail allows."""
        return self.links.verify(token, self.clock())

    def found_entries(self, addresses: Collection[str]) -> Sequence[str]:
        """Return what would be written of found devices that wait."""
        return [] if self.finding is None else [self.finding.entry(one) for one in self.finding.waiting(addresses)]

    async def take_found(self, addresses: Collection[str], by: str) -> Sequence[str]:
        """Watch found devices that wait; who said so stands in the event log."""
        who = named(by)
        try:
            taken = [] if self.finding is None else await self.finding.take(addresses)
        except (OSError, ConfigError) as exc:
            raise ActionRefused(f"it cannot be written down, and nothing is taken: {exc}") from exc
        if not taken:
            raise NotThere("none of these devices waits any more")
        if self.tell is not None:
            await self.tell([self._event_of(one, who) for one in taken])
        return [one.name for one in taken]

    def _event_of(self, one: DiscoveredDevice, who: str) -> Event:
        return Event(
            at=self.clock(), kind="device", device=one.name,
            text=f"{who} has it watched from now on; a sweep found it at {one.address}",
            details={"by": who, "address": one.address, "credential": one.credential},
        )  # fmt: skip

    def routing(self) -> str:
        """Return routes and receivers as YAML in Alertmanager's words."""
        return self.routing_text

    def wake_outbox(self) -> None:
        """Have the outbox looked at now."""
        self.wake_senders()

    def _find(self, silence_id: str) -> Silence:
        found = next((silence for silence in self.desk.silences() if silence.id == silence_id), None)
        if found is None:
            raise NotThere("silence not found")
        return found

    def _alerts(self, alert_ids: Iterable[str]) -> list[Alert]:
        found = (self.desk.alert(alert_id) for alert_id in dict.fromkeys(alert_ids))
        return [alert for alert in found if alert is not None]

    def _alive(self, alert_ids: Iterable[str]) -> list[str]:
        alive = [alert.id for alert in self._alerts(alert_ids) if alert.state in ALIVE]
        if not alive:
            raise NotThere("there is no such alert, or it is over")
        return alive


def clean_text(text: str) -> str:
    """Return what a person typed without what is not text: controls, and marks that turn the reading direction."""
    kept = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
    return kept.encode("utf-8", "replace").decode("utf-8").strip()


def named(by: str) -> str:
    """Return who does something: who signed in, else who he says he is.

    Raises:
        ActionRefused: that is nobody.
    """
    name = " ".join(clean_text(caller_or(by)).split())
    if not name or len(name) > LONGEST_AUTHOR:
        raise ActionRefused(f"say who you are, in at most {LONGEST_AUTHOR} characters")
    return name
