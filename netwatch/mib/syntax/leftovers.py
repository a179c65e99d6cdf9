"""What is left of a definition that breaks the grammar, when clause after clause is taken out of it.

A DEFVAL, a list of values or a BITS that is wrong costs the type or less, never the name and its place in the tree.

A quiet room: text in, texts out. Runs in the compiler's child process.
May import: nothing. Called by: netwatch.mib.syntax.grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_KIND = re.compile(
    r"[\w-]+\s+(OBJECT-TYPE|MODULE-IDENTITY|OBJECT-IDENTITY|NOTIFICATION-TYPE|TRAP-TYPE|OBJECT-GROUP|NOTIFICATION-GROUP"
    r"|MODULE-COMPLIANCE|AGENT-CAPABILITIES|OBJECT\s+IDENTIFIER)\b"
)
_PLACE = re.compile(r"::=\s*(\{[^{}]*\}|\d+)")
_PART = re.compile(r"[A-Za-z0-9][\w-]*(?:\s*\(\s*\d+\s*\))?")
_SYNTAX = re.compile(r"\bSYNTAX\b")
_NEXT = re.compile(
    r"\b(?:UNITS|ACCESS|MAX-ACCESS|MIN-ACCESS|STATUS|DESCRIPTION|REFERENCE|INDEX|AUGMENTS|DEFVAL)\b|::="
)
_ROWS = re.compile(r"\s*SEQUENCE\s+OF\s+([A-Za-z][\w-]*)")
_ROW = re.compile(r"\s*([A-Z][\w-]*?Entry)\s*\Z")
_ACCESS = re.compile(r"\b(?:MAX-)?ACCESS\s+([a-z][a-z-]*)")
_STATUS = re.compile(r"\bSTATUS\s+(current|mandatory|optional|deprecated|obsolete)\b")
_INDEX = re.compile(r"\bINDEX\s*(\{[^{}]*\})")
_AUGMENTS = re.compile(r"\bAUGMENTS\s*(\{\s*[\w-]+\s*\})")
_OBJECTS = re.compile(r"\b(?:OBJECTS|VARIABLES)\s*(\{[^{}]*\})")
_ENTERPRISE = re.compile(r"\bENTERPRISE\s+(\{\s*[\w-]+\s*\}|[\w-]+)")
_NAME = re.compile(r"(?:IMPLIED\s+)?[a-z][\w-]*")
UNKNOWN_TYPE = "N-0x5e-Unknown"
"""Stands where a type cannot be read."""
Less = tuple[str, str, str]
"""A text that says less, what is lost with it (`{name}` is to be filled in), and how bad that is."""


def less_and_less(quiet: str) -> Iterator[Less]:
    """Yield texts that say less and less than a definition, whose comments and strings are blanked."""
    kind, place = _KIND.match(quiet), _last_place(quiet)
    if kind is None or place is None:
        return
    name = quiet[: kind.start(1)].split()[0]
    macro = kind[1]
    if macro == "OBJECT-TYPE":
        yield from _objects(name, quiet, place)
    elif macro == "NOTIFICATION-TYPE":
        yield _notification(name, _listed(_OBJECTS, quiet), place), "what else it says of {name} is lost", "warning"
        yield _notification(name, "", place), "which objects {name} carries is lost", "error"
    elif macro == "TRAP-TYPE" and place.isdigit() and (found := _ENTERPRISE.search(quiet)):
        yield _trap(name, found[1], _listed(_OBJECTS, quiet), place), "what else it says of {name} is lost", "warning"
        yield _trap(name, found[1], "", place), "which objects {name} carries is lost", "error"
    if not place.isdigit():
        yield f"{name} OBJECT IDENTIFIER ::= {place}", "all but the place of {name} is lost", "error"


def _objects(name: str, quiet: str, place: str) -> Iterator[Less]:
    syntax, index = _syntax(quiet), _index(quiet)
    if syntax:
        yield _object(name, quiet, syntax, index, place), "what else it says of {name} is lost", "warning"
    yield _object(name, quiet, _plain(syntax), index, place), "the type of {name} is lost", "error"
    yield _object(name, quiet, _plain(syntax), "", place), "the type and the index of {name} are lost", "error"


def _last_place(quiet: str) -> str | None:
    """Return where the definition stands, as it is written: what is no name and no number in it is left out."""
    found = list(_PLACE.finditer(quiet))
    if not found:
        return None
    place = found[-1][1]
    return place if place.isdigit() else "{ " + " ".join(_PART.findall(place)) + " }"


def _syntax(quiet: str) -> str:
    begin = _SYNTAX.search(quiet)
    end = _NEXT.search(quiet, begin.end()) if begin else None
    return quiet[begin.end() : end.start()].strip() if begin and end else ""


def _plain(syntax: str) -> str:
    """Return a type that says nothing; a table and a row stay what they are."""
    rows = _ROWS.match(syntax)
    if rows:
        return f"SEQUENCE OF {rows[1][0].upper()}{rows[1][1:]}"
    row = _ROW.match(syntax)
    return row[1] if row else UNKNOWN_TYPE


def _index(quiet: str) -> str:
    augments = _AUGMENTS.search(quiet)
    if augments:
        return f"AUGMENTS {augments[1]}"
    names = _listed(_INDEX, quiet)
    return f"INDEX {{ {names} }}" if names else ""


def _listed(clause: re.Pattern[str], quiet: str) -> str:
    found = clause.search(quiet)
    return ", ".join(_NAME.findall(found[1])) if found else ""


def _object(name: str, quiet: str, syntax: str, index: str, place: str) -> str:
    access, status = _ACCESS.search(quiet), _STATUS.search(quiet)
    said = f"MAX-ACCESS {access[1] if access else 'not-accessible'} STATUS {status[1] if status else 'current'}"
    return f'{name} OBJECT-TYPE SYNTAX {syntax or UNKNOWN_TYPE} {said} DESCRIPTION "" {index} ::= {place}'


def _notification(name: str, objects: str, place: str) -> str:
    carried = f"OBJECTS {{ {objects} }}" if objects else ""
    return f'{name} NOTIFICATION-TYPE {carried} STATUS current DESCRIPTION "" ::= {place}'


def _trap(name: str, enterprise: str, objects: str, place: str) -> str:
    carried = f"VARIABLES {{ {objects} }}" if objects else ""
    return f"{name} TRAP-TYPE ENTERPRISE {enterprise} {carried} ::= {place}"
