"""Joins the facts of modules: follows names through imports to OIDs and types, and tells what cannot be followed.

One missing import costs what stands on it, and nothing else.

A quiet room: no file, no process. The same facts always give the same tree.
May import: netwatch.mib.facts. Called by: netwatch.mib.building, choosing, resolving, pack.writing.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from netwatch.mib.facts import Entry, ModuleFacts, OidParts

MAX_DEPTH = 128
"""No OID is longer (RFC 3416, section 3), so no chain of definitions is."""
MAX_NUMBER = 2**32 - 1
ROOTS = {"ccitt": (0,), "iso": (1,), "joint-iso-ccitt": (2,)}
BASE_TYPES = frozenset(
    ["INTEGER", "Integer32", "Unsigned32", "Gauge32", "Gauge", "Counter32", "Counter", "Counter64", "TimeTicks",
     "IpAddress", "NetworkAddress", "Opaque", "OCTET STRING", "OBJECT IDENTIFIER", "BITS", "Bits", "UInteger32"]
)  # fmt: skip
BASE_MODULES = (
    "SNMPv2-SMI",
    "SNMPv2-TC",
    "SNMPv2-MIB",
    "IF-MIB",
    "INET-ADDRESS-MIB",
    "SNMP-FRAMEWORK-MIB",
    "HCNUM-TC",
)
"""Where a name is looked for first that a module uses without saying where from."""
GENERIC_TRAPS = (1, 3, 6, 1, 2, 1, 11)
"""The enterprise `snmp`: traps of RFC 1215, which RFC 3584, section 3.1, places under snmpTraps."""
SNMP_TRAPS = (1, 3, 6, 1, 6, 3, 1, 1, 5)


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A module that takes part: its facts, and the file they come from."""

    facts: ModuleFacts
    file: str

    @property
    def name(self) -> str:
        """Return the module's own name, whatever its file is called."""
        return self.facts["name"]


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """One definition with its OID found."""

    module: Module
    name: str
    entry: Entry
    oid: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Something a module needs and that is not there; `lost` names what goes with it.

    `message` says what is missing; `part` says what of the lost is lost: the object itself, its type, its index.
    """

    module: Module
    line: int
    message: str
    part: str
    lost: tuple[str, ...]


class Names:
    """Finds what a name means inside a module."""

    def __init__(self, modules: Mapping[str, Module], copies: Sequence[Module] = ()) -> None:
        self._modules = modules
        self._copies: dict[str, list[Module]] = {}
        for copy in copies:
            self._copies.setdefault(copy.name, []).append(copy)
        self._anywhere: dict[str, list[Module]] = {}
        for module in modules.values():
            for name in module.facts["entries"]:
                self._anywhere.setdefault(name, []).append(module)
        for copy in copies:
            for name in copy.facts["entries"]:
                self._anywhere.setdefault(name, [copy])

    def home_of(self, module: Module, name: str) -> Module | None:
        """Return the module that defines what `module` calls `name`.

        What is not found where the module looks for it is taken from a base module, or from the only one that has
        it: vendors forget imports, and old modules import from RFC1213-MIB what has moved long since.
        """
        seen: dict[str, None] = {}
        place: Module | None = module
        while place is not None and place.name not in seen:
            if name in place.facts["entries"]:
                return place
            seen[place.name] = None
            place = self._modules.get(place.facts["imports"].get(name, ""))
        return self._in_copies(seen, name) or self._elsewhere(name)

    def _in_copies(self, modules: Iterable[str], name: str) -> Module | None:
        """Return another file's copy of one of these modules that defines what the one that counts does not."""
        every = (copy for module in modules for copy in (self._modules.get(module), *self._copies.get(module, ())))
        return next((copy for copy in every if copy is not None and name in copy.facts["entries"]), None)

    def _elsewhere(self, name: str) -> Module | None:
        homes = self._anywhere.get(name, [])
        if len(homes) == 1:
            return homes[0]
        return next((home for base in BASE_MODULES for home in homes if home.name == base), None)

    def why_not(self, module: Module, name: str) -> tuple[int | None, str]:
        """Return the line and the words for a name that is nowhere; the line is None where nothing imports it."""
        source = module.facts["imports"].get(name)
        if source is None:
            return None, f"{name} is neither defined nor imported"
        line = module.facts["import_lines"].get(source, module.facts["line"])
        if source not in self._modules:
            return line, f"{name} is imported from {source}, which no file holds"
        return line, f"{name} is imported from {source}, which does not define it"


@dataclass(slots=True)
class Linked:
    """The tree: symbols by OID and by name, and the losses."""

    modules: Mapping[str, Module]
    names: Names
    by_oid: dict[tuple[int, ...], Symbol] = field(default_factory=dict)
    by_name: dict[str, list[Symbol]] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)


class Unplaced(Exception):
    """A definition has no OID: `line` and `message` say what it misses, and `module` in which module."""

    def __init__(self, module: Module, line: int, message: str) -> None:
        super().__init__(message)
        self.module, self.line, self.message = module, line, message


def link(modules: Sequence[Module], copies: Sequence[Module] = ()) -> Linked:
    """Return the tree of all modules; of two with the same name the caller has chosen one.

    The others are `copies`: what they name and no module does is named after all, for vendors reuse module names.
    """
    by_module = {module.name: module for module in modules}
    names = Names(by_module, copies)
    linked = Linked(modules=by_module, names=names)
    places = _Places(names, linked)
    places.find_all()
    places.fill_up(copies)
    linked.losses.extend(_missing_types(names, by_module.values()))
    return linked


class _Places:
    """Gives every definition its OID."""

    def __init__(self, names: Names, linked: Linked) -> None:
        self._names, self._linked = names, linked
        self._found: dict[tuple[int, str], tuple[int, ...] | Unplaced] = {}
        self._open: set[tuple[int, str]] = set()

    def find_all(self) -> None:
        for module in self._linked.modules.values():
            lost: dict[tuple[int, str], list[str]] = {}
            for name, entry in module.facts["entries"].items():
                if "oid" not in entry:
                    continue
                try:
                    oid = self._place(module, name, 0)
                except Unplaced as exc:
                    lost.setdefault(self._blame(module, name, exc), []).append(name)
                else:
                    self._add(Symbol(module, name, entry, oid))
            for (line, message), gone in lost.items():
                self._linked.losses.append(Loss(module=module, line=line, message=message, part="", lost=tuple(gone)))

    def fill_up(self, copies: Iterable[Module]) -> None:
        """Name the places that are still without a name: of names defined twice, and of modules that stand twice."""
        for module in self._linked.modules.values():
            for name, entry in module.facts["again"]:
                self._fill(module, name, entry)
        for module in copies:
            for name, entry in (*module.facts["entries"].items(), *module.facts["again"]):
                self._fill(module, name, entry)

    def _fill(self, module: Module, name: str, entry: Entry) -> None:
        """Keep one more name of a place, the only one where nothing else names it.

        What cannot be placed has been told of, or is a copy's loss.
        """
        if "oid" not in entry:
            return
        try:
            oid = self._joined(module, entry, 0)
        except Unplaced:
            return
        alike = self._linked.by_name.setdefault(name, [])
        if any(known.oid == oid and known.module.name == module.name for known in alike):
            return
        symbol = Symbol(module, name, entry, oid)
        alike.append(symbol)
        self._linked.by_oid.setdefault(oid, symbol)

    def _blame(self, module: Module, name: str, exc: Unplaced) -> tuple[int, str]:
        """Return line and words in the module that loses something; the cause may stand in another one."""
        if exc.module is module:
            return exc.line, exc.message
        line = module.facts["entries"][name].get("line", module.facts["line"])
        return line, f"stands on {exc.module.name}, where {exc.message}"

    def _add(self, symbol: Symbol) -> None:
        self._linked.by_name.setdefault(symbol.name, []).append(symbol)
        other = self._linked.by_oid.setdefault(symbol.oid, symbol)
        if other is not symbol and _rank(symbol) > _rank(other):
            self._linked.by_oid[symbol.oid] = symbol

    def _place(self, module: Module, name: str, depth: int) -> tuple[int, ...]:
        key = id(module), name
        known = self._found.get(key)
        if known is None:
            known = self._found[key] = self._looked_up(key, module, depth)
        if isinstance(known, Unplaced):
            raise known
        return known

    def _looked_up(self, key: tuple[int, str], module: Module, depth: int) -> tuple[int, ...] | Unplaced:
        entry = module.facts["entries"][key[1]]
        if key in self._open:
            return Unplaced(
                module, entry.get("line", module.facts["line"]), f"{key[1]} stands on itself, in a circle"
            )
        self._open.add(key)
        try:
            return self._joined(module, entry, depth)
        except Unplaced as exc:
            return exc
        finally:
            self._open.discard(key)

    def _joined(self, module: Module, entry: Entry, depth: int) -> tuple[int, ...]:
        line = entry.get("line", module.facts["line"])
        if depth > MAX_DEPTH:
            raise Unplaced(module, line, "more definitions stand on each other than an OID has places")
        oid = self._parts(module, entry["oid"], line, depth)
        if "trap" in entry:
            oid = (*SNMP_TRAPS, entry["trap"] + 1) if oid == GENERIC_TRAPS else (*oid, 0, entry["trap"])
        if len(oid) > MAX_DEPTH or max(oid) > MAX_NUMBER or min(oid) < 0:
            raise Unplaced(module, line, "its OID is longer or larger than an OID can be")
        return oid

    def _parts(self, module: Module, parts: OidParts, line: int, depth: int) -> tuple[int, ...]:
        """Return an OID as written: a name starts it anew, numbers follow."""
        oid: tuple[int, ...] = ()
        for part in parts:
            oid = (*oid, part) if isinstance(part, int) else self._named(module, part, line, depth)
        return oid

    def _named(self, module: Module, name: str, line: int, depth: int) -> tuple[int, ...]:
        home = self._names.home_of(module, name)
        if home is None and name in ROOTS:
            return ROOTS[name]
        if home is None:
            at, message = self._names.why_not(module, name)
            raise Unplaced(module, line if at is None else at, message)
        if "oid" not in home.facts["entries"][name]:
            raise Unplaced(module, line, f"{name} is a type, so nothing can stand below it")
        return self._place(home, name, depth + 1)


def _rank(symbol: Symbol) -> tuple[bool, bool, bool]:
    """Return which of two names for a place is told: an object before a node, v2 before v1, living before dead."""
    entry = symbol.entry
    return (
        entry["kind"] != "node",
        symbol.module.facts["modern"],
        entry.get("status") not in ("obsolete", "deprecated"),
    )


def _missing_types(names: Names, modules: Iterable[Module]) -> Iterator[Loss]:
    """Yield the types and index objects that are nowhere; their objects stay, with numbers instead of words."""
    for module in modules:
        lost: dict[tuple[int, str, str], list[str]] = {}
        entries = module.facts["entries"]
        rows = {entry["syntax"]["rows"] for entry in entries.values() if "rows" in entry.get("syntax", {})}
        for name, entry in entries.items():
            for needed, part in _needs(entry, rows):
                if names.home_of(module, needed) is None:
                    at, message = names.why_not(module, needed)
                    line = entry.get("line", module.facts["line"]) if at is None else at
                    lost.setdefault((line, message, part), []).append(name)
        for (line, message, part), gone in lost.items():
            yield Loss(module=module, line=line, message=message, part=part, lost=tuple(gone))


def _needs(entry: Entry, rows: Container[str]) -> Iterator[tuple[str, str]]:
    type_name = entry.get("syntax", {}).get("type")
    is_row = type_name in rows or "index" in entry or "augments" in entry
    if type_name is not None and type_name not in BASE_TYPES and not is_row:
        yield type_name, "the type of "
    for name, _ in entry.get("index", ()):
        if name not in BASE_TYPES:
            yield name, "the index of "
    if "augments" in entry:
        yield entry["augments"], "the index of "
