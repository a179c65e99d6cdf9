"""Turns a symbol of the tree into a MibObject: its type followed down to the base, its row's index.

A quiet room. May import: netwatch.model, netwatch.mib.linking, netwatch.mib.objects. Called by: netwatch.mib.pack.
"""

from __future__ import annotations

from collections.abc import Mapping

from netwatch.mib.facts import Syntax
from netwatch.mib.linking import BASE_TYPES, Linked, Module, Symbol
from netwatch.mib.objects import Base, IndexPart, MibObject, ObjectKind, ResolvedSyntax
from netwatch.model import Oid

MAX_TYPE_DEPTH = 32
_BASES: Mapping[str, Base] = {
    "INTEGER": Base.INTEGER, "Integer32": Base.INTEGER, "Unsigned32": Base.UNSIGNED, "UInteger32": Base.UNSIGNED,
    "Gauge32": Base.GAUGE, "Gauge": Base.GAUGE, "Counter32": Base.COUNTER32, "Counter": Base.COUNTER32,
    "Counter64": Base.COUNTER64, "TimeTicks": Base.TIME_TICKS, "IpAddress": Base.IP_ADDRESS,
    "NetworkAddress": Base.IP_ADDRESS, "Opaque": Base.OPAQUE, "OCTET STRING": Base.OCTETS,
    "OBJECT IDENTIFIER": Base.OBJECT_IDENTIFIER, "BITS": Base.BITS, "Bits": Base.BITS,
}  # fmt: skip
_HINTS: Mapping[str, str] = {"DisplayString": "255a", "PhysAddress": "1x:", "MacAddress": "1x:"}
"""Hints of conventions that old modules define anew without one (RFC1213-MIB)."""


class Resolver:
    """Makes objects out of symbols; none is kept, for there may be a million."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked

    def object_of(self, symbol: Symbol) -> MibObject:
        """Return the object a symbol stands for."""
        entry, kind = symbol.entry, self.kind_of(symbol)
        return MibObject(
            module=symbol.module.name,
            name=symbol.name,
            oid=Oid(symbol.oid),
            kind=kind,
            syntax=self.syntax_of(symbol.module, entry.get("syntax", {})),
            access=entry.get("access", ""),
            status=entry.get("status", ""),
            units=entry.get("units", ""),
            index=self._index(symbol, kind),
            objects=tuple(self._carried(symbol)),
            file=symbol.module.file,
            line=entry.get("line", 0),
        )

    def kind_of(self, symbol: Symbol) -> ObjectKind:
        """Return what a symbol is; columns and rows are told by what stands above them."""
        entry = symbol.entry
        if entry["kind"] == "notification":
            return ObjectKind.NOTIFICATION
        if entry["kind"] != "object":
            return ObjectKind.NODE
        if "rows" in entry.get("syntax", {}):
            return ObjectKind.TABLE
        if self._is_row(symbol):
            return ObjectKind.ROW
        above = self._above(symbol)
        return ObjectKind.COLUMN if above is not None and self._is_row(above) else ObjectKind.SCALAR

    def _is_row(self, symbol: Symbol) -> bool:
        if "index" in symbol.entry or "augments" in symbol.entry:
            return True
        above = self._above(symbol)
        return above is not None and "rows" in above.entry.get("syntax", {})

    def _above(self, symbol: Symbol) -> Symbol | None:
        return self._linked.by_oid.get(symbol.oid[:-1])

    def _index(self, symbol: Symbol, kind: ObjectKind) -> tuple[IndexPart, ...]:
        row: Symbol | None = None
        if kind is ObjectKind.ROW:
            row = symbol
        elif kind is ObjectKind.COLUMN:
            row = self._above(symbol)
        elif kind is ObjectKind.TABLE:
            row = self._linked.by_oid.get((*symbol.oid, 1))
        return self._index_of_row(row, 0) if row is not None else ()

    def _index_of_row(self, row: Symbol, depth: int) -> tuple[IndexPart, ...]:
        """Return a row's own INDEX, or that of the row it augments (RFC 2578, section 7.8)."""
        augmented = row.entry.get("augments")
        if augmented is not None and "index" not in row.entry:
            base = self._find(row.module, augmented)
            return self._index_of_row(base, depth + 1) if base is not None and depth < MAX_TYPE_DEPTH else ()
        return tuple(self._part(row.module, name, implied) for name, implied in row.entry.get("index", ()))

    def _part(self, module: Module, name: str, implied: bool) -> IndexPart:
        if name in BASE_TYPES:  # SMIv1 allows a bare type
            return IndexPart(name=name, syntax=ResolvedSyntax(base=_BASES[name]), implied=implied)
        symbol = self._find(module, name)
        syntax = ResolvedSyntax() if symbol is None else self.syntax_of(symbol.module, symbol.entry.get("syntax", {}))
        return IndexPart(name=name, syntax=syntax, implied=implied)

    def _carried(self, symbol: Symbol) -> list[Oid]:
        found = (self._find(symbol.module, name) for name in symbol.entry.get("objects", ()))
        return [Oid(carried.oid) for carried in found if carried is not None]

    def _find(self, module: Module, name: str) -> Symbol | None:
        home = self._linked.names.home_of(module, name)
        candidates = self._linked.by_name.get(name, ())
        own = (symbol for symbol in candidates if symbol.module is home)
        of_its_name = (symbol for symbol in candidates if home is not None and symbol.module.name == home.name)
        return next(own, next(of_its_name, None))

    def syntax_of(self, module: Module, syntax: Syntax) -> ResolvedSyntax:
        """Follow a type from convention to convention; the nearest definition that says something has the word."""
        conventions: list[str] = []
        names: Mapping[str, int] = {}
        hint = ""
        sizes: list[list[int]] = []
        ranges: list[list[int]] = []
        place: Module | None = module
        for _ in range(MAX_TYPE_DEPTH):
            names = names or syntax.get("enums") or syntax.get("bits") or {}
            sizes, ranges = sizes or syntax.get("sizes", []), ranges or syntax.get("ranges", [])
            name = syntax.get("type", "")
            if name in BASE_TYPES or place is None:
                break
            conventions.append(name)
            place = self._linked.names.home_of(place, name)
            entry = place.facts["entries"][name] if place is not None else None
            hint = hint or (entry.get("hint", "") if entry else "")
            syntax = entry.get("syntax", {}) if entry else {}
        return ResolvedSyntax(
            base=_BASES.get(name, Base.UNKNOWN),
            conventions=tuple(filter(None, conventions)),
            names={number: text for text, number in names.items()},
            hint=hint or next((_HINTS[c] for c in conventions if c in _HINTS), ""),
            sizes=tuple((low, high) for low, high in sizes),
            ranges=tuple((low, high) for low, high in ranges),
        )
