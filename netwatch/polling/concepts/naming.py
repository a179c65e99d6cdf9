"""Calls the rows of a concept by their labels, and goes on to call them so while others come and go.

A fan called `Fan` is `part=Fan` while it is alone. Where there are two, each is called by table and index, also after
the other was pulled out: an alert is about a row by its name, and would begin anew with another one.
Quiet but for that memory. May import: nothing of netwatch. Called by: assembly.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Final

MOST_SHARED: Final = 20_000
"""So many names are remembered as those of several rows; those that were seen last stay."""
Place = tuple[str, str]
"""Table and index."""


class Naming:
    """The names of the rows of one concept of one device."""

    def __init__(self) -> None:
        self._shared: dict[str, None] = {}
        self._owners: dict[str, Place] = {}

    def keys(
        self, labels: Mapping[str, Sequence[str]], by: Sequence[str], places: Sequence[Place]
    ) -> tuple[str, ...]:
        """Return a name for each row: its first label, all it has where that is another's too, or table and index.

        `by` are labels that always name a row instead; empty where there are none.
        """
        ways = [_named(labels, by)] if by else [_named(labels, tuple(labels)[:1]), _named(labels, tuple(labels))]
        for way in ways:
            self._note_shared(way)
        given: dict[str, None] = {}
        for names, place in zip(zip(*ways, strict=True), places, strict=True):
            free = (name for name in chain(self._free(names, place), _numbered(place)) if name not in given)
            given[sys.intern(next(free))] = None
        keys = tuple(given)
        kept = {name: place for name, place in self._owners.items() if name in self._shared}
        self._owners = kept | {key: place for key, place in zip(keys, places, strict=True) if key not in kept}
        return keys

    def _note_shared(self, names: Sequence[str]) -> None:
        for name, times in Counter(names).items():
            if times > 1 or name in self._shared:
                self._shared.pop(name, None)
                self._shared[name] = None
        for name in list(self._shared)[:-MOST_SHARED]:
            del self._shared[name]

    def _free(self, names: Sequence[str], place: Place) -> Iterator[str]:
        """Yield the names that are this row's alone: nobody else ever had them, or it had them first."""
        for name in names:
            if name and (name not in self._shared or self._owners.get(name) == place):
                yield name


def _numbered(place: Place) -> Iterator[str]:
    """Yield table and index, and with a number behind where one row is several of the concept's."""
    yield (name := ".".join(place))
    yield from (f"{name}#{number}" for number in count(2))


def _named(labels: Mapping[str, Sequence[str]], names: Sequence[str]) -> list[str]:
    columns = [[f"{name}={text}" if text else "" for text in labels[name]] for name in names]
    return [",".join(filter(None, row)) for row in zip(*columns, strict=True)]
