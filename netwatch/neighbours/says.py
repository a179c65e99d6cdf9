"""Who has heard somebody with which marks, so that whoever has them finds who heard him.

A quiet room. May import: netwatch.model. Called by: book.
"""

from __future__ import annotations

from collections.abc import Iterable

from netwatch.neighbours.heard import Heard, marks_in
from netwatch.neighbours.marks import Mark


class Says:
    """The marks of all that each device hears."""

    def __init__(self) -> None:
        self._said: dict[str, frozenset[Mark]] = {}
        self._heard_by: dict[Mark, set[str]] = {}

    def put(self, device: str, heard: Iterable[Heard]) -> None:
        """Take what a device hears in place of what it heard."""
        said = frozenset[Mark]().union(*map(marks_in, heard))
        before = self._said.get(device, frozenset())
        for mark in before - said:
            self._heard_by[mark].discard(device)
            if not self._heard_by[mark]:
                del self._heard_by[mark]
        for mark in said - before:
            self._heard_by.setdefault(mark, set()).add(device)
        self._said[device] = said

    def who_heard(self, marks: Iterable[Mark]) -> set[str]:
        """Return the devices that heard somebody with any of these marks."""
        return {device for mark in marks for device in self._heard_by.get(mark, ())}
