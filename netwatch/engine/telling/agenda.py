"""What is due when, of many things whose times keep changing.

A heap with stale entries in it: moving one of ten thousand groups must not cost a look at all the others.

May import: nothing. Called by: netwatch.engine.telling.incidents.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime


class Agenda:
    """One instant per key."""

    def __init__(self) -> None:
        self._due: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []

    def put(self, key: str, due: datetime | None) -> None:
        """Set when a key is due; None takes it off."""
        if due is None:
            self._due.pop(key, None)
        elif self._due.get(key) != due:
            self._due[key] = due
            heapq.heappush(self._heap, (due, key))

    def next(self) -> datetime | None:
        """Return the first instant at which something is due."""
        while self._heap:
            due, key = self._heap[0]
            if self._due.get(key) == due:
                return due
            heapq.heappop(self._heap)
        return None

    def taken(self, now: datetime, limit: int) -> Iterator[str]:
        """Take off, and yield, at most `limit` keys that are due."""
        for _ in range(limit):
            due = self.next()
            if due is None or due > now:
                return
            _, key = heapq.heappop(self._heap)
            del self._due[key]
            yield key
