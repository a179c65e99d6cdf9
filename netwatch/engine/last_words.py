"""What an alert says at its end that nobody saw: a row, a rule or a device went while it fired.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from netwatch.model import ENDED, Alert


def with_last_words(alert: Alert, words: str, now: datetime) -> Alert:
    """Return an alert that ended although nobody saw it well, with the truth about that."""
    return replace(alert, annotations={**alert.annotations, ENDED: words}, gone_at=alert.gone_at or now)
