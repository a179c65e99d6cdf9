"""Traps that are owed to rules without names: kept while they wait, and read from the log after a restart.

    wait -> keep -> names come -> owe -> a piece after the other, the loop goes on between them

Where in the log a rule began to wait is remembered, and forgotten in the transaction in which it hears the last of
what it missed; what comes for it meanwhile stands behind that.

May import: netwatch.model, netwatch.rules, netwatch.engine.metrics. Called by: traps, netwatch.engine.engine.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from netwatch.engine.metrics import TRAPS_NOT_KEPT
from netwatch.model import Memory, TrapEvent
from netwatch.rules import TrapRule

WAITING_SCOPE = "waiting-rules"
MOST_KEPT = 10_000
"""Traps that are kept for rules whose MIB modules are yet to be compiled; of the log the last so many are read."""
MOST_DEFERRED = 50_000
"""Traps that stand behind what rules are owed; what is beyond is judged at once, before those."""


class Owed:
    """The traps that came while rules waited: in this life, and by rule in earlier ones."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._kept: deque[TrapEvent] = deque(maxlen=most)
        self._earlier: dict[str, Sequence[TrapEvent]] = {}
        self._debts: deque[tuple[str, TrapEvent | None]] = deque()
        self._debtors: Counter[str] = Counter()

    def keep(self, event: TrapEvent) -> None:
        """Keep a trap; the oldest go when there are too many."""
        if len(self._kept) == self._kept.maxlen:
            TRAPS_NOT_KEPT.inc()
        self._kept.append(event)

    def recall(self, rule: str, events: Sequence[TrapEvent]) -> None:
        """Take back what came while a rule waited before a restart."""
        self._earlier[rule] = events

    def owe(self, rules: Iterable[TrapRule]) -> None:
        """Set down what rules missed that wait no more, oldest first."""
        for rule in rules:
            for event in (*self._earlier.pop(rule.name, ()), *self._kept):
                if not rule.takes_the_rest and rule.looks_at(event.trap_oid):
                    self._set_down(rule.name, event)
            self._set_down(rule.name, None)

    def defer(self, rule: TrapRule, event: TrapEvent) -> bool:
        """Set a trap behind those that its rule is owed; return False where it is owed none, or there is no room."""
        if rule.name not in self._debtors or len(self._debts) >= MOST_DEFERRED:
            return False
        self._set_down(rule.name, event)
        return True

    def _set_down(self, rule: str, event: TrapEvent | None) -> None:
        self._debts.append((rule, event))
        self._debtors[rule] += 1

    @property
    def owes(self) -> bool:
        """Return whether anything is yet to be paid."""
        return bool(self._debts)

    def pay(self) -> Iterator[tuple[str, TrapEvent | None]]:
        """Yield rules by name and the traps they are owed, None where a rule has heard what it missed."""
        while self._debts:
            rule, event = self._debts.popleft()
            self._debtors -= Counter((rule,))
            yield rule, event

    def clear(self) -> None:
        """Keep nothing more: nobody waits any more."""
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
