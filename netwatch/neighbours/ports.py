"""Which interface a device means by the name of a port that another one knows it by.

A quiet room. May import: netwatch.model. Called by: book.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from netwatch.model import RowSet

_PARTS = re.compile(r"([a-z]{2,}?)[-_ ]?(\d[\d/.:]*)")


class Ports:
    """The interfaces of one device by their names; made of the rows of the concept `interface`."""

    def __init__(self, rows: RowSet) -> None:
        self._index: Sequence[str] = rows.labels.get("ifIndex", rows.index)
        self._names: Sequence[str] = rows.labels.get("ifName", self._index)
        self._aliases: Sequence[str] = rows.labels.get("ifAlias", ())

    def says_the_same(self, other: Ports) -> bool:
        """Return whether the interfaces are called the same."""
        return (self._index, self._names, self._aliases) == (other._index, other._names, other._aliases)

    def name_of(self, if_index: str) -> str:
        """Return the name of an interface, empty for none."""
        return next((name for index, name in zip(self._index, self._names, strict=True) if index == if_index), "")

    def index_of(self, name: str) -> str:
        """Return the ifIndex of the one interface of this name, empty where there is none or several."""
        return self._only([index for index, own in zip(self._index, self._names, strict=True) if own == name])

    def find(self, *texts: str) -> tuple[str, str]:
        """Return ifIndex and name of the interface that somebody else calls so; empty where that is not clear."""
        return next((found for text in texts if (found := self._find(text))[1]), ("", ""))

    def _find(self, text: str) -> tuple[str, str]:
        wanted = text.strip().casefold()
        if not wanted:
            return "", ""
        ways: Sequence[Callable[[int], bool]] = (
            lambda row: self._names[row].casefold() == wanted,
            lambda row: _is_short_for(self._names[row].casefold(), wanted),
            lambda row: bool(self._aliases) and self._aliases[row].casefold() == wanted,
            lambda row: self._index[row] == wanted,
        )
        for is_it in ways:
            found = [row for row in range(len(self._index)) if is_it(row)]
            if len(found) == 1:
                return self._index[found[0]], self._names[found[0]]
            if found:
                break
        return "", ""

    @staticmethod
    def _only(found: Sequence[str]) -> str:
        return found[0] if len(found) == 1 else ""


def _is_short_for(one: str, other: str) -> bool:
    """Return whether one is the other with less of its word: gi1/0/1 and gigabitethernet1/0/1."""
    short, long = _PARTS.fullmatch(one), _PARTS.fullmatch(other)
    if short is None or long is None or short[2] != long[2]:
        return False
    return short[1].startswith(long[1]) or long[1].startswith(short[1])
