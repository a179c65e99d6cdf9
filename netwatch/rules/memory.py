"""What rules remember of one table of one device: the reading before, what was seen, and time windows.

What was seen (`seen(..)`) and what long windows hold is given back after a restart, as Memories; the rest fills again
with new readings.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, netwatch.rules.windows.
Called by: netwatch.engine, rule; netwatch.formulas, as the memory of its frames.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from netwatch.formulas import Frame, LongAgo, Prepared, one_value
from netwatch.model import ClockStep, Memory, RowSet, TableReading
from netwatch.rules.hindsight import Hindsight, Question
from netwatch.rules.long_windows import LongWindow
from netwatch.rules.windows import Window

MEMORY_SCOPE = "rules"
WINDOW_SCOPE = "windows"
MOST_BYTES = 4_000_000
"""What a window that was written down may take when it is unpacked again."""
SPARE_ROWS = 1000
"""How many rows that are gone stay known as seen; a line card may come back."""

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})
"""Most tables have no windows and no conditions that are remembered: an empty dict is 64 bytes, 14 times a device."""
_NOT_NUMBERED: Final[tuple[None, Mapping[str, int]]] = (None, _NONE)
MOST_ALIKE = 1024
"""Sets of keys that like devices share; what is pushed out lives on where it is used."""


def table_of_window(memory: Memory) -> str:
    """Return the key of the table that a window which was written down belongs to."""
    return memory.key.rpartition("#")[0]


def memory_key(device: str, table: str) -> str:
    """Return the `key` of the Memory that belongs to a table of a device."""
    return f"{table}@{device}"


class TableMemory:
    """Everything the rules of one table of one device share from reading to reading."""

    __slots__ = (
        "_calm", "_frame", "_hindsight", "_kept", "_long", "_numbered", "_seen", "_windows", "device",
        "restless", "system", "table",
    )  # fmt: skip

    def __init__(
        self,
        device: str,
        table: str,
        memories: Iterable[Memory] = (),
        system: Callable[[], Frame | None] = lambda: None,
        hindsight: Hindsight | None = None,
    ) -> None:
        """Begin with what was kept: of `memories` only those of this device and table are looked at.

        `system` gives what the device last said of itself, for rules that name such a scalar beside a table;
        `hindsight` looks into the history for what goes back over days.
        `restless` is for whoever evaluates: names of rules that the newest reading broke in any row, or that could
        not be evaluated; None where not every rule is known to have seen its like.
        """
        self.device = device
        self.table = table
        self._frame: Frame | None = None
        self._calm: TableReading | None = None
        self._windows: Mapping[str, Window] = _NONE
        self._long: Mapping[str, LongWindow] = _NONE
        self._hindsight = hindsight if hindsight is not None and hindsight.keeps(table) else None
        self._numbered: tuple[RowSet | None, Mapping[str, int]] = _NOT_NUMBERED
        self.system = system
        self.restless: Collection[str] | None = None
        memories = tuple(memories)
        self._seen: Mapping[str, SeenRows] = _NONE
        self._kept: dict[str, str] | None = None
        if memories:
            self._recall(memories)

    @property
    def _key(self) -> str:
        """Return what is kept of it is filed under; seldom asked for, and a device has fourteen."""
        return memory_key(self.device, self.table)

    def _recall(self, memories: tuple[Memory, ...]) -> None:
        self._kept = {
            memory.key: memory.text or ""
            for memory in memories
            if memory.scope == WINDOW_SCOPE and table_of_window(memory) == self._key
        } or None
        kept = [memory.text for memory in memories if (memory.scope, memory.key) == (MEMORY_SCOPE, self._key)]
        self._seen = {key: SeenRows(rows) for key, rows in _read(kept[-1] if kept else None).items()}

    @property
    def newest(self) -> Frame | None:
        """Return the reading it was given last, prepared for rules."""
        return self._frame if self._calm is None else self.frame_of(self._calm)

    def take_calmly(self, reading: TableReading, reads: Collection[str] | None) -> bool:
        """Take a reading that says no rule anything new, to be prepared if somebody asks; False where it may.

        `reads` are the columns that rules read, None where they read more. Here nothing may be remembered
        but the reading before, and no rule be broken by it: all that rules read is the very same object.
        """
        last = self._frame.reading if self._frame is not None else None
        if last is None or reads is None or self.restless is None or self.restless or reading.rows is not last.rows:
            return False
        if self._seen or self._windows or self._kept or self._long or reading.rates or last.rates:
            return False
        before, now = last.columns, reading.columns
        for name in reads:
            if before.get(name) is not now.get(name):
                return False
        self._calm = reading
        return True

    def frame_of(self, reading: TableReading) -> Frame:
        """Return the reading prepared for rules; the first call with a reading makes it the newest one."""
        if self._frame is None or self._frame.reading is not reading:
            if self._frame is not None:
                self._frame.previous = None
            self._frame = Frame(reading, self._frame, self)
            self._calm = None
        return self._frame

    def frame_of_gone(self, reading: TableReading) -> Frame:
        """Return rows that vanished prepared for rules: nothing is known of them but what was seen."""
        return Frame(reading, None, _Recollection(self._seen, self.system))

    def row_numbers(self, rows: RowSet) -> Mapping[str, int]:
        """Return the number of each row by its key."""
        if self._numbered[0] is not rows:
            self._numbered = (rows, {key: number for number, key in enumerate(rows.keys)})
        return self._numbered[1]

    def seen(self, key: str, rows: RowSet, evaluate: Callable[[], Sequence[Any]]) -> Prepared:
        """Return for which rows a condition was ever true, this reading included."""
        seen = self._seen.get(key)
        if seen is None:
            seen = SeenRows()
            self._seen = {**self._seen, key: seen}
        return seen.after(rows, evaluate)

    def has_seen(self, key: str, row: str) -> bool:
        """Return whether a condition was ever true for a row."""
        seen = self._seen.get(key)
        return seen is not None and row in seen.keys

    def over(
        self,
        key: str,
        function: str,
        span: timedelta,
        at: datetime,
        rows: RowSet,
        values: Sequence[Any],
        parameter: float = 0.0,
    ) -> Sequence[Any]:
        """Take a reading's values into a window and return what its function gives, row by row."""
        window = self._windows.get(key)
        if window is None:
            window = Window(function, span, parameter)
            self._windows = {**self._windows, key: window}
            if self._kept and (text := self._kept.pop(self._window_key(key), None)) is not None:
                _fill(window, text, at)
        window.add(at, rows, values)
        return window.values()

    def long_ago(self, source: LongAgo, at: datetime, rows: RowSet, values: Sequence[Any]) -> Sequence[Any] | None:
        """Return what history says of a function over days, None where no history is kept of the table."""
        if self._hindsight is None:
            return None
        window = self._long.get(source.key)
        if window is None:
            question = Question(
                device=self.device, table=self.table, key=source.key, function=source.function, span=source.span,
                parameter=source.parameter, columns=source.from_history, body=source.body,
            )  # fmt: skip
            window = LongWindow(question, self._hindsight)
            self._long = {**self._long, source.key: window}
        return window.values(at, rows, values)

    def why_not_long_ago(self, key: str, row: str) -> str:
        """Return why history does not say something of a row, for people; empty where it was not asked."""
        window = self._long.get(key)
        return "" if window is None else window.words(row)

    def move(self, step: ClockStep) -> None:
        """Move the windows with a wall clock that was set."""
        for long in self._long.values():
            long.move()
        for window in self._windows.values():
            window.move(step)

    def take_forgotten(self) -> int:
        """Return how many rows that were seen once are remembered no more, since the last time."""
        forgotten = 0
        for seen in self._seen.values():
            forgotten, seen.forgotten = forgotten + seen.forgotten, 0
        return forgotten

    def unsaved(self) -> tuple[Memory, ...]:
        """Return what must be kept and was not handed out yet; empty for most readings."""
        return (*self._unsaved_flags(), *self._unsaved_windows()) if self._seen or self._windows or self._kept else ()

    def _unsaved_windows(self) -> list[Memory]:
        """Return the long windows that were not written down for a while, and none in place of what no rule asks."""
        if not self._windows and not self._kept:
            return []
        at = self._frame.reading.at if self._frame is not None else None
        if at is None:
            return []
        due = [(key, window) for key, window in self._windows.items() if window.due(at)]
        unpacked = [Memory(scope=WINDOW_SCOPE, key=self._window_key(key), text=_packed(window, at))
                    for key, window in due]  # fmt: skip
        dropped = [Memory(scope=WINDOW_SCOPE, key=key, text=None) for key in self._kept or ()]
        self._kept = None
        return unpacked + dropped

    def _window_key(self, key: str) -> str:
        return f"{self._key}#{hashlib.sha256(key.encode()).hexdigest()[:24]}"

    def _unsaved_flags(self) -> tuple[Memory, ...]:
        if not self._seen or not any(seen.changed for seen in self._seen.values()):
            return ()
        for seen in self._seen.values():
            seen.changed = False
        text = json.dumps({key: sorted(seen.keys) for key, seen in sorted(self._seen.items()) if seen.keys})
        return (Memory(scope=MEMORY_SCOPE, key=self._key, text=text),)


def _packed(window: Window, at: datetime) -> str:
    return base64.b64encode(zlib.compress(json.dumps(window.kept(at)).encode(), 6)).decode()


def _fill(window: Window, text: str, at: datetime) -> None:
    """Give a window back what it held; what cannot be read is forgotten rather than fatal."""
    try:
        window.restore(json.loads(zlib.decompressobj().decompress(base64.b64decode(text), MOST_BYTES)), at)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, zlib.error):
        return


class _Recollection:
    """What is remembered of rows that vanished; looking at it changes nothing."""

    def __init__(self, seen: Mapping[str, SeenRows], system: Callable[[], Frame | None]) -> None:
        self._seen = seen
        self._system = system

    def seen(self, key: str, rows: RowSet, evaluate: Callable[[], Sequence[Any]]) -> Prepared:
        """Return for which rows a condition was ever true."""
        known = self._seen.get(key)
        return [known is not None and row in known.keys for row in rows.keys], True

    def system(self) -> Frame | None:
        """Return what the device last said of itself."""
        return self._system()

    def over(
        self,
        key: str,
        function: str,
        span: timedelta,
        at: datetime,
        rows: RowSet,
        values: Sequence[Any],
        parameter: float = 0.0,
    ) -> Sequence[Any]:
        """Return that nothing is known."""
        return [None] * len(rows.keys)

    def long_ago(self, source: LongAgo, at: datetime, rows: RowSet, values: Sequence[Any]) -> Sequence[Any] | None:
        """Return that nothing is known."""
        return [None] * len(rows.keys)


def shared_where_alike(column: list[Any]) -> list[Any]:
    """Return a column; where all its rows say the same, as most do, the one that all devices have of that."""
    first = column[0] if column else None
    if first is True or first is False or first is None:
        return one_value(first, len(column)) if column.count(first) == len(column) else column
    return column


@lru_cache(maxsize=MOST_ALIKE)
def alike(keys: frozenset[str]) -> frozenset[str]:
    """Return the same keys, one object for all devices that have them: 48 ports take 2 kB, ten thousand times."""
    return keys


class SeenRows:
    """The rows for which one condition was true once.

    changed: the keys must be written. forgotten: how many rows were too many to be remembered.
    """

    __slots__ = ("_complete", "_flags", "_rows", "changed", "forgotten", "keys")

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self.keys = alike(frozenset(keys))
        self.changed = False
        self.forgotten = 0
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
            self.keys = alike(self.keys | fresh)
            self.changed = True
            self._align(rows)
        result = [flag or value for flag, value in zip(self._flags, now, strict=True)]
        return shared_where_alike(result), None not in result

    def _align(self, rows: RowSet) -> None:
        gone = self.keys.difference(rows.keys)
        if len(gone) > SPARE_ROWS:
            too_many = sorted(gone)[SPARE_ROWS:]
            self.keys = alike(self.keys.difference(too_many))
            self.forgotten += len(too_many)
            self.changed = True
        self._rows = rows
        self._flags = shared_where_alike([key in self.keys for key in rows.keys])
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
