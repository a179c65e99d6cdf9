"""Request-ids: unpredictable, so that nobody can answer what he did not see, and remembered a while after use.

May import: nothing. Called by: endpoint.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from struct import Struct

IDS_AT_ONCE = 1024
REMEMBERED = 8192
_POSITIVE = int.from_bytes(b"\x7f\xff\xff\xff" * IDS_AT_ONCE)
_cut = Struct("4s" * IDS_AT_ONCE).unpack


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
                noise = int.from_bytes(os.urandom(4 * IDS_AT_ONCE)) & _POSITIVE
                self._fresh = list(_cut(noise.to_bytes(4 * IDS_AT_ONCE)))
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
