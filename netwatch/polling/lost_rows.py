"""The rows of a table that vanished, and may come back: a neighbour, a fan tray, a line card.

Many agents drop the row of what is dead, and few announce it when it is there again. So a row that vanished is asked
for with every poll, some in one GET, until it is back, is known under another index, or is gone for a day.

A quiet room: time comes in. May import: netwatch.model, netwatch.polling. Called by: netwatch.polling.table_poller.
"""

from __future__ import annotations

from dataclasses import dataclass

from netwatch.model import Oid
from netwatch.polling.columns.strips import Suffix
from netwatch.polling.layout import Layout

WAIT_SECONDS = 24 * 3600.0
REST_SECONDS = 600.0
MOST_ASKED = 20
MOST_LOST = 1000


@dataclass(frozen=True, slots=True)
class _Lost:
    suffix: Suffix
    instance: Oid
    since: float


class LostRows:
    """What was there by the last discovery that saw the table whole, and what is no longer.

    `walk` is the column by which rows are asked for, where they have it.
    """

    def __init__(self, walk: Oid) -> None:
        self._walk = walk
        self._known: Layout | None = None
        self._lost: dict[str, _Lost] = {}
        self._turn = 0
        self._rest_until = 0.0

    def __bool__(self) -> bool:
        """Return whether any row is lost that is not forgotten yet."""
        return bool(self._lost)

    def note(self, layout: Layout, now: float) -> int:
        """Take in a table as it was found whole; return how many rows are too many to be asked for."""
        if layout is self._known:
            return 0
        there = set(layout.rows.keys)
        if self._known is not None:
            for key, suffix in zip(self._known.rows.keys, self._known.suffixes, strict=True):
                if key not in there and (instance := self._known.instance_of(suffix, self._walk)) is not None:
                    self._lost.setdefault(key, _Lost(suffix, instance, now))
        self._lost = {key: lost for key, lost in self._lost.items() if key not in there}
        forgotten = list(self._lost)[:-MOST_LOST]
        for key in forgotten:
            del self._lost[key]
        self._known = layout
        return len(forgotten)

    def are_waited_for(self, now: float) -> bool:
        """Return whether any row may still come back."""
        self._forget_old(now)
        return bool(self._lost)

    def to_ask_for(self, now: float, *, at_once: int = MOST_ASKED) -> list[Oid]:
        """Return instances of some of the rows to ask for, others at every turn where there are many."""
        if not self._lost or now < self._rest_until:
            return []
        self._forget_old(now)
        taken = {} if self._known is None else dict.fromkeys(self._known.suffixes)
        waiting = [lost.instance for lost in self._lost.values() if lost.suffix not in taken]
        if len(waiting) <= at_once:
            return waiting
        begin = self._turn % len(waiting)
        self._turn = begin + at_once
        return (waiting + waiting)[begin : begin + at_once]

    def rest(self, now: float) -> None:
        """Ask for nothing for a while: the device does not like to be asked for what it does not have."""
        self._rest_until = now + REST_SECONDS

    def _forget_old(self, now: float) -> None:
        old = [key for key, lost in self._lost.items() if now - lost.since > WAIT_SECONDS]
        for key in old:
            del self._lost[key]
