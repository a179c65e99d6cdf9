"""Who is still mailed at an address that refuses mail for good, as an agent found out.

Works on the plain tree, so that every place is named with its line.
May import: netwatch.mailbox, netwatch.model, netwatch.notify. Called by: cli, through the door.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from netwatch.config.parts import Tree, names_of, routes_of
from netwatch.config.tree import EACH, text_of, texts
from netwatch.mailbox import Refusals
from netwatch.model import KeyPath, Problem, YamlFile, dotted
from netwatch.notify import parse_mailbox


def dead_recipients(file: YamlFile, tree: Tree, dead: Sequence[Refusals]) -> Iterator[Problem]:
    """Yield a warning for every place that names a dead address, with the routes that lead there."""
    known = {one.address: one for one in dead}
    for path, text, who in _mailed(tree):
        if (refusals := known.get(parse_mailbox(text).address.lower())) is not None:
            yield file.problem(path, f"{who}, but {refusals.sentence}", severity="warning")


def _mailed(tree: Tree) -> Iterator[tuple[KeyPath, str, str]]:
    """Yield every address that is mailed, where it stands, and who is told there."""
    ways, known = _ways(tree), names_of(tree, "receivers")
    for path, text in texts(tree, "receivers", EACH, "email", "to", EACH):
        name = text_of(tree["receivers"][path[1]], "name") or ""
        by = f" by {', '.join(ways[name])}" if name in ways else ""
        yield path, text, f"{name!r} is told there{by}"
    for path, text in texts(tree, "smtp", "fallback_to", EACH):
        yield path, text, "what cannot be delivered is told there"
    for route, node in routes_of(tree):
        for at, text in texts(node, "fallback", EACH):
            if text not in known:
                yield (*route, *at), text, f"what {dotted(route)} cannot deliver is told there"


def _ways(tree: Tree) -> Mapping[str, Sequence[str]]:
    """Return the places in the routing tree that lead to each receiver."""
    found: dict[str, list[str]] = {}
    patterns: tuple[tuple[object, ...], ...] = (("receiver",), ("escalate", EACH, "receiver"), ("fallback", EACH))
    for path, node in routes_of(tree):
        for at, name in (one for pattern in patterns for one in texts(node, *pattern)):
            found.setdefault(name, []).append(dotted((*path, *_up_to_list(at))))
    return found


def _up_to_list(at: Sequence[Any]) -> Sequence[Any]:
    """Return a place without what needs no saying: a route itself for its receiver, a step for whom it tells."""
    return at[:-1] if at[-1] == "receiver" else at
