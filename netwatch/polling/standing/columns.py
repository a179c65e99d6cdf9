"""Columns that say what they said the last time are the very same objects: what was made of them is known still.

Most of what a device says stands still from poll to poll. A comparison of two columns is many times cheaper than all
that rules and concepts make of them, and it is done once, here. Quiet but for that memory.
May import: netwatch.model. Called by: readings, concepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from netwatch.compiled.column_twins import uniform
from netwatch.model import Column, TableReading


class Standing:
    """The columns of one table or concept of one device as they were last."""

    def __init__(self) -> None:
        self._columns: Mapping[str, Column] = {}

    def of(self, columns: Mapping[str, Column]) -> Mapping[str, Column]:
        """Return the columns; those that are equal to the last ones are the last ones, as the mapping is if all are.

        What moves all the time differs in its first rows, so that looking costs next to nothing there.
        """
        known, found, standing = self._columns.get, dict(columns), 0
        for name, column in columns.items():
            old = known(name)
            if old is column:
                standing += 1
            elif old == column:
                found[name] = old
                standing += 1
            else:
                found[name] = uniform(column)
        if standing != len(found) or standing != len(self._columns):
            self._columns = found
        return self._columns


class StandingReadings:
    """The tables of one device as they were when they last said anything else than before."""

    def __init__(self) -> None:
        self._known: dict[str, TableReading] = {}

    def of(self, readings: Mapping[str, TableReading]) -> tuple[Mapping[str, TableReading], AbstractSet[str]]:
        """Return the readings, and which tables came, went, or say something else than the last time.

        A reading that says nothing but another time than the last is the last.
        """
        known, found, moved = self._known, dict[str, TableReading](), set[str]()
        for name, reading in readings.items():
            old = known.get(name)
            if old is not None and says_the_same(old, reading):
                found[name] = old
            else:
                found[name] = reading
                moved.add(name)
        if known.keys() != found.keys():
            moved |= known.keys() - found.keys()
        self._known = found
        return found, moved


def says_the_same(old: TableReading, new: TableReading) -> bool:
    """Return whether two readings of a table differ in nothing but when they were asked, and of what uptime."""
    return old is new or (
        old.rows is new.rows
        and _are_the_same_columns(old.rates, new.rates)
        and _are_the_same_columns(old.columns, new.columns)
        and (old.partial, old.partial_because, old.lacking) == (new.partial, new.partial_because, new.lacking)
        and old.good_for == new.good_for
        and old.doubts == new.doubts
        and old.limited == new.limited
        and old.ignored == new.ignored
    )


def _are_the_same_columns(old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    if old is new:
        return True
    if len(old) != len(new):
        return False
    known = old.get
    return all(known(name) is column for name, column in new.items())
