"""A silence: a person's word that nobody need be told of some alerts for a while, in Alertmanager's terms.

May import: nothing. Called by: alerts, engine, which obey it; store, web, cli, which keep, show and make it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SilenceState(StrEnum):
    """Where a silence stands at an instant, by Alertmanager's names."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Alerts that meet every matcher are not mailed between `starts_at` and `ends_at`.

    matchers: as Alertmanager writes them, one each: `device="core-sw1"`, `severity=~"warning|info"`.
    updated_at: when it was made or last changed; to expire one is to set `ends_at`.
    """

    id: str
    matchers: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str
    updated_at: datetime

    def state(self, now: datetime) -> SilenceState:
        """Return where it stands."""
        if now >= self.ends_at:
            return SilenceState.EXPIRED
        return SilenceState.PENDING if now < self.starts_at else SilenceState.ACTIVE
