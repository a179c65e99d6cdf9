"""A token bucket: so many at once, so many per second.

Quiet: the instant comes in. May import: nothing of ours. Called by: netwatch.traps.fold.
"""

from __future__ import annotations


class TokenBucket:
    """Full at the start."""

    __slots__ = ("_most", "_per_second", "_refilled_at", "_tokens")

    def __init__(self, most: float, per_second: float, now: float) -> None:
        self._most = self._tokens = most
        self._per_second = per_second
        self._refilled_at = now

    def has_token(self, now: float) -> bool:
        """Take a token; return False where there is none."""
        self._tokens = min(self._most, self._tokens + (now - self._refilled_at) * self._per_second)
        self._refilled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
