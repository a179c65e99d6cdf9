"""How punctual polling is, over the last minute or so: NetWatch watching itself.

A quiet room. May import: nothing. Called by: netwatch.polling.poller.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

BUCKET_SECONDS = 10.0
BUCKETS = 6
LATE_SECONDS = 1.0
"""A start later than this is late."""


@dataclass(slots=True)
class _Bucket:
    number: int
    started: int = 0
    late: int = 0
    worst: float = 0.0


class LagMeter:
    """Counts starts and late starts in buckets of ten seconds."""

    def __init__(self) -> None:
        self._buckets: deque[_Bucket] = deque(maxlen=BUCKETS)

    def note(self, lag_seconds: float, now: float, missed: int = 0) -> None:
        """Take in one start; `missed` turns that never were count as late."""
        number = int(now // BUCKET_SECONDS)
        if not self._buckets or self._buckets[-1].number != number:
            self._buckets.append(_Bucket(number))
        bucket = self._buckets[-1]
        bucket.started += 1 + missed
        bucket.late += (lag_seconds > LATE_SECONDS) + missed
        bucket.worst = max(bucket.worst, lag_seconds)

    def worst(self, now: float) -> float:
        """Return the longest lag of the last minute, in seconds."""
        return max((bucket.worst for bucket in self._recent(now)), default=0.0)

    def late_ratio(self, now: float) -> float:
        """Return the share of late starts in the last minute, 0 to 1."""
        started = sum(bucket.started for bucket in self._recent(now))
        return sum(bucket.late for bucket in self._recent(now)) / started if started else 0.0

    def _recent(self, now: float) -> list[_Bucket]:
        oldest = int(now // BUCKET_SECONDS) - BUCKETS
        return [bucket for bucket in self._buckets if bucket.number > oldest]
