"""Nouns to rows and back, without loss.

Pure. Text from devices may hold lone surrogates, which no database takes: they become U+FFFD rather than cost
an alert.

May import: netwatch.model. Called by: changes, queries, memory.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from netwatch.model import (
    Alert,
    AlertGroup,
    AlertKey,
    AlertState,
    Event,
    Memory,
    OutboxEntry,
    OutboxKind,
    OutboxState,
    Silence,
    Transaction,
)

Row = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Return an instant as whole microseconds since 1970, UTC.

    Raises:
        ValueError: the instant does not say its time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return (at - _EPOCH) // _MICROSECOND


def instant(count: int) -> datetime:
    """Return the instant that `microseconds` counted."""
    return _EPOCH + timedelta(microseconds=count)


def _optional(at: datetime | None) -> int | None:
    return None if at is None else microseconds(at)


def _instant_or_none(count: int | None) -> datetime | None:
    return None if count is None else instant(count)


def clean(text: str) -> str:
    """Return a text as every database takes it: lone surrogates become U+FFFD."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


_json = json.JSONEncoder(separators=(",", ":")).encode
"""Made once: `json.dumps` with separators makes an encoder for every value."""


_quoted = json.encoder.encode_basestring_ascii


def _texts(texts: Mapping[str, str]) -> str:
    """Return what `_json` makes of texts by name, in half its time: every alert and event of a storm has such."""
    return f"{{{','.join([f'{_quoted(name)}:{_quoted(text)}' for name, text in texts.items()])}}}"


def _value(value: float | str | None) -> str:
    return "null" if value is None else _json(value)


def alert_row(alert: Alert) -> Row:
    """Return the row of an alert."""
    return {
        "id": alert.id,
        "rule": clean(alert.key.rule),
        "device": clean(alert.key.device),
        "instance": clean(alert.key.instance),
        "state": alert.state.value,
        "labels": _texts(alert.labels),
        "annotations": _texts(alert.annotations),
        "value": _value(alert.value),
        "threshold": _value(alert.threshold),
        "pending_at": microseconds(alert.pending_at),
        "firing_at": _optional(alert.firing_at),
        "healthy_since": _optional(alert.healthy_since),
        "resolved_at": _optional(alert.resolved_at),
        "seen_at": _optional(alert.seen_at),
        "trap_count": alert.trap_count,
        "acked_at": _optional(alert.acked_at),
        "acked_by": clean(alert.acked_by),
        "ack_comment": clean(alert.ack_comment),
        "flapping": int(alert.flapping),
        "gone_at": _optional(alert.gone_at),
    }


def alert_of(row: RowMapping) -> Alert:
    """Return the alert of a row."""
    return Alert(
        id=row["id"],
        key=AlertKey(rule=row["rule"], device=row["device"], instance=row["instance"]),
        state=AlertState(row["state"]),
        labels=json.loads(row["labels"]),
        annotations=json.loads(row["annotations"]),
        value=json.loads(row["value"]),
        threshold=json.loads(row["threshold"]),
        pending_at=instant(row["pending_at"]),
        firing_at=_instant_or_none(row["firing_at"]),
        healthy_since=_instant_or_none(row["healthy_since"]),
        resolved_at=_instant_or_none(row["resolved_at"]),
        seen_at=_instant_or_none(row["seen_at"]),
        trap_count=row["trap_count"],
        acked_at=_instant_or_none(row["acked_at"]),
        acked_by=row["acked_by"],
        ack_comment=row["ack_comment"],
        flapping=bool(row["flapping"]),
        gone_at=_instant_or_none(row["gone_at"]),
    )


def group_row(group: AlertGroup) -> Row:
    """Return the row of an open group."""
    return {
        "key": clean(group.key),
        "receiver": group.receiver,
        "labels": _texts(group.labels),
        "thread_id": group.thread_id,
        "subject": clean(group.subject),
        "members": _json(list(group.members)),
        "told": _json({alert_id: microseconds(at) for alert_id, at in group.told.items()}),
        "told_gone": _json({alert_id: microseconds(at) for alert_id, at in group.told_gone.items()}),
        "opened_at": microseconds(group.opened_at),
        "flushed_at": _optional(group.flushed_at),
        "sent": group.sent,
        "escalation": clean(group.escalation),
        "about": clean(group.about),
        "ended": group.ended,
    }


def group_of(row: RowMapping) -> AlertGroup:
    """Return the group of a row."""
    return AlertGroup(
        key=row["key"],
        receiver=row["receiver"],
        labels=json.loads(row["labels"]),
        thread_id=row["thread_id"],
        subject=row["subject"],
        members=tuple(json.loads(row["members"])),
        told=_told_of(row),
        told_gone={alert_id: instant(at) for alert_id, at in json.loads(row["told_gone"]).items()},
        opened_at=instant(row["opened_at"]),
        flushed_at=_instant_or_none(row["flushed_at"]),
        sent=row["sent"],
        escalation=row["escalation"],
        about=row["about"],
        ended=row["ended"],
    )


def silence_row(silence: Silence) -> Row:
    """Return the row of a silence."""
    return {
        "id": silence.id,
        "matchers": _json(list(silence.matchers)),
        "starts_at": microseconds(silence.starts_at),
        "ends_at": microseconds(silence.ends_at),
        "created_by": clean(silence.created_by),
        "comment": clean(silence.comment),
        "updated_at": microseconds(silence.updated_at),
    }


def silence_of(row: RowMapping) -> Silence:
    """Return the silence of a row."""
    return Silence(
        id=row["id"],
        matchers=tuple(json.loads(row["matchers"])),
        starts_at=instant(row["starts_at"]),
        ends_at=instant(row["ends_at"]),
        created_by=row["created_by"],
        comment=row["comment"],
        updated_at=instant(row["updated_at"]),
    )


def _told_of(row: RowMapping) -> dict[str, datetime]:
    """Return who was told when; before schema 4 stood a word there, and the last mail is the best that is known."""
    last = instant(row["opened_at"] if row["flushed_at"] is None else row["flushed_at"])
    told = json.loads(row["told"]).items()
    return {alert_id: instant(at) if isinstance(at, int) else last for alert_id, at in told}


def entry_row(entry: OutboxEntry) -> Row:
    """Return the row of an outbox entry."""
    return {
        "id": entry.id,
        "message_id": entry.message_id,
        "envelope_sender": entry.envelope_sender,
        "recipient": entry.recipient,
        "subject": clean(entry.subject),
        "kind": entry.kind.value,
        "message": entry.message,
        "created_at": microseconds(entry.created_at),
        "receiver": entry.receiver,
        "group_key": clean(entry.group_key),
        "alert_ids": _json(list(entry.alert_ids)),
        "thread_id": entry.thread_id,
        "told_by": entry.told_by or None,
        **progress_row(entry),
    }


PROGRESS = ("state", "attempts", "not_before", "lease_until", "last_reply", "last_tried_at", "sent_at")
"""The columns of `progress_row`."""


def progress_row(entry: OutboxEntry) -> Row:
    """Return only what an attempt may change; the message and its recipient never do."""
    return {
        "state": entry.state.value,
        "attempts": entry.attempts,
        "not_before": microseconds(entry.not_before),
        "lease_until": _optional(entry.lease_until),
        "last_reply": clean(entry.last_reply),
        "last_tried_at": _optional(entry.last_tried_at),
        "sent_at": _optional(entry.sent_at),
    }


def entry_of(row: RowMapping | Row) -> OutboxEntry:
    """Return the outbox entry of a row."""
    return OutboxEntry(
        id=row["id"],
        message_id=row["message_id"],
        envelope_sender=row["envelope_sender"],
        recipient=row["recipient"],
        subject=row["subject"],
        message=bytes(row["message"]),
        created_at=instant(row["created_at"]),
        not_before=instant(row["not_before"]),
        kind=OutboxKind(row["kind"]),
        state=OutboxState(row["state"]),
        attempts=row["attempts"],
        lease_until=_instant_or_none(row["lease_until"]),
        receiver=row["receiver"],
        group_key=row["group_key"],
        alert_ids=tuple(json.loads(row["alert_ids"])),
        last_reply=row["last_reply"],
        last_tried_at=_instant_or_none(row["last_tried_at"]),
        sent_at=_instant_or_none(row["sent_at"]),
        thread_id=row["thread_id"],
        told_by=row["told_by"] or "",
    )


def event_row(event: Event) -> Row:
    """Return the row of an event."""
    return {
        "at": microseconds(event.at),
        "kind": event.kind,
        "text": clean(event.text),
        "device": clean(event.device),
        "rule": clean(event.rule),
        "instance": clean(event.instance),
        "alert_id": event.alert_id,
        "entry_id": event.entry_id or None,
        "group_key": clean(event.group_key),
        "details": _texts(event.details),
    }


def event_of(row: RowMapping) -> Event:
    """Return the event of a row."""
    return Event(
        at=instant(row["at"]),
        kind=row["kind"],
        text=row["text"],
        device=row["device"],
        rule=row["rule"],
        instance=row["instance"],
        alert_id=row["alert_id"],
        entry_id=row["entry_id"] or "",
        group_key=row["group_key"],
        details=json.loads(row["details"]),
        number=row["number"],
    )


def memory_row(memory: Memory) -> Row:
    """Return the row of a memory."""
    return {"scope": clean(memory.scope), "key": clean(memory.key), "text": clean(memory.text or "")}


def memory_of(row: RowMapping) -> Memory:
    """Return the memory of a row."""
    return Memory(scope=row["scope"], key=row["key"], text=row["text"])


def check_transaction(transaction: Transaction) -> None:
    """Raise ValueError or TypeError where something in the transaction could not become a row."""
    for alert in transaction.alerts:
        alert_row(alert)
    for group in transaction.groups:
        group_row(group)
    for entry in transaction.entries:
        entry_row(entry)
    for event in transaction.events:
        event_row(event)
    for silence in transaction.silences:
        silence_row(silence)
    for entry in transaction.returned:
        progress_row(entry)
