"""Finds out which rows and columns of a table a device has.

A handful of the table's own columns is walked first, in one request: a device without the table is thereby asked
once and no more. Then the other columns, side by side, for the labels and to learn which row has which column. No
column is indispensable, since agents leave out any of them: a row is what any of the table's own columns has.

May import: netwatch.model, netwatch.snmp, netwatch.profiles. Called by: netwatch.polling.table_poller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache

from netwatch.errors import PollError
from netwatch.model import SCALARS, Column, Device, Missing, Oid, RowSet, Value
from netwatch.polling.answers import usable
from netwatch.polling.columns.strips import Suffix
from netwatch.polling.identical import Identical
from netwatch.polling.layout import SYS_UP_TIME, Layout, Presence, build_layout
from netwatch.polling.plausible import IF_TYPE, VIRTUAL_TYPES
from netwatch.polling.presence.remembered import ALIKE, SameParts, Seen, alike
from netwatch.polling.rows import label_columns, name_rows, witnessed
from netwatch.polling.twins.pairs import Twinning, Twins, judged
from netwatch.profiles import ColumnSpec, TableSpec, edited
from netwatch.snmp import SnmpClient, WalkedColumn

COLUMNS_AT_FIRST, BESIDE_AT_FIRST = 10, 2
"""What one request asks side by side; of a table that is not there it brings no more than one column would."""
MAX_ROWS = 20_000
"""More than any chassis has interfaces; a table of more rows is read up to here and is partial."""
_IF_CHANGES = (Oid.parse("1.3.6.1.2.1.2.1.0"), Oid.parse("1.3.6.1.2.1.31.1.5.0"))
_ENTITY_CHANGES = (Oid.parse("1.3.6.1.2.1.47.1.4.1.0"),)
CHANGES: dict[Oid, tuple[Oid, ...]] = {
    Oid.parse("1.3.6.1.2.1.2.2"): _IF_CHANGES,
    Oid.parse("1.3.6.1.2.1.31.1.1"): _IF_CHANGES,
    Oid.parse("1.3.6.1.2.1.47.1.1"): _ENTITY_CHANGES,
    Oid.parse("1.3.6.1.2.1.99.1.1"): _ENTITY_CHANGES,
}
"""Scalars that say that a table has other rows now: ifNumber, ifTableLastChange, entLastChangeTime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """A table as found: `layout` is None where the device does not have it; `reason` says why it is partial.

    watched: the values of the layout's heads behind sysUpTime, read before the walk.
    twinning: which 64-bit counters are kept. seen: what to find the same again from, None where it is not whole.
    """

    layout: Layout | None
    watched: tuple[Value, ...] = ()
    reason: str = ""
    twinning: Twinning = field(default_factory=Twinning)
    seen: Seen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to discover, with what is known already.

    refused: instances that a walk shows and a GET does not. twinning: which 64-bit counters are kept, so far.
    """

    device: Device
    spec: TableSpec
    previous: Layout | None = None
    refused: AbstractSet[Oid] = field(default_factory=frozenset)
    twinning: Twinning = field(default_factory=Twinning)
    time_budget: timedelta = timedelta(seconds=60)


async def discover_table(client: SnmpClient, question: Question) -> Discovered:
    """Walk a table.

    Raises:
        PollError: the device did not answer, or with an error.
    """
    device, spec = question.device, question.spec
    heads, watched = await _heads(client, device, spec.oid)
    first = _first_columns(spec)
    walk = await client.walk(device, first, time_budget=question.time_budget)
    walked, reason = list(walk.columns), walk.reason
    if not any(column.suffixes for column in walked):
        if walk.partial:
            raise PollError(f"the rows of {spec.name} could not be walked: {reason}")
        return Discovered(layout=None)
    if others := [oid for oid in columns_of(spec) if oid not in first]:
        walk = await client.walk(device, others, time_budget=question.time_budget)
        walked += walk.columns
        reason = reason or walk.reason
    suffixes = row_suffixes(spec, walked)
    reason = reason or _too_long(len(suffixes))
    if reason:
        found = _found(question, heads, suffixes[:MAX_ROWS], walked, partial=True)
        return replace(found, watched=watched, reason=reason)
    return _found_whole(question, heads, watched, suffixes, walked)


def _found_whole(
    question: Question,
    heads: Sequence[Oid],
    watched: tuple[Value, ...],
    suffixes: Sequence[Suffix],
    walked: Sequence[WalkedColumn],
) -> Discovered:
    """Return a table that was walked to its end: what is known of one that says the same is not made again."""
    twinning = _judged(question, _cells(walked), suffixes)
    brought = Seen(
        heads=tuple(heads), watched=watched, suffixes=tuple(suffixes), columns=tuple(walked), twinning=twinning
    )
    seen = alike(brought, valued_columns(question.spec))
    if question.previous is None and not question.refused:
        return replace(restored(question, seen), twinning=twinning, seen=seen)
    found = _found(question, heads, suffixes, walked, partial=False)
    return replace(found, watched=watched, seen=seen)


def restored(question: Question, seen: Seen) -> Discovered:
    """Return a table as it was found, also before NetWatch's restart; made once of devices that were found alike.

    Each has rows of its own: whoever keeps something by the rows of a device keeps it for that one alone.
    """
    asked = replace(question, twinning=seen.twinning)
    if question.previous is None and not question.refused:
        found = _restored(_Alike(asked, seen))
        if found.layout is None:
            return replace(found, watched=seen.watched)
        rows = found.layout.rows
        own = RowSet(index=rows.index, keys=rows.keys, labels=rows.labels)
        return replace(found, watched=seen.watched, layout=replace(found.layout, rows=own))
    return replace(_found(asked, seen.heads, seen.suffixes, seen.columns, partial=False), watched=seen.watched)


class _Alike:
    """What a table is made from, the same for one spec and the very same parts."""

    __slots__ = ("asked", "parts")

    def __init__(self, asked: Question, seen: Seen) -> None:
        self.asked, self.parts = asked, SameParts(seen)

    def __hash__(self) -> int:
        return hash((id(self.asked.spec), self.parts))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Alike) and self.asked.spec is other.asked.spec and self.parts == other.parts


@lru_cache(maxsize=ALIKE)
def _restored(like: _Alike) -> Discovered:
    seen = like.parts.seen
    return _found(like.asked, seen.heads, seen.suffixes, seen.columns, partial=False)


def walked_columns(spec: TableSpec) -> tuple[Oid, ...]:
    """Return every column that a discovery of a table walks."""
    return _walked(Identical(spec))


def valued_columns(spec: TableSpec) -> tuple[Oid, ...]:
    """Return those whose values a layout follows from: labels, what is read once, and what kind of port a row is."""
    return _valued(Identical(spec))


@lru_cache(maxsize=ALIKE)
def _walked(one: Identical[TableSpec]) -> tuple[Oid, ...]:
    return tuple(dict.fromkeys([one.it.walk, *columns_of(one.it)]))


@lru_cache(maxsize=ALIKE)
def _valued(one: Identical[TableSpec]) -> tuple[Oid, ...]:
    once = [column.oid for column in _stay_the_same(one.it) if column.constant is None]
    wanted = dict.fromkeys([*label_columns(one.it), *once, IF_TYPE])
    return tuple(oid for oid in wanted if oid in _walked(one))


async def discover_scalars(client: SnmpClient, question: Question) -> Discovered:
    """Ask every scalar once, to learn which of them the device has; one that is NULL it has not.

    Raises:
        PollError: the device did not answer, or with an error.
    """
    oids = [column.oid for column in question.spec.columns]
    answers = await client.get(question.device, oids) if oids else []
    has = [oid for oid, answer in zip(oids, answers, strict=True) if not isinstance(answer.value, Missing | None)]
    if not has:
        return Discovered(layout=None)
    cells: dict[Oid, dict[Suffix, Value]] = {
        oid: {(): answer.value} for oid, answer in zip(oids, answers, strict=True)
    }
    once = {name: column[0] for name, column in read_once(_stay_the_same(question.spec), [()], cells).items()}
    refused, types = frozenset(question.refused), tuple(map(type, once.values()))  # 1 is not 1.0
    layout = _scalars_alike(Identical(question.spec), tuple(has), refused, tuple(once.items()), types)
    return Discovered(layout=_settled(layout, question.previous))


@lru_cache(maxsize=ALIKE)
def _scalars_alike(
    one: Identical[TableSpec],
    has: tuple[Oid, ...],
    refused: frozenset[Oid],
    once: tuple[tuple[str, Value], ...],
    _types: tuple[type, ...],
) -> Layout:
    """Return the layout of scalars, one for all devices that have the same and say the same of what stays."""
    presence = Presence({oid: [()] for oid in has}, refused)
    return build_layout(one.it, SCALARS, [()], presence, once={name: (value,) for name, value in once})


async def _heads(client: SnmpClient, device: Device, table: Oid) -> tuple[list[Oid], tuple[Value, ...]]:
    """Return the scalars to ask before the rows, and what those behind sysUpTime say now."""
    wanted = next((watches for prefix, watches in CHANGES.items() if table.is_under(prefix)), ())
    if not wanted:
        return [SYS_UP_TIME], ()
    answers = await client.get(device, wanted)
    has = [
        (oid, answer.value)
        for oid, answer in zip(wanted, answers, strict=True)
        if not isinstance(answer.value, Missing)
    ]
    return [SYS_UP_TIME, *(oid for oid, _ in has)], tuple(value for _, value in has)


def columns_of(spec: TableSpec) -> list[Oid]:
    """Return every column to walk, those of the labels first."""
    cuts = [spec.discontinuity] if spec.discontinuity else []
    return list(dict.fromkeys([*label_columns(spec), *(column.oid for column in spec.columns), *cuts]))


def _first_columns(spec: TableSpec) -> list[Oid]:
    """Return what to walk first: mostly own columns, and some that another table holds for the same rows."""
    own = list(dict.fromkeys([spec.walk, *(oid for oid in columns_of(spec) if _is_own(spec, oid))]))
    beside = [column.oid for column in spec.columns if not _is_own(spec, column.oid)][:BESIDE_AT_FIRST]
    return [*own[: COLUMNS_AT_FIRST - len(beside)], *beside]


def _is_own(spec: TableSpec, column: Oid) -> bool:
    """Return whether a column is of the table's own entry; what another table says of rows makes none."""
    return column[:-1] == spec.walk[:-1]


def row_suffixes(spec: TableSpec, walked: Sequence[WalkedColumn]) -> list[Suffix]:
    """Return the union of the instances of the own columns, or of all that have values where those have none."""
    found = [column.suffixes for column in walked if column.suffixes and _is_own(spec, column.oid)]
    if not found:
        values = {column.oid for column in spec.columns}
        found = [column.suffixes for column in walked if column.oid in values]
    first = list(found[0])
    if all(suffixes is found[0] or list(suffixes) == first for suffixes in found):
        return first
    return sorted(set[Suffix]().union(*found))


def _too_long(rows: int) -> str:
    return f"{rows} rows, of which the first {MAX_ROWS} are read" if rows > MAX_ROWS else ""


def _found(
    question: Question,
    heads: Sequence[Oid],
    suffixes: Sequence[Suffix],
    columns: Iterable[WalkedColumn],
    *,
    partial: bool,
) -> Discovered:
    spec, previous = question.spec, question.previous
    cells = _cells(columns)
    twinning = _judged(question, cells, suffixes)
    types = cells.get(IF_TYPE, {})
    kinds = ((row, types.get(suffix)) for row, suffix in enumerate(suffixes))
    virtual = {row: VIRTUAL_TYPES[kind] for row, kind in kinds if isinstance(kind, int) and kind in VIRTUAL_TYPES}
    layout = build_layout(
        spec,
        name_rows(spec, suffixes, cells, previous.rows if previous else None),
        suffixes,
        Presence(cells, question.refused | twinning.unkept.keys()),
        heads=heads,
        labels=label_columns(spec),
        unasked=witnessed(spec, suffixes, cells),
        partial=partial,
        virtual=virtual,
        once=read_once(_stay_the_same(spec), suffixes, cells),
        doubts=Twins(spec).doubts(twinning, suffixes),
    )
    return Discovered(layout=_settled(layout, previous), twinning=twinning)


def _cells(columns: Iterable[WalkedColumn]) -> dict[Oid, dict[Suffix, Value]]:
    return {column.oid: dict(zip(column.suffixes, column.values, strict=True)) for column in columns}


def _judged(question: Question, cells: Mapping[Oid, Mapping[Suffix, Value]], suffixes: Sequence[Suffix]) -> Twinning:
    return judged(question.twinning, dict(Twins(question.spec).looks(cells, suffixes, question.twinning)))


def read_once(
    columns: Iterable[ColumnSpec], suffixes: Sequence[Suffix], cells: Mapping[Oid, Mapping[Suffix, Value]]
) -> dict[str, Column]:
    """Return columns as they were walked, None where a row has none."""
    return {
        column.name: tuple([_once(column, given) for given in map(cells.get(column.oid, {}).get, suffixes)])
        if column.constant is None
        else (column.constant,) * len(suffixes)
        for column in columns
    }


def _once(column: ColumnSpec, given: Value) -> Value:
    value = usable(column.kind, given) if column.edit is None else edited(column.edit, given)
    return value * column.scale if column.scale != 1.0 and isinstance(value, int | float) else value


def _stay_the_same(spec: TableSpec) -> list[ColumnSpec]:
    """Return the columns that discovery alone reads, or that nobody need read."""
    return [
        column
        for column in spec.columns
        if column.constant is not None or (column.once and not column.kind.is_counter)
    ]


def _settled(layout: Layout, previous: Layout | None) -> Layout:
    """Return the layout before where nothing changed, or where the new one saw less only because it is partial."""
    if previous is None:
        return layout
    if layout.partial and set(previous.suffixes) >= set(layout.suffixes):
        return previous if previous.partial else replace(previous, partial=True)
    return previous if layout.says_the_same(previous) else layout
