"""Finds the row of a polled table that a trap is about, by its labels.

A device with thousands of ports sends thousands of traps at once, so rows are looked up and not looked through.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: witnesses.
"""

from __future__ import annotations

from collections.abc import Mapping

from netwatch.model import RowSet

_Places = dict[tuple[str, ...], list[int]]


class RowIndex:
    """The rows of each device's table by the labels asked for last."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[RowSet, tuple[str, ...], _Places]] = {}

    def find(
        self, device: str, table: str, rows: RowSet, key: Mapping[str, str], more: Mapping[str, str]
    ) -> int | None:
        """Return the one row with these labels; what else is known of it decides where the key fits several."""
        if not key:
            return 0 if len(rows.keys) == 1 and not rows.labels else None
        names = tuple(key)
        if any(name not in rows.labels for name in names):
            return None
        found = self._places(device, table, rows, names).get(tuple(key.values()), [])
        for name, text in more.items():
            if len(found) > 1 and name in rows.labels:
                found = [row for row in found if rows.labels[name][row] == text]
        return found[0] if len(found) == 1 else None

    def _places(self, device: str, table: str, rows: RowSet, names: tuple[str, ...]) -> _Places:
        known = self._known.get((device, table))
        if known is not None and known[0] is rows and known[1] == names:
            return known[2]
        places: _Places = {}
        for row, texts in enumerate(zip(*(rows.labels[name] for name in names), strict=True)):
            places.setdefault(texts, []).append(row)
        self._known[(device, table)] = (rows, names, places)
        return places
