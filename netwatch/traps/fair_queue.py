"""What waits to be decoded: one line per source, served in turn; a noisy one delays only itself.

Quiet. What an item weighs is the memory it takes, in bytes. There is room for a storm that comes faster than it can
be worked off: 10,000 traps a second for 15 seconds, of one sender, are about 70 MB while nothing at all is decoded.
May import: nothing of ours. Called by: netwatch.traps.pipeline.
"""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")

MOST_BYTES = 128 * 2**20
MOST_BYTES_OF_ONE = 96 * 2**20


class _Line(Generic[Item]):
    __slots__ = ("items", "weight")

    def __init__(self) -> None:
        self.items: deque[tuple[Item, int]] = deque()
        self.weight = 0

    def append(self, item: Item, weight: int) -> None:
        self.items.append((item, weight))
        self.weight += weight

    def give_way(self) -> int:
        """Give up the newest; return its weight."""
        _, weight = self.items.pop()
        self.weight -= weight
        return weight


class FairQueue(Generic[Item]):
    """A bounded queue; where all is full, the longest line has to give way."""

    def __init__(self, most: int = MOST_BYTES, most_of_one: int = MOST_BYTES_OF_ONE) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._lines: dict[str, _Line[Item]] = {}
        self._turns: deque[str] = deque()
        self._weight = 0
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, source: str, item: Item, weight: int = 1) -> int:
        """Let an item wait; return how many were given up for it, itself perhaps."""
        line = self._lines.get(source)
        if line is not None and line.weight + weight > self._most_of_one:
            return 1
        given_up = 0
        if self._weight + weight > self._most:
            given_up = self._make_room(weight, (line.weight if line else 0) + weight)
            if self._weight + weight > self._most:
                return given_up + 1
        if line is None:
            line = self._lines[source] = _Line()
            self._turns.append(source)
        line.append(item, weight)
        self._weight += weight
        self._size += 1
        return given_up

    def _make_room(self, weight: int, own_weight: int) -> int:
        """Let the longest line give way while it is longer than the newcomer's would be; return how many went."""
        longest = max(self._lines.values(), key=lambda line: line.weight)
        given_up = 0
        while self._weight + weight > self._most and longest.weight > own_weight:
            self._weight -= longest.give_way()
            self._size -= 1
            given_up += 1
        return given_up

    def take(self, most: int) -> list[Item]:
        """Return the items whose turn it is."""
        taken: list[Item] = []
        turns, lines = self._turns, self._lines
        while turns and len(taken) < most:
            source = turns.popleft()
            line = lines[source]
            if line.items:
                item, weight = line.items.popleft()
                line.weight -= weight
                self._weight -= weight
                taken.append(item)
            if line.items:
                turns.append(source)
            else:
                del lines[source]
        self._size -= len(taken)
        return taken
