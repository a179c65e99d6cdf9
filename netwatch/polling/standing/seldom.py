"""The columns of a table that are asked seldom because they hardly move: which, when, and what they said last.

A port's alias and ifSpeed, of which ifHighSpeed says the same, are an eighth of a switch's answers, and change when a
link does or somebody types. They are asked in the same poll wherever anything says that they may be others now: a
port's state or ifHighSpeed, the time of its last change, a name, what announces other rows, the device's uptime. Else
they are asked with every Nth poll. Where agents do not keep ifLastChange, or give ifHighSpeed of some ports only, a
port can change its speed without a word: there they are asked with every poll.

A quiet room: time comes in. May import: netwatch.model, netwatch.profiles. Called by: netwatch.polling.table_poller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from netwatch.compiled.column_twins import packed, uniform
from netwatch.model import ColumnKind, Missing, Oid, Value
from netwatch.polling.columns.strips import Strip
from netwatch.polling.layout import Layout
from netwatch.polling.uptime import Passage
from netwatch.profiles import TableSpec

IF_HIGH_SPEED: Final = Oid.parse("1.3.6.1.2.1.31.1.1.1.15")
IF_LAST_CHANGE: Final = Oid.parse("1.3.6.1.2.1.2.2.1.9")
SECONDS_PER_TURN: Final = 60.0
SLACK: Final = 0.9
"""A poll that begins a little early must not wait for the next one."""
_NEVER: Final = float("-inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What of a table is asked with every poll and what seldom, in the order of its layout.

    texts_at: where among `often` texts begin.
    """

    often: list[Oid]
    seldom: list[Oid]
    texts_at: int


class Seldom:
    """What of one table of one device is asked seldom.

    `aged` says by name when its columns were asked last.
    """

    def __init__(self, spec: TableSpec) -> None:
        columns = [column for column in spec.columns if column.every > 1 and not column.kind.is_counter]
        labels = [label for label in spec.labels if label.every > 1 and label.name != spec.identity]
        self._columns = {column.name for column in columns}
        self._labels = {label.oid for label in labels}
        self._names = (*self._columns, *(label.name for label in labels))
        self._every = min([*(one.every for one in columns), *(one.every for one in labels)], default=1)
        self._telling = {column.name for column in spec.columns if _tells(column.kind, column.oid)} - self._columns
        self._last_change = next((column.name for column in spec.columns if column.oid == IF_LAST_CHANGE), "")
        high_speeds = [column.name for column in spec.columns if column.oid == IF_HIGH_SPEED]
        self._speaking = set(high_speeds) - self._columns
        self._is_mute, self._are_kept = False, True
        self._ranges: tuple[slice, ...] = ()
        self._witnesses: tuple[slice, ...] = ()
        self._changes: slice | None = None
        self._kept: list[Sequence[Value]] = []
        self._seen: list[Sequence[Value]] = []
        self._asked_at = _NEVER
        self._turns = 0
        self.aged: Mapping[str, datetime] = {}

    def split(self, layout: Layout) -> Split:
        """Take over a layout; return what to ask often and what seldom."""
        self.forget()
        seldom = [strip for strip in self._strips(layout) if strip.stop > strip.start]
        ranges = tuple(_slice(strip.start, strip.stop) for strip in seldom)
        instances = layout.instances()
        kept = [oid for part in ranges for oid in instances[part]]
        for part in reversed(ranges):
            del instances[part]

        def among_often(strip: Strip) -> slice:
            before = sum(one.stop - one.start for one in ranges if one.start < strip.start)
            return _slice(strip.start - before, strip.stop - before)

        left_out = sum(one.stop - one.start for one in ranges if one.start < layout.texts_at)
        self._ranges = ranges
        self._witnesses = (slice(1, len(layout.heads)), *map(among_often, self._telling_strips(layout)))
        speaking = {part.filling.name for part in layout.numbers if part.strip.rows is None}
        self._is_mute = not self._speaking <= speaking
        changes = [part.strip for part in layout.numbers if part.filling.name == self._last_change]
        self._changes = among_often(changes[0]) if changes else None
        return Split(often=instances, seldom=kept, texts_at=layout.texts_at - left_out)

    def forget(self) -> None:
        """Have everything asked with the next poll."""
        self._asked_at = _NEVER

    def is_due(self, often: Sequence[Value], passage: Passage, now: float) -> bool:
        """Return whether what is asked seldom is to be asked beside these answers; `now` is monotonic seconds."""
        self._turns += 1
        return (
            self._is_mute
            or self._turns >= self._every
            or now - self._asked_at >= self._every * SECONDS_PER_TURN * SLACK
            or not passage.is_same_life
            or not self._are_kept
            or [packed(often[part]) for part in self._witnesses] != self._seen
        )

    def take(self, values: Sequence[Value], often: Sequence[Value], now: float, at: datetime) -> None:
        """Take in what was asked seldom; what the device did not give is asked for again with every poll."""
        self._kept, start = [], 0
        for part in self._ranges:
            stop = start + part.stop - part.start
            self._kept.append(uniform(packed(values[start:stop])))
            start = stop
        self._seen = [uniform(packed(often[part])) for part in self._witnesses]
        self._are_kept = self._are_changes_kept(often)
        self._turns = 0
        is_whole = not any(isinstance(value, Missing | None) for value in values)
        self._asked_at, self.aged = now if is_whole else _NEVER, dict.fromkeys(self._names, at)

    def completed(self, often: list[Value]) -> list[Value]:
        """Put what was asked seldom in its place among the answers; takes the list over."""
        for part, values in zip(self._ranges, self._kept, strict=True):
            often[part.start : part.start] = values
        return often

    def _are_changes_kept(self, often: Sequence[Value]) -> bool:
        """Return whether the agent keeps ifLastChange, where it is what tells of other speeds.

        Ports that never changed say 0; an agent whose ports all say the same does not keep it, as far as one can see.
        """
        if not self._last_change:
            return True
        changes = set(often[self._changes]) if self._changes is not None else set[Value]()
        return len(changes) > 1 and all(isinstance(value, int) for value in changes)

    def _strips(self, layout: Layout) -> Iterator[Strip]:
        """Yield the strips that are asked seldom, in order."""
        for part in (*layout.numbers, *layout.texts):
            if part.filling.name in self._columns:
                yield part.strip
        for strip in layout.labels:
            if strip.oids[0] in self._labels:
                yield strip

    def _telling_strips(self, layout: Layout) -> Iterator[Strip]:
        """Yield the strips that tell whether the others may have changed."""
        if layout.cuts is not None:
            yield layout.cuts
        for part in (*layout.numbers, *layout.texts):
            if part.filling.name in self._telling:
                yield part.strip
        for strip in layout.labels:
            if strip.oids[0] not in self._labels:
                yield strip


@lru_cache(maxsize=4096)
def _slice(start: int, stop: int) -> slice:
    """Return a slice, one object for all devices that are read alike."""
    return slice(start, stop)


def _tells(kind: ColumnKind, oid: Oid) -> bool:
    return kind in (ColumnKind.ENUM, ColumnKind.TEXT) or oid in (IF_LAST_CHANGE, IF_HIGH_SPEED)
