"""Knows who the receivers are and composes for them: the engine's `Mailer`.

May import: netwatch.model, netwatch.notify.{compose, settings}. Called by: app, which hands it to the engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from netwatch.model import Notification, OutboxEntry
from netwatch.notify.compose import compose
from netwatch.notify.settings import ReceiverSettings, SmtpSettings


class Mailer:
    """Turns what is to be said into outbox entries; decides nothing."""

    def __init__(
        self, settings: SmtpSettings, receivers: Sequence[ReceiverSettings], *, external_url: str = ""
    ) -> None:
        self._sender, self._external_url = settings.from_, external_url
        self._receivers = {receiver.name: receiver.email for receiver in receivers}

    def send_resolved(self, receiver: str) -> bool:
        """Return whether this receiver wants to hear of recoveries."""
        email = self._receivers.get(receiver)
        return email is not None and email.send_resolved

    def compose(self, notification: Notification) -> Sequence[OutboxEntry]:
        """Return one entry per recipient, with the finished message; none for a receiver no longer configured."""
        email = self._receivers.get(notification.group.receiver)
        recipients = email.to if email is not None else ()
        return compose(notification, recipients=recipients, sender=self._sender, external_url=self._external_url)
