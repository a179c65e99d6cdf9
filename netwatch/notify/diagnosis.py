"""Walks through every relay step by step and tells what it saw: the facts behind `netwatch test-mail`.

Every relay is given one real message, since only the answer to the final dot says that it would take an alarm.
May import: netwatch.oauth, netwatch.notify.{address, guard, mail.trial, smtp.*}. Called by: cli, which prints it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from netwatch.notify.address import parse_mailbox
from netwatch.notify.guard import clean_line
from netwatch.notify.mail.trial import trial_mail
from netwatch.notify.smtp.failures import SmtpFailure
from netwatch.notify.smtp.replies import Phase
from netwatch.notify.smtp.session import Session, Step
from netwatch.notify.smtp.settings import RelaySettings, SmtpSettings
from netwatch.notify.smtp.tls import tls_context
from netwatch.oauth import TokenSource


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayDiagnosis:
    """One relay's answers in their order; `accepted` says whether it took the message."""

    relay: str
    steps: tuple[Step, ...]
    accepted: bool


async def test_mail(settings: SmtpSettings, to: str) -> list[RelayDiagnosis]:
    """Send one message through every relay, one after the other; a failure ends that relay's steps and no other's.

    Raises:
        ValueError: `to` is no mail address.
    """
    parse_mailbox(to)
    return [await _diagnose(relay, settings, to) for relay in settings.relays]


test_mail.__test__ = False  # type: ignore[attr-defined]  # pytest takes every function of this name for its own


async def _diagnose(relay: RelaySettings, settings: SmtpSettings, to: str) -> RelayDiagnosis:
    steps: list[Step] = []
    accepted = False
    session: Session | None = None
    try:
        context = await asyncio.to_thread(tls_context, relay)
        tokens = TokenSource(relay.oauth2) if relay.oauth2 is not None else None
        session = Session(
            relay, local_hostname=settings.local_hostname, context=context, watch=steps.append, tokens=tokens
        )
        await session.open()
        steps.extend(_about_tls(session))
        sender = parse_mailbox(settings.from_).address
        mail = trial_mail(settings.from_, to, relay=relay.name, now=datetime.now(UTC))
        await session.deliver(envelope_sender=sender, recipient=parse_mailbox(to).address, message=mail.message)
        accepted = True
    except SmtpFailure as failure:
        if not steps or steps[-1].ok:
            steps.append(Step(phase=failure.phase, ok=False, text=failure.words, took_seconds=0.0))
    finally:
        if session is not None:
            await session.quit()
    return RelayDiagnosis(relay=relay.name, steps=tuple(steps), accepted=accepted)


def _about_tls(session: Session) -> list[Step]:
    tls = session.transport_info("ssl_object")
    if tls is None:
        return [Step(phase=Phase.STARTTLS, ok=True, text="the connection is not encrypted", took_seconds=0.0)]
    cipher = tls.cipher()
    words = f"{tls.version()}, {cipher[0] if cipher else 'unknown cipher'}; {_certificate(tls.getpeercert() or {})}"
    return [Step(phase=Phase.STARTTLS, ok=True, text=words, took_seconds=0.0)]


def _certificate(certificate: dict[str, Any]) -> str:
    names = ", ".join(value for _, value in certificate.get("subjectAltName", ()))
    issuer = ", ".join(value for part in certificate.get("issuer", ()) for _, value in part)
    return clean_line(f"certificate for {names} by {issuer}, good until {certificate.get('notAfter', '?')}", 300)
