"""When alerts of a row fired, as charts mark it.

A quiet room. May import: netwatch.model. Called by: netwatch.web.pages, netwatch.web.api.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from netwatch.model import Alert


@dataclass(frozen=True, slots=True)
class Span:
    """A while that is marked at the top of a chart: when an alert fired; None: still."""

    begin: datetime
    end: datetime | None
    words: str


def spans_of(alerts: Iterable[Alert], device: str, row: str) -> list[Span]:
    """Return when what alerts of a row fired; those of lately, as far as the alerts page has them."""
    return [
        Span(one.firing_at, one.resolved_at, f"{one.key.alertname}, {one.severity}")
        for one in alerts
        if one.firing_at is not None and (one.key.device, one.key.instance) == (device, row)
    ]
