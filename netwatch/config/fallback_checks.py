"""Whom a route falls back on can be told, and is somebody else than who was not reached.

May import: netwatch.notify, netwatch.model. Called by: checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from netwatch.config.parts import Tree, names_of, routes_of, unknown
from netwatch.config.tree import EACH, found, text_of, texts
from netwatch.model import KeyPath, Problem, YamlFile
from netwatch.notify import parse_mailbox


def fallback_checks(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Yield every fallback that nobody is, that no mail reaches, or that goes in a circle."""
    mailed = {name: _addresses(tree, path) for name, path in names_of(tree, "receivers").items()}
    for path, node in routes_of(tree):
        for at, name in texts(node, "fallback", EACH):
            if name not in mailed and "@" in name:
                yield from _address(file, (*path, *at), name)
            elif name not in mailed:
                yield unknown(file, (*path, *at), "receiver", name, mailed)
            elif not mailed[name]:
                yield file.problem((*path, *at), f"the receiver {name!r} has no email, and this is told by mail")
    yield from _circles(file, mailed, tree.get("route"), ("route",), None, ())


def _address(file: YamlFile, path: KeyPath, text: str) -> Iterator[Problem]:
    try:
        parse_mailbox(text)
    except ValueError as exc:
        yield file.problem(path, str(exc))


def _circles(
    file: YamlFile, mailed: Mapping[str, Sequence[str]], node: Any, path: KeyPath, receiver: str | None,
    fallback: Sequence[str],
) -> Iterator[Problem]:  # fmt: skip
    """Yield where all that did not reach somebody would be told to him; of what is inherited it is a warning."""
    if not isinstance(node, dict):
        return
    own = [name for _, name in texts(node, "fallback", EACH)]
    receiver, fallback = text_of(node, "receiver") or receiver, own if "fallback" in node else fallback
    told = set(mailed.get(receiver or "", ()))
    instead = {one for name in fallback for one in mailed.get(name, [_plain(name)])}
    if instead and instead <= told:
        if own:
            said = (
                f"goes in a circle: what does not reach {receiver!r} would be told at the addresses of {receiver!r}"
            )
            yield file.problem((*path, "fallback"), said)
        elif "receiver" in node:
            said = f"{receiver!r} is whom this route falls back on: smtp.fallback_to is told what does not reach it"
            yield file.problem((*path, "receiver"), said, severity="warning")
    for at, child in found(node, "routes", EACH, path=path):
        yield from _circles(file, mailed, child, at, receiver, fallback)


def _addresses(tree: Tree, path: KeyPath) -> Sequence[str]:
    return [_plain(text) for _, text in texts(tree["receivers"][path[1]], "email", "to", EACH)]


def _plain(text: str) -> str:
    """Return what makes two addresses the same; of a text that is none, itself."""
    try:
        return parse_mailbox(text).address.lower()
    except ValueError:
        return text
