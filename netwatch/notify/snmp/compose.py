"""Turns a notification into SNMP notifications of NETWATCH-MIB: one row per alert and manager.

A quiet room. One alert is one notification, since a manager takes no more than one thing at a time and an inform
acknowledges what it says. Text of devices is cleaned as in mails.
May import: netwatch.model, netwatch.notify.{facts, guard, snmp.{document, managers}}.
Called by: netwatch.notify.mailer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from netwatch.model import (
    Alert,
    AlertState,
    Notification,
    Oid,
    OutboxEntry,
    OutboxKind,
    Tag,
    Varbind,
    new_uuid,
    news_of,
)
from netwatch.notify.facts import alert_subject
from netwatch.notify.guard import clean_line
from netwatch.notify.snmp.document import to_document
from netwatch.notify.snmp.managers import parse_manager

NETWATCH_MIB = Oid.parse("1.3.6.1.4.1.32473.1")
"""Under the number for examples (RFC 5612) until one is assigned; mibs/NETWATCH-MIB says the same."""
ALERT_FIRING, ALERT_RESOLVED = NETWATCH_MIB.child(0, 1), NETWATCH_MIB.child(0, 2)
SNMP_TRAP_OID = Oid.parse("1.3.6.1.6.3.1.1.4.1.0")
MAX_OCTETS = 255
"""SnmpAdminString, RFC 3411; it ends between two characters."""
MAX_ID = 64
_STATES = {AlertState.PENDING: 1, AlertState.FIRING: 2, AlertState.RESOLVED: 3}


def compose_traps(
    notification: Notification,
    *,
    managers: Sequence[str],
    now: datetime | None = None,
    new_id: Callable[[], str] = new_uuid,
) -> list[OutboxEntry]:
    """Return one outbox entry per manager and alert, what fires before what ended, unless it is the same again.

    Raises:
        ValueError: a manager is no address; configuration checks them before.
    """
    at = now or notification.at
    places = dict.fromkeys(str(parse_manager(text)) for text in managers)
    again = {alert.key for alert in notification.firing}
    before = [alert for alert in notification.resolved if alert.key in again]  # the last word is that it fires
    after = [alert for alert in notification.resolved if alert.key not in again]
    alerts = (*before, *notification.firing, *after)
    return [_entry(notification, alert, place, at, new_id()) for alert in alerts for place in places]


def _entry(notification: Notification, alert: Alert, place: str, at: datetime, entry_id: str) -> OutboxEntry:
    return OutboxEntry(
        id=entry_id,
        message_id=entry_id,
        envelope_sender="",
        recipient=place,
        subject=alert_subject(alert),
        message=to_document(varbinds_of(alert)),
        kind=OutboxKind.TRAP,
        created_at=at,
        not_before=at,
        receiver=notification.group.receiver,
        group_key=notification.group.key,
        alert_ids=(alert.id,),
        news=news_of((alert,)),
    )


def varbinds_of(alert: Alert) -> tuple[Varbind, ...]:
    """Return what a notification about an alert carries, snmpTrapOID.0 first; sysUpTime.0 is the sender's."""
    over = alert.state is AlertState.RESOLVED
    trap = Varbind(
        oid=SNMP_TRAP_OID, tag=Tag.OBJECT_IDENTIFIER, value=ALERT_RESOLVED if over else ALERT_FIRING
    )  # fmt: skip
    return (trap, *(_object(number, value) for number, value in enumerate(_values(alert), 1)))


def _values(alert: Alert) -> Iterator[bytes | int]:
    """Yield the values of the MIB's objects in the order of their numbers."""
    yield _text(alert.id, MAX_ID)
    yield _text(alert.key.alertname)
    yield _text(alert.key.device)
    yield _text(alert.key.instance)
    yield _text(alert.severity)
    yield _STATES.get(alert.state, _STATES[AlertState.FIRING])
    yield _text(alert.annotations.get("summary", ""))
    yield _text(_number(alert.value))
    yield _text(_number(alert.threshold))
    yield date_and_time(alert.firing_at or alert.pending_at)
    yield _labels(alert)


def _object(number: int, value: bytes | int) -> Varbind:
    tag = Tag.INTEGER if isinstance(value, int) else Tag.OCTET_STRING
    return Varbind(oid=NETWATCH_MIB.child(1, number, 0), tag=tag, value=value)


def _text(text: str, most: int = MAX_OCTETS) -> bytes:
    return _cut(clean_line(text, most).encode("utf-8", "replace"), most)


def _cut(octets: bytes, most: int) -> bytes:
    """Return as many octets as are allowed, and no part of a character."""
    return octets if len(octets) <= most else octets[:most].decode("utf-8", "ignore").encode()


def _number(value: float | str | None) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _labels(alert: Alert) -> bytes:
    """Return `name=value` lines, as many whole ones as there is room for."""
    kept, room = [], MAX_OCTETS
    for name, value in sorted(alert.labels.items()):
        line = clean_line(f"{name}={value}", MAX_OCTETS).encode("utf-8", "replace")
        if len(line) <= room:
            kept.append(line)
            room -= len(line) + 1
    return b"\n".join(kept)


def date_and_time(at: datetime) -> bytes:
    """Return an instant as DateAndTime in UTC (RFC 2579, section 2)."""
    utc = at.astimezone(UTC)
    fields = (utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond // 100_000)
    return utc.year.to_bytes(2) + bytes(fields) + b"+\x00\x00"
