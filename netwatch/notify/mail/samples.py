"""Mails as they come in the life of a network, to try templates on: every kind, and one with hostile text.

A quiet room.
May import: netwatch.model. Called by: netwatch.notify.mail.wordings; tests, which look at them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from netwatch.model import (
    Alert,
    AlertGroup,
    AlertKey,
    AlertState,
    Curve,
    HeldBack,
    MuteKind,
    Muting,
    Notification,
    Standing,
)

AT = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)

HOSTILE = (
    "core\r\nX-Other: yes\r\n\r\n<b>bold</b><img src=x> =?utf-8?q?one_two?= \u202eone\u2066 \x00\x1b[31m \ud800 "
    "{{ 7 * 7 }} {% raw %} \" ' </td></table> \r\n.\r\n"
)
"""What somebody might set as an interface's alias."""


def sample_notifications() -> Mapping[str, Notification]:
    """Return one notification of every kind, by a name for it."""
    down = _alert("1", "InterfaceDown", "core-sw1", "ifName=Gi1/0/7", summary="Gi1/0/7 on core-sw1 is down",
                  labels={"ifAlias": "uplink to edge-r1"}, description="It was up for 41 d before.",
                  runbook="https://wiki.example.net/uplinks")  # fmt: skip
    full = _alert("2", "InterfaceSaturated", "core-sw1", "ifName=Te1/1/1", "warning", value=9.21e9, threshold=9e9,
                  summary="Te1/1/1 on core-sw1 carries 9.21 Gb/s", labels={"ifAlias": "ring east"},
                  title="core-sw1 Te1/1/1 carries 9.21 Gb/s", unit="b/s")  # fmt: skip
    hot = _alert("3", "TemperatureHigh", "core-sw1", "sensor=inlet", "warning", value=47.5, threshold=45.0,
                 summary="inlet of core-sw1 is 47.5 degrees warm", unit="°C")  # fmt: skip
    dead = _alert("4", "DeviceDown", "core-r1", summary="core-r1 does not answer")
    busy = _alert("5", "CpuHigh", "core-r1", severity="warning", value=0.98, threshold=0.9, unit="ratio",
                  summary="core-r1 is 98 % busy")  # fmt: skip
    lost = [
        _alert(f"n{number}", "OspfNeighborDown", "core-r1", f"neighbour=192.0.2.{number}", several="OSPF neighbours",
               summary=f"core-r1 lost its OSPF neighbour 192.0.2.{number}")
        for number in range(1, 26)
    ]  # fmt: skip
    over = _over(down)
    gone = replace(down, state=AlertState.GONE, gone_at=AT - _MINUTE)
    return {
        "down": _notification(down),
        "value": _notification(full, also=(hot,), curves={"2": _curve(9.21e9, 9e9)}),
        "several": _notification(
            down, full, hot, *_ports(6), sequence=2, curves={"2": _curve(9.21e9, 9e9), "3": _curve(47.5, 45.0)}
        ),
        "many": _notification(*lost, subject="core-r1: OSPF neighbours"),
        "many-partly-over": _notification(
            *lost[:2], resolved=tuple(_over(alert) for alert in lost[2:]), sequence=2,
            subject="core-r1: OSPF neighbours",
        ),
        "repeat": _notification(down, repeat=True, sequence=3, at=AT + timedelta(hours=4)),
        "repeat-value": _notification(
            busy, repeat=True, sequence=2, standings={"5": Standing(value=0.95, at=AT, broken=True)},
            curves={"5": _curve(0.95, 0.9)},
        ),
        "repeat-held": _notification(
            replace(down, value="down", healthy_since=AT - _MINUTE, flapping=True), repeat=True, sequence=3,
            standings={"1": Standing(value="up", at=AT, broken=False)},
        ),
        "partly-over": _notification(hot, resolved=(over,), sequence=2),
        "recovery": _notification(resolved=(over,), sequence=2),
        "gone": _notification(gone, sequence=2),
        "removed": _notification(
            resolved=(replace(gone, state=AlertState.RESOLVED, resolved_at=AT),), sequence=3
        ),
        "parent": _notification(dead, held_back=(
            HeldBack(muting=Muting(kind=MuteKind.PARENT, reason="core-r1 is down", by="core-r1"),
                     alerts=10_000, devices=9_998),
            HeldBack(muting=_SILENCED, alerts=3, devices=2),
        )),
        "flapping": _notification(replace(down, flapping=True), sequence=4),
        "escalation": _notification(down, escalation="nobody acknowledged it for 30m", at=AT + 26 * _MINUTE),
        "in-hand": _notification(
            replace(down, acked_at=AT - _MINUTE, acked_by="anna", ack_comment="on my way to the rack"), sequence=2,
            repeat=True,
        ),
        "maintenance": _notification(full, marks={"2": "in maintenance: core upgrade, until 2026-11-23 04:00 UTC"}),
        "hostile": hostile_notification(HOSTILE),
    }  # fmt: skip


def hostile_notification(text: str) -> Notification:
    """Return a notification with this text wherever text can come from outside."""
    alert = _alert("9", text, text, f"ifName={text}", text, summary=text, description=text, runbook=text,
                   title=text, several=text, unit=text, labels={text: text, "ifAlias": text}, value=text,
                   threshold=text)  # fmt: skip
    alert = replace(alert, acked_at=AT, acked_by=text, ack_comment=text)
    over = replace(alert, id="8", state=AlertState.RESOLVED, resolved_at=AT)
    held = HeldBack(muting=Muting(kind=MuteKind.SILENCED, reason=text, by=text), alerts=2, devices=2)
    parent = HeldBack(muting=Muting(kind=MuteKind.PARENT, reason=text, by=text), alerts=2, devices=2)
    return _notification(
        alert, *(replace(alert, id=f"more{number}") for number in range(5)), resolved=(over,), sequence=2,
        subject=text, receiver=text, escalation=text, marks={"9": text}, also=(alert,), held_back=(held, parent),
        curves={"9": _curve(5.0, 3.0)}, labels={text: text},
        standings={"9": Standing(value=text, at=AT, broken=False)},
    )  # fmt: skip


_SILENCED = Muting(
    kind=MuteKind.SILENCED, reason="silenced by anna until 2026-11-23 14:00 UTC: core upgrade", by="s1"
)


def _alert(
    alert_id: str,
    rule: str,
    device: str,
    instance: str = "",
    severity: str = "critical",
    *,
    summary: str,
    description: str = "",
    runbook: str = "",
    title: str = "",
    several: str = "",
    unit: str = "",
    labels: Mapping[str, str] | None = None,
    **changes: Any,
) -> Alert:
    texts = {"summary": summary, "description": description, "runbook_url": runbook, "title": title,
             "several": several, "unit": unit}  # fmt: skip
    return Alert(
        id=alert_id, key=AlertKey(rule=rule, device=device, instance=instance), state=AlertState.FIRING,
        labels={"severity": severity, "site": "hq", **(labels or {})},
        annotations={name: text for name, text in texts.items() if text},
        pending_at=AT - 4 * _MINUTE, firing_at=AT - 3 * _MINUTE, **changes,
    )  # fmt: skip


def _over(alert: Alert) -> Alert:
    return replace(alert, state=AlertState.RESOLVED, resolved_at=AT - timedelta(seconds=20))


def _ports(count: int) -> list[Alert]:
    return [
        _alert(f"p{number}", "InterfaceErrors", "core-sw1", f"ifName=Gi1/0/{number}", "warning", value=12.5 + number,
               threshold=10.0, summary=f"Gi1/0/{number} on core-sw1 has {12.5 + number} errors a second")
        for number in range(20, 20 + count)
    ]  # fmt: skip


def _notification(*firing: Alert, resolved: tuple[Alert, ...] = (), **changes: Any) -> Notification:
    first = (*resolved, *firing)[0]
    usual = f"{first.key.device} {first.key.instance.partition('=')[2]} {first.key.alertname}"
    name = first.annotations.get("title") or first.annotations.get("summary") or usual
    group = AlertGroup(
        key="noc/core-sw1", receiver=changes.pop("receiver", "noc"),
        labels=changes.pop("labels", {"device": first.key.device}),
        thread_id="6f1c8a52-11aa-4a63-8a34-0f3f2f6c2f10", opened_at=AT - 3 * _MINUTE,
        subject=changes.pop("subject", " ".join(name.split())), escalation=changes.pop("escalation", ""),
    )  # fmt: skip
    fields: dict[str, Any] = {"at": AT, "sequence": 1, **changes}
    return Notification(group=group, firing=firing, resolved=resolved, **fields)


def _curve(last: float, threshold: float) -> Curve:
    points = [
        (AT - minute * _MINUTE, last * (0.55 + 0.08 * math.sin(minute / 4) + 0.4 * max(0.0, 1 - minute / 12)))
        for minute in range(60, 0, -1)
    ]
    return Curve(points=(*points, (AT, last)), threshold=threshold)
