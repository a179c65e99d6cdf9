"""Hands a marked mail to one relay, past the outbox: what is tried is the relay itself.

May import: netwatch.oauth, netwatch.notify.{address, mail.probe, smtp.*}. Called by: app.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from netwatch.notify.address import parse_mailbox
from netwatch.notify.mail.probe import probe_id, probe_mail
from netwatch.notify.smtp.failures import SmtpFailure
from netwatch.notify.smtp.session import Session
from netwatch.notify.smtp.settings import RelaySettings, SmtpSettings
from netwatch.notify.smtp.tls import tls_context
from netwatch.oauth import TokenSource


class ProbeSender:
    """Sends marked mails through the relays of the configuration; each has a connection for itself alone."""

    def __init__(self, settings: SmtpSettings, to: str) -> None:
        self._settings, self._to = settings, to
        self._tokens = {
            relay.name: TokenSource(relay.oauth2) for relay in settings.relays if relay.oauth2 is not None
        }

    def id_of(self, number: str) -> str:
        """Return the Message-ID of the mail with this number."""
        return probe_id(number, self._settings.from_)

    async def send(self, relay: RelaySettings, own_id: str, now: datetime) -> str:
        """Hand a mail to a relay; return why that took none, empty if it did."""
        session: Session | None = None
        try:
            context = await asyncio.to_thread(tls_context, relay)
            session = Session(
                relay, local_hostname=self._settings.local_hostname, context=context,
                tokens=self._tokens.get(relay.name),
            )  # fmt: skip
            await session.open()
            sender, to = parse_mailbox(self._settings.from_).address, parse_mailbox(self._to).address
            mail = probe_mail(self._settings.from_, self._to, relay=relay.name, own_id=own_id, now=now)
            await session.deliver(envelope_sender=sender, recipient=to, message=mail.message)
        except SmtpFailure as failure:
            return f"{failure.phase.replace('_', ' ')}: {failure.words}"
        finally:
            if session is not None:
                await session.quit()
        return ""
