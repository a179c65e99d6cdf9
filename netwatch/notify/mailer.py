"""Knows who the receivers are and composes for them: the engine's `Mailer`.

May import: netwatch.model, netwatch.notify.*. Called by: app, which hands it to the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from netwatch.model import Composition, Memory, Notification, OutboxEntry
from netwatch.notify.compose import Letterhead, compose
from netwatch.notify.links import LinkMaker
from netwatch.notify.settings import EmailSettings, ReceiverSettings, SmtpSettings, TrapReceiverSettings
from netwatch.notify.trap_compose import compose_traps


class Mailer:
    """Turns what is to be said into outbox entries; decides nothing."""

    def __init__(
        self,
        settings: SmtpSettings,
        receivers: Sequence[ReceiverSettings],
        *,
        external_url: str = "",
        links: LinkMaker | None = None,
    ) -> None:
        """Keep what is handed in: `external_url` is where people find the page, `links` signs what they may do."""
        self._letterhead = Letterhead(sender=settings.from_, page=external_url, links=links)
        self._receivers = {receiver.name: receiver for receiver in receivers}

    def send_resolved(self, receiver: str) -> bool:
        """Return whether this receiver wants to hear of recoveries, by mail or by trap."""
        known = self._receivers.get(receiver)
        ways = (known.email, known.trap) if known is not None else ()
        return any(way is not None and way.send_resolved for way in ways)

    def restore(self, memories: Sequence[Memory]) -> None:
        """Take back what waited to be told in a digest."""

    def compose(self, notification: Notification) -> Composition:
        """Return one entry per recipient, with the finished message; none for a receiver no longer configured."""
        known = self._receivers.get(notification.group.receiver)
        if known is None:
            return Composition()
        mails = self._mails(notification, known.email)
        return replace(mails, entries=(*mails.entries, *_traps(notification, known.trap)))

    def next_digest_at(self) -> datetime | None:
        """Return when `digests_due` will have something, None where nothing waits."""
        return None

    def digests_due(self, now: datetime) -> Composition:
        """Return the digests that are due."""
        return Composition()

    def _mails(self, notification: Notification, email: EmailSettings | None) -> Composition:
        if email is None or (wanted := _wanted(notification, email)) is None:
            return Composition()
        return compose(wanted, recipients=email.to, letterhead=self._letterhead)


def _traps(notification: Notification, trap: TrapReceiverSettings | None) -> list[OutboxEntry]:
    if trap is None or (wanted := _wanted(notification, trap)) is None:
        return []
    return compose_traps(wanted, managers=trap.to)


def _wanted(notification: Notification, way: EmailSettings | TrapReceiverSettings) -> Notification | None:
    """Return what of it is to be told this way, None where nothing is: the other way may want more of it."""
    if way.send_resolved or not notification.resolved:
        return notification
    return replace(notification, resolved=()) if notification.firing else None
