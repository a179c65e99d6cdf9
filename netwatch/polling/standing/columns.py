"""Columns that say what they said the last time are the very same objects: what was made of them is known still.

Most of what a device says stands still from poll to poll. A comparison of two columns is many times cheaper than all
that rules and concepts make of them, and it is done once, here. Quiet but for that memory.
May import: netwatch.model. Called by: readings, concepts.meanings.
"""

from __future__ import annotations

from collections.abc import Mapping

from netwatch.model import Column


class Standing:
    """The columns of one table or concept of one device as they were last."""

    def __init__(self) -> None:
        self._columns: Mapping[str, Column] = {}

    def of(self, columns: Mapping[str, Column]) -> dict[str, Column]:
        """Return the columns; those that are equal to the last ones are the last ones.

        What moves all the time differs in its first rows, so that looking costs next to nothing there.
        """
        before, found = self._columns.get, dict(columns)
        for name, column in columns.items():
            old = before(name)
            if old is not column and old == column:
                found[name] = old
        self._columns = found
        return found
