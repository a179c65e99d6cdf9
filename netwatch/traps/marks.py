"""Marks of what a source said beyond what can be remembered whole: enough to tell a first from its repeats.

A mark is a hash; one that two sayings share, which chance makes once in 10**13, counts the second as a repeat.
Quiet: instants come in. May import: nothing of ours. Called by: netwatch.traps.sayings, netwatch.traps.fold.
"""

from __future__ import annotations

from collections.abc import Hashable


class Marks:
    """What one source said within the last interval, as hashes: about 70 bytes each."""

    __slots__ = ("_marks", "_since")

    def __init__(self) -> None:
        self._marks: set[int] = set()
        self._since = 0.0

    def __len__(self) -> int:
        return len(self._marks)

    def __contains__(self, said: Hashable) -> bool:
        return hash(said) in self._marks

    def add(self, said: Hashable, now: float) -> None:
        """Mark something as said."""
        if not self._marks:
            self._since = now
        self._marks.add(hash(said))

    def discard(self, said: Hashable) -> int:
        """Take a mark back; return how many that were."""
        before = len(self._marks)
        self._marks.discard(hash(said))
        return before - len(self._marks)

    def forget_before(self, instant: float) -> int:
        """Forget them all where the first is as old as an instant; return how many that were."""
        if not self._marks or self._since > instant:
            return 0
        gone, self._marks = len(self._marks), set()
        return gone
