"""Everything that carries the outbox away: mails, traps, webhooks, and word of what could not be delivered.

May import: every room below. Called by: netwatch.app.app.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime

from netwatch.alerts import RouteSettings, build_route
from netwatch.app.clock.following import Follower
from netwatch.config import Settings, credential
from netwatch.model import Alert, OutboxEntry
from netwatch.notify import DeadLetters, Notifier, Rewriter, TrapSender, WebSender
from netwatch.snmp import NotificationSender
from netwatch.store import Store
from netwatch.traps import OwnEngine


class PostOffice:
    """The carriers between `start()` and `stop()`; each claims what is its own."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        clock: Callable[[], datetime],
        alert_of: Callable[[str], Alert | None] = lambda _: None,
    ) -> None:
        """Build them; `alert_of` knows alerts that are not long over, by id."""
        self._settings, self._clock = settings, clock
        self._letters = DeadLetters(store, settings.smtp, clock=clock, fallback_of=_fallback_of(settings, alert_of))
        asks = {receiver.name: asked for receiver in settings.receivers
                if receiver.email is not None and (asked := receiver.email.notify_success) is not None}  # fmt: skip
        self._posts = WebSender(self._letters, settings.receivers, clock=clock)
        self.mails = Notifier(
            self._letters, settings.smtp, rewriting=Rewriter(), clock=clock,
            notify_success=lambda row: asks.get(row.receiver, settings.smtp.notify_success),
        )  # fmt: skip
        self._transport: NotificationSender | None = None
        self._traps: TrapSender | None = None

    @property
    def letters(self) -> DeadLetters:
        """Return who tells of what could not be delivered."""
        return self._letters

    async def start(self, own: OwnEngine) -> None:
        """Begin to send; `own` is the SNMP engine that notifications come from."""
        self._transport = NotificationSender(own)
        credentials = {name: credential(self._settings, name) for name in self._settings.credentials}
        self._traps = TrapSender(
            self._letters, self._transport, self._settings.receivers, credentials, clock=self._clock
        )
        await self._transport.start()
        await self._letters.start()
        await self.mails.start()
        await self._traps.start()
        await self._posts.start()

    async def stop(self) -> None:
        """Stop all of them, the last first; what was not sent is sent after the next start."""
        async with AsyncExitStack() as carriers:  # one that fails to stop keeps no other from it
            for carrier in (self._transport, self._letters, self.mails, self._posts, self._traps):
                if carrier is not None:
                    carriers.push_async_callback(carrier.stop)

    def wake(self) -> None:
        """Look at the outbox now: rows were committed."""
        self.mails.wake()
        self._posts.wake()
        if self._traps is not None:
            self._traps.wake()

    def followers(self) -> Sequence[Follower]:
        """Return the carriers that follow when the wall clock was set."""
        carriers: tuple[Follower, ...] = (self._letters, self.mails, self._posts)
        return carriers if self._traps is None else (*carriers, self._traps)


def _falls_back(node: RouteSettings) -> bool:
    return bool(node.fallback) or any(map(_falls_back, node.routes))


def _fallback_of(
    settings: Settings, alert_of: Callable[[str], Alert | None]
) -> Callable[[OutboxEntry], Sequence[str]] | None:
    """Return what says whom the route of a row falls back on; None where no route has anybody for that."""
    if not settings.receivers or not _falls_back(settings.route):
        return None
    route = build_route(settings.route, settings.severity_order())
    mailed = {receiver.name: receiver.email.to for receiver in settings.receivers if receiver.email is not None}

    def fallback_of(row: OutboxEntry) -> Sequence[str]:
        if not row.alert_ids:
            return ()  # what no route sent: the daily mail, a report
        alerts = [alert for alert_id in row.alert_ids if (alert := alert_of(alert_id)) is not None]
        named = route.fallback_of(row.receiver, alerts)
        return [address for name in named for address in mailed.get(name, [name])]

    return fallback_of
