"""What an outbox row says about which alert, so that older words about it are known when there is something newer.

An alert is the same alert, from outbreak to outbreak, by its key: the rule (with the labels that tell rules of one
name apart), the device, the row. What a message says of it is a word: this outbreak, in this state.
That it is gone is such a word too: newer than that it fires, older than that it is over.

May import: netwatch.model.alert. Called by: notify, which composes; store, which keeps the order of the words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netwatch.model.alert import Alert, AlertKey


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one row says of one alert: `key` of the alert in all its outbreaks, `word` what is said."""

    alert_id: str
    key: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A message beside the one in hand: its subject, when it was written, and which of our alerts it speaks of."""

    subject: str
    at: datetime
    alert_ids: tuple[str, ...] = ()


def news_of(alerts: Iterable[Alert]) -> tuple[News, ...]:
    """Return what a message says that tells of these alerts, what stands before what ended.

    Of two outbreaks of one alert in one message the first counts: it ended, and it stands again.
    """
    words: dict[str, str] = {}
    found = []
    for alert in alerts:
        key = key_text(alert.key)
        word = words.setdefault(key, f"{alert.id} {alert.state.value}")
        found.append(News(alert_id=alert.id, key=key, word=word))
    return tuple(found)


def key_text(key: AlertKey) -> str:
    """Return an alert's key as a short text, the same in every process and after every restart."""
    whole = json.dumps([key.rule, key.device, key.instance]).encode()
    return blake2b(whole, digest_size=16).hexdigest()
