"""What waits to be decoded: one line per source, served in turn; a noisy one delays only itself.

Quiet. May import: nothing of ours. Called by: netwatch.traps.pipeline.
"""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")

MOST = 65_536
MOST_OF_ONE = 8192


class FairQueue(Generic[Item]):
    """A bounded queue; where all is full, the longest line has to give way."""

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._lines: dict[str, deque[Item]] = {}
        self._turns: deque[str] = deque()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, source: str, item: Item) -> int:
        """Let an item wait; return how many were given up for it, itself perhaps."""
        line = self._lines.get(source)
        if line is None:
            line = self._lines[source] = deque()
            self._turns.append(source)
        if len(line) >= self._most_of_one:
            return 1
        if self._size >= self._most:
            longest = max(self._lines.values(), key=len)
            if longest is line or len(longest) <= len(line) + 1:
                return 1
            longest.pop()
            line.append(item)
            return 1
        line.append(item)
        self._size += 1
        return 0

    def take(self, most: int) -> list[Item]:
        """Return the items whose turn it is."""
        taken: list[Item] = []
        turns, lines = self._turns, self._lines
        while turns and len(taken) < most:
            source = turns.popleft()
            line = lines[source]
            if line:
                taken.append(line.popleft())
            if line:
                turns.append(source)
            else:
                del lines[source]
        self._size -= len(taken)
        return taken
