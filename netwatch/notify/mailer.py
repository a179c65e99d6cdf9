"""Knows who the receivers are and composes for them: the engine's `Mailer`.

It decides one thing only: how many mails a person can bear at once. What is beyond that is counted in a digest.
May import: netwatch.model, netwatch.notify.*, but for what sends.
Called by: app, which hands it to the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

import structlog

from netwatch.model import ClockStep, Composition, Event, Memory, Notification, OutboxEntry, new_uuid
from netwatch.notify import metrics
from netwatch.notify.address import Mailbox, parse_mailbox
from netwatch.notify.facts import USUAL, Manner, severity_of
from netwatch.notify.http.compose import compose_posts
from netwatch.notify.links import Answering, LinkMaker
from netwatch.notify.mail.bare import compose_bare
from netwatch.notify.mail.compose import SHIPPED, compose, digested, mailboxes
from netwatch.notify.mail.digest import Digest, changes_in_words, restored
from netwatch.notify.mail.digest_letter import digest_entry
from netwatch.notify.mail.earlier import Earlier
from netwatch.notify.mail.letter import Letterhead, read_templates
from netwatch.notify.mail.pacing import Allowance, Pacing
from netwatch.notify.mail.settings import EmailSettings
from netwatch.notify.mail.wordings import Wording
from netwatch.notify.settings import ReceiverSettings
from netwatch.notify.smtp.settings import SmtpSettings
from netwatch.notify.snmp.compose import compose_traps
from netwatch.notify.snmp.settings import TrapReceiverSettings
from netwatch.notify.wanted import wanted
from netwatch.notify.words import counted

log = structlog.get_logger(__name__)

TRY_AGAIN_AFTER = timedelta(seconds=5)


class FaultLog(Protocol):
    """Who keeps what breaks off in a way nobody foresaw."""

    def note(self, kind: str, name: str, error: Exception, now: datetime, device: str = "") -> None:
        """Take in that something broke off."""

    def settle(self, kind: str, name: str, device: str = "") -> None:
        """Take in that something works."""


class _OnlyLogged:
    """Keeps nothing: the log has it."""

    def note(self, kind: str, name: str, error: Exception, now: datetime, device: str = "") -> None:
        log.error("a part of NetWatch fails; the others go on", kind=kind, name=name, exc_info=error)

    def settle(self, kind: str, name: str, device: str = "") -> None:
        """Do nothing."""


class Mailer:
    """Turns what is to be said into outbox entries."""

    def __init__(
        self,
        settings: SmtpSettings,
        receivers: Sequence[ReceiverSettings],
        *,
        external_url: str = "",
        links: LinkMaker | None = None,
        answering: Answering | None = None,
        wordings: Mapping[str, Wording] = MappingProxyType({}),
        manner: Manner = USUAL,
        faults: FaultLog | None = None,
        new_id: Callable[[], str] = new_uuid,
    ) -> None:
        """Keep what is handed in.

        Args:
            settings: who mails, and how much at once.
            receivers: whom to tell.
            external_url: where people find the page.
            links: signs what they may do.
            answering: where they may answer to, None where nobody reads answers.
            wordings: receiver -> its own templates.
            manner: how mails are worded; the time zone is each receiver's own.
            faults: keeps what breaks off while a message is written.
            new_id: makes ids of outbox rows.
        """
        self._faults: FaultLog = faults if faults is not None else _OnlyLogged()
        self._letterhead = Letterhead(
            sender=settings.from_, page=external_url, links=links, manner=manner, answering=answering
        )
        self._letterheads = {receiver.name: self._of_receiver(receiver, settings) for receiver in receivers}
        self._receivers = {receiver.name: receiver for receiver in receivers}
        storm = settings.storm
        self._pacing = Pacing(
            Allowance(mails=storm.mails, per=storm.per), Allowance(mails=storm.critical_mails, per=storm.per)
        )
        self._digest_after = storm.digest_after
        self._digests: dict[str, Digest] = {}
        self._earlier = Earlier()
        self._wordings, self._new_id = wordings, new_id

    def send_resolved(self, receiver: str) -> bool:
        """Return whether this receiver wants to hear of recoveries, whatever the way."""
        known = self._receivers.get(receiver)
        return known is not None and known.wants_resolved

    def restore(self, memories: Sequence[Memory]) -> None:
        """Take back what waited to be told in a digest, and what ended in incidents that are not over.

        Templates are compiled here too, so that the first mail need not wait for that.
        """
        read_templates()
        self._digests = restored(memories)
        self._earlier.restore(memories)

    def clock_was_set(self, step: ClockStep) -> None:
        """Move with the wall clock when digests were opened; what recipients have had counts from now on."""
        for digest in self._digests.values():
            digest.opened_at = step.moved(digest.opened_at)

    def slept(self, asleep: timedelta) -> None:
        """Do nothing: the engine asks anew for what is due."""

    def compose(self, notification: Notification) -> Composition:
        """Return one entry per recipient, with the finished message; none for a receiver no longer configured."""
        known = self._receivers.get(notification.group.receiver)
        if known is None:
            return Composition()
        others = self._apart("SNMP notifications", notification, lambda: _traps(notification, known.trap))
        others += self._apart(
            "webhooks", notification, lambda: compose_posts(notification, known, page=self._letterhead.page)
        )
        mails = self._mails(notification, known.email)  # last: what digests count must come to be written
        return replace(mails, entries=(*mails.entries, *others))

    def _apart(
        self, way: str, notification: Notification, compose_for: Callable[[], list[OutboxEntry]]
    ) -> list[OutboxEntry]:
        """Return what is told one way; where that cannot be written, the other ways go on."""
        name = f"{way} to {notification.group.receiver}"
        try:
            entries = compose_for()
        except Exception as exc:  # noqa: BLE001  # the mails are told all the same, and the fault is shown and alerted
            self._faults.note("message", name, exc, notification.at)
            return []
        self._faults.settle("message", name)
        return entries

    def next_digest_at(self) -> datetime | None:
        """Return when `digests_due` will have something, None where nothing waits."""
        return min((self._due_at(digest) for digest in self._digests.values()), default=None)

    def digests_due(self, now: datetime) -> Composition:
        """Return the digests that are due, and what forgets that they waited."""
        entries, memories, events = [], [], []
        for digest in list(self._digests.values()):
            # A clock set back must not make it wait for the time to come round again.
            digest.opened_at = min(digest.opened_at, now)
            if self._due_at(digest) > now:
                continue
            try:
                entries.append(digest_entry(digest, letterhead=self._letterhead_of(digest.receiver), now=now))
            except Exception as exc:  # noqa: BLE001  # one digest that cannot be written must not keep the others back
                metrics.DIGEST_ERRORS.inc()
                self._faults.note("digest", digest.recipient, exc, now)
                digest.opened_at = now - self._digest_after + TRY_AGAIN_AFTER
                continue
            self._faults.settle("digest", digest.recipient)
            del self._digests[digest.recipient]
            memories += digest.forgotten()
            events.append(_told(digest, now))
            metrics.DIGESTS.inc()
        return Composition(entries=tuple(entries), memories=tuple(memories), events=tuple(events))

    def _of_receiver(self, receiver: ReceiverSettings, settings: SmtpSettings) -> Letterhead:
        """Return how a receiver's mails look: in its time zone, and asking for a report where that is wanted."""
        own = receiver.email.notify_read if receiver.email is not None else None
        asks = settings.notify_read if own is None else own
        answering = self._letterhead.answering
        to = answering.address if answering is not None else self._letterhead.sender
        return replace(self._letterhead.in_zone(receiver.zone), read_to=parse_mailbox(to).address if asks else "")

    def _letterhead_of(self, receiver: str) -> Letterhead:
        return self._letterheads.get(receiver, self._letterhead)

    def _due_at(self, digest: Digest) -> datetime:
        return digest.opened_at + self._digest_after

    def _mails(self, notification: Notification, email: EmailSettings | None) -> Composition:
        if email is None or (told := wanted(notification, send_resolved=email.send_resolved)) is None:
            return Composition()
        critical = any(severity_of(alert) == "critical" for alert in told.firing)
        alone: list[str] = []
        beyond: list[tuple[Mailbox, str]] = []
        for mailbox, written in mailboxes(email.to).items():
            if self._pacing.admits(mailbox.address, critical=critical, now=told.at):
                alone.append(written)
            else:
                beyond.append((mailbox, written))
        try:
            mails = self._alone(told, alone)
        except Exception as exc:  # noqa: BLE001  # told in fewer words, but told
            mails = self._bare(told, [parse_mailbox(written) for written in alone], exc)
        else:
            self._faults.settle("mail", f"to {told.group.receiver}")
        return _joined(mails, *(self._beyond(told, mailbox, written) for mailbox, written in beyond))

    def _alone(self, told: Notification, recipients: Sequence[str]) -> Composition:
        """Return a mail to each."""
        letterhead = self._letterhead_of(told.group.receiver)
        mails = compose(
            told, recipients=recipients, letterhead=letterhead, new_id=self._new_id,
            wording=self._wordings.get(told.group.receiver, SHIPPED),
            earlier=self._earlier.of(told.group.thread_id),
        )  # fmt: skip
        return replace(mails, memories=tuple(self._earlier.note(told, letterhead.manner)))

    def _bare(self, told: Notification, recipients: Sequence[Mailbox], error: Exception) -> Composition:
        """Return a mail to each in fewer words, since the usual one cannot be written."""
        metrics.BARE.inc(len(recipients))
        self._faults.note("mail", f"to {told.group.receiver}", error, told.at)
        return compose_bare(told, recipients=recipients, sender=self._letterhead.sender, new_id=self._new_id)

    def _beyond(self, told: Notification, mailbox: Mailbox, written: str) -> Composition:
        try:
            return self._digested(told, mailbox, written)
        except Exception as exc:  # noqa: BLE001  # one mail too many rather than one too few
            return self._bare(told, [mailbox], exc)

    def _digested(self, notification: Notification, mailbox: Mailbox, written: str) -> Composition:
        """Count a mail into the recipient's digest, opening one if need be."""
        manner = self._letterhead_of(notification.group.receiver).manner
        known = self._digests.get(mailbox.address)
        digest = known or self._new_digest(notification, mailbox, written)
        entry = digested(
            notification, recipient=mailbox.address, sender=self._letterhead.sender, told_by=digest.entry_id,
            entry_id=self._new_id(), manner=manner,
        )  # fmt: skip
        memories = digest.add(notification, manner)
        self._digests[mailbox.address] = digest
        metrics.DIGESTED.inc()
        events = () if known else (_opened(digest, self._digest_after),)
        return Composition(entries=(entry,), memories=tuple(memories), events=events)

    def _new_digest(self, notification: Notification, mailbox: Mailbox, written: str) -> Digest:
        entry_id = self._new_id()
        return Digest(
            recipient=mailbox.address, mailbox=written, receiver=notification.group.receiver, entry_id=entry_id,
            thread_id=f"digest-{entry_id}", opened_at=notification.at,
        )  # fmt: skip


def _joined(*compositions: Composition) -> Composition:
    return Composition(
        entries=tuple(entry for one in compositions for entry in one.entries),
        supersessions=tuple(instead for one in compositions for instead in one.supersessions),
        memories=tuple(memory for one in compositions for memory in one.memories),
        events=tuple(event for one in compositions for event in one.events),
    )


def _opened(digest: Digest, after: timedelta) -> Event:
    text = (
        f"{digest.recipient} gets more mail than smtp.storm allows: what is beyond it is told in one digest, "
        f"{after.total_seconds():g} s from now"
    )
    return Event(at=digest.opened_at, kind="notify", text=text, entry_id=digest.entry_id)


def _told(digest: Digest, now: datetime) -> Event:
    text = f"digest of {counted(digest.total, 'mail')} to {digest.recipient}: {changes_in_words(digest)}"
    return Event(at=now, kind="notify", text=text, entry_id=digest.entry_id)


def _traps(notification: Notification, trap: TrapReceiverSettings | None) -> list[OutboxEntry]:
    if trap is None or (told := wanted(notification, send_resolved=trap.send_resolved)) is None:
        return []
    return compose_traps(told, managers=trap.to)
