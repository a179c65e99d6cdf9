"""Draws what stands below a place of the tree, or what a module defines; as flat rows for --json.

May import: netwatch.mib, netwatch.model. Called by: netwatch.cli.names.mib.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.markup import escape
from rich.tree import Tree

from netwatch.mib import MibIndex, MibObject, ObjectKind

PLACE_DEPTH = 4
MODULE_DEPTH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """An object, how deep it stands in what is drawn (from 1), and its numbers behind what stands above it."""

    obj: MibObject
    depth: int
    below: tuple[int, ...]


def below_place(index: MibIndex, oid: Sequence[int], depth: int, level: int = 1) -> Iterator[Leaf]:
    """Yield what stands below a place, each before what stands below it."""
    for child in index.children_of(oid):
        yield Leaf(obj=child, depth=level, below=tuple(child.oid[len(oid) :]))
        if level < depth:
            yield from below_place(index, child.oid, depth, level + 1)


def of_module(index: MibIndex, module: str, depth: int) -> Iterator[Leaf]:
    """Yield what a module defines, each before what stands below it, also where several names have one place."""
    above: list[MibObject] = []
    for obj in index.objects_of(module):
        while above and not (obj.oid.is_under(above[-1].oid) and obj.oid != above[-1].oid):
            above.pop()
        if len(above) < depth:
            start = len(above[-1].oid) if above else 0
            yield Leaf(obj=obj, depth=len(above) + 1, below=tuple(obj.oid[start:]))
        above.append(obj)


def drawn(title: str, leaves: Iterator[Leaf]) -> Tree:
    """Return a tree for the screen."""
    branches = [Tree(escape(title))]
    for leaf in leaves:
        del branches[leaf.depth :]
        number = ".".join(map(str, leaf.below))
        branches.append(branches[-1].add(escape(f"{leaf.obj.name}({number}){_words(leaf.obj)}")))
    return branches[0]


def flat(leaf: Leaf) -> dict[str, object]:
    """Return one row of JSON."""
    obj = leaf.obj
    return {
        "name": obj.full_name, "oid": str(obj.oid), "depth": leaf.depth, "kind": obj.kind.value,
        "type": obj.syntax.name if _has_values(obj) else "", "access": obj.access,
        "index": [part.name for part in obj.index] if obj.kind is ObjectKind.ROW else [],
    }  # fmt: skip


def _has_values(obj: MibObject) -> bool:
    return obj.kind in (ObjectKind.SCALAR, ObjectKind.COLUMN)


def _words(obj: MibObject) -> str:
    if _has_values(obj):
        return f"  {obj.syntax.name or 'of a type that is not known'} {obj.access}"
    if obj.kind is ObjectKind.ROW:
        return f"  [{', '.join(part.name for part in obj.index)}]"
    return f"  {obj.kind.value}" if obj.kind in (ObjectKind.TABLE, ObjectKind.NOTIFICATION) else ""
