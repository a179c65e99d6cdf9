"""Makes plain data of frozen values, and the values of it again: numbers, texts and lists, nothing that could run.

What is packed is a list of nodes, each made of nodes before it, so that what many share is packed once and is shared
again afterwards: all that is equal, but for values that are told apart by who they are. A value is of one of the
classes that are named here, or there is no such value.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.kept.shelf.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from netwatch.model import ColumnKind, Oid, Problem
from netwatch.profiles.catalogue import KnownMap
from netwatch.profiles.concepts import concept_map, templates
from netwatch.profiles.edits import Edit
from netwatch.profiles.foreign.librenms import detection
from netwatch.profiles.profile import ColumnSpec, LabelSpec, Profile, TableSpec

CLASSES: Final[tuple[type[Any], ...]] = (
    ColumnSpec, LabelSpec, TableSpec, Profile, Edit, KnownMap, Problem,
    concept_map.ConceptMap, concept_map.Expression, concept_map.Join, concept_map.NumberMap, concept_map.Selection,
    concept_map.Thresholds, concept_map.WordMap,
    templates.Extracted, templates.FirstFilled, templates.Named, templates.OfIndex, templates.Template,
    detection.Condition, detection.System, detection.Wanted,
)  # fmt: skip
_ATOMS: Final = frozenset({str, int, float, bool, type(None)})
_TUPLE, _LIST, _SET, _MAPPING, _OID, _KIND, _VALUE = range(7)
Data = dict[str, Any]


class NotPacked(ValueError):
    """A value is of a class that is not packed."""


def packed(value: Any) -> Data:
    """Return a value as what JSON can hold.

    Raises:
        NotPacked: something in it is of no class that is known here.
    """
    packer = _Packer()
    last = packer.add(value)
    shapes = [[number, *names] for number, names in packer.shapes]
    return {"atoms": packer.atoms, "shapes": shapes, "nodes": packer.nodes, "value": last}


class _Packer:
    def __init__(self) -> None:
        self.atoms: list[Any] = []
        self.nodes: list[list[Any]] = []
        self.shapes: dict[tuple[int, tuple[str, ...]], int] = {}
        self._numbers = {one: number for number, one in enumerate(CLASSES)}
        self._defaults = {one: _defaults_of(one) for one in CLASSES}
        self._by_atom: dict[tuple[type, Any], int] = {}
        self._by_node: dict[tuple[Any, ...], int] = {}
        self._by_identity: dict[int, int] = {}
        self._alive: list[Any] = []

    def add(self, value: Any) -> int:
        """Return the number of a value: below zero an atom's, from 0 a node's."""
        kind = type(value)
        if kind in _ATOMS:
            known = self._by_atom.get((kind, value))
            return known if known is not None else self._new_atom(kind, value)
        known = self._by_identity.get(id(value))
        if known is None:
            known = self._by_identity[id(value)] = self._node(value)
            self._alive.append(value)
        return known

    def _new_atom(self, kind: type, value: Any) -> int:
        number = self._by_atom[kind, value] = ~len(self.atoms)
        self.atoms.append(value)
        return number

    def _node(self, value: Any) -> int:
        if isinstance(value, Oid):
            node = [_OID, self.add(str(value))]
        elif isinstance(value, ColumnKind):
            node = [_KIND, self.add(str(value.value))]
        elif isinstance(value, tuple):
            node = [_TUPLE, *map(self.add, value)]
        elif isinstance(value, list):
            node = [_LIST, *map(self.add, value)]
        elif isinstance(value, frozenset):
            node = [_SET, *sorted(map(self.add, value))]
        elif isinstance(value, Mapping):
            node = [_MAPPING, *(self.add(one) for pair in value.items() for one in pair)]
        else:
            node = self._instance(value)
        if isinstance(value, list) or (dataclasses.is_dataclass(value) and type(value).__eq__ is object.__eq__):
            return self._new(node)
        key = tuple(node)
        if key not in self._by_node:
            self._by_node[key] = self._new(node)
        return self._by_node[key]

    def _instance(self, value: Any) -> list[Any]:
        number = self._numbers.get(type(value))
        if number is None:
            raise NotPacked(type(value).__name__)
        names, children = [], []
        for name, default in self._defaults[type(value)]:
            one = getattr(value, name)
            if one is not default and not _same(one, default):
                names.append(name)
                children.append(self.add(one))
        shape = self.shapes.setdefault((number, tuple(names)), len(self.shapes))
        return [_VALUE + shape, *children]

    def _new(self, node: list[Any]) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1


def _same(value: Any, default: Any) -> bool:
    """Return whether a value is the one that its field has anyhow: of the same kind, for 1 and True are equal."""
    return type(value) is type(default) and bool(value == default)


def _defaults_of(one: type[Any]) -> list[tuple[str, Any]]:
    """Return the fields of a class with what they are where nothing is said."""
    return [
        (field.name, field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default)
        for field in dataclasses.fields(one)
    ]


def unpacked(data: Data) -> Any:
    """Return the value that was packed.

    Raises:
        ValueError, TypeError, KeyError, IndexError: this is nothing that was packed here.
    """
    atoms: Sequence[Any] = data["atoms"]
    shapes = [(CLASSES[number], tuple(names)) for number, *names in data["shapes"]]
    found: list[Any] = []
    values = _Values(found, atoms)
    for kind, *parts in data["nodes"]:
        children = [found[part] if part >= 0 else atoms[~part] for part in parts]
        if kind >= _VALUE:
            made, names = shapes[kind - _VALUE]
            found.append(made(**dict(zip(names, children, strict=True))))
        else:
            found.append(_PLAIN[kind](children))
    return values.of(data["value"])


@dataclasses.dataclass(frozen=True, slots=True)
class _Values:
    nodes: Sequence[Any]
    atoms: Sequence[Any]

    def of(self, number: int) -> Any:
        return self.nodes[number] if number >= 0 else self.atoms[~number]


def _mapping(children: list[Any]) -> dict[Any, Any]:
    return dict(zip(children[::2], children[1::2], strict=True))


_PLAIN: Final[Mapping[int, Callable[[list[Any]], Any]]] = {
    _TUPLE: tuple,
    _LIST: list,
    _SET: frozenset,
    _MAPPING: _mapping,
    _OID: lambda children: Oid(map(int, children[0].split("."))),
    _KIND: lambda children: ColumnKind(children[0]),
}
