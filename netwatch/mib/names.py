"""Reads the names people type for OIDs, in the forms net-snmp takes.

`IF-MIB::ifDescr.3`, `ifDescr.3`, `.1.3.6.1.2.1.2`, `iso.3.6.1`, `mib-2.system.sysUpTime.0`,
`vacmGroupName.2."public"` (a length in front, where the index wants one), `usmUserStatus.'abc'` (none).

A quiet room. May import: netwatch.model, netwatch.mib.instances. Called by: netwatch.mib.index.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, ip_address
from typing import Protocol

from netwatch.errors import NetWatchError
from netwatch.mib.instances import numbers_of, split_front
from netwatch.mib.objects import Base, IndexPart, MibObject
from netwatch.model import Oid

MAX_NAME = 4096
_TOKEN = re.compile(r'\.?(?:"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|([A-Za-z0-9][\w-]*))', re.ASCII)
_MODULE = re.compile(r"([A-Za-z][\w-]*)::", re.ASCII)
_ROOTS = {"ccitt": Oid((0,)), "iso": Oid((1,)), "joint-iso-ccitt": Oid((2,))}


class UnknownName(NetWatchError, ValueError):
    """A name that no loaded module defines; the message says what comes near it."""


class Tree(Protocol):
    """What of the index names are looked up in."""

    def object_named(self, name: str) -> MibObject | None:
        """Return the object of a name without instance."""

    def object_at(self, oid: Sequence[int]) -> tuple[MibObject | None, tuple[int, ...]]:
        """Return the object nearest above an OID."""

    def names_near(self, name: str) -> tuple[str, ...]:
        """Return known names that look like this one."""

    def has_module(self, name: str) -> bool:
        """Return whether a module is loaded."""


def parse_name(tree: Tree, text: str) -> Oid:
    """Return the OID a text stands for.

    Raises:
        UnknownName: nothing loaded has that name, or what follows it is no index.
    """
    if len(text) > MAX_NAME:
        raise UnknownName("a name of that length is none")
    match = _MODULE.match(text.strip())
    module, rest = (match[1], text.strip()[match.end() :]) if match else ("", text.strip())
    if module and not tree.has_module(module):
        raise UnknownName(f"{text.strip()}: no module {module} is loaded")
    tokens = _tokens(rest, text)
    oid = _start(tree, module, tokens[0])
    for kind, token in tokens[1:]:
        oid = _step(tree, module, oid, kind, token, text)
    try:
        if len(oid) > 1:
            oid.check()
    except ValueError as exc:
        raise UnknownName(f"{text.strip()}: {exc}") from exc
    return oid


def _tokens(rest: str, whole: str) -> list[tuple[str, str]]:
    """Return (kind, text) per step: `word`, `"` or `'`."""
    tokens, place = [], 0
    while place < len(rest):
        match = _TOKEN.match(rest, place)
        if match is None:
            raise UnknownName(f"{whole.strip()!r} is no name such as IF-MIB::ifDescr.3 and no OID")
        kind = '"' if match[1] is not None else "'" if match[2] is not None else "word"
        tokens.append((kind, match[match.lastindex or 0]))
        place = match.end()
    if not tokens or tokens[0][0] != "word":
        raise UnknownName(f"{whole.strip()!r} is no name such as IF-MIB::ifDescr.3 and no OID")
    return tokens


def _start(tree: Tree, module: str, token: tuple[str, str]) -> Oid:
    word = token[1]
    if word.isdigit() and not module:
        return Oid((_number(word),))
    found = tree.object_named(f"{module}::{word}" if module else word)
    if found is not None:
        return found.oid
    if word in _ROOTS and not module:
        return _ROOTS[word]
    raise UnknownName(_unknown(tree, word, module))


def _unknown(tree: Tree, word: str, module: str) -> str:
    near = tree.names_near(word)
    where = f"{module} defines no {word}" if module else f"no loaded module defines {word}"
    return f"{where}; did you mean {' or '.join(near)}?" if near else where


def _number(word: str) -> int:
    if not word.isascii() or len(word) > 10:
        raise UnknownName(f"{word[:20]} is no part of an OID")
    return int(word)


def _step(tree: Tree, module: str, oid: Oid, kind: str, token: str, whole: str) -> Oid:
    if kind == "word" and token.isdigit():
        return oid.child(_number(token))
    obj, suffix = tree.object_at(oid)
    if kind == "word" and (obj is None or not suffix):
        below = tree.object_named(f"{module}::{token}" if module else token)
        if below is not None and below.oid.is_under(oid) and below.oid != oid:
            return below.oid
    part, inet_type = _part_at(obj, suffix)
    try:
        if part is not None:
            return oid.join(_index_numbers(part, kind, token, inet_type))
        if kind == "word":
            raise ValueError(f"{token} stands nowhere below {oid}")
        octets = _unescaped(token)
        return oid.join((len(octets), *octets) if kind == '"' else octets)
    except ValueError as exc:
        raise UnknownName(f"{whole.strip()}: {exc}") from exc


def _part_at(obj: MibObject | None, suffix: tuple[int, ...]) -> tuple[IndexPart | None, int | None]:
    """Return the index object that comes next after these numbers, and the InetAddressType right before it."""
    if obj is None or not obj.index:
        return None, None
    values, rest = split_front(obj.index, suffix)
    if rest or len(values) == len(obj.index):
        return None, None
    before = obj.index[len(values) - 1] if values else None
    typed = before is not None and "InetAddressType" in before.syntax.conventions
    inet_type = values[-1] if typed else None
    return obj.index[len(values)], inet_type if isinstance(inet_type, int) else None


_READ_AS_ADDRESS = (None, 1, 2)
"""Types of an InetAddress that is typed as an address: not said, ipv4, ipv6 (RFC 4001); all others are text."""


def _index_numbers(part: IndexPart, kind: str, token: str, inet_type: int | None) -> tuple[int, ...]:
    syntax = part.syntax
    if syntax.base.is_number:
        numbers = {name: number for number, name in syntax.names.items()}
        if token not in numbers:
            raise ValueError(f"{token} is no value of {part.name}")
        return (numbers[token],)
    if syntax.base is Base.IP_ADDRESS:
        return numbers_of(part, IPv4Address(token))
    if "InetAddress" in syntax.conventions and kind != "'" and inet_type in _READ_AS_ADDRESS:
        return numbers_of(part, ip_address(token).packed)
    octets = _octets(token, syntax.hint)
    return tuple(octets) if kind == "'" else numbers_of(part, octets)


def _octets(token: str, hint: str) -> bytes:
    """Return the octets of a quoted index: `00:1a:2b:3c:4d:5e` where the type is written so, else the text."""
    if hint == "1x:" and re.fullmatch(r"[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2})*", token):
        return bytes(int(octet, 16) for octet in token.split(":"))
    return _unescaped(token)


def _unescaped(token: str) -> bytes:
    return re.sub(r"\\(.)", r"\1", token).encode()
