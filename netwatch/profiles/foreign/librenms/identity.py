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
RANK_OF_REMAINS: Final = 26
"""What sysDescr says of a field whose objects no MIB at hand names: second choice to LibreNMS itself, and here to
what is read of an object. It knows that system's sysDescr better than the shapes do that are tried on everybody's."""
NAMES_SOMETHING: Final = r"(?s)^(?P<hardware>.*[^\d\s.].*|\s*\d{4,}\s*)$"
"""No model is a number of a few digits, which a MIB would name, nor an OID."""
SYS_DESCR: Final = Oid.parse("1.3.6.1.2.1.1.1.0")
_PLAIN: Final = re.compile(r"/(\^?)([\w ,:;=-]+)(\$?)/", re.ASCII)
_BRACES: Final = re.compile(r"\{\{\s*(.*?)\s*\}\}")


def identity_maps(
    fields: Mapping[str, Any], drafting: Drafting, complain: Callable[[str], None], place: tuple[str, int, int]
) -> list[ConceptMap]:
    """Return who a device is: what its objects say, or else sysDescr; none where nothing of it can be read."""
    patterns = _patterns(fields, complain)
    said: dict[str, list[Template]] = {}
    remains: dict[str, list[Template]] = {}
    for field, label in FIELDS.items():
        options, is_whole = _options(fields, field, drafting, complain)
        found = [
            Template((Extracted(Named("sysDescr"), text, field),)) for text, groups in patterns if field in groups
        ]
        said[label] = options + (found if is_whole else [])
        remains[label] = [] if is_whole else found
    maps = ((RANK, _labels(said)), (RANK_OF_REMAINS, _labels(remains)))
    return [
        ConceptMap(concept="identity", table=SYSTEM, labels=labels, rank=rank, place=place)
        for rank, labels in maps
        if labels
    ]


def _labels(options: Mapping[str, list[Template]]) -> dict[str, Template]:
    return {
        label: found[0] if len(found) == 1 else Template((FirstFilled(tuple(found)),))
        for label, found in options.items()
        if found
    }


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
) -> tuple[list[Template], bool]:
    """Return what a field may be read of, and whether that is all that LibreNMS would read."""
    template = fields.get(f"{field}_template")
    if template is not None:
        pieces = _templated(str(template), drafting)
        is_read = any(not isinstance(piece, str) for piece in pieces)
        return ([Template(tuple(pieces))] if is_read else []), is_read
    replaces = _replaces(fields.get(f"{field}_replace"))
    if replaces is None:
        complain(f"{field}_replace is not read, where it is more than plain texts; the value stays as it is")
    edit = Edit(replaces=replaces) if replaces else None
    options, is_whole = [], True
    for written in as_list(fields.get(field)):
        named = _scalar(str(written), drafting, edit)
        if named is None:
            complain(f"{field}: an object that no MIB at hand names is not read")
            is_whole = False
        else:
            options.append(Template((_within(fields, field, named, complain),)))
    return options, is_whole


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
    whole: Piece = Extracted(named, NAMES_SOMETHING, field) if field == "hardware" else named
    written = fields.get(f"{field}_regex")
    if written is None:
        return whole
    pattern = re2_of(str(written))
    try:
        bounded_search(pattern.text)
    except ValueError:
        complain(f"{field}_regex: a pattern that RE2 does not know is not read")
        return whole
    if field not in pattern.groups:
        return whole
    return FirstFilled((Template((Extracted(named, pattern.text, field),)), Template((whole,))))


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
