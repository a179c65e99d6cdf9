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
from operator import is_
from typing import Final

from netwatch.compiled.column_twins import packed, uniform
from netwatch.model import ColumnKind, Missing, Oid, Value
from netwatch.polling.columns.strips import Strip
from netwatch.polling.identical import Identical
from netwatch.polling.layout import Layout
from netwatch.polling.uptime import Passage
from netwatch.profiles import TableSpec

IF_HIGH_SPEED: Final = Oid.parse("1.3.6.1.2.1.31.1.1.1.15")
IF_LAST_CHANGE: Final = Oid.parse("1.3.6.1.2.1.2.2.1.9")
SECONDS_PER_TURN: Final = 60.0
SLACK: Final = 0.9
"""A poll that begins a little early must not wait for the next one."""
_NEVER: Final = float("-inf")
MOST_TABLES: Final = 128
"""Tables that like devices have whose instances are put in order once."""
MOST_INSTANCES: Final = 4096
"""Of one table; a longer one is like that of no other device, and takes half a megabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What of a table is asked with every poll and what seldom, in the order of its layout; one for like devices.

    texts_at: where among `often` texts begin. ranges: where in an answer to all what is asked seldom stands.
    witnesses: where among `often` stands what tells that the others may have changed. changes: ifLastChange there.
    is_mute: speeds may change without a word, as of some ports ifHighSpeed is missing.
    """

    often: tuple[Oid, ...]
    seldom: tuple[Oid, ...]
    texts_at: int
    ranges: tuple[slice, ...]
    witnesses: tuple[slice, ...]
    changes: slice | None
    is_mute: bool


class Seldom:
    """What of one table of one device is asked seldom.

    `aged` says by name when its columns were asked last.
    """

    def __init__(self, spec: TableSpec, split: Split) -> None:
        self._terms, self._split = terms_of(Identical(spec)), split
        self._are_kept = True
        self._kept: list[Sequence[Value]] = []
        self._seen: list[Sequence[Value]] = []
        self._asked_at = _NEVER
        self._turns = 0
        self.aged: Mapping[str, datetime] = {}

    def forget(self) -> None:
        """Have everything asked with the next poll."""
        self._asked_at = _NEVER

    def is_due(self, often: Sequence[Value], passage: Passage, now: float) -> bool:
        """Return whether what is asked seldom is to be asked beside these answers; `now` is monotonic seconds."""
        self._turns += 1
        return (
            self._split.is_mute
            or self._turns >= self._terms.every
            or now - self._asked_at >= self._terms.every * SECONDS_PER_TURN * SLACK
            or not passage.is_same_life
            or not self._are_kept
            or [packed(often[part]) for part in self._split.witnesses] != self._seen
        )

    def take(self, values: Sequence[Value], often: Sequence[Value], now: float, at: datetime) -> None:
        """Take in what was asked seldom; what the device did not give is asked for again with every poll."""
        self._kept, start = [], 0
        for part in self._split.ranges:
            stop = start + part.stop - part.start
            self._kept.append(uniform(packed(values[start:stop])))
            start = stop
        self._seen = [uniform(packed(often[part])) for part in self._split.witnesses]
        self._are_kept = self._are_changes_kept(often)
        self._turns = 0
        is_whole = not any(isinstance(value, Missing | None) for value in values)
        self._asked_at, self.aged = now if is_whole else _NEVER, dict.fromkeys(self._terms.names, at)

    def completed(self, often: list[Value]) -> list[Value]:
        """Put what was asked seldom in its place among the answers; takes the list over."""
        for part, values in zip(self._split.ranges, self._kept, strict=True):
            often[part.start : part.start] = values
        return often

    def _are_changes_kept(self, often: Sequence[Value]) -> bool:
        """Return whether the agent keeps ifLastChange, where it is what tells of other speeds.

        Ports that never changed say 0; an agent whose ports all say the same does not keep it, as far as one can see.
        """
        if not self._terms.last_change:
            return True
        where = self._split.changes
        changes = set(often[where]) if where is not None else set[Value]()
        return len(changes) > 1 and all(isinstance(value, int) for value in changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What is asked seldom by a specification, and what tells of it.

    columns: their names. labels: their columns. names: of both. every: once in how many polls. telling: names of
    columns. last_change: the name of ifLastChange. speaking: columns that say a port's speed with every poll.
    """

    columns: frozenset[str]
    labels: frozenset[Oid]
    names: tuple[str, ...]
    every: int
    telling: frozenset[str]
    last_change: str
    speaking: frozenset[str]


@lru_cache(maxsize=MOST_TABLES)
def terms_of(one: Identical[TableSpec]) -> _Terms:
    """Return what a specification has asked seldom; worked out once."""
    spec = one.it
    columns = [column for column in spec.columns if column.every > 1 and not column.kind.is_counter]
    labels = [label for label in spec.labels if label.every > 1 and label.name != spec.identity]
    seldom = frozenset(column.name for column in columns)
    return _Terms(
        columns=seldom,
        labels=frozenset(label.oid for label in labels if label.oid is not None),
        names=(*seldom, *(label.name for label in labels)),
        every=min([*(one.every for one in columns), *(one.every for one in labels)], default=1),
        telling=frozenset(column.name for column in spec.columns if _tells(column.kind, column.oid)) - seldom,
        last_change=next((column.name for column in spec.columns if column.oid == IF_LAST_CHANGE), ""),
        speaking=frozenset(column.name for column in spec.columns if column.oid == IF_HIGH_SPEED) - seldom,
    )


class _Parts:
    """What of a layout is asked, equal to another only where all its parts are the very same objects.

    That is so of layouts that were made once for like devices, whose rows are their own all the same.
    """

    __slots__ = ("_of", "layout", "spec")

    def __init__(self, spec: TableSpec, layout: Layout) -> None:
        self.spec, self.layout = spec, layout
        self._of = (spec, layout.cutting, layout.suffixes, layout.labels, layout.cuts, layout.heads)

    def __hash__(self) -> int:
        return hash(tuple(map(id, self._of)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Parts) and all(map(is_, self._of, other._of))


def split_of(spec: TableSpec, layout: Layout) -> Split:
    """Return what of a layout is asked often and what seldom; the same of layouts that ask the same."""
    return _split(_Parts(spec, layout)) if layout.size <= MOST_INSTANCES else split_anew(spec, layout)


@lru_cache(maxsize=MOST_TABLES)
def _split(parts: _Parts) -> Split:
    return split_anew(parts.spec, parts.layout)


def split_anew(spec: TableSpec, layout: Layout) -> Split:
    """Return what `split_of` does, worked out."""
    terms = terms_of(Identical(spec))
    seldom = [strip for strip in _strips(terms, layout) if strip.stop > strip.start]
    ranges = tuple(_slice(strip.start, strip.stop) for strip in seldom)
    instances = layout.instances()
    kept = [oid for part in ranges for oid in instances[part]]
    for part in reversed(ranges):
        del instances[part]

    def among_often(strip: Strip) -> slice:
        before = sum(one.stop - one.start for one in ranges if one.start < strip.start)
        return _slice(strip.start - before, strip.stop - before)

    left_out = sum(one.stop - one.start for one in ranges if one.start < layout.texts_at)
    speaking = {part.filling.name for part in layout.numbers if part.strip.rows is None}
    changes = [part.strip for part in layout.numbers if part.filling.name == terms.last_change]
    return Split(
        often=tuple(instances),
        seldom=tuple(kept),
        texts_at=layout.texts_at - left_out,
        ranges=ranges,
        witnesses=(slice(1, len(layout.heads)), *map(among_often, _telling_strips(terms, layout))),
        changes=among_often(changes[0]) if changes else None,
        is_mute=not terms.speaking <= speaking,
    )


def _strips(terms: _Terms, layout: Layout) -> Iterator[Strip]:
    """Yield the strips that are asked seldom, in order."""
    for part in (*layout.numbers, *layout.texts):
        if part.filling.name in terms.columns:
            yield part.strip
    for strip in layout.labels:
        if strip.oids[0] in terms.labels:
            yield strip


def _telling_strips(terms: _Terms, layout: Layout) -> Iterator[Strip]:
    """Yield the strips that tell whether the others may have changed."""
    if layout.cuts is not None:
        yield layout.cuts
    for part in (*layout.numbers, *layout.texts):
        if part.filling.name in terms.telling:
            yield part.strip
    for strip in layout.labels:
        if strip.oids[0] not in terms.labels:
            yield strip


@lru_cache(maxsize=4096)
def _slice(start: int, stop: int) -> slice:
    """Return a slice, one object for all devices that are read alike."""
    return slice(start, stop)


def _tells(kind: ColumnKind, oid: Oid) -> bool:
    return kind in (ColumnKind.ENUM, ColumnKind.TEXT) or oid in (IF_LAST_CHANGE, IF_HIGH_SPEED)
