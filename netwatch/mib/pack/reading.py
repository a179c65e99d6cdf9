"""Reads what packing wrote: finds definitions by OID, name and module, and unpacks the few that are asked for.

Everything stands in one `bytes`, read once: a file that is cut or replaced meanwhile changes nothing, and threads
share it. What was unpacked lately is kept.

May import: netwatch.model and this room. Called by: netwatch.mib.index, loading, background.
"""

from __future__ import annotations

import json
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

from netwatch.mib.objects import Base, IndexPart, MibObject, ObjectKind, ResolvedSyntax
from netwatch.mib.pack.keys import BEHIND, common_length, key_of, oid_of_key
from netwatch.mib.pack.layout import BLOCK, SECTIONS
from netwatch.model import Oid, Problem

MAX_KEPT = 8192
"""Unpacked definitions, types and indexes that are kept, of each so many."""
MAX_BLOCKS = 32
_Made = TypeVar("_Made")


class _Pieces(Sequence[bytes]):
    """Byte strings that stand behind each other; `ends` says where each ends, with a 0 in front."""

    def __init__(self, ends: memoryview, pieces: bytes) -> None:
        self._ends, self._pieces = ends, pieces

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, place: Any) -> Any:  # one at a time: no slices are asked for
        return self._pieces[self._ends[place] : self._ends[place + 1]]


class _Blocks:
    """Compressed lists of JSON; the last few that were unpacked are kept."""

    def __init__(self, pieces: _Pieces) -> None:
        self._pieces = pieces
        self._open: dict[int, list[Any]] = {}

    def __getitem__(self, place: int) -> Any:
        number, inside = divmod(place, BLOCK)
        block = self._open.get(number)
        if block is None:
            block = json.loads(zlib.decompress(self._pieces[number]))
            if len(self._open) >= MAX_BLOCKS:
                self._open.clear()
            self._open[number] = block
        return block[inside]


class Packed:
    """The definitions of all modules, by their place in the order of OIDs."""

    def __init__(self, raw: bytes) -> None:
        """Take packed bytes, which must be whole: who keeps them holds a checksum against them."""
        line, _, _ = raw.partition(b"\n")
        sections, place = {}, len(line) + 1
        for name, size in zip(SECTIONS, json.loads(line), strict=True):
            sections[name] = raw[place : place + size]
            place += size
        meta = json.loads(zlib.decompress(sections["meta"]))
        self.module_rows: Sequence[tuple[str, str, bool]] = [tuple(row) for row in meta["modules"]]
        self.errors: int = meta["errors"]
        self._words: list[str] = meta["words"]
        self._problems = sections["problems"]
        self._keys = _Pieces(_numbers(sections["key_ends"]), sections["keys"])
        self._names = _Pieces(_numbers(sections["name_ends"]), sections["names"])
        self._name_starts, self._of_names = _numbers(sections["name_starts"]), _numbers(sections["of_names"])
        self._module_starts = _numbers(sections["module_starts"])
        self._of_modules = _numbers(sections["of_modules"])
        self._records = _Blocks(_Pieces(_numbers(sections["block_ends"]), sections["blocks"]))
        self._shapes = _Blocks(_Pieces(_numbers(sections["shape_ends"]), sections["shapes"]))
        self._objects: dict[int, MibObject] = {}
        self._syntaxes: dict[int, ResolvedSyntax] = {}
        self._indexes: dict[int, tuple[IndexPart, ...]] = {}

    def __len__(self) -> int:
        """Return how many definitions there are."""
        return len(self._keys)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong in the files, unpacked when first asked for."""
        return tuple(
            Problem(file=file, line=line, column=1, path=path, message=message, severity=severity)
            for file, line, path, message, severity in json.loads(zlib.decompress(self._problems))
        )

    @cached_property
    def module_numbers(self) -> dict[str, list[int]]:
        """Return the numbers of a module's copies by its name, the one that counts first."""
        numbers: dict[str, list[int]] = {}
        for number in sorted(range(len(self.module_rows)), key=lambda number: not self.module_rows[number][2]):
            numbers.setdefault(self.module_rows[number][0], []).append(number)
        return numbers

    def nearest(self, oid: Sequence[int]) -> int | None:
        """Return what is told for the longest OID in front of this one."""
        key = key_of(oid)
        while True:
            place = bisect_right(self._keys, key) - 1
            if place < 0:
                return None
            found = self._keys[place]
            if key.startswith(found):
                return place
            key = key[: common_length(key, found)]

    def at(self, oid: Sequence[int]) -> int | None:
        """Return what is told for exactly this OID."""
        key = key_of(oid)
        place = bisect_right(self._keys, key) - 1
        exactly = place >= 0 and self._keys[place] == key and len(self.object_at(place).oid) == len(oid)
        return place if exactly else None

    def nearest_below(self, oid: Sequence[int]) -> Iterator[int]:
        """Yield what is told for the named OIDs nearest below one, in order."""
        key = key_of(oid)
        place = bisect_right(self._keys, key)
        while place < len(self._keys):
            below: bytes = self._keys[place]
            if not below.startswith(key):
                return
            yield bisect_right(self._keys, below) - 1
            place = bisect_left(self._keys, below + BEHIND)

    def named(self, name: str) -> Sequence[int]:
        """Return every definition of a name, the one that is meant first."""
        wanted = name.encode("utf-8", "replace")
        place = bisect_left(self._names, wanted)
        if place == len(self._names) or self._names[place] != wanted:
            return ()
        return self._of_names[self._name_starts[place] : self._name_starts[place + 1]]

    def names(self) -> Iterator[str]:
        """Yield every name once, sorted."""
        return (name.decode() for name in self._names)

    def count_of_names(self) -> int:
        """Return how many names there are."""
        return len(self._names)

    def of_module(self, number: int) -> Sequence[int]:
        """Return the definitions of a module by its number, in the order of their OIDs."""
        return self._of_modules[self._module_starts[number] : self._module_starts[number + 1]]

    def module_of(self, place: int) -> str:
        """Return in which module a definition stands, without unpacking more of it."""
        number: int = self._records[place][0]
        return self.module_rows[number][0]

    def object_at(self, place: int) -> MibObject:
        """Return all that is known of a definition."""
        known = self._objects.get(place)
        if known is None:
            known = _kept(self._objects, place, self._unpacked(place))
        return known

    def _unpacked(self, place: int) -> MibObject:
        module, name, kind, line, syntax, access, status, units, index, objects = self._records[place]
        module_name, file, _ = self.module_rows[module]
        return MibObject(
            module=module_name, name=name, oid=Oid(oid_of_key(self._keys[place])),
            kind=ObjectKind(self._words[kind]), syntax=self._syntax(syntax), access=self._words[access],
            status=self._words[status], units=self._words[units], index=self._index(index),
            objects=tuple(map(Oid.parse, objects)), file=file, line=line,
        )  # fmt: skip

    def _syntax(self, number: int) -> ResolvedSyntax:
        known = self._syntaxes.get(number)
        if known is None:
            base, conventions, names, hint, sizes, ranges = self._shapes[number]
            known = _kept(self._syntaxes, number, ResolvedSyntax(
                base=Base(base), conventions=tuple(conventions), names=dict(names),
                hint=hint, sizes=tuple((low, high) for low, high in sizes),
                ranges=tuple((low, high) for low, high in ranges),
            ))  # fmt: skip
        return known

    def _index(self, number: int) -> tuple[IndexPart, ...]:
        known = self._indexes.get(number)
        if known is None:
            known = _kept(self._indexes, number, tuple(
                IndexPart(name=name, syntax=self._syntax(syntax), implied=bool(implied))
                for name, syntax, implied in self._shapes[number]
            ))  # fmt: skip
        return known


def _kept(kept: dict[int, _Made], key: int, made: _Made) -> _Made:
    if len(kept) >= MAX_KEPT:
        kept.clear()
    kept[key] = made
    return made


def _numbers(raw: bytes) -> memoryview:
    return memoryview(raw).cast("I")
