"""How much mail a person can bear at once: so many in a while, and some more for what is critical.

A token bucket for each recipient: it holds `mails` tokens and is filled again within `per`. What is critical has a
bucket of its own, so that a storm of warnings cannot use up what a dead core router needs; once that is empty it
takes from the common one. Pure: `now` is an argument, and a clock set back fills nothing and empties nothing.
May import: nothing. Called by: netwatch.notify.mailer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many mails within how long."""

    mails: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What is left of an allowance at an instant."""

    tokens: float
    at: datetime


def refilled(bucket: Bucket, allowance: Allowance, now: datetime) -> Bucket:
    """Return the bucket as it is now."""
    more = max(0.0, (now - bucket.at) / allowance.per) * allowance.mails
    return replace(bucket, tokens=min(float(allowance.mails), bucket.tokens + more), at=now)


class Pacing:
    """Says of each mail whether it may leave on its own; what recipients have had is forgotten by a restart."""

    def __init__(self, usual: Allowance, critical: Allowance) -> None:
        self._usual, self._critical = usual, critical
        self._buckets: dict[tuple[str, bool], Bucket] = {}

    def admits(self, recipient: str, *, critical: bool, now: datetime) -> bool:
        """Return whether one more mail may go to this recipient now, and count it if so."""
        if critical and self._take(recipient, now, critical=True):
            return True
        return self._take(recipient, now, critical=False)

    def _take(self, recipient: str, now: datetime, *, critical: bool) -> bool:
        allowance = self._critical if critical else self._usual
        bucket = self._buckets.get((recipient, critical)) or Bucket(tokens=allowance.mails, at=now)
        bucket = refilled(bucket, allowance, now)
        enough = bucket.tokens >= 1
        self._buckets[(recipient, critical)] = replace(bucket, tokens=bucket.tokens - 1) if enough else bucket
        return enough
