"""Traps that are owed to rules without names: kept while they wait, and read from the log after a restart.

Where in the log a rule began to wait is remembered, and forgotten in the transaction in which it hears what it
missed.

May import: netwatch.model, netwatch.rules, netwatch.engine.metrics, draft. Called by: traps, netwatch.engine.engine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from netwatch.engine.draft import Draft
from netwatch.engine.metrics import TRAPS_NOT_KEPT
from netwatch.model import Memory, TrapEvent
from netwatch.rules import TrapRule

WAITING_SCOPE = "waiting-rules"
MOST_KEPT = 10_000
"""Traps that are kept for rules whose MIB modules are yet to be compiled; of the log the last so many are read."""


class Owed:
    """The traps that came while rules waited: in this life, and by rule in earlier ones."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._kept: deque[TrapEvent] = deque(maxlen=most)
        self._earlier: dict[str, Sequence[TrapEvent]] = {}

    def keep(self, event: TrapEvent) -> None:
        """Keep a trap; the oldest go when there are too many."""
        if len(self._kept) == self._kept.maxlen:
            TRAPS_NOT_KEPT.inc()
        self._kept.append(event)

    def recall(self, rule: str, events: Sequence[TrapEvent]) -> None:
        """Take back what came while a rule waited before a restart."""
        self._earlier[rule] = events

    def pay(self, draft: Draft, rules: Iterable[TrapRule]) -> Iterator[tuple[TrapRule, TrapEvent]]:
        """Yield what rules missed that wait no more, oldest first, and note that they are owed nothing now."""
        for rule in rules:
            draft.memories.append(Memory(scope=WAITING_SCOPE, key=rule.name, text=None))
            for event in (*self._earlier.pop(rule.name, ()), *self._kept):
                if not rule.takes_the_rest and looks_at(rule, event):
                    yield rule, event

    def clear(self) -> None:
        """Keep nothing: nobody waits any more."""
        self._kept.clear()
        self._earlier.clear()


def marks_of(memories: Iterable[Memory]) -> Mapping[str, int]:
    """Return behind which number of the log each rule began to wait."""
    texts = {memory.key: memory.text or "" for memory in memories}
    return {rule: int(text) for rule, text in texts.items() if text.isdecimal()}


def begins_of(marks: Mapping[str, int], last: int, most: int = MOST_KEPT) -> Mapping[str, int]:
    """Return from where in the log each rule reads what it missed: as of what is kept, the oldest go."""
    begins = {rule: max(mark, last - most) for rule, mark in marks.items()}
    TRAPS_NOT_KEPT.inc(max((begins[rule] - mark for rule, mark in marks.items()), default=0))
    return begins


def looks_at(rule: TrapRule, event: TrapEvent) -> bool:
    """Return whether a rule takes a trap of this kind."""
    return rule.looks_at(event.trap_oid)
