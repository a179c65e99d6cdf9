"""What a discovery found, kept over a restart of NetWatch, so that it need not be walked again.

Kept is what the walk brought as far as the layout follows from it: which rows have which columns, and the values of
labels and of columns that are read once; no counters. From that the layout is built as it was. Whether it is still
true the first poll shows, as every poll does: ifNumber and ifTableLastChange, names, instances that are refused; and
what belonged to another device, or to a life of it that is over, is not used at all.

A quiet room. May import: netwatch.model, netwatch.snmp. Called by: device_poller, table_poller, discover.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv4Address
from operator import eq
from typing import Any

from netwatch.model import Memory, Missing, Oid, Value
from netwatch.polling.columns.strips import Suffix
from netwatch.polling.twins.pairs import Pair, Twinning
from netwatch.snmp import WalkedColumn

SCOPE = "layouts"
MOST_BYTES = 4 * 2**20
"""What one table may unfold to; a written one of 20,000 rows is smaller."""
ALIKE = 256
"""Tables of devices that are alike in every label are found, folded and unfolded once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a walk brought. watched: what the heads behind sysUpTime said."""

    heads: tuple[Oid, ...]
    watched: tuple[Value, ...]
    suffixes: tuple[Suffix, ...]
    columns: tuple[WalkedColumn, ...]
    twinning: Twinning


def alike(seen: Seen, needed: Collection[Oid]) -> Seen:
    """Return a table as a restart would find it, without the values that no layout follows from.

    Its parts are the very objects of one found before that says the same: what is made of them is made once.
    """
    columns = tuple(_without_values(column, seen.suffixes, keeps=column.oid in needed) for column in seen.columns)
    types = tuple(tuple(map(type, column.values)) for column in columns if column.oid in needed)  # 1 is not 1.0
    return replace(_one(seen.heads, seen.suffixes, columns, tuple(seen.twinning.unkept.items()), types),
                   watched=seen.watched)  # fmt: skip


def _without_values(column: WalkedColumn, suffixes: tuple[Suffix, ...], *, keeps: bool) -> WalkedColumn:
    there = tuple(column.suffixes)
    return WalkedColumn(
        oid=column.oid, suffixes=suffixes if there == suffixes else there, tags=(),
        values=tuple(column.values) if keeps else (None,) * len(there),
    )  # fmt: skip


@lru_cache(maxsize=ALIKE)
def _one(
    heads: tuple[Oid, ...],
    suffixes: tuple[Suffix, ...],
    columns: tuple[WalkedColumn, ...],
    unkept: tuple[tuple[Oid, Pair], ...],
    _types: tuple[tuple[type, ...], ...],
) -> Seen:
    twinning = Twinning(unkept=dict(unkept))
    return Seen(heads=heads, watched=(), suffixes=suffixes, columns=columns, twinning=twinning)


class SameParts:
    """What a walk brought, equal to another only where its parts are the very same objects."""

    __slots__ = ("seen",)

    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    def __hash__(self) -> int:
        return id(self.seen.columns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameParts) and all(
            getattr(self.seen, name) is getattr(other.seen, name)
            for name in ("heads", "suffixes", "columns", "twinning")
        )


def key_of(device: str, table: str) -> str:
    """Return under which key a table is kept; a device's name has no slash."""
    return f"{device}/{table}"


def by_device(memories: Iterable[Memory]) -> dict[str, dict[str, str]]:
    """Return what is kept, by device and table."""
    found: dict[str, dict[str, str]] = {}
    for memory in memories:
        device, slash, table = memory.key.rpartition("/")
        if memory.scope == SCOPE and slash and memory.text is not None:
            found.setdefault(device, {})[table] = memory.text
    return found


def of_others(memories: Iterable[Memory], scopes: Collection[str], devices: Collection[str]) -> list[Memory]:
    """Return what has what was kept of devices that are asked no more forgotten.

    `scopes` are those whose keys begin with a device's name.
    """
    return [
        Memory(scope=memory.scope, key=memory.key, text=None)
        for memory in memories
        if memory.scope in scopes and memory.text is not None and memory.key.partition("/")[0] not in devices
    ]


def to_text(owner: str, seen: Seen, needed: Iterable[Oid]) -> str:
    """Return what is to be kept of a table.

    `owner` is a digest of who the device says it is; `needed` are the columns whose values are used again.
    """
    head = {"owner": owner, "watched": [_written(value) for value in seen.watched]}
    return f"{json.dumps(head, separators=(',', ':'))}\n{_folded(SameParts(seen), frozenset(needed))}"


@lru_cache(maxsize=ALIKE)
def _folded(parts: SameParts, wanted: frozenset[Oid]) -> str:
    seen = parts.seen
    rows = {suffix: row for row, suffix in enumerate(seen.suffixes)}
    folded = {
        "heads": [str(oid) for oid in seen.heads],
        "suffixes": seen.suffixes,
        "columns": [_column_written(column, rows, with_values=column.oid in wanted) for column in seen.columns],
        "unkept": _pairs_written(seen.twinning.unkept),
    }
    return base64.b85encode(zlib.compress(json.dumps(folded, separators=(",", ":")).encode(), 6)).decode()


def from_text(owner: str, text: str, columns: Sequence[Oid], needed: Iterable[Oid]) -> Seen | None:
    """Return what was kept of a table.

    None where it is another device's, where other columns would be walked today, or where it cannot be read.
    """
    try:
        first, _, blob = text.partition("\n")
        head = json.loads(first)
        if head["owner"] != owner:
            return None
        seen, valued = _unfolded(blob)
        if {column.oid for column in seen.columns} != set(columns) or not set(needed) <= valued:
            return None
        watched = tuple(_read(value) for value in head["watched"])
        if len(watched) != len(seen.heads) - 1:
            return None
        return replace(seen, watched=watched)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, zlib.error, binascii.Error):
        return None


@lru_cache(maxsize=ALIKE)
def _unfolded(blob: str) -> tuple[Seen, frozenset[Oid]]:
    """Return a table, and the columns that have their values."""
    unpacker = zlib.decompressobj()
    plain = unpacker.decompress(base64.b85decode(blob), MOST_BYTES)
    if not unpacker.eof:
        raise ValueError("longer than any table")
    folded = json.loads(plain)
    suffixes = tuple(tuple(map(int, suffix)) for suffix in folded["suffixes"])
    columns = tuple(_column_read(column, suffixes) for column in folded["columns"])
    seen = Seen(
        heads=tuple(map(Oid.parse, folded["heads"])), watched=(), suffixes=suffixes, columns=columns,
        twinning=Twinning(unkept=_pairs_read(folded["unkept"])),
    )  # fmt: skip
    valued = (column.oid for column, kept in zip(columns, folded["columns"], strict=True) if kept[2] is not None)
    return seen, frozenset(valued)


def _column_written(column: WalkedColumn, rows: Mapping[Suffix, int], *, with_values: bool) -> list[Any]:
    """Return a column: its OID, its rows (None for all in order, numbers, or suffixes), and its values or None."""
    has_all = len(column.suffixes) == len(rows) and all(map(eq, column.suffixes, rows))
    where: list[Any] | None = None if has_all else [rows.get(suffix, suffix) for suffix in column.suffixes]
    return [str(column.oid), where, [_written(value) for value in column.values] if with_values else None]


def _column_read(kept: Sequence[Any], suffixes: tuple[Suffix, ...]) -> WalkedColumn:
    oid, where, values = kept
    places = suffixes if where is None else tuple(
        suffixes[place] if isinstance(place, int) else tuple(map(int, place)) for place in where
    )  # fmt: skip
    found = (None,) * len(places) if values is None else tuple(_read(value) for value in values)
    if len(found) != len(places):
        raise ValueError("values that no row has")
    return WalkedColumn(oid=Oid.parse(oid), suffixes=places, tags=(), values=found)


def _pairs_written(pairs: Mapping[Oid, Pair]) -> list[list[Any]]:
    return [[str(oid), pair.wide, pair.narrow] for oid, pair in pairs.items()]


def _pairs_read(kept: Iterable[Sequence[Any]]) -> dict[Oid, Pair]:
    return {Oid.parse(oid): Pair(int(wide), int(narrow)) for oid, wide, narrow in kept}


def _written(value: Value) -> Any:
    """Return a value as JSON has it: octets as text of as many characters, an OID in a list."""
    if isinstance(value, Missing):
        return {"missing": value.name}
    if isinstance(value, Oid):
        return [str(value)]
    if isinstance(value, IPv4Address):
        return {"ipv4": str(value)}
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _read(kept: Any) -> Value:
    if isinstance(kept, dict):
        return IPv4Address(kept["ipv4"]) if "ipv4" in kept else Missing[kept["missing"]]
    if isinstance(kept, list):
        return Oid.parse(kept[0])
    if isinstance(kept, str):
        return kept.encode("latin-1")
    if kept is None or isinstance(kept, int | float):
        return kept
    raise ValueError("no value")
