"""Finds values in the plain tree of a file, whether the rest of it is right or not.

Checks that look from one part to another work on this tree: so an error in one place hides none in another.

May import: netwatch.model. Called by: the files of this room.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netwatch.model import KeyPath

EACH = object()
"""Stands in a pattern for every item of a list and every value of a mapping."""


def found(tree: Any, *pattern: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Yield path and value of everything that matches `pattern`; what has another shape is passed over.

    `found(tree, "devices", EACH, "credential")` yields each credential a device names.
    """
    if not pattern:
        yield path, tree
        return
    step, rest = pattern[0], pattern[1:]
    for key, child in _children(tree):
        if step is EACH or step == key:
            yield from found(child, *rest, path=(*path, key))


def texts(tree: Any, *pattern: object) -> Iterator[tuple[KeyPath, str]]:
    """Yield path and value of every text that matches `pattern`."""
    return ((path, value) for path, value in found(tree, *pattern) if isinstance(value, str))


def text_of(node: Any, key: str) -> str | None:
    """Return the text under a key; None where something else stands there, which may be no key of anything."""
    value = node.get(key) if isinstance(node, dict) else None
    return value if isinstance(value, str) else None


def every_text(tree: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Yield path and value of every text there is."""
    if isinstance(tree, str):
        yield path, tree
    for key, child in _children(tree):
        yield from every_text(child, (*path, key))


def replaced(tree: Any, path: KeyPath, value: Any) -> None:
    """Put a value into the tree in place of the one at `path`."""
    for step in path[:-1]:
        tree = tree[step]
    tree[path[-1]] = value


def _children(node: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from enumerate(node)


def matches(path: KeyPath, pattern: tuple[object, ...]) -> bool:
    """Return whether `found` would yield this path for this pattern."""
    return len(path) == len(pattern) and all(
        step is EACH or step == key for step, key in zip(pattern, path, strict=True)
    )
