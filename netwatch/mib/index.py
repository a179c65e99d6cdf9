"""The index: OID <-> name, what stands at an OID, and how its values and row indexes read.

A quiet room: built once from linked modules, it only answers.
May import: netwatch.model and this room. Called by: whoever shows or reads names: traps, cli, config, web.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address

from netwatch.mib.index_words import index_words
from netwatch.mib.instances import IndexValue, split
from netwatch.mib.linking import Linked, Symbol
from netwatch.mib.names import parse_name
from netwatch.mib.objects import IndexPart, MibObject, ObjectKind
from netwatch.mib.resolving import Resolver
from netwatch.mib.text import number_text, octets_text
from netwatch.model import Missing, Oid, Problem, Value


class MibIndex:
    """Every loaded module, ready to answer.

    problems: what is wrong in the files, and what is lost by it. modules: the names of all that are loaded.
    """

    def __init__(self, linked: Linked, problems: Sequence[Problem] = ()) -> None:
        self._linked = linked
        self._resolver = Resolver(linked)
        self._in_order: list[tuple[int, ...]] | None = None
        self.problems = tuple(problems)

    @property
    def modules(self) -> tuple[str, ...]:
        """Return the names of the loaded modules, sorted."""
        return tuple(sorted(self._linked.modules))

    def has_module(self, name: str) -> bool:
        """Return whether a module is loaded."""
        return name in self._linked.modules

    def file_of(self, module: str) -> str:
        """Return the file a module was read from."""
        return self._linked.modules[module].file

    def objects_of(self, module: str) -> tuple[MibObject, ...]:
        """Return every object of one module, in the order of their OIDs."""
        facts = self._linked.modules[module].facts
        symbols = (self._symbol(name, module) for name in facts["entries"])
        return tuple(sorted((self._resolver.object_of(s) for s in symbols if s is not None), key=lambda o: o.oid))

    def object_at(self, oid: Sequence[int]) -> tuple[MibObject | None, tuple[int, ...]]:
        """Return the object with the longest OID in front of this one, and the numbers after it."""
        symbol, suffix = self._longest(oid)
        return (None if symbol is None else self._resolver.object_of(symbol)), suffix

    def _longest(self, oid: Sequence[int]) -> tuple[Symbol | None, tuple[int, ...]]:
        key, by_oid = tuple(oid), self._linked.by_oid
        for length in range(len(key), 0, -1):
            symbol = by_oid.get(key[:length])
            if symbol is not None:
                return symbol, key[length:]
        return None, key

    def object_named(self, name: str) -> MibObject | None:
        """Return the object of a name without instance: `IF-MIB::ifDescr` or `ifDescr`."""
        module, _, bare = name.rpartition("::")
        symbol = self._symbol(bare, module)
        return None if symbol is None else self._resolver.object_of(symbol)

    def _symbol(self, name: str, module: str = "") -> Symbol | None:
        """Return what a name means: of several the one that is told for its place."""
        found = [s for s in self._linked.by_name.get(name, ()) if module in ("", s.module.name)]
        told = (s for s in found if self._linked.by_oid.get(s.oid) is s)
        return next(told, found[0] if found else None)

    def name_of(self, oid: Sequence[int]) -> str:
        """Return `IF-MIB::ifOperStatus.3`, an index in words; the numbers where nothing is known of them."""
        symbol, suffix = self._longest(oid)
        if symbol is None:
            return str(Oid(oid))
        name = f"{symbol.module.name}::{symbol.name}"
        if not suffix:
            return name
        index = self._resolver.object_of(symbol).index
        return ".".join([name, *(index_words(index, suffix) if index else map(str, suffix))])

    def path_of(self, oid: Sequence[int]) -> tuple[str, ...]:
        """Return the name of every step from the root, a number where a step has none: `iso`, `org`, `dod`..."""
        key, by_oid = tuple(oid), self._linked.by_oid
        roots: dict[tuple[int, ...], str] = {(0,): "ccitt", (1,): "iso", (2,): "joint-iso-ccitt"}
        steps = (key[: length + 1] for length in range(len(key)))
        return tuple(by_oid[s].name if s in by_oid else roots.get(s, str(s[-1])) for s in steps)

    def children_of(self, oid: Sequence[int]) -> tuple[MibObject, ...]:
        """Return the named objects nearest below an OID, in order."""
        key = tuple(oid)
        found: list[MibObject] = []
        for below in self._below(key):
            if found and below[: len(found[-1].oid)] == found[-1].oid:
                continue
            found.append(self._resolver.object_of(self._linked.by_oid[below]))
        return tuple(found)

    def _below(self, key: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if self._in_order is None:
            self._in_order = sorted(self._linked.by_oid)
        for place in range(bisect_left(self._in_order, (*key, -1)), len(self._in_order)):
            oid = self._in_order[place]
            if oid[: len(key)] != key:
                return
            yield oid

    def notification(self, oid: Sequence[int]) -> MibObject | None:
        """Return the notification with exactly this OID, or None."""
        symbol = self._linked.by_oid.get(tuple(oid))
        if symbol is None or symbol.entry["kind"] != "notification":
            return None
        return self._resolver.object_of(symbol)

    def oid_of(self, name: str) -> Oid:
        """Return the OID somebody typed: `IF-MIB::ifDescr.3`, `ifDescr.3`, `ifDescr`, `mib-2.1`, `1.3.6.1`.

        Raises:
            UnknownName: nothing loaded has that name.
        """
        return parse_name(self, name)

    def names_near(self, name: str) -> tuple[str, ...]:
        """Return a few known names that look like one that is not known."""
        return tuple(difflib.get_close_matches(name, self._linked.by_name, n=3, cutoff=0.75))

    def decode_index(self, obj: MibObject, suffix: Sequence[int]) -> dict[str, str]:
        """Return the index objects of a row by name, as text; empty where the suffix is no index of this table."""
        values = split(obj.index, suffix)
        if not values:
            return {}
        return dict(zip((part.name for part in obj.index), self._index_texts(obj.index, values), strict=True))

    def _index_texts(self, parts: Sequence[IndexPart], values: Sequence[IndexValue]) -> Iterator[str]:
        inet_type: int | None = None
        for part, value in zip(parts, values, strict=True):
            if isinstance(value, int):
                yield part.syntax.names.get(value) or number_text(part.syntax, value)
                inet_type = value if "InetAddressType" in part.syntax.conventions else None
            elif isinstance(value, bytes):
                yield octets_text(part.syntax, value, inet_type if "InetAddress" in part.syntax.conventions else None)
            else:
                yield self.name_of(value) if isinstance(value, Oid) else str(value)

    def format(self, oid: Sequence[int], value: Value, *, inet_type: int | None = None) -> str:
        """Write a value as the object at `oid` wants it: `down(2)`, `5 seconds`, `IF-MIB::linkDown`.

        An InetAddress beside its type is written by it where `inet_type` is given, else by its length.
        """
        if isinstance(value, Missing):
            return value.value
        if value is None:
            return ""
        if isinstance(value, Oid):
            return self.name_of(value)
        if isinstance(value, IPv4Address | float):
            return str(value)
        obj = self._typed(oid)
        if isinstance(value, bytes):
            return octets_text(obj.syntax, value, inet_type)
        text = number_text(obj.syntax, value)
        return f"{text} {obj.units}" if obj.units and value not in obj.syntax.names else text

    def _typed(self, oid: Sequence[int]) -> MibObject:
        """Return the scalar or column a value belongs to; some modules name single instances (sysUpTimeInstance)."""
        found, suffix = self.object_at(oid)
        if found is not None and found.kind is ObjectKind.NODE and not suffix:
            found, _ = self.object_at(oid[:-1])
        return found if found is not None and found.kind in (ObjectKind.SCALAR, ObjectKind.COLUMN) else _NOTHING


_NOTHING = MibObject(module="", name="", oid=Oid(), kind=ObjectKind.NODE)
