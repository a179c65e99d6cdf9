"""Decides what becomes of a mail: who may ask for what, about which alerts, and what nobody may.

A quiet room: no clock, no socket, no database. A mail is told from one of ours by the outbox row that it answers;
whoever asks may do what that row's incident covers, no more, and only while it lasts.
May import: netwatch.model, netwatch.mailbox.{reading, settings}. Called by: netwatch.app.answers, through the door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from fnmatch import fnmatchcase

from netwatch.mailbox.reading.outcome import (
    Answer,
    Authentication,
    Bounce,
    Command,
    Ignored,
    Mail,
    Unreadable,
    Verb,
)
from netwatch.mailbox.settings import MailboxSettings
from netwatch.model import ALIVE, Alert, OutboxEntry

MOST_ALERTS = 1000
"""Alerts that one answer acts on."""
OVER = "what the mail told of is over"
"""Why nothing is done; that nothing was is said by the outcome, and by the reply before these words."""


class Outcome(StrEnum):
    """What became of a mail; the labels of netwatch_mailbox_mails_total."""

    ACTED = "acted"
    ASKED = "asked"
    REFUSED = "refused"
    IGNORED = "ignored"
    REPORT = "report"
    STRANGER = "stranger"
    AGAIN = "again"
    UNREADABLE = "unreadable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a mail answers: the outbox row, its incident, and the alerts of that mail in the order it counts them.

    alerts: those that are known still, by id. is_open: whether the incident is. may_act, may_silence, may_ask: what
    the tag says, where the mail is known by one alone; else all.
    """

    entry: OutboxEntry
    thread_id: str
    alerts: Mapping[str, Alert]
    is_open: bool
    may_ask: bool = True
    may_act: bool = True
    may_silence: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of a mail.

    words: why, for the log, the page and the sender. verb: what is done or answered. alerts: about which. until: of a
    silence, its end; cut: whether that is sooner than was asked for. reply: whether the sender is answered.
    """

    outcome: Outcome
    words: str
    verb: Verb = Verb.UNKNOWN
    alerts: tuple[Alert, ...] = ()
    until: datetime | None = None
    cut: bool = False
    comment: str = ""
    reply: bool = False


def decide(
    mail: Mail, answered: Answered | None, settings: MailboxSettings, *, now: datetime, zone: tzinfo | None
) -> Decision:
    """Return what becomes of a mail; `answered` is None where it answers nothing of ours."""
    said = mail.said
    if isinstance(said, Unreadable):
        outcome = Outcome.FAILED if said.failed else Outcome.UNREADABLE
        return Decision(outcome=outcome, words=said.reason)
    if isinstance(said, Ignored):
        return Decision(outcome=Outcome.IGNORED, words=said.reason)
    if isinstance(said, Bounce):
        return Decision(outcome=Outcome.STRANGER, words="a report about no mail of ours")
    if answered is None:
        return Decision(outcome=Outcome.STRANGER, words="it answers no mail of ours")
    if not may_answer(mail.sender, answered.entry.recipient, settings.allow_from):
        whom = "the mail was sent to somebody else, and the sender is not in mailbox.allow_from"
        return Decision(outcome=Outcome.REFUSED, words=whom)
    return _commanded(said, answered, settings, now, zone)


def may_answer(sender: str, told: str, allow_from: Sequence[str]) -> bool:
    """Return whether somebody may answer: who was told, and who the configuration names."""
    address = sender.lower()
    return bool(address) and (
        address == told.lower() or any(fnmatchcase(address, _only_stars(pattern)) for pattern in allow_from)
    )


def _only_stars(pattern: str) -> str:
    """Return a pattern in which `*` alone stands for other letters."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


def _commanded(
    said: Answer, answered: Answered, settings: MailboxSettings, now: datetime, zone: tzinfo | None
) -> Decision:
    command = said.command
    if command.verb is Verb.UNKNOWN:
        return _refused(command.trouble or "no command stands in its first line")
    if command.verb is Verb.HELP:
        return Decision(outcome=Outcome.ASKED, words="asked for help", verb=Verb.HELP, reply=True)
    asks = command.verb in (Verb.STATUS, Verb.WHY)
    silences = command.verb is Verb.SILENCE
    right = answered.may_ask if asks else answered.may_silence if silences else answered.may_act
    if not right:
        return _refused(f"an answer to this mail may not {command.verb}")
    chosen, wrong = _chosen(command, answered, alive=not asks)
    if wrong:
        return _refused(wrong)
    if asks:
        return Decision(
            outcome=Outcome.ASKED, words=f"asked for {command.verb}", verb=command.verb, alerts=chosen, reply=True
        )
    if silences:
        return _silenced(said, chosen, settings, now, zone)
    return Decision(
        outcome=Outcome.ACTED, words=_words_of(command), verb=command.verb, alerts=chosen, comment=command.comment,
        reply=True,
    )  # fmt: skip


def _chosen(command: Command, answered: Answered, *, alive: bool) -> tuple[tuple[Alert, ...], str]:
    """Return the alerts an answer is about; else why there are none."""
    ids = answered.entry.alert_ids
    if alive and not answered.is_open:
        return (), OVER
    for number in command.numbers:
        if not 1 <= number <= len(ids):
            count = "one problem" if len(ids) == 1 else f"{len(ids)} problems"
            return (), f"there is no problem {number}: the mail told of {count}"
    wanted = [ids[number - 1] for number in command.numbers] or ids
    # of what is over only questions find anything here: its story, as long as that is kept
    known = [answered.alerts[one] for one in dict.fromkeys(wanted) if one in answered.alerts]
    chosen = tuple(one for one in known if one.state in ALIVE or not alive)[:MOST_ALERTS]
    return (chosen, "") if chosen else ((), OVER)


def _silenced(
    said: Answer, chosen: tuple[Alert, ...], settings: MailboxSettings, now: datetime, zone: tzinfo | None
) -> Decision:
    if said.authentication is not Authentication.PASS and not settings.unproven_silence:
        why = said.evidence or "no server's authentication results are trusted here"
        return _refused(f"silence needs proof of who sent the mail: {why}; acknowledge with ack, or use the page")
    command = said.command
    asked = now + command.lasts if command.lasts is not None else _next(command, now, zone)
    until = min(asked, now + settings.longest_silence)
    if until <= now:
        return _refused("that silence would be over before it begins")
    return Decision(
        outcome=Outcome.ACTED, words=_words_of(command), verb=Verb.SILENCE, alerts=chosen, until=until,
        cut=until < asked, comment=command.comment, reply=True,
    )  # fmt: skip


def _next(command: Command, now: datetime, zone: tzinfo | None) -> datetime:
    """Return when it is that time of day next, in a zone; None is this machine's."""
    here = now.astimezone(zone)
    at = datetime.combine(here.date(), command.until or time(0), here.tzinfo if zone is None else zone)
    if command.tomorrow or at <= here:
        at = datetime.combine(here.date() + timedelta(days=1), at.timetz())
    return at.astimezone(now.tzinfo)


def _refused(words: str) -> Decision:
    return Decision(outcome=Outcome.REFUSED, words=words, reply=True)


def _words_of(command: Command) -> str:
    numbers = " " + ", ".join(map(str, command.numbers)) if command.numbers else ""
    return f"{command.verb}{numbers}" + (f": {command.comment}" if command.comment else "")
