"""Sees to it that no manager is told that an alert fires after it was told that it is over.

Mails carry their time and people read it; a manager believes what comes last. Kept in memory: after a restart a row
that waited since before may still be sent late, once.
May import: nothing. Called by: netwatch.notify.snmp.sender.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

REMEMBERED = 10_000
Key = tuple[str, str]
"""Manager and alert id."""


class Turn(Enum):
    """Whether a notification may go: wait where another of the same alert is under way, late where it is over."""

    GO = "go"
    WAIT = "wait"
    LATE = "late"


class AlertOrder:
    """What is under way to which manager, and what it knows to be over."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._under_way: set[Key] = set()
        self._over: OrderedDict[Key, None] = OrderedDict()
        self._remembered = remembered

    def turn_of(self, key: Key, *, tells_end: bool) -> Turn:
        """Return whether a notification may go now."""
        if key in self._under_way:
            return Turn.WAIT
        return Turn.LATE if key in self._over and not tells_end else Turn.GO

    @contextmanager
    def under_way(self, key: Key) -> Iterator[None]:
        """Let others of the same alert wait as long as this lasts."""
        self._under_way.add(key)
        try:
            yield
        finally:
            self._under_way.discard(key)

    def note_end(self, key: Key) -> None:
        """Remember that a manager knows it is over."""
        self._over[key] = None
        while len(self._over) > self._remembered:
            self._over.popitem(last=False)
