"""Turns the house's nouns into the API's flat objects: one level deep, RFC 3339 times, never a secret.

Every field is named here by hand, so that a field added to a noun is not published by accident.
May import: netwatch.model. Called by: netwatch.web.api.lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from netwatch.model import (
    CONCEPTS,
    Alert,
    DeviceStatus,
    DiscoveredDevice,
    Event,
    Muting,
    Neighbour,
    ObjectNames,
    OutboxEntry,
    ReadingGap,
    RefusedSender,
    Silence,
    TableReading,
    TrapEvent,
    UnmatchedTraps,
    Value,
    trap_name,
    type_name,
)
from netwatch.web.trap_words import shown_trap
from netwatch.web.words import plain_value, rfc3339

Scalar = str | int | float | bool | None
Flat = dict[str, Scalar]
TrapObject = dict[str, Scalar | list[Flat]]
"""A trap, whose varbinds are a list of objects: the one thing here that is not flat."""


def _prefixed(prefix: str, texts: Mapping[str, str]) -> Flat:
    return {f"{prefix}_{name}": text for name, text in texts.items()}


def flat_device(status: DeviceStatus, identity: Mapping[str, str]) -> Flat:
    """Return one device; its configured labels begin with `label_`, what it says it is with `identity_`."""
    device = status.device
    return {
        "name": device.name,
        "address": device.address,
        "port": device.port,
        "version": device.credential.version if device.has_snmp else "",
        "credential": device.credential.name,
        "up": status.up,
        "profile": status.profile,
        "sys_name": status.sys_name,
        "sys_descr": status.sys_descr,
        "sys_object_id": status.sys_object_id,
        "uptime_seconds": status.uptime.total_seconds() if status.uptime is not None else None,
        "round_trip_seconds": status.round_trip.total_seconds() if status.round_trip is not None else None,
        "last_polled_at": rfc3339(status.last_polled_at),
        "partial_tables": " ".join(status.partial_tables),
        "partial_because": "; ".join(f"{table}: {why}" for table, why in sorted(status.partial_because.items())),
        "trouble": status.trouble,
        **_prefixed("identity", identity),
        **_prefixed("label", device.labels),
    }


def flat_concept(reading: TableReading, path: str) -> Flat:
    """Return that a device has something of a concept, how many rows, and where the API shows them."""
    return {
        "table": "concept",
        "concept": reading.table,
        "rows": len(reading.rows.index),
        "at": rfc3339(reading.at),
        "partial": reading.partial,
        "partial_because": reading.partial_because,
        "path": path,
    }


def flat_neighbour(one: Neighbour) -> Flat:
    """Return one neighbour of one port; `peer` is the monitored device it is, `peer_by` what says so."""
    return {
        "device": one.device, "port": one.port, "if_index": one.if_index, "neighbour": one.name,
        "neighbour_port": one.remote_port, "neighbour_port_name": one.remote_port_name,
        "chassis": one.chassis, "address": one.address, "platform": one.platform,
        "capabilities": " ".join(one.kinds), "protocols": " ".join(one.protocols), "peer": one.peer,
        "peer_by": one.peer_by, "peer_port": one.peer_port, "peer_if_index": one.peer_if_index,
        "is_there": one.is_there, "is_evidence": one.is_evidence, "why": one.why,
        "vlan": " ".join(one.vlans),
        "first_seen": rfc3339(one.first_seen), "last_seen": rfc3339(one.last_seen),
    }  # fmt: skip


def flat_rows(reading: TableReading) -> Iterator[Flat]:
    """Yield the rows of a table: labels and columns by their names, rates with `_per_second` behind.

    States and other enumerations of a concept are words. `distrusted` says what the device gave and is not believed,
    with the reason.
    """
    for row in range(len(reading.rows.index)):
        yield flat_row(reading, row)


def flat_row(reading: TableReading, row: int) -> Flat:
    """Return one row of a table."""
    enums = CONCEPTS[reading.table].enums if reading.table in CONCEPTS else {}
    common: Flat = {
        "table": reading.table,
        "at": rfc3339(reading.at),
        "partial": reading.partial,
        "partial_because": reading.partial_because,
    }
    place: Flat = {"index": reading.rows.index[row], "key": reading.rows.keys[row]}
    columns: Flat = {}
    for name, values in reading.columns.items():
        value = plain_value(values[row])
        columns[name] = enums[name].get(value, value) if name in enums and isinstance(value, int) else value
    rates: Flat = {f"{name}_per_second": plain_value(values[row]) for name, values in reading.rates.items()}
    return common | place | reading.rows.labels_of(row) | columns | rates | {"distrusted": reading.distrusted(row)}


def flat_gap(gap: ReadingGap) -> Flat:
    """Return a table that should have been read and was not."""
    return {"table": gap.table, "at": rfc3339(gap.at), "gap": gap.reason}


def flat_alert(alert: Alert, muting: Muting | None = None) -> Flat:
    """Return one alert and what holds it back; labels begin with `label_`, annotations with `annotation_`."""
    return {
        "id": alert.id,
        "rule": alert.key.alertname,
        "rule_key": alert.key.rule,
        "device": alert.key.device,
        "instance": alert.key.instance,
        "state": alert.state.value,
        "severity": alert.severity,
        "summary": alert.annotations.get("summary", ""),
        "value": plain_value(alert.value),
        "threshold": plain_value(alert.threshold),
        "pending_at": rfc3339(alert.pending_at),
        "firing_at": rfc3339(alert.firing_at),
        "healthy_since": rfc3339(alert.healthy_since),
        "gone_at": rfc3339(alert.gone_at),
        "resolved_at": rfc3339(alert.resolved_at),
        "seen_at": rfc3339(alert.seen_at),
        "trap_count": alert.trap_count,
        "flapping": alert.flapping,
        "acked_at": rfc3339(alert.acked_at),
        "acked_by": alert.acked_by,
        "ack_comment": alert.ack_comment,
        "muted": muting.kind.value if muting is not None else "",
        "muted_reason": muting.reason if muting is not None else "",
        "muted_until": rfc3339(muting.until) if muting is not None else None,
        "muted_by": muting.by if muting is not None else "",
        **_prefixed("label", alert.labels),
        **_prefixed("annotation", alert.annotations),
    }


def flat_silence(silence: Silence, now: datetime) -> Flat:
    """Return one silence; `matchers` are joined by commas, as in braces."""
    return {
        "id": silence.id,
        "state": silence.state(now).value,
        "matchers": ", ".join(silence.matchers),
        "starts_at": rfc3339(silence.starts_at),
        "ends_at": rfc3339(silence.ends_at),
        "created_by": silence.created_by,
        "comment": silence.comment,
        "updated_at": rfc3339(silence.updated_at),
    }


def flat_event(event: Event) -> Flat:
    """Return one line of the event log."""
    return {
        "at": rfc3339(event.at),
        "kind": event.kind,
        "text": event.text,
        "device": event.device,
        "rule": event.rule,
        "instance": event.instance,
        "alert_id": event.alert_id,
        "entry_id": event.entry_id,
        "group_key": event.group_key,
        **_prefixed("detail", event.details),
    }


def flat_trap(trap: TrapEvent, names: ObjectNames) -> TrapObject:
    """Return one trap; `count` is how many it stands for, `repeated` that they say again what was said before."""
    shown = shown_trap(trap, names)
    return {
        "id": trap.number,
        "at": rfc3339(trap.at),
        "source": trap.source,
        "device": trap.device,
        "version": trap.version,
        "trap": shown.name,
        "trap_oid": str(trap.trap_oid),
        "varbinds": [
            {
                "name": name,
                "oid": str(varbind.oid),
                "type": type_name(varbind.tag),
                "value": _plain(varbind.value),
                "text": text,
            }
            for varbind, (name, text) in zip(trap.varbinds, shown.varbinds, strict=True)
        ],
        "count": trap.count,
        "repeated": trap.repeated,
        "inform": trap.inform,
        "relay": trap.relay,
        "user": trap.user,
        "uptime_seconds": trap.uptime.total_seconds() if trap.uptime is not None else None,
    }


def flat_refused(sender: RefusedSender) -> Flat:
    """Return one sender that is turned away, and what would let it in."""
    return {
        "source": sender.source,
        "device": sender.device,
        "cause": sender.cause,
        "words": sender.words,
        "remedy": sender.remedy,
        "detail": sender.detail,
        "count": sender.count,
        "first_at": rfc3339(sender.first_at),
        "last_at": rfc3339(sender.last_at),
    }


def flat_discovered(one: DiscoveredDevice) -> Flat:
    """Return one device that a sweep found; other addresses stand in one text, with blanks between."""
    return {
        "device": one.name,
        "state": "waiting" if one.taken_at is None else "taken",
        "address": one.address,
        "other_addresses": " ".join(one.others),
        "credential": one.credential,
        "sys_name": one.sys_name,
        "sys_descr": one.sys_descr,
        "sys_object_id": one.sys_object_id,
        "serial": one.serial,
        "first_seen_at": rfc3339(one.first_seen),
        "last_seen_at": rfc3339(one.last_seen),
        "taken_at": rfc3339(one.taken_at),
    }


def flat_unmatched(kind: UnmatchedTraps, names: ObjectNames) -> TrapObject:
    """Return one kind of trap that no rule takes; `example` is the id of the newest."""
    return {
        "trap": trap_name(names, kind.trap_oid),
        "trap_oid": str(kind.trap_oid),
        "count": kind.count,
        "senders": ", ".join(kind.senders),
        "first_at": rfc3339(kind.first_at),
        "last_at": rfc3339(kind.last_at),
        "example": kind.example,
        "taken_by_any": kind.taken_by_any,
    }


def _plain(value: Value) -> Scalar:
    """Return a varbind's value as JSON has it: numbers as they are, octets in hexadecimal, the rest as text."""
    return value.hex() if isinstance(value, bytes) else plain_value(value)


def flat_mail(entry: OutboxEntry) -> Flat:
    """Return one mail without its text, which `/outbox/ID` shows."""
    return {
        "id": entry.id,
        "message_id": entry.message_id,
        "kind": entry.kind.value,
        "state": entry.state.value,
        "recipient": entry.recipient,
        "subject": entry.subject,
        "receiver": entry.receiver,
        "envelope_sender": entry.envelope_sender,
        "created_at": rfc3339(entry.created_at),
        "not_before": rfc3339(entry.not_before),
        "attempts": entry.attempts,
        "last_tried_at": rfc3339(entry.last_tried_at),
        "last_reply": entry.last_reply,
        "sent_at": rfc3339(entry.sent_at),
        "group_key": entry.group_key,
        "alert_ids": " ".join(entry.alert_ids),
        "thread_id": entry.thread_id,
        "told_by": entry.told_by,
        "bytes": len(entry.message),
    }
