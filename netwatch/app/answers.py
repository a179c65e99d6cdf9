"""Does what answers to mails ask for, on the engine; satisfies the Protocol `mailbox.Taker`.

What an answer does, what is remembered of it, the line in the event log and the reply to the sender are one
transaction: after a crash the mail comes again, and either all of that is there or none.

May import: every room below. Called by: netwatch.app.app.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Protocol

import structlog

from netwatch.alerts import as_matchers, checked_silence, proposed_labels, silences_for
from netwatch.app.returns import Returns
from netwatch.config import Settings
from netwatch.engine import AnswerRight, AnswerTags, Engine, Explanation, LinkSigner, Question
from netwatch.mailbox import (
    Answer,
    Answered,
    Arrived,
    Book,
    Bounce,
    Decision,
    Mail,
    MailboxSettings,
    Outcome,
    Record,
    ReplyAllowance,
    Returned,
    Verb,
    decide,
    is_echo,
    read_mail,
    reply_text,
)
from netwatch.mailbox import metrics as counted
from netwatch.model import Alert, Composition, Event, OutboxEntry, Silence, Transaction, cleaned, new_id
from netwatch.notify import REPLY_THREAD, Answering, compose_reply, parse_mailbox
from netwatch.store import Store

log = structlog.get_logger(__name__)

MOST_REFERENCES = 20
"""Message-IDs of one mail that are looked up."""
MOST_SILENCES = 100
MOST_EVENTS = 100
"""Alerts of which one answer makes a line in the event log."""
MOST_REPORTS = 10
"""Reports about one mail of ours that make a line in the event log though they change nothing."""
MOST_EXPLAINED = 3
MOST_ENDED, MOST_OF_RULE = 30, 1000
"""Alerts of one mail that are over and looked up in the store, and among how many of the same rule and device."""
MOST_WHY_LINES = 30


class Explainer(Protocol):
    """Who says why."""

    async def __call__(self, question: Question) -> Explanation:
        """Return the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Takes mails one by one: reads, decides, does, writes down."""

    settings: MailboxSettings
    config: Settings
    store: Store
    engine: Engine
    links: LinkSigner
    explain: Explainer
    answering: Answering | None
    returns: Returns
    is_probe: Callable[[Mail], bool]
    book: Book
    allowance: ReplyAllowance
    clock: Callable[[], datetime]

    @property
    def mark(self) -> str:
        """Return where to go on reading."""
        return self.book.mark

    async def go_on_at(self, mark: str) -> None:
        """Write down where to go on."""
        if mark != self.book.mark:
            await self.store.commit(Transaction(memories=(self.book.mark_written(mark),)))
            self.book.mark = mark

    def was_ours(self, identity: str) -> bool:
        """Return whether a mail was dealt with before, and answered a mail of ours or reported on one."""
        known = self.book.knows(identity)
        return known is not None and (known.entry_id != "" or known.outcome is Outcome.ACTED)

    async def take(self, arrived: Arrived, mark: str) -> bool:
        """Deal with a mail; all of it is durable when this returns. Returns whether it was ours."""
        settings = self.settings
        mail = await asyncio.to_thread(
            read_mail, arrived.octets, authserv_id=settings.authserv_id or "",
            arc_sealers=frozenset(settings.arc_sealers), lists=frozenset(settings.lists),
            own=self._own_addresses(),
        )  # fmt: skip
        if self.is_probe(mail):
            await self.go_on_at(mark)
            return True
        known = self.book.knows(mail.identity)
        told = await self.returns.find(mail.said) if isinstance(mail.said, Bounce) else None
        if told is not None and known is not None and known.entry_id != told.entry.id:
            # Servers are known that give reports about several mails one Message-ID; each is dealt with once.
            mail = replace(mail, identity=f"{mail.identity} {told.entry.id}")
            known = self.book.knows(mail.identity)
        if known is not None:
            counted.MAILS.labels(Outcome.AGAIN).inc()
            await self.go_on_at(mark)
            return self.was_ours(mail.identity)
        if told is not None:
            await self._note_returned(mail, told, mark)
            return True
        answered, known_by = await self._answered(mail)
        now, zone = self.clock(), self._zone(answered)
        decision = decide(mail, answered, settings, now=now, zone=zone)
        await self._carry_out(mail, answered, known_by, decision, mark, now, zone)
        if arrived.arrived_at is not None and decision.outcome is Outcome.ACTED:
            counted.ACTED_SECONDS.observe(max(0.0, (self.clock() - arrived.arrived_at).total_seconds()))
        return answered is not None or decision.outcome is Outcome.REPORT

    def _own_addresses(self) -> frozenset[str]:
        """Return the addresses that are ours: what comes from them we have written ourselves."""
        ours = {parse_mailbox(self.config.smtp.from_).address, self.settings.address or ""}
        return frozenset(one.lower() for one in ours if one)

    async def _note_returned(self, mail: Mail, told: Returned, mark: str) -> None:
        """Have a report about a mail of ours acted on, and remember it with that.

        What changes nothing and was told often enough is remembered with what came from strangers: who had one mail
        of ours must not fill the book, or the event log, with reports about it.
        """
        is_news = told.is_new or self.book.reports_about(told.entry.id) < MOST_REPORTS
        outcome = Outcome.REPORT if is_news else Outcome.AGAIN
        record = Record(
            at=self.clock(), identity=mail.identity, sender=cleaned(mail.sender), subject=cleaned(mail.subject),
            outcome=outcome, words=cleaned(told.words), known_by="report", entry_id=told.entry.id,
            alert_ids=told.entry.alert_ids[:10], evidence=str(told.report.fate),
        )  # fmt: skip
        beside = Composition(memories=self.book.written(record, mark))
        if is_news:
            await self.returns.take(mail, told, beside)
        else:
            await self.store.commit(Transaction(memories=beside.memories))
        self.book.noted(record, mark)
        counted.MAILS.labels(outcome).inc()

    async def _answered(self, mail: Mail) -> tuple[Answered | None, str]:
        """Return what a mail answers and how that is known: by what it refers to first, by a tag else."""
        if not isinstance(mail.said, Answer):
            return None, ""
        for reference in mail.references[:MOST_REFERENCES]:
            entry_id = reference.strip("<>").partition("@")[0]
            entry = await self.store.outbox_entry(entry_id) if entry_id else None
            if entry is not None and entry.message_id == reference and is_of_incident(entry):
                return await self._incident_of(entry, None, mail.said), "reference"
        tag = AnswerTags(self.links).read(mail.said.tags)
        entry = await self.store.outbox_entry(tag.entry_id) if tag is not None else None
        if entry is None or tag is None:
            return None, ""
        return await self._incident_of(entry, tag.rights, mail.said), "tag"

    async def _incident_of(self, entry: OutboxEntry, rights: AnswerRight | None, said: Answer) -> Answered:
        desk, thread = self.engine.desk, entry.thread_id
        known = [desk.alert(alert_id) for alert_id in entry.alert_ids]
        if said.command.verb in (Verb.STATUS, Verb.WHY):
            missing = [alert_id for alert_id in entry.alert_ids if desk.alert(alert_id) is None]
            known += [await self._ended(alert_id) for alert_id in missing[:MOST_ENDED]]
        may = AnswerRight.ASK | AnswerRight.ACKNOWLEDGE | AnswerRight.SILENCE if rights is None else rights
        return Answered(
            entry=entry, thread_id=thread, alerts={alert.id: alert for alert in known if alert is not None},
            is_open=desk.group_of_thread(thread) is not None, may_ask=AnswerRight.ASK in may,
            may_act=AnswerRight.ACKNOWLEDGE in may, may_silence=AnswerRight.SILENCE in may,
        )  # fmt: skip

    async def _ended(self, alert_id: str) -> Alert | None:
        """Return an alert that is over, as long as the store has it."""
        events = await self.store.events(MOST_EVENTS, alert_id=alert_id)
        told = next((event for event in events if event.rule and event.device), None)
        every = await self.store.alerts_of(told.rule, told.device, MOST_OF_RULE) if told is not None else ()
        return next((alert for alert in every if alert.id == alert_id), None)

    async def _carry_out(
        self, mail: Mail, answered: Answered | None, known_by: str, decision: Decision, mark: str, now: datetime,
        zone: tzinfo | None,
    ) -> None:  # fmt: skip
        """Do it, and write it down with everything beside it in one transaction."""
        why = await self._why(decision.alerts, zone) if decision.verb is Verb.WHY and decision.reply else ()
        silences, decision = self._silences(mail, answered, decision, now)
        record = _record(mail, answered, known_by, decision, now)
        reached = self.returns.reached(mail.sender) if answered is not None else ()
        replies = self._reply(mail, answered, decision, now, zone, why)
        beside = Composition(
            entries=tuple(replies),
            memories=(*self.book.written(record, mark), *reached),
            events=tuple(_events(mail, answered, decision, replies, now)),
        )
        await self._act(mail, decision, silences, beside)
        self.book.noted(record, mark)
        self.returns.note(reached)
        counted.MAILS.labels(decision.outcome).inc()
        log.info(
            "a mail came back", outcome=str(decision.outcome), sender=record.sender, words=record.words,
            entry=record.entry_id,
        )  # fmt: skip

    async def _act(self, mail: Mail, decision: Decision, silences: Sequence[Silence], beside: Composition) -> None:
        ids = [alert.id for alert in decision.alerts]
        if decision.outcome is not Outcome.ACTED:
            await self.store.commit(
                Transaction(entries=beside.entries, memories=beside.memories, events=beside.events)
            )
        elif decision.verb is Verb.ACK:
            await self.engine.acknowledge(ids, mail.sender, decision.comment, beside)
        elif decision.verb is Verb.UNACK:
            await self.engine.unacknowledge(ids, mail.sender, beside)
        else:
            await self.engine.put_silences(silences, beside)

    def _silences(
        self, mail: Mail, answered: Answered | None, decision: Decision, now: datetime
    ) -> tuple[Sequence[Silence], Decision]:
        """Return what to silence, never wider than the incident: its own labels are always among the matchers."""
        if decision.verb is not Verb.SILENCE or decision.until is None or answered is None:
            return (), decision
        group = self.engine.desk.group_of_thread(answered.thread_id)
        bounds = dict(group.labels) if group is not None else {}
        shared = silences_for(decision.alerts) if bounds else list(map(proposed_labels, decision.alerts))
        if len(shared) > MOST_SILENCES:
            words = "its alerts have nothing in common that a silence could name; make one on the page"
            return (), replace(decision, outcome=Outcome.REFUSED, words=words)
        orders = {as_matchers({**labels, **bounds}): None for labels in shared}
        try:
            silences = [
                checked_silence(
                    matchers=matchers,
                    starts_at=now,
                    ends_at=decision.until,
                    created_by=mail.sender,
                    comment=decision.comment or "silenced by answering a mail",
                    now=now,
                    new_id=new_id,
                )
                for matchers in orders
            ]
        except ValueError as exc:
            return (), replace(decision, outcome=Outcome.REFUSED, words=str(exc))
        return silences, decision

    def _reply(
        self, mail: Mail, answered: Answered | None, decision: Decision, now: datetime, zone: tzinfo | None,
        why: Sequence[str],
    ) -> Sequence[OutboxEntry]:  # fmt: skip
        """Return the reply's row; none to strangers, nor to an address that had too many or answers them all."""
        if not decision.reply or answered is None or not self.config.smtp.relays:
            return ()
        verb = mail.said.command.verb if isinstance(mail.said, Answer) else Verb.UNKNOWN
        if is_echo(mail.sender, verb, decision, self.book.records(), now):
            counted.REPLIES_HELD.inc()
            log.warning("no reply: the sender answers each of them in the same way", sender=cleaned(mail.sender))
            return ()
        if not self.allowance.admits(mail.sender, now):
            counted.REPLIES_HELD.inc()
            return ()
        try:
            return [
                compose_reply(
                    answered.entry, to=mail.sender, answer_id=mail.message_id, sender=self.config.smtp.from_,
                    text=reply_text(decision, before=decision.alerts, zone=zone, why=why), answering=self.answering,
                    now=now,
                )
            ]  # fmt: skip
        except ValueError:  # an address that we would not write to
            return ()

    async def _why(self, alerts: Sequence[Alert], zone: tzinfo | None) -> Sequence[str]:
        told = []
        for alert in alerts[:MOST_EXPLAINED]:
            key = alert.key
            answer = await self.explain(Question(rule=key.rule, device=key.device, instance=key.instance))
            lines = [
                f"{line.at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}  {line.text}" if line.at else line.text
                for line in answer.lines[-MOST_WHY_LINES:]
            ]
            told.append("\n".join((answer.verdict, *lines)))
        if len(alerts) > MOST_EXPLAINED:
            told.append(
                f"{len(alerts) - MOST_EXPLAINED} more: answer with a number, such as why {MOST_EXPLAINED + 1}."
            )
        return told

    def _zone(self, answered: Answered | None) -> tzinfo | None:
        name = answered.entry.receiver if answered is not None else ""
        return next((one.zone for one in self.config.receivers if one.name == name), UTC)


def is_of_incident(entry: OutboxEntry) -> bool:
    """Return whether a row tells of an incident; who answers our reply refers to the mail before it as well."""
    return bool(entry.thread_id) and not entry.thread_id.startswith(REPLY_THREAD)


def _record(mail: Mail, answered: Answered | None, known_by: str, decision: Decision, now: datetime) -> Record:
    said = mail.said
    return Record(
        at=now, identity=mail.identity, sender=cleaned(mail.sender), subject=cleaned(mail.subject),
        outcome=decision.outcome, words=cleaned(decision.words),
        verb=str(said.command.verb) if isinstance(said, Answer) else "", known_by=known_by,
        entry_id=answered.entry.id if answered is not None else "",
        alert_ids=tuple(alert.id for alert in decision.alerts[:10]),
        evidence=cleaned(said.evidence) if isinstance(said, Answer) else "",
    )  # fmt: skip


def _events(
    mail: Mail, answered: Answered | None, decision: Decision, replies: Sequence[OutboxEntry], now: datetime
) -> Sequence[Event]:
    """Return a line of the event log for each alert; of what was refused one about the mail that was answered."""
    if answered is None or decision.outcome not in (Outcome.ACTED, Outcome.ASKED, Outcome.REFUSED):
        return ()
    done = "refused" if decision.outcome is Outcome.REFUSED else "taken"
    text = cleaned(f"answer of {mail.sender} to mail {answered.entry.id}, {done}: {decision.words}")
    details = {"sender": mail.sender, "message_id": mail.message_id, "outcome": str(decision.outcome)}
    details["reply"] = replies[0].id if replies else ""
    details = {name: cleaned(value) for name, value in details.items() if value}
    about = decision.alerts or tuple(answered.alerts.values())
    return [
        Event(
            at=now, kind="answer", text=text, device=alert.key.device, rule=alert.key.rule,
            instance=alert.key.instance, alert_id=alert.id, group_key=answered.entry.group_key,
            entry_id=answered.entry.id, details=details,
        )
        for alert in about[:MOST_EVENTS]
    ] or [Event(at=now, kind="answer", text=text, entry_id=answered.entry.id, details=details)]  # fmt: skip
