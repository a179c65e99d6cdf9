"""Packs the linked modules into one block of bytes, from which an index answers without unpacking it.

What 1,000 vendor modules define is 400 MB as Python objects and some 15 MB here: OIDs and names stand sorted, and
what is known of each definition in small compressed blocks, unpacked when somebody asks (see layout).

A quiet room: linked modules in, bytes out.
May import: netwatch.model and this room. Called by: netwatch.mib.building.
"""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from netwatch.mib.linking import Linked, Symbol
from netwatch.mib.objects import IndexPart, ResolvedSyntax
from netwatch.mib.pack.keys import key_of
from netwatch.mib.pack.layout import BLOCK, SECTIONS
from netwatch.mib.resolving import Resolver
from netwatch.model import Problem


def pack(linked: Linked, problems: Sequence[Problem]) -> bytes:
    """Return everything that is known, packed."""
    return _Packer(linked).packed(problems)


class _Packer:
    """Numbers what definitions share, and puts the sections together."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked
        self._resolver = Resolver(linked)
        self._words: dict[str, int] = {"": 0}
        self._shapes: dict[str, int] = {}
        self._modules: dict[int, int] = {}
        self._module_rows: list[tuple[str, str, bool]] = []

    def packed(self, problems: Sequence[Problem]) -> bytes:
        symbols = self._sorted()
        keys = [key_of(symbol.oid) for symbol in symbols]
        records = _blocks(json.dumps(self._record(symbol), separators=(",", ":")) for symbol in symbols)
        shapes = _blocks(self._shapes)
        names, name_starts, of_names = self._by_name(symbols)
        module_starts, of_modules = self._by_module(symbols)
        meta = {
            "modules": self._module_rows, "words": list(self._words),
            "errors": sum(problem.severity == "error" for problem in problems),
        }  # fmt: skip
        told = [[one.file, one.line, one.path, one.message, one.severity] for one in problems]
        sections = {
            "meta": _compressed(meta), "problems": _compressed(told),
            "key_ends": _ends(keys), "keys": b"".join(keys),
            "name_ends": _ends(names), "names": b"".join(names), "name_starts": name_starts, "of_names": of_names,
            "module_starts": module_starts, "of_modules": of_modules,
            "block_ends": _ends(records), "blocks": b"".join(records),
            "shape_ends": _ends(shapes), "shapes": b"".join(shapes),
        }  # fmt: skip
        sizes = json.dumps([len(sections[name]) for name in SECTIONS]).encode()
        return b"".join([sizes, b"\n", *(sections[name] for name in SECTIONS)])

    def _sorted(self) -> list[Symbol]:
        told = self._linked.by_oid
        every = [symbol for symbols in self._linked.by_name.values() for symbol in symbols]
        return sorted(every, key=lambda symbol: (symbol.oid, told[symbol.oid] is symbol))

    def _record(self, symbol: Symbol) -> list[Any]:
        obj = self._resolver.object_of(symbol)
        return [
            self._module(symbol), symbol.name, self._word(obj.kind.value), obj.line, self._syntax(obj.syntax),
            self._word(obj.access), self._word(obj.status), self._word(obj.units), self._index(obj.index),
            [str(oid) for oid in obj.objects],
        ]  # fmt: skip

    def _module(self, symbol: Symbol) -> int:
        module = symbol.module
        number = self._modules.get(id(module))
        if number is None:
            number = self._modules[id(module)] = len(self._module_rows)
            self._module_rows.append((module.name, module.file, self._linked.modules.get(module.name) is module))
        return number

    def _word(self, text: str) -> int:
        return self._words.setdefault(text, len(self._words))

    def _syntax(self, syntax: ResolvedSyntax) -> int:
        names = [[number, text] for number, text in syntax.names.items()]
        return self._shape([syntax.base.value, syntax.conventions, names, syntax.hint, syntax.sizes, syntax.ranges])

    def _index(self, parts: Sequence[IndexPart]) -> int:
        return self._shape([[part.name, self._syntax(part.syntax), int(part.implied)] for part in parts])

    def _shape(self, shape: list[Any]) -> int:
        return self._shapes.setdefault(json.dumps(shape, separators=(",", ":")), len(self._shapes))

    def _by_name(self, symbols: Sequence[Symbol]) -> tuple[list[bytes], bytes, bytes]:
        places = {id(symbol): place for place, symbol in enumerate(symbols)}
        told = self._linked.by_oid
        by_name = {name.encode(): found for name, found in self._linked.by_name.items()}
        starts, of_names = array("I", [0]), array("I")
        names = sorted(by_name)
        for name in names:
            meant = sorted(by_name[name], key=lambda symbol: told[symbol.oid] is not symbol)
            of_names.extend(places[id(symbol)] for symbol in meant)
            starts.append(len(of_names))
        return names, starts.tobytes(), of_names.tobytes()

    def _by_module(self, symbols: Sequence[Symbol]) -> tuple[bytes, bytes]:
        """Return the definitions by the number of their module; modules that define nothing get one as well."""
        for module in self._linked.modules.values():
            if id(module) not in self._modules:
                self._modules[id(module)] = len(self._module_rows)
                self._module_rows.append((module.name, module.file, True))
        of_module: list[list[int]] = [[] for _ in self._module_rows]
        for place, symbol in enumerate(symbols):
            of_module[self._modules[id(symbol.module)]].append(place)
        starts, of_modules = array("I", [0]), array("I")
        for places in of_module:
            of_modules.extend(places)
            starts.append(len(of_modules))
        return starts.tobytes(), of_modules.tobytes()


def _compressed(content: object) -> bytes:
    return zlib.compress(json.dumps(content, separators=(",", ":")).encode())


def _blocks(texts: Iterable[str]) -> list[bytes]:
    """Return JSON texts as compressed lists, so many in each."""
    every = list(texts)
    return [
        zlib.compress(f"[{','.join(every[place : place + BLOCK])}]".encode()) for place in range(0, len(every), BLOCK)
    ]


def _ends(pieces: Iterable[bytes]) -> bytes:
    ends, end = array("I", [0]), 0
    for piece in pieces:
        end += len(piece)
        ends.append(end)
    return ends.tobytes()
