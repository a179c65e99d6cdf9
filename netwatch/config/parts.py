"""The named parts of a file, and what is said of a name that is not there or there twice.

May import: netwatch.model. Called by: checks, stage_checks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from netwatch.config.names import did_you_mean
from netwatch.config.tree import EACH, found, texts
from netwatch.model import KeyPath, Problem, YamlFile, dotted

Tree = Mapping[str, Any]


def unknown(file: YamlFile, path: KeyPath, what: str, name: str, known: Collection[str]) -> Problem:
    """Return the problem of a name that nothing has."""
    return file.problem(path, f"there is no {what} {name!r}" + did_you_mean(name, known))


def names_of(tree: Tree, part: str) -> dict[str, KeyPath]:
    """Return each name in a list of parts, and where it first stands."""
    names: dict[str, KeyPath] = {}
    for path, name in texts(tree, part, EACH, "name"):
        names.setdefault(name, path)
    return names


def duplicates(file: YamlFile, tree: Tree, part: str) -> Iterator[Problem]:
    """Yield a problem for every name in a list of parts that an earlier one has."""
    first = names_of(tree, part)
    for path, name in texts(tree, part, EACH, "name"):
        if first[name] != path:
            line, _ = file.position(first[name])
            yield file.problem(path, f"{name!r} is already the name of {dotted(first[name][:-1])} in line {line}")


def routes_of(tree: Tree) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    """Yield every node of the routing tree, the root first."""
    return _nodes(tree.get("route") or {}, ("route",))


def _nodes(node: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    if not isinstance(node, dict):
        return
    yield path, node
    for at, child in found(node, "routes", EACH, path=path):
        yield from _nodes(child, at)
