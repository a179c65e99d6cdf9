"""Alerts, groups and mails for the store's tests, with everything filled in that could get lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.model import (
    Alert,
    AlertGroup,
    AlertKey,
    AlertState,
    Event,
    Memory,
    Oid,
    OutboxEntry,
    Silence,
    Supersession,
    Transaction,
    TrapEvent,
    Varbind,
)

T0 = datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)
LEASE = timedelta(minutes=2)


def after(**span: float) -> datetime:
    return T0 + timedelta(**span)


def alert(name: str = "a1", state: AlertState = AlertState.FIRING, **fields: object) -> Alert:
    values: dict[str, object] = {
        "id": name,
        "key": AlertKey(rule="InterfaceDown", device="core-sw1", instance="ifName=Gi1/0/7"),
        "state": state,
        "labels": {"severity": "critical", "ifAlias": 'Uplink "Süd" \x00 ☂'},
        "annotations": {"summary": "Gi1/0/7 is down"},
        "value": 2.5,
        "threshold": "up",
        "pending_at": T0,
        "firing_at": after(seconds=30),
        "resolved_at": after(minutes=5) if state is AlertState.RESOLVED else None,
        "seen_at": after(seconds=40),
        "trap_count": 3,
        "acked_at": after(minutes=2),
        "acked_by": "anna",
        "ack_comment": "on my way ☂",
        "flapping": True,
        "gone_at": after(minutes=1),
    }
    return Alert(**{**values, **fields})  # type: ignore[arg-type]


def group(key: str = "noc/core-sw1", **fields: object) -> AlertGroup:
    values: dict[str, object] = {
        "key": key,
        "receiver": "noc",
        "labels": {"device": "core-sw1"},
        "thread_id": "<root@netwatch>",
        "opened_at": T0,
        "subject": "core-sw1 Gi1/0/7 link",
        "members": ("a1",),
        "told": {"a1": T0},
        "told_gone": {"a1": after(minutes=2)},
        "flushed_at": after(seconds=31),
        "sent": 1,
        "escalation": "nobody acknowledged it for 30m",
        "about": '["one", "a1"]',
        "ended": 2,
    }
    return AlertGroup(**{**values, **fields})  # type: ignore[arg-type]


def entry(name: str = "m1", **fields: object) -> OutboxEntry:
    values: dict[str, object] = {
        "id": name,
        "message_id": f"<{name}@netwatch>",
        "envelope_sender": "netwatch@example.net",
        "recipient": "noc@example.net",
        "subject": "[DOWN] core-sw1 Gi1/0/7 link",
        "message": b"Subject: x\r\n\r\n\x00\xff body\r\n",
        "created_at": T0,
        "not_before": T0,
        "receiver": "noc",
        "group_key": "noc/core-sw1",
        "alert_ids": ("a1", "a2"),
        "thread_id": "<root@netwatch>",
        "told_by": "",
    }
    return OutboxEntry(**{**values, **fields})  # type: ignore[arg-type]


def event(text: str = "fired", **fields: object) -> Event:
    values: dict[str, object] = {
        "at": T0, "kind": "alert", "text": text, "device": "core-sw1", "rule": "InterfaceDown",
        "instance": "ifName=Gi1/0/7", "alert_id": "a1", "entry_id": "m1", "group_key": "noc/core-sw1",
        "details": {"reply": "250 ok"},
    }  # fmt: skip
    return Event(**{**values, **fields})  # type: ignore[arg-type]


def trap(**fields: object) -> TrapEvent:
    values: dict[str, object] = {
        "at": T0, "source": "192.0.2.1", "device": "core-sw1", "version": "2c",
        "trap_oid": Oid((1, 3, 6, 1, 6, 3, 1, 1, 5, 3)),
        "varbinds": (Varbind(oid=Oid((1, 3, 6, 1, 2, 1, 2, 2, 1, 1, 3)), tag=2, value=3),),
        "uptime": timedelta(days=300, microseconds=10_000), "count": 7, "repeated": True, "inform": True,
        "relay": "192.0.2.99", "user": "netwatch",
    }  # fmt: skip
    return TrapEvent(**{**values, **fields})  # type: ignore[arg-type]


def mails(*names: str, **fields: object) -> Transaction:
    return Transaction(entries=tuple(entry(name, **fields) for name in names))


def memory(key: str, text: str | None, scope: str = "hold") -> Memory:
    return Memory(scope=scope, key=key, text=text)


def silence(name: str = "s1", **fields: object) -> Silence:
    values: dict[str, object] = {
        "id": name, "matchers": ('device="core-sw1"', 'severity=~"warning|info"'), "starts_at": T0,
        "ends_at": after(hours=2), "created_by": "anna", "comment": "core upgrade \u2602", "updated_at": T0,
    }  # fmt: skip
    return Silence(**{**values, **fields})  # type: ignore[arg-type]


def superseding(name: str, **fields: object) -> Transaction:
    """A new mail of the incident that says, where it supersedes one, what that would have said."""
    also = Supersession(entry_id=name, subject="[OK] it came and went", message=b"came and went")
    return Transaction(entries=(entry(name, **fields),), supersessions=(also,))
