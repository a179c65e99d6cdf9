"""The ports of one device: what facts say of them, what is in force, and the labels of their rows.

Ten thousand devices have one each: what is alike is one object, and what stands still is not looked at again.
A quiet room: time comes with readings. May import: netwatch.model. Called by: roles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from netwatch.model import Column, RowSet, TableReading
from netwatch.rules.roles.judging import Peers, Watched, is_switch, opinions_of
from netwatch.rules.roles.kept import Kept, to_text
from netwatch.rules.roles.opinion import NOBODY_KNOWS, Opinion
from netwatch.rules.roles.standing import FIRST_DAY, LONGEST_STEP, Less, Port, learned_of, unused

LOOKS_EVERY: Final = timedelta(minutes=10)
SAVES_EVERY: Final = timedelta(hours=6)
"""For how long being less is noted again only; a restart costs no more of the seven days."""
MOST_GONE: Final = 1000
"""Ports that are not there at the moment and are remembered, of one device."""
_UP: Final = 1
Chosen = Callable[[RowSet], Sequence[Opinion | None]]
"""What the configuration says of each row."""


class Beside(NamedTuple):
    """What the other devices tell of a device's ports; another version may have other peers."""

    version: int
    peers: Callable[[], Peers]


NOBODY: Final = Beside(0, dict)


class WatchedDevice:
    """The ports of one device."""

    __slots__ = (
        "_chosen", "_facts", "_gone", "_less", "_looked_at", "_moved", "_oper", "_opinions", "_ports", "_rows",
        "_saved_at", "_shown", "_since", "_switches", "_types", "_version",
    )  # fmt: skip

    def __init__(self, kept: Kept | None = None) -> None:
        self._facts: dict[str, TableReading] = {}
        self._moved = True
        self._rows: RowSet | None = None
        self._shown: RowSet | None = None
        self._types: Column = ()
        self._oper: Column = ()
        self._opinions: Sequence[Opinion] = ()
        self._chosen: Sequence[Opinion | None] = ()
        self._ports: list[Port | None] = []
        self._switches = False
        self._version = 0
        self._gone: dict[str, Port] = dict(kept.ports) if kept is not None else {}
        self._less: dict[str, Less] = dict(kept.less) if kept is not None else {}
        self._since = kept.since if kept is not None else None
        self._looked_at: datetime | None = None
        self._saved_at: datetime | None = None

    def note(self, reading: TableReading) -> None:
        """Take in a table of facts; one that was read in part proves nothing where it was read whole before."""
        known = self._facts.get(reading.table)
        if known is not None and (reading.partial or _says_the_same(known, reading)):
            return
        self._facts[reading.table] = reading
        self._moved = True

    def is_as_before(self, reading: TableReading) -> bool:
        """Return whether a reading of the interfaces says nothing that would have to be looked at."""
        oper = reading.columns.get("interface_oper", ())
        return (
            reading.rows is self._rows
            and not self._moved
            and self._looked_at is not None
            and timedelta(0) <= reading.at - self._looked_at < LOOKS_EVERY
            and (oper is self._oper or list(oper) == list(self._oper))
        )

    @property
    def rows(self) -> RowSet | None:
        """Return the rows with their roles; None before the first look."""
        return self._shown

    def look(self, reading: TableReading, chosen: Chosen, watched: Watched, beside: Beside = NOBODY) -> str | None:
        """Take in a reading of the interfaces; return what is to be remembered, None where that is as it was."""
        if self._since is None or reading.at < self._since:
            self._since = reading.at
        rows, before = reading.rows, [*self._ports]
        if rows is not self._rows:
            self._move_to(rows)
            before = [*self._ports]
            self._chosen = chosen(rows)
            self._moved = True
        types = reading.columns.get("interface_type") or (None,) * len(rows.index)
        if self._moved or types is not self._types or beside.version != self._version:
            self._opinions = opinions_of(rows, types, self._facts, watched, beside.peers())
            self._version = beside.version
            self._switches = is_switch(self._facts)
            self._types, self._moved = types, False
        had_less = bool(self._less)
        self._learn(reading, rows)
        self._looked_at = reading.at
        self._show(rows, reading.at)
        return self._unsaved(reading.at, changed=self._ports != before, had_less=had_less)

    def _move_to(self, rows: RowSet) -> None:
        """Go on with other rows: what is known of a port goes by its key."""
        known = self._gone
        if self._rows is not None:
            known |= {key: one for key, one in zip(self._rows.keys, self._ports, strict=True) if one is not None}
        self._ports = [known.pop(key, None) for key in rows.keys]
        kept = [key for key, one in known.items() if one.learned.role]
        self._gone = {key: known[key] for key in kept[-MOST_GONE:]}
        self._less = {key: less for key, less in self._less.items() if key in self._gone or key in rows.keys}
        self._rows, self._oper = rows, ()

    def _learn(self, reading: TableReading, rows: RowSet) -> None:
        """Take in of every port that is up what it is now."""
        oper = reading.columns.get("interface_oper") or (None,) * len(rows.index)
        first_day = reading.at < (self._since or reading.at) + FIRST_DAY
        step = timedelta(0) if self._looked_at is None else reading.at - self._looked_at
        step = min(max(step, timedelta(0)), LONGEST_STEP)
        earlier = self._oper if len(self._oper) == len(oper) else (None,) * len(oper)
        for row, state in enumerate(oper):
            if state != _UP:
                continue
            key, known = rows.keys[row], self._ports[row]
            if known is None and not first_day and self._switches and self._looked_at is not None:
                known = Port(unused(self._since or reading.at), first_day)
            up_for = step if earlier[row] == _UP else timedelta(0)
            self._ports[row], less = learned_of(
                known, self._less.get(key), self._opinions[row], up_for, first_day=first_day
            )
            if less is not None:
                self._less[key] = less
            elif key in self._less:
                del self._less[key]
        self._oper = oper

    def _show(self, rows: RowSet, now: datetime) -> None:
        """Write the roles into the rows; the same rows as before where none is another."""
        said = [self._in_force(row, now) for row in range(len(rows.index))]
        labels = {
            "role": tuple(one.role for one in said),
            "neighbour": tuple(one.neighbour for one in said),
            "role_reason": tuple(one.reason for one in said),
        }
        shown = self._shown
        if shown is not None and shown.index == rows.index and shown.keys == rows.keys:
            others = {name: texts for name, texts in rows.labels.items() if name not in labels}
            if all(shown.labels.get(name) == texts for name, texts in (*labels.items(), *others.items())):
                return
        self._shown = RowSet(index=rows.index, keys=rows.keys, labels={**rows.labels, **labels}).shared()

    def _in_force(self, row: int, now: datetime) -> Opinion:
        if (chosen := self._chosen[row]) is not None:
            return chosen
        known = self._ports[row]
        if known is not None:
            return known.in_force
        if self._switches and self._since is not None and now >= self._since + FIRST_DAY:
            return unused(self._since)
        return NOBODY_KNOWS

    def _unsaved(self, now: datetime, *, changed: bool, had_less: bool) -> str | None:
        is_due = self._saved_at is None or now - self._saved_at >= SAVES_EVERY or now < self._saved_at
        if not changed and not ((self._less or had_less) and is_due):
            return None
        self._saved_at = now
        keys = self._rows.keys if self._rows is not None else ()
        known = {key: one for key, one in zip(keys, self._ports, strict=True) if one is not None}
        return to_text(Kept(since=self._since or now, ports={**self._gone, **known}, less=self._less))


def _says_the_same(one: TableReading, other: TableReading) -> bool:
    return one.rows is other.rows and one.columns == other.columns
