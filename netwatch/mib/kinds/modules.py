"""Kinds of traps as MIB modules tell of them: by their comments, else by the words of their names.

May import: netwatch.model, this room, netwatch.mib.objects. Called by: netwatch.mib.index.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from netwatch.mib.kinds.comments import Comments, comments_in
from netwatch.mib.kinds.words import pairs, severity_by_name
from netwatch.mib.objects import MibObject, ObjectKind
from netwatch.model import KindObject, Oid, TrapKind

MODULES_REMEMBERED = 64


class Modules(Protocol):
    """What is asked of the index."""

    def notification(self, oid: Sequence[int]) -> MibObject | None:
        """Return the notification with exactly this OID."""

    def object_at(self, oid: Sequence[int]) -> tuple[MibObject | None, tuple[int, ...]]:
        """Return the object with the longest OID in front of this one, and the numbers after it."""

    def objects_of(self, module: str) -> tuple[MibObject, ...]:
        """Return every object of one module."""

    def file_of(self, module: str) -> str:
        """Return the file a module was read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Module:
    comments: Mapping[str, Comments]
    ends: Mapping[str, tuple[str, ...]]
    ended: frozenset[str]


class ModuleKinds:
    """Kinds of traps of the modules of one index; what a module says is read when a trap of it comes."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._read: OrderedDict[str, _Module] = OrderedDict()

    def kind_of(self, oid: Oid) -> TrapKind | None:
        """Return what the module of a trap says of it, None where no module names it."""
        found = self._modules.notification(oid)
        if found is None and len(oid) > 2 and oid[-2] == 0:  # it came as v1, and its module puts no 0 there
            found = self._modules.notification((*oid[:-2], oid[-1]))
        if found is None:
            return None
        module = self._module(found.module)
        said = module.comments.get(found.name, Comments())
        objects = {one.name: one for oid in found.objects if (one := self._object(oid)) is not None}
        return TrapKind(
            oid=oid, name=found.full_name, severity=said.severity or severity_by_name(found.name),
            category=said.category, message=said.message, objects=objects,
            ends=tuple(f"{found.module}::{name}" for name in module.ends.get(found.name, ())),
            ended=found.name in module.ended, file=found.file,
        )  # fmt: skip

    def _object(self, oid: Oid) -> KindObject | None:
        found, suffix = self._modules.object_at(oid)
        if found is None or suffix:
            return None
        return KindObject(name=found.name, oid=found.oid, enum=found.syntax.names)

    def _module(self, name: str) -> _Module:
        known = self._read.get(name)
        if known is None:
            traps = [one.name for one in self._modules.objects_of(name) if one.kind is ObjectKind.NOTIFICATION]
            ends = pairs(traps)
            known = _Module(
                comments=comments_in(Path(self._modules.file_of(name))), ends=ends,
                ended=frozenset(one for begun in ends.values() for one in begun),
            )  # fmt: skip
            self._read[name] = known
        self._read.move_to_end(name)
        if len(self._read) > MODULES_REMEMBERED:
            self._read.popitem(last=False)
        return known
