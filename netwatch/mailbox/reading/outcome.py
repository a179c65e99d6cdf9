"""What a mail turned out to be: an answer, a report on one of our mails, nothing for us, or nothing readable.

A quiet room: nouns only. Everything in them was written by strangers; lengths are bounded where they are made.
May import: nothing. Called by: netwatch.mailbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum


class Verb(StrEnum):
    """What an answer asks for; `unknown` where its words are none of these."""

    ACK = "ack"
    UNACK = "unack"
    SILENCE = "silence"
    STATUS = "status"
    WHY = "why"
    HELP = "help"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a person asked for.

    text: the line as it was written, cut. numbers: which alerts of the incident, as our mail counts them from 1;
    empty means all of them. comment: what stood beside the command ("working on it"). trouble: of `unknown`, why,
    in plain words that fit into a mail. lasts, until: of `silence` one of them, how long, or the time of day at
    which it ends in the zone of whoever acts; tomorrow: that this time is not today's. No bound is put on them
    here.
    """

    verb: Verb
    text: str = ""
    numbers: tuple[int, ...] = ()
    comment: str = ""
    lasts: timedelta | None = None
    until: time | None = None
    tomorrow: bool = False
    trouble: str = ""


class Authentication(StrEnum):
    """Whether From's domain stands behind a mail, by the word of the one server that is trusted."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A person's mail.

    tags: what may bind it to an incident, the best first: from addresses (`netwatch+TAG@`), subject, text; the ids in
    `Mail.references` come before them. evidence: why the authentication is what it is. submitted_by: who logged in to
    send it (RFC 8601, `auth=pass`), if the trusted server says so.
    """

    command: Command
    tags: tuple[str, ...] = ()
    authentication: Authentication = Authentication.NONE
    evidence: str = ""
    submitted_by: str = ""


class Fate(StrEnum):
    """What a report says became of a mail for one recipient.

    bounced: it will never arrive. delayed: it is still being tried. delivered, relayed: it arrived, or left for a
    server that reports no more. read: a person's program showed it (RFC 8098).
    """

    BOUNCED = "bounced"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What became of a mail for one recipient.

    recipient: as we wrote it where the report knows (Original-Recipient), lower case. final: where it went in the
    end, if that is another. status: `5.1.1` (RFC 3463), empty if it is told nowhere. diagnostic: the server's words.
    """

    recipient: str
    fate: Fate
    final: str = ""
    status: str = ""
    diagnostic: str = ""
    remote_mta: str = ""

    @property
    def wrong_address(self) -> bool:
        """Return whether it is the address that was refused for good: it, its host or its mailbox is not there.

        A mailbox that is full, a mail that is too large and a sender that is not liked say nothing of the address
        (RFC 3463, section 3). Without a status it is taken for that: most servers that give none say `User unknown`.
        """
        if self.fate is not Fate.BOUNCED or self.status.startswith("4"):
            return False
        return self.status in ("", "5.0.0", "5.2.0", "5.2.1", "5.4.4") or self.status.startswith("5.1.")


class ReportForm(StrEnum):
    """How a report was written; for metrics."""

    DSN = "dsn"
    MDN = "mdn"
    EXCHANGE = "exchange"
    EXIM = "exim"
    QMAIL = "qmail"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A report on a mail, which may be ours; anybody can write one, so it counts only with what only we knew.

    envelope_id: ENVID as we gave it, empty if none came back. message_ids: of the mail reported on, the best first.
    verp: what stands between + and @ of the addresses that the report was sent to.
    """

    form: ReportForm
    reports: tuple[Reported, ...] = ()
    envelope_id: str = ""
    message_ids: tuple[str, ...] = ()
    verp: tuple[str, ...] = ()
    reporting_mta: str = ""


class IgnoredKind(StrEnum):
    """Why a mail is nobody's answer; for metrics."""

    AUTO_REPLY = "auto_reply"
    OUT_OF_OFFICE = "out_of_office"
    LOOP = "loop"
    LIST = "list"
    BULK = "bulk"
    CALENDAR = "calendar"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A mail that no person wrote to us; the reason says by which mark. Never answered."""

    kind: IgnoredKind
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Octets that are no mail to act on: no From or two, or what the reader failed at. Never answered.

    failed: the reader itself failed, a fault of ours: counted.
    """

    reason: str
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What stands in the headers, and what it said.

    identity: its Message-ID with brackets, or `<sha256....@no.message.id>` of its first octets where it has
    none: the same mail has the same one however often it is read. Of a report that shares it with one about
    another mail of ours it gets the id of that row behind it. message_id: the header, empty if there is
    none. sender: the one address in From, its domain in lower case, empty if there is none or several. references:
    message ids with brackets, In-Reply-To first, then References, the newest first. recipients: the addresses in To,
    Cc, Delivered-To, X-Original-To and Envelope-To. received: what servers wrote down
    on its way, the last one first. sent_at: its Date, UTC; None without one that can be read.
    """

    identity: str
    said: Answer | Bounce | Ignored | Unreadable
    message_id: str = ""
    sender: str = ""
    sender_text: str = ""
    subject: str = ""
    references: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    received: tuple[str, ...] = ()
    sent_at: datetime | None = None
