"""What rules remember of one table of one device: the reading before, what was seen, and time windows.

Only what was seen (`seen(..)`) is given back after a restart, as a Memory; the rest fills again with new readings.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, netwatch.rules.windows.
Called by: netwatch.engine, rule; netwatch.formulas, as the memory of its frames.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from netwatch.formulas import Frame, Prepared
from netwatch.model import ClockStep, Memory, RowSet, TableReading
from netwatch.rules.windows import Window

MEMORY_SCOPE = "rules"
SPARE_ROWS = 1000
"""How many rows that are gone stay known as seen; a line card may come back."""


def memory_key(device: str, table: str) -> str:
    """Return the `key` of the Memory that belongs to a table of a device."""
    return f"{table}@{device}"


class TableMemory:
    """Everything the rules of one table of one device share from reading to reading."""

    def __init__(self, device: str, table: str, memories: Iterable[Memory] = ()) -> None:
        """Begin with what was kept: of `memories` only those of this device and table are looked at."""
        self.device = device
        self.table = table
        self._frame: Frame | None = None
        self._windows: dict[str, Window] = {}
        self._numbered: tuple[RowSet | None, Mapping[str, int]] = (None, {})
        self._key = memory_key(device, table)
        kept = [memory.text for memory in memories if (memory.scope, memory.key) == (MEMORY_SCOPE, self._key)]
        self._seen = {key: SeenRows(rows) for key, rows in _read(kept[-1] if kept else None).items()}

    @property
    def newest(self) -> Frame | None:
        """Return the reading it was given last, prepared for rules."""
        return self._frame

    def frame_of(self, reading: TableReading) -> Frame:
        """Return the reading prepared for rules; the first call with a reading makes it the newest one."""
        if self._frame is None or self._frame.reading is not reading:
            if self._frame is not None:
                self._frame.previous = None
            self._frame = Frame(reading, self._frame, self)
        return self._frame

    def frame_of_gone(self, reading: TableReading) -> Frame:
        """Return rows that vanished prepared for rules: nothing is known of them but what was seen."""
        return Frame(reading, None, _Recollection(self._seen))

    def row_numbers(self, rows: RowSet) -> Mapping[str, int]:
        """Return the number of each row by its key."""
        if self._numbered[0] is not rows:
            self._numbered = (rows, {key: number for number, key in enumerate(rows.keys)})
        return self._numbered[1]

    def seen(self, key: str, rows: RowSet, evaluate: Callable[[], Sequence[Any]]) -> Prepared:
        """Return for which rows a condition was ever true, this reading included."""
        return self._seen.setdefault(key, SeenRows()).after(rows, evaluate)

    def over(
        self, key: str, function: str, span: timedelta, at: datetime, rows: RowSet, values: Sequence[Any]
    ) -> Sequence[Any]:
        """Take a reading's values into a window and return what its function gives, row by row."""
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = Window(function, span)
        window.add(at, rows, values)
        return window.values()

    def move(self, step: ClockStep) -> None:
        """Move the windows with a wall clock that was set."""
        for window in self._windows.values():
            window.move(step)

    def unsaved(self) -> tuple[Memory, ...]:
        """Return what must be kept and was not handed out yet; empty for most readings."""
        if not any(seen.changed for seen in self._seen.values()):
            return ()
        for seen in self._seen.values():
            seen.changed = False
        text = json.dumps({key: sorted(seen.keys) for key, seen in sorted(self._seen.items()) if seen.keys})
        return (Memory(scope=MEMORY_SCOPE, key=self._key, text=text),)


class _Recollection:
    """What is remembered of rows that vanished; looking at it changes nothing."""

    def __init__(self, seen: Mapping[str, SeenRows]) -> None:
        self._seen = seen

    def seen(self, key: str, rows: RowSet, evaluate: Callable[[], Sequence[Any]]) -> Prepared:
        """Return for which rows a condition was ever true."""
        known = self._seen.get(key)
        return [known is not None and row in known.keys for row in rows.keys], True

    def over(
        self, key: str, function: str, span: timedelta, at: datetime, rows: RowSet, values: Sequence[Any]
    ) -> Sequence[Any]:
        """Return that nothing is known."""
        return [None] * len(rows.keys)


class SeenRows:
    """The rows for which one condition was true once. `changed` says that the keys must be written."""

    __slots__ = ("_complete", "_flags", "_rows", "changed", "keys")

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self.keys = set(keys)
        self.changed = False
        self._rows: RowSet | None = None
        self._flags: Sequence[bool] = ()
        self._complete = False

    def after(self, rows: RowSet, evaluate: Callable[[], Sequence[Any]]) -> tuple[Sequence[Any], bool]:
        """Return the flags after a reading; the condition is evaluated only while some row still lacks its own."""
        if rows is not self._rows:
            self._align(rows)
        if self._complete:
            return self._flags, True
        now = evaluate()
        fresh = {
            key for key, value, flag in zip(rows.keys, now, self._flags, strict=True) if value is True and not flag
        }
        if fresh:
            self.keys |= fresh
            self.changed = True
            self._align(rows)
        result = [flag or value for flag, value in zip(self._flags, now, strict=True)]
        return result, None not in result

    def _align(self, rows: RowSet) -> None:
        gone = self.keys.difference(rows.keys)
        if len(gone) > SPARE_ROWS:
            self.keys -= gone
            self.changed = True
        self._rows = rows
        self._flags = [key in self.keys for key in rows.keys]
        self._complete = all(self._flags)


def _read(text: str | None) -> dict[str, list[str]]:
    """Read what `unsaved` wrote; what cannot be read is forgotten rather than fatal."""
    try:
        kept = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(kept, dict):
        return {}
    return {
        key: [row for row in rows if isinstance(row, str)] for key, rows in kept.items() if isinstance(rows, list)
    }
