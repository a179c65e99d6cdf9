"""Request-ids: unpredictable, so that nobody can answer what he did not see, and remembered a while after use.

May import: nothing. Called by: endpoint.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable

IDS_AT_ONCE = 1024
REMEMBERED = 8192


class RequestIds:
    """Gives out request-ids as the four bytes that stand in the message."""

    def __init__(self) -> None:
        self._fresh: list[bytes] = []
        self._used: set[bytes] = set()
        self._used_before: set[bytes] = set()

    def fresh(self, pending: Collection[bytes]) -> bytes:
        """Return an id not in use: positive, never 0, and an INTEGER that needs all four bytes."""
        while True:
            if not self._fresh:
                noise = os.urandom(4 * IDS_AT_ONCE)
                self._fresh = [bytes((noise[i] & 0x7F,)) + noise[i + 1 : i + 4] for i in range(0, len(noise), 4)]
            request_id = self._fresh.pop()
            if request_id >= b"\x00\x80" and request_id not in pending:
                return request_id

    def was_answered(self, request_id: bytes) -> None:
        """Remember one, as `used` does for several."""
        self._used.add(request_id)
        if len(self._used) >= REMEMBERED:
            self._used_before, self._used = self._used, set()

    def used(self, request_ids: Iterable[bytes]) -> None:
        """Remember that these were answered or given up; the latest eight to sixteen thousand are known."""
        self._used.update(request_ids)
        if len(self._used) >= REMEMBERED:
            self._used_before, self._used = self._used, set()

    def was_used(self, request_id: bytes) -> bool:
        """Return whether an answer with this id comes late or twice, rather than out of nowhere."""
        return request_id in self._used or request_id in self._used_before
