"""Who a device is, by `modules: os` of LibreNMS: model, version and serial number, read or found in sysDescr.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from netwatch.model import SYSTEM, Oid, bounded_search
from netwatch.profiles.concepts.concept_map import ConceptMap
from netwatch.profiles.concepts.templates import Extracted, FirstFilled, Named, Piece, Template
from netwatch.profiles.edits import Edit
from netwatch.profiles.foreign.librenms.conditions import as_list
from netwatch.profiles.foreign.librenms.drafting import Drafting
from netwatch.profiles.foreign.librenms.patterns import re2_of

FIELDS: Final = {"hardware": "model", "version": "version", "serial": "serial"}
"""Their fields and our labels; `features` has none."""
RANK: Final = 60
"""Above every profile's own: the system was told by more than a number, and the user put the folder there."""
SYS_DESCR: Final = Oid.parse("1.3.6.1.2.1.1.1.0")
_PLAIN: Final = re.compile(r"/(\^?)([\w ,:;=-]+)(\$?)/", re.ASCII)
_BRACES: Final = re.compile(r"\{\{\s*(.*?)\s*\}\}")


def identity_map(
    fields: Mapping[str, Any], drafting: Drafting, complain: Callable[[str], None], place: tuple[str, int, int]
) -> ConceptMap | None:
    """Return who a device is, None where nothing of it can be read."""
    patterns = _patterns(fields, complain)
    labels = {}
    for field, label in FIELDS.items():
        options = _options(fields, field, drafting, complain)
        options += [
            Template((Extracted(Named("sysDescr"), text, field),)) for text, groups in patterns if field in groups
        ]
        if options:
            labels[label] = options[0] if len(options) == 1 else Template((FirstFilled(tuple(options)),))
    if not labels:
        return None
    return ConceptMap(concept="identity", table=SYSTEM, labels=labels, rank=RANK, place=place)


def _patterns(fields: Mapping[str, Any], complain: Callable[[str], None]) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for written in as_list(fields.get("sysDescr_regex")):
        pattern = re2_of(str(written))
        try:
            bounded_search(pattern.text)
        except ValueError:
            complain("sysDescr_regex: a pattern that RE2 does not know is not read")
            continue
        found.append((pattern.text, pattern.groups))
    return found


def _options(
    fields: Mapping[str, Any], field: str, drafting: Drafting, complain: Callable[[str], None]
) -> list[Template]:
    template = fields.get(f"{field}_template")
    if template is not None:
        pieces = _templated(str(template), drafting)
        return [Template(tuple(pieces))] if any(not isinstance(piece, str) for piece in pieces) else []
    replaces = _replaces(fields.get(f"{field}_replace"))
    if replaces is None:
        complain(f"{field}_replace is not read, where it is more than plain texts; the value stays as it is")
    edit = Edit(replaces=replaces) if replaces else None
    options = []
    for written in as_list(fields.get(field)):
        named = _scalar(str(written), drafting, edit)
        if named is None:
            complain(f"{field}: an object that no MIB at hand names is not read")
        else:
            options.append(Template((_within(fields, field, named, complain),)))
    return options


def _replaces(written: Any) -> tuple[tuple[str, str, str], ...] | None:
    """Return what is to be replaced by what, and where; None where it takes a regular expression."""
    found = []
    for one in as_list(written):
        pair = [str(part) for part in one] if isinstance(one, list) else [str(one), ""]
        plain = _PLAIN.fullmatch(pair[0])
        if len(pair) != 2 or plain is None or "$" in pair[1]:
            return None
        where = "start" if plain[1] else "end" if plain[3] else ""
        found.append((plain[2], pair[1], where))
    return tuple(found)


def _within(fields: Mapping[str, Any], field: str, named: Named, complain: Callable[[str], None]) -> Piece:
    written = fields.get(f"{field}_regex")
    if written is None:
        return named
    pattern = re2_of(str(written))
    try:
        bounded_search(pattern.text)
    except ValueError:
        complain(f"{field}_regex: a pattern that RE2 does not know is not read")
        return named
    return Extracted(named, pattern.text, field, or_all=True) if field in pattern.groups else named


def _templated(text: str, drafting: Drafting) -> list[Piece]:
    pieces: list[Piece] = []
    for number, part in enumerate(_BRACES.split(text)):
        if number % 2 == 0:
            pieces += [part] if part else []
        elif (named := _scalar(part, drafting)) is not None:
            pieces.append(named)
    return pieces


def _scalar(text: str, drafting: Drafting, edit: Edit | None = None) -> Named | None:
    oid = drafting.oid(text)
    if oid is None or len(oid) < 3:
        return None
    whole = "." not in text.rpartition("::")[2] if "::" in text else False
    return Named(drafting.scalar(oid.child(0) if whole else oid, edit))
