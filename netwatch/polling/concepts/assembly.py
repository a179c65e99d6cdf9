"""Puts the pieces of a concept together: which rows count, what they are called, one column behind the other.

The rows are kept for as long as every piece's are. Quiet but for that memory.
May import: netwatch.model. Called by: concept_reader.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from netwatch.model import NO_DOUBTS, Column, Concept, Doubts, RowSet
from netwatch.polling.concepts.naming import Naming
from netwatch.polling.concepts.source import MAX_ROWS, Piece, PieceRows, are_the_same

KEEPS_KEYS: Final = frozenset({"interface"})
"""Concepts whose rows are those of one table under another name: their keys are the table's."""
KEY_LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "peer": ("peer", "protocol", "vrf"),
    "redundancy": ("group", "kind"),
    "tunnel": ("tunnel", "kind"),
    "neighbour": ("port", "chassis", "neighbour_port", "protocol"),
    "address": ("address", "ifIndex"),
    "vlan": ("vlan",),
    "port_vlan": ("port", "ifIndex"),
    "mac": ("mac", "vlan"),
    "arp": ("address", "ifIndex"),
}
"""Labels that always name a row, whatever other rows there are: one router is a peer of several protocols, and none
of them may be called something else because another one's row came or went."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assembled:
    """The rows of a concept, and which rows of every piece they are (None: all)."""

    rows: RowSet
    kept: tuple[tuple[int, ...] | None, ...]
    cut: bool = False


class Assembly:
    """The rows of one concept of one device."""

    def __init__(self, concept: Concept) -> None:
        self._concept = concept
        self._of: tuple[PieceRows, ...] = ()
        self._unread: tuple[PieceRows, ...] = ()
        self._kept: Assembled | None = None
        self._naming = Naming()

    def rows(self, pieces: Sequence[Piece], unread: Sequence[PieceRows] = ()) -> Assembled:
        """Return the rows; the same RowSet while their labels are equal.

        `unread` are rows, as they were last, of tables that could not be read this time: no other table speaks in
        their stead because of that.
        """
        of = tuple(piece.rows for piece in pieces)
        if self._kept is None or not are_the_same(of, self._of) or not are_the_same(unread, self._unread):
            found = _assembled(self._concept, of, (*of, *unread), self._naming)
            if self._kept is not None and _says_the_same(found.rows, self._kept.rows):
                found = Assembled(rows=self._kept.rows, kept=found.kept, cut=found.cut)
            self._of, self._unread, self._kept = of, tuple(unread), found
        return self._kept


def joined_columns(pieces: Sequence[Piece], assembled: Assembled) -> dict[str, Column]:
    """Return the columns that any piece has, row behind row; None where a piece says nothing."""
    names = dict.fromkeys(name for piece in pieces for name in piece.columns)
    if len(pieces) == 1 and assembled.kept[0] is None:
        return dict(pieces[0].columns)
    if (only := _only_one_with_rows(pieces, assembled)) is not None:
        nothing = (None,) * len(only.rows.index)
        return {name: only.columns.get(name, nothing) for name in names}
    found: dict[str, Column] = {}
    for name in names:
        column: list[Any] = []
        for piece, kept in zip(pieces, assembled.kept, strict=True):
            size = len(piece.rows.index)
            values = piece.columns.get(name, (None,) * size)
            column += values if kept is None else [values[row] for row in kept]
        found[name] = column
    return found


def _only_one_with_rows(pieces: Sequence[Piece], assembled: Assembled) -> Piece | None:
    """Return the piece that all rows are of, and all of whose rows they are."""
    filled = [
        both
        for both in zip(pieces, assembled.kept, strict=True)
        if (both[0].rows.index if both[1] is None else both[1])
    ]
    return filled[0][0] if len(filled) == 1 and filled[0][1] is None else None


def joined_doubts(pieces: Sequence[Piece], assembled: Assembled) -> Doubts:
    """Return what is not believed, by the rows of the concept."""
    if not any(piece.doubts for piece in pieces):
        return NO_DOUBTS
    found: dict[str, dict[int, str]] = {}
    start = 0
    for piece, kept in zip(pieces, assembled.kept, strict=True):
        rows = range(len(piece.rows.index)) if kept is None else kept
        for name, by_row in piece.doubts.items():
            for place, row in enumerate(rows, start=start):
                if row in by_row:
                    found.setdefault(name, {})[place] = by_row[row]
        start += len(rows)
    return found


def _assembled(
    concept: Concept, pieces: Sequence[PieceRows], known: Sequence[PieceRows], naming: Naming
) -> Assembled:
    kept = [_not_replaced(piece, known) for piece in pieces]
    if concept.is_fact:
        kept = _without_repeats(pieces, kept)
    cut = sum(len(rows) for rows in kept) > MAX_ROWS
    if cut:
        kept = _first(kept, MAX_ROWS)
    labels = {
        name: tuple(piece.labels[name][row] for piece, rows in zip(pieces, kept, strict=True) for row in rows)
        for name in concept.labels
    }
    index = tuple(piece.index[row] for piece, rows in zip(pieces, kept, strict=True) for row in rows)
    homes = [piece.compiled.map.table for piece, rows in zip(pieces, kept, strict=True) for _ in rows]
    if concept.name in KEEPS_KEYS:
        keys = tuple(piece.keys[row] for piece, rows in zip(pieces, kept, strict=True) for row in rows)
    else:
        keys = naming.keys(labels, KEY_LABELS.get(concept.name, ()), [*zip(homes, index, strict=True)])
    if len(set(index)) < len(index):
        index = tuple(sys.intern(f"{home}.{number}") for home, number in zip(homes, index, strict=True))
    whole = [None if len(rows) == len(piece.index) else tuple(rows) for piece, rows in zip(pieces, kept, strict=True)]
    return Assembled(rows=RowSet(index=index, keys=keys, labels=labels).shared(), kept=tuple(whole), cut=cut)


def _not_replaced(piece: PieceRows, pieces: Sequence[PieceRows]) -> Sequence[int]:
    """Return the rows of a piece that no other table speaks of in its stead; none of lower rank does."""
    rows: Sequence[int] = range(len(piece.index))
    for other in pieces:
        names = other.compiled.map.instead_of.get(piece.compiled.map.table)
        if names is None or other.compiled.map.table == piece.compiled.map.table or not other.index:
            continue
        if other.compiled.map.rank < piece.compiled.map.rank:
            continue
        if not names:
            return ()
        theirs = set(zip(*(other.labels[name] for name in names), strict=True))
        own = list(zip(*(piece.labels[name] for name in names), strict=True))
        rows = [row for row in rows if own[row] not in theirs]
    return rows


def _without_repeats(pieces: Sequence[PieceRows], kept: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    """Leave out rows that say the same as one before."""
    seen: set[tuple[str, ...]] = set()
    found: list[Sequence[int]] = []
    for piece, rows in zip(pieces, kept, strict=True):
        lines = list(zip(*piece.labels.values(), strict=True))
        news = []
        for row in rows:
            if lines[row] not in seen:
                seen.add(lines[row])
                news.append(row)
        found.append(news)
    return found


def _first(kept: Sequence[Sequence[int]], most: int) -> list[Sequence[int]]:
    found = []
    for rows in kept:
        found.append(rows[:most])
        most -= len(found[-1])
    return found


def _says_the_same(one: RowSet, other: RowSet) -> bool:
    return one.index == other.index and one.keys == other.keys and dict(one.labels) == dict(other.labels)
