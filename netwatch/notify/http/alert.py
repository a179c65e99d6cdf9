"""An alert in Alertmanager's words: labels, annotations, fingerprint.

A quiet room. Text of devices is cleaned as in mails; names of labels become what Prometheus allows.
May import: netwatch.model, netwatch.notify.guard.
Called by: netwatch.notify.http.{compose_alertmanager, compose_webhook}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from netwatch.model import Alert
from netwatch.notify.guard import clean_block, clean_line

MAX_LABEL = 500
MAX_ANNOTATION = 4_000
_FNV_OFFSET, _FNV_PRIME, _FNV_MASK = 14695981039346656037, 1099511628211, 2**64 - 1


def labels_of(alert: Alert) -> dict[str, str]:
    """Return what identifies the alert to others, as routes see it; an empty label is no label."""
    named = {"alertname": alert.key.alertname, "device": alert.key.device, "severity": alert.severity}
    given = {**alert.labels, **named, **({"instance": alert.key.instance} if alert.key.instance else {})}
    labels: dict[str, str] = {}
    for name, value in sorted(given.items()):
        if text := _line(value):
            labels.setdefault(_name(name), text)
    return labels


def annotations_of(alert: Alert) -> dict[str, str]:
    """Return the rule's words on the alert."""
    texts = {_name(name): _block(text) for name, text in alert.annotations.items()}
    return {name: text for name, text in texts.items() if text}


def fingerprint_of(labels: Mapping[str, str]) -> str:
    """Return Alertmanager's fingerprint of labels: FNV-1a over the sorted names and values, 0xff after each."""
    number = _FNV_OFFSET
    for name in sorted(labels):
        for octet in b"\xff".join((name.encode(), labels[name].encode(), b"")):
            number = (number ^ octet) * _FNV_PRIME & _FNV_MASK
    return f"{number:016x}"


def common(every: list[dict[str, str]]) -> dict[str, str]:
    """Return the pairs that all have."""
    first, *others = every or [{}]
    return {name: text for name, text in first.items() if all(other.get(name) == text for other in others)}


def rfc3339(at: datetime) -> str:
    """Return an instant as Go's and everybody's JSON has it, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _name(name: str) -> str:
    clean = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return clean if clean and not clean[0].isdigit() else f"_{clean}"


def _line(text: str) -> str:
    return clean_line(str(text), MAX_LABEL).encode("utf-8", "replace").decode()


def _block(text: str) -> str:
    return clean_block(str(text), MAX_ANNOTATION).encode("utf-8", "replace").decode()
