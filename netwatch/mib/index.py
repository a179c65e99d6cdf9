"""The index: OID <-> name, what stands at an OID, and how its values and row indexes read.

A quiet room: it only answers, from modules that were packed once.
May import: netwatch.model and this room. Called by: whoever shows or reads names: traps, cli, config, web.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address

from netwatch.mib.index_words import index_words
from netwatch.mib.instances import IndexValue, split
from netwatch.mib.kinds.modules import ModuleKinds
from netwatch.mib.names import parse_name
from netwatch.mib.objects import IndexPart, MibObject, ObjectKind
from netwatch.mib.pack.reading import Packed
from netwatch.mib.text import number_text, octets_text
from netwatch.model import Missing, Oid, Problem, TrapKind, Value

MAX_LOOKED_THROUGH = 20_000
"""Names that are held against one that is not known; of more, those alone that begin alike."""
MAX_REMEMBERED = 8192
"""OIDs whose object is remembered: traps and tables ask for the same ones again and again."""
_ROOTS: dict[tuple[int, ...], str] = {(0,): "ccitt", (1,): "iso", (2,): "joint-iso-ccitt"}


class MibIndex:
    """Every loaded module, ready to answer; it gets no more names."""

    whole = True

    def __init__(self, packed: Packed) -> None:
        self._packed = packed
        self._remembered: dict[tuple[int, ...], MibObject | None] = {}
        self._bottoms: dict[tuple[int, ...], MibObject] = {}
        self._row_names: dict[tuple[int, ...], str] = {}
        self._kinds = ModuleKinds(self)

    def __len__(self) -> int:
        """Return how many definitions there are."""
        return len(self._packed)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong in the files, and what is lost by it."""
        return self._packed.problems

    @property
    def errors(self) -> int:
        """Return how many of the problems are errors, without unpacking them."""
        return self._packed.errors

    @property
    def modules(self) -> tuple[str, ...]:
        """Return the names of the loaded modules, sorted."""
        return tuple(sorted(self._packed.module_numbers))

    def has_module(self, name: str) -> bool:
        """Return whether a module is loaded."""
        return name in self._packed.module_numbers

    def file_of(self, module: str) -> str:
        """Return the file a module was read from; of several copies the one that counts."""
        return self._packed.module_rows[self._packed.module_numbers[module][0]][1]

    def objects_of(self, module: str) -> tuple[MibObject, ...]:
        """Return every object of one module, in the order of their OIDs; what its other copies add is among them."""
        numbers = self._packed.module_numbers[module]
        places = sorted(place for number in numbers for place in self._packed.of_module(number))
        return tuple(map(self._packed.object_at, places))

    def size_of(self, module: str) -> int:
        """Return how many objects a module has."""
        return sum(len(self._packed.of_module(number)) for number in self._packed.module_numbers[module])

    def object_at(self, oid: Sequence[int]) -> tuple[MibObject | None, tuple[int, ...]]:
        """Return the object with the longest OID in front of this one, and the numbers after it."""
        key = tuple(oid)
        try:
            found = self._remembered[key]
        except KeyError:
            found = self._bottoms.get(key[:-1]) or self._looked_up(key)
        return (None, key) if found is None else (found, key[len(found.oid) :])

    def _looked_up(self, key: tuple[int, ...]) -> MibObject | None:
        """Return the object, and remember it: by what is above where nothing is below it, as of a column's rows."""
        place = self._packed.nearest(key)
        found = None if place is None else self._packed.object_at(place)
        if len(self._remembered) + len(self._bottoms) >= MAX_REMEMBERED:
            self._remembered.clear()
            self._bottoms.clear()
            self._row_names.clear()
        if found is not None and len(found.oid) == len(key) - 1 and self._is_bottom(found.oid):
            self._bottoms[found.oid] = found
            if _is_plain_number(found.index):
                self._row_names[found.oid] = f"{found.full_name}."
        else:
            self._remembered[key] = found
        return found

    def _is_bottom(self, oid: Oid) -> bool:
        return next(self._packed.nearest_below(oid), None) is None

    def object_named(self, name: str) -> MibObject | None:
        """Return the object of a name without instance: `IF-MIB::ifDescr` or `ifDescr`."""
        module, _, bare = name.rpartition("::")
        found = (place for place in self._packed.named(bare) if module in ("", self._packed.module_of(place)))
        place = next(found, None)
        return None if place is None else self._packed.object_at(place)

    def name_of(self, oid: Sequence[int]) -> str:
        """Return `IF-MIB::ifOperStatus.3`, an index in words; the numbers where nothing is known of them."""
        column = self._row_names.get(tuple(oid[:-1]))
        if column is not None:  # most tables have such rows, and traps about them come in thousands
            return f"{column}{oid[-1]}"
        obj, suffix = self.object_at(oid)
        if obj is None:
            return str(Oid(oid))
        name = obj.full_name
        if not suffix:
            return name
        if len(suffix) == 1 and _is_plain_number(obj.index):
            return f"{name}.{suffix[0]}"
        return ".".join([name, *(index_words(obj.index, suffix) if obj.index else map(str, suffix))])

    def path_of(self, oid: Sequence[int]) -> tuple[str, ...]:
        """Return the name of every step from the root, a number where a step has none: `iso`, `org`, `dod`..."""
        key = tuple(oid)
        return tuple(self._step(key[: length + 1]) for length in range(len(key)))

    def _step(self, oid: tuple[int, ...]) -> str:
        place = self._packed.at(oid)
        return self._packed.object_at(place).name if place is not None else _ROOTS.get(oid, str(oid[-1]))

    def children_of(self, oid: Sequence[int]) -> tuple[MibObject, ...]:
        """Return the named objects nearest below an OID, in order."""
        return tuple(map(self._packed.object_at, self._packed.nearest_below(oid)))

    def notification(self, oid: Sequence[int]) -> MibObject | None:
        """Return the notification with exactly this OID, or None."""
        found, suffix = self.object_at(oid)
        return found if found is not None and not suffix and found.kind is ObjectKind.NOTIFICATION else None

    def kind_of(self, oid: Oid) -> TrapKind | None:
        """Return what its module says of a kind of trap: its comments, else its name; None for one without a name."""
        return self._kinds.kind_of(oid)

    def oid_of(self, name: str) -> Oid:
        """Return the OID somebody typed: `IF-MIB::ifDescr.3`, `ifDescr.3`, `ifDescr`, `mib-2.1`, `1.3.6.1`.

        Raises:
            UnknownName: nothing loaded has that name.
        """
        return parse_name(self, name)

    def names_near(self, name: str) -> tuple[str, ...]:
        """Return a few known names that look like one that is not known."""
        many = self._packed.count_of_names() > MAX_LOOKED_THROUGH
        first = name[:2].casefold()
        known = (one for one in self._packed.names() if not many or one[:2].casefold() == first)
        return tuple(difflib.get_close_matches(name, known, n=3, cutoff=0.75))

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
        if type(value) is int:  # as most are
            return self._number(oid, value)
        if isinstance(value, Missing):
            return value.value
        if value is None:
            return ""
        if isinstance(value, Oid):
            return self.name_of(value)
        if isinstance(value, IPv4Address | float):
            return str(value)
        if isinstance(value, bytes):
            return octets_text(self._typed(oid).syntax, value, inet_type)
        return self._number(oid, value)

    def _number(self, oid: Sequence[int], value: int) -> str:
        obj = self._typed(oid)
        text = number_text(obj.syntax, value)
        return f"{text} {obj.units}" if obj.units and value not in obj.syntax.names else text

    def _typed(self, oid: Sequence[int]) -> MibObject:
        """Return the scalar or column a value belongs to; some modules name single instances (sysUpTimeInstance)."""
        bottom = self._bottoms.get(tuple(oid[:-1]))
        if bottom is not None and bottom.kind is ObjectKind.COLUMN:
            return bottom
        found, suffix = self.object_at(oid)
        if found is not None and found.kind is ObjectKind.NODE and not suffix:
            found, _ = self.object_at(oid[:-1])
        return found if found is not None and found.kind in (ObjectKind.SCALAR, ObjectKind.COLUMN) else _NOTHING


_NOTHING = MibObject(module="", name="", oid=Oid(), kind=ObjectKind.NODE)


def _is_plain_number(index: Sequence[IndexPart]) -> bool:
    """Return whether an index of one number is written as that."""
    return not index or (len(index) == 1 and index[0].syntax.base.is_number and not index[0].syntax.names)
