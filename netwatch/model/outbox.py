"""The outbox: one row per recipient, holding the finished message.

May import: netwatch.model.news.
Called by: notify, which composes and sends; store, which keeps; engine, which passes on; web.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netwatch.model.news import Elsewhere, News


class OutboxState(StrEnum):
    """Where a row stands; nothing is deleted before retention.

    queued: never tried. sending: leased by an agent. deferred: tried, to be tried again. unknown: the server may
    have taken it (time-out after the final dot), to be sent again with the same Message-ID. sent: accepted.
    dead: refused for good. digested, superseded: told by another mail.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    DEAD = "dead"
    DIGESTED = "digested"
    SUPERSEDED = "superseded"


class OutboxKind(StrEnum):
    """How a row leaves.

    mail: through a relay. trap: as an SNMP notification to another manager. webhook: as a signed POST of JSON.
    alertmanager: as a POST to another Alertmanager's /api/v2/alerts.
    """

    MAIL = "mail"
    TRAP = "trap"
    WEBHOOK = "webhook"
    ALERTMANAGER = "alertmanager"


DROPPED_BY_HAND = "dropped by hand"
"""How `last_reply` begins of a dead row that a person gave up: nobody need look at it any more."""
UNSENT = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.DEFERRED, OutboxState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """One message to one recipient.

    kind:        how it leaves. Of a trap `recipient` is the manager's host and port, of a webhook or an
                 alertmanager its URL without secrets; `envelope_sender` is empty then.
    message:     the MIME bytes, ended lines CRLF, or a trap's varbinds as JSON, or the JSON to post; a retry sends
                 them again unchanged.
    attempts:    tries that count against the timetable (relay-level trouble does not).
    not_before:  when to try (again); lease_until: while `sending`, when another agent may take over.
    group_key, alert_ids: what it tells of. last_reply: the server's last words, or ours ("connection refused").
    thread_id:   the incident it belongs to. told_by: the row that tells it instead, of a digested or superseded one.
    news:        what it says of which alert; the store keeps the order of all that was ever said.
    overtaken:   of a claimed row, newer messages that the recipient has had of some of its alerts.
    instead_of:  of a claimed row, older messages of other incidents that are not sent because of this one.
    """

    id: str
    message_id: str
    envelope_sender: str
    recipient: str
    subject: str
    message: bytes
    created_at: datetime
    not_before: datetime
    kind: OutboxKind = OutboxKind.MAIL
    state: OutboxState = OutboxState.QUEUED
    attempts: int = 0
    lease_until: datetime | None = None
    receiver: str = ""
    group_key: str = ""
    alert_ids: tuple[str, ...] = ()
    last_reply: str = ""
    last_tried_at: datetime | None = None
    sent_at: datetime | None = None
    thread_id: str = ""
    told_by: str = ""
    news: tuple[News, ...] = ()
    overtaken: tuple[Elsewhere, ...] = ()
    instead_of: tuple[Elsewhere, ...] = ()

    @property
    def dropped_by_hand(self) -> bool:
        """Return whether a person gave the row up."""
        return self.state is OutboxState.DEAD and self.last_reply.startswith(DROPPED_BY_HAND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supersession:
    """What a new row does to older ones of its thread and recipient that surely never left (queued, deferred).

    They become `superseded`, told by `entry_id`; and if there was one, the new row is written with this subject and
    message, which also say what those would have said. In one transaction with the row itself.
    """

    entry_id: str
    subject: str
    message: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of every row the outbox ever had: those retention took, and how many stand in each state."""

    written: int
    pruned: int
    by_state: Mapping[OutboxState, int]

    @property
    def unaccounted(self) -> int:
        """Return how many rows nobody can say anything of; anything but 0 is a fault of NetWatch."""
        return self.written - self.pruned - sum(self.by_state.values())
