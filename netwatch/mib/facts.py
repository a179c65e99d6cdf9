"""What a MIB module states, as plain JSON: names, places in the tree, syntax, access, index. No prose.

OIDs stay as they are written (`["ifEntry", 10]`): they are joined when an index is built, so that a module's facts
depend on its own text alone and can be cached by it.

A quiet room: pysmi's syntax tree in, facts out. Runs in the compiler's child process.
May import: nothing. Called by: netwatch.mib.syntax.grammar, netwatch.mib.linking (the types).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

OidParts = list[str | int]


class Syntax(TypedDict, total=False):
    """A SYNTAX clause: the type's name, and what refines it. `rows` names the row type of a SEQUENCE OF."""

    type: str
    enums: dict[str, int]
    bits: dict[str, int]
    ranges: list[list[int]]
    sizes: list[list[int]]
    rows: str


class Entry(TypedDict, total=False):
    """One definition. `kind` decides which of the others are there; `index` holds [name, implied] pairs."""

    kind: Literal["object", "type", "notification", "node"]
    line: int
    oid: OidParts
    trap: int
    syntax: Syntax
    hint: str
    access: str
    status: str
    units: str
    index: list[list[Any]]
    augments: str
    objects: list[str]


class Fault(TypedDict):
    """Something wrong in the text: where, in which module or definition, what, and what is lost by it."""

    line: int
    name: str
    message: str
    severity: str


class ModuleFacts(TypedDict):
    """One module; `import_lines` says where each module is named after FROM.

    `again` holds the further definitions of names that `entries` has already; each names its own place.
    """

    name: str
    line: int
    modern: bool
    imports: dict[str, str]
    import_lines: dict[str, int]
    entries: dict[str, Entry]
    again: list[tuple[str, Entry]]
    faults: list[Fault]


def entry_of(clause: tuple[Any, ...]) -> tuple[str, Entry] | None:
    """Return name and facts of one definition of pysmi's syntax tree, None for what states nothing (SEQUENCE)."""
    kind, name, *rest = clause
    reader = _READERS.get(kind)
    entry = reader(rest) if reader else _node(rest)
    return None if entry is None else (str(name), entry)


def _node(rest: list[Any]) -> Entry:
    """Everything that only gives a name to a place: identities, groups, compliance statements."""
    return {"kind": "node", "oid": _oid(rest[-1])}


def _object(rest: list[Any]) -> Entry:
    syntax, units, access, status, _, _, augments, index, _, oid = rest
    entry: Entry = {"kind": "object", "oid": _oid(oid), "syntax": _syntax(syntax)}
    _put(entry, "units", _text(units))
    _put(entry, "access", _text(access))
    _put(entry, "status", _text(status))
    if augments:
        entry["augments"] = _last_name(augments)
    if index and index[1]:
        entry["index"] = [[_last_name(name), bool(implied)] for implied, name in index[1]]
    return entry


def _notification(rest: list[Any]) -> Entry:
    objects, status, _, _, oid = rest
    entry: Entry = {"kind": "notification", "oid": _oid(oid), "objects": _names(objects)}
    _put(entry, "status", _text(status))
    return entry


def _trap(rest: list[Any]) -> Entry:
    enterprise, variables, _, _, number = rest
    return {"kind": "notification", "oid": _oid(enterprise), "trap": int(number), "objects": _names(variables)}


def _type(rest: list[Any]) -> Entry | None:
    declaration = rest[0]
    if not declaration:
        return None
    if len(declaration) == 2:
        hint, status, syntax = None, None, declaration[1]
    else:
        _, hint, status, _, _, syntax = declaration
    if not syntax or syntax[0] == "SEQUENCE":
        return None
    entry: Entry = {"kind": "type", "syntax": _syntax(syntax)}
    _put(entry, "hint", _text(hint))
    _put(entry, "status", _text(status))
    return entry


_READERS: Mapping[str, Any] = {
    "objectTypeClause": _object,
    "notificationTypeClause": _notification,
    "trapTypeClause": _trap,
    "typeDeclaration": _type,
}


_SHOUTED = {"COUNTER32": "Counter32", "COUNTER64": "Counter64", "GAUGE32": "Gauge32", "INTEGER32": "Integer32",
            "UNSIGNED32": "Unsigned32", "TIMETICKS": "TimeTicks", "IPADDRESS": "IpAddress"}  # fmt: skip
"""Base types as some vendors write them."""


def _syntax(node: tuple[Any, ...]) -> Syntax:
    kind = node[0]
    if kind == "conceptualTable":
        return {"rows": str(node[1][1])}
    if kind == "BITS":
        return {"type": "BITS", "bits": {str(name): int(number) for name, number in node[1]}}
    if kind == "SEQUENCE":
        return {}
    name = str(node[1])
    syntax: Syntax = {"type": _SHOUTED.get(name, name)}
    refined = node[2] if len(node) > 2 else None
    if refined:
        _refine(syntax, refined)
    return syntax


def _refine(syntax: Syntax, refined: tuple[Any, ...]) -> None:
    if refined[0] == "enumSpec":
        syntax["enums"] = {str(name): int(number) for name, number in refined[1]}
        return
    spans = [[_number(span[0]), _number(span[-1])] for span in refined[1]]
    if refined[0] == "octetStringSubType":
        syntax["sizes"] = spans
    else:
        syntax["ranges"] = spans


def _number(value: int | str) -> int:
    """Return a bound: a number, or the hexadecimal or binary text that stands for one (`'7fff'h`)."""
    if isinstance(value, int):
        return value
    digits, base = value[1:-2], 16 if value[-1] in "hH" else 2
    return int(digits or "0", base)


def _oid(node: tuple[Any, ...]) -> OidParts:
    """Return the parts; `org(3)` counts by its number, in front by its name, which leads to the rest."""
    first, *others = node[1]
    return [first[0] if isinstance(first, tuple) else first, *(p[1] if isinstance(p, tuple) else p for p in others)]


def _names(node: Any) -> list[str]:
    return [_last_name(name) for name in node[1]] if node else []


def _last_name(name: Any) -> str:
    while isinstance(name, list | tuple):
        name = name[-1]
    return str(name)


def _text(node: Any) -> str:
    return str(node[1]) if isinstance(node, tuple) and len(node) > 1 else ""


def _put(entry: Entry, key: Literal["units", "access", "status", "hint"], text: str) -> None:
    if text:
        entry[key] = text
