"""Which instances to ask for, and where in the flat list of answers each column then stands.

The plan asks column by column: sysUpTime, the objects that announce a change, then counters, then other numbers,
then text, then the names of the rows. So every column is a slice, and one look at the types of the numeric part
tells whether all is well.
A 64-bit counter and the 32-bit one it replaces share a slice: each row is asked for the one it has.

A quiet room: built from what discovery walked. May import: netwatch.model, netwatch.profiles.
Called by: netwatch.polling.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache

from netwatch.model import NO_DOUBTS, Column, ColumnKind, Doubts, Oid, RowSet
from netwatch.polling.columns.counters import COUNTER32
from netwatch.polling.columns.cutting import Cutting, cutting_of
from netwatch.polling.columns.strips import CounterStrip, Filling, NumberStrip, Strip, Suffix
from netwatch.profiles import ColumnSpec, TableSpec

MOST_ROWS_ALIKE = 512
"""Suffixes of so many rows are known as one object for all devices that have the same."""
SYS_UP_TIME = Oid.parse("1.3.6.1.2.1.1.3.0")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """The rows of a table and the order of everything asked about them.

    heads:      scalars at the start, sysUpTime first. cuts: ifCounterDiscontinuityTime, where there is one.
    labels:     the columns that name the rows, asked every time so that no name stays with a stranger; less what
                another one is the witness of.
    numbers_at, gauges_at, texts_at, labels_at: where counters, other numbers, text, and names begin.
    virtual:    rows that are no port of their own, with their ifType: they have no speed to be full of.
    once:       columns that discovery alone reads.
    doubts:     what discovery found that the device does not keep, with the reason.
    """

    rows: RowSet
    suffixes: tuple[Suffix, ...]
    heads: tuple[Oid, ...]
    cuts: Strip | None
    cutting: Cutting
    numbers_at: int
    gauges_at: int
    texts_at: int
    size: int
    labels: tuple[Strip, ...]
    labels_at: int
    partial: bool = False
    virtual: Mapping[int, str] = field(default_factory=dict)
    once: Mapping[str, Column] = field(default_factory=dict)
    doubts: Doubts = field(default_factory=lambda: NO_DOUBTS)

    @property
    def counters(self) -> tuple[CounterStrip, ...]:
        """Return where the counters stand."""
        return self.cutting.counters

    @property
    def numbers(self) -> tuple[NumberStrip, ...]:
        """Return where the other numbers stand."""
        return self.cutting.numbers

    @property
    def texts(self) -> tuple[NumberStrip, ...]:
        """Return where texts stand, and what is taken out of texts."""
        return self.cutting.texts

    def instances(self) -> list[Oid]:
        """Return every instance to ask for, in order."""
        found = list(self.heads)
        for strip in self.strips():
            found.extend(strip.instances(self.suffixes))
        return found

    def strips(self) -> list[Strip]:
        """Return every strip, in order."""
        return [*self.value_strips(), *self.labels]

    def value_strips(self) -> list[Strip]:
        """Return the strips of what is measured, without the names of the rows."""
        parts = [*(counter.strip for counter in self.counters)]
        parts += [part.strip for part in (*self.numbers, *self.texts)]
        return parts if self.cuts is None else [self.cuts, *parts]

    def instance_of(self, suffix: Suffix, column: Oid) -> Oid | None:
        """Return what to ask in order to learn whether the device has a row; None where nothing is asked about it.

        That is `column` where the row has it, else whatever else it has.
        """
        row = self.suffixes.index(suffix)
        has = [strip.column_of(row) for strip in (*self.value_strips(), *self.labels) if row in strip.row_numbers()]
        return (column if column in has or not has else has[0]).join(suffix) if has else None

    def rows_only_in(self, places: Sequence[int]) -> set[int]:
        """Return the rows of which every value stands at one of these places of the flat list.

        Names do not count: another table, such as that of the physical parts, often has them still.
        """
        if not places:
            return set()
        given, asked, among = set(places), Counter[int](), Counter[int]()
        for strip in self.value_strips() or self.labels:
            for place, row in enumerate(strip.row_numbers(), start=strip.start):
                asked[row] += 1
                among[row] += place in given
        return {row for row, count in asked.items() if among[row] == count}

    def places_of(self, rows: AbstractSet[int]) -> list[int]:
        """Return where in the flat list the answers about some rows stand."""
        return [
            place
            for strip in self.strips()
            for place, row in enumerate(strip.row_numbers(), start=strip.start)
            if row in rows
        ]

    def says_the_same(self, other: Layout) -> bool:
        """Return whether the other layout asks for the same instances, in the same rows with the same labels."""
        return (
            self.suffixes == other.suffixes
            and self.heads == other.heads
            and self.strips() == other.strips()
            and self.partial == other.partial
            and self.virtual == other.virtual
            and self.once == other.once
            and self.doubts == other.doubts
            and same_rows(self.rows, other.rows)
        )


@lru_cache(maxsize=1024)
def _alike(suffixes: tuple[Suffix, ...]) -> tuple[Suffix, ...]:
    """Return equal suffixes as one object: those of 48 ports take 2.7 kB, and like switches have the same."""
    return suffixes


def same_rows(one: RowSet, other: RowSet) -> bool:
    """Return whether rows, keys and labels agree."""
    return one.index == other.index and one.keys == other.keys and dict(one.labels) == dict(other.labels)


class Presence:
    """Which instances a device has: column OID -> suffixes, without those that a GET was refused."""

    def __init__(self, columns: Mapping[Oid, Iterable[Suffix]], refused: AbstractSet[Oid] = frozenset()) -> None:
        self._columns = {oid: frozenset(suffixes) for oid, suffixes in columns.items()}
        self._refused = refused

    def of(self, column: Oid) -> AbstractSet[Suffix]:
        """Return the rows whose instance the device has and gives on a GET."""
        there = self._columns.get(column, frozenset())
        if not self._refused:
            return there
        return {suffix for suffix in there if column.join(suffix) not in self._refused}


def build_layout(
    spec: TableSpec,
    rows: RowSet,
    suffixes: Sequence[Suffix],
    presence: Presence,
    *,
    heads: Sequence[Oid] = (SYS_UP_TIME,),
    labels: Sequence[Oid] = (),
    unasked: AbstractSet[Oid] = frozenset(),
    partial: bool = False,
    virtual: Mapping[int, str] | None = None,
    once: Mapping[str, Column] | None = None,
    doubts: Doubts | None = None,
) -> Layout:
    """Put the columns of a table that the device has in order; of the labels' instances `unasked` are left out."""
    columns = [column for column in spec.columns if column.name not in (once or {})]
    builder = _Builder(suffixes, presence, at=len(heads))
    cuts = builder.strip_or_none([spec.discontinuity]) if spec.discontinuity else None
    numbers_at = builder.at
    counters = tuple(builder.counter(wide, narrow) for wide, narrow in counter_widths(columns))
    gauges_at = builder.at
    numbers = tuple(builder.number(column) for column in columns if _is_number(column))
    texts_at = builder.at
    texts = tuple(builder.number(column) for column in columns if _is_text(column))
    labels_at = builder.at
    names = tuple(strip for oid in labels if (strip := builder.strip_or_none([oid], unasked)))
    return Layout(
        rows=rows,
        suffixes=_alike(tuple(suffixes)) if len(suffixes) <= MOST_ROWS_ALIKE else tuple(suffixes),
        heads=tuple(heads),
        cuts=cuts,
        cutting=cutting_of(counters, numbers, texts),
        numbers_at=numbers_at,
        gauges_at=gauges_at,
        texts_at=texts_at,
        size=builder.at,
        labels=names,
        labels_at=labels_at,
        partial=partial,
        virtual=virtual or {},
        once=once or {},
        doubts=doubts or NO_DOUBTS,
    )


def _is_number(column: ColumnSpec) -> bool:
    return not column.kind.is_counter and not _is_text(column)


def _is_text(column: ColumnSpec) -> bool:
    """Return whether the device may give anything: a text, or what a number is taken out of."""
    return column.kind is ColumnKind.TEXT or column.edit is not None


def counter_widths(columns: Sequence[ColumnSpec]) -> Iterator[tuple[ColumnSpec, ColumnSpec | None]]:
    """Return each counter with the narrow one it replaces, if the profile asks for both."""
    counters = {column.name: column for column in columns if column.kind.is_counter}
    wide_of = {column.wide_of: column for column in counters.values() if column.wide_of in counters}
    for column in counters.values():
        if column.name in wide_of:
            continue
        yield column, counters.get(column.wide_of)


class _Builder:
    """Lays strip behind strip."""

    def __init__(self, suffixes: Sequence[Suffix], presence: Presence, at: int) -> None:
        self._suffixes = suffixes
        self._all = frozenset(suffixes)
        self._there = presence.of
        self.at = at

    def strip_or_none(self, oids: Sequence[Oid], unasked: AbstractSet[Oid] = frozenset()) -> Strip | None:
        strip = self._strip(oids, unasked)
        return strip if strip.stop > strip.start else None

    def number(self, column: ColumnSpec) -> NumberStrip:
        strip = self._strip([column.oid])
        return NumberStrip(strip=strip, filling=self._filling(column, strip))

    def counter(self, wide: ColumnSpec, narrow: ColumnSpec | None) -> CounterStrip:
        columns = [column for column in (wide, narrow) if column is not None]
        strip = self._strip([column.oid for column in columns])
        wraps_of = {c.oid: None if c.kind is ColumnKind.COUNTER64 else COUNTER32 for c in columns}
        asked = strip.oids if len(strip.oids) > 1 else strip.oids * (strip.stop - strip.start)
        return CounterStrip(
            strip=strip,
            fillings=tuple(self._filling(column, strip) for column in columns),
            wraps_at=tuple(wraps_of[oid] for oid in asked),
            spread=None if strip.rows is None else self._positions(strip, lambda _: True, 0),
            is_octets="octets" in wide.name.lower(),
        )

    def _strip(self, oids: Sequence[Oid], unasked: AbstractSet[Oid] = frozenset()) -> Strip:
        """Ask every row for the first of these columns that it has."""
        asked: list[Oid] = []
        rows: list[int] = []
        columns = [(oid, self._there(oid)) for oid in oids]
        if columns and not unasked and columns[0][1] >= self._all:
            start, self.at = self.at, self.at + len(self._suffixes)
            return Strip(start=start, stop=self.at, oids=(oids[0],) if self._suffixes else (), rows=None)
        for row, suffix in enumerate(self._suffixes):
            for oid, there in columns:
                if suffix in there and not (unasked and oid.join(suffix) in unasked):
                    asked.append(oid)
                    rows.append(row)
                    break
        start, self.at = self.at, self.at + len(rows)
        whole = len(rows) == len(self._suffixes)
        short = (asked[0],) if asked and len(set(asked)) == 1 else tuple(asked)
        return Strip(start=start, stop=self.at, oids=short, rows=None if whole else tuple(rows))

    def _filling(self, column: ColumnSpec, strip: Strip) -> Filling:
        if strip.rows is None and strip.oids in ((column.oid,), ()):
            return Filling(name=column.name, scale=column.scale, picks=None, edit=column.edit)
        only = len(strip.oids) == 1

        def is_mine(place: int) -> bool:
            return strip.oids[0 if only else place] == column.oid

        picks = self._positions(strip, is_mine, strip.start)
        return Filling(name=column.name, scale=column.scale, picks=picks, edit=column.edit)

    def _positions(self, strip: Strip, wanted: Callable[[int], bool], start: int) -> tuple[int, ...]:
        """Return for every row of the table where it stands, counted from `start`, or -1."""
        positions = [-1] * len(self._suffixes)
        for place, row in enumerate(strip.row_numbers()):
            if wanted(place):
                positions[row] = start + place
        return tuple(positions)
