"""Reads symbols: which object to ask for, and what its values are.

May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.reading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from netwatch.model import ColumnKind, Oid, bounded_finder
from netwatch.profiles.edits import Edit
from netwatch.profiles.facts import COLUMNS, ColumnFacts
from netwatch.profiles.formats import FORMATS
from netwatch.profiles.place import Place
from netwatch.profiles.profile import ColumnSpec

METRIC_TYPES: Final[Mapping[str, ColumnKind]] = {
    "gauge": ColumnKind.GAUGE,
    "rate": ColumnKind.COUNTER64,
    "counter": ColumnKind.COUNTER64,
    "monotonic_count": ColumnKind.COUNTER64,
    "monotonic_count_and_rate": ColumnKind.COUNTER64,
    "percent": ColumnKind.COUNTER64,
    "flag_stream": ColumnKind.TEXT,
}
"""A counter of unknown width is taken for 64 bits: a wrap then costs one rate and invents none."""

SYMBOL_KEYS: Final = frozenset(
    {
        "MIB",
        "OID",
        "name",
        "description",
        "scale_factor",
        "metric_type",
        "forced_type",
        "kind",
        "enum",
        "wide_of",
        "once",
        "every",
        "missing_when",
        "extract_value",
        "match_pattern",
        "match_value",
        "format",
        "constant_value_one",
        "mapping",
        "chart_meta",
        "options",
        "transform",
    }
)
MOST_TURNS: Final = 1440
"""A column asked once a day at the usual interval; what may be older is `once`."""
NAME_ONLY: Final = "only numeric OIDs can be asked for so far; left out"


def plain_name(text: str) -> str:
    """Return a name fit for a metric, a label and a rule's expression: what is no letter or digit becomes `_`."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", text)
    return f"_{name}" if name[:1].isdigit() else name


def read_symbol(place: Place, metric_type: str = "") -> ColumnSpec | None:
    """Read one symbol, given the type its metric entry has; None where it cannot be used, and that is noted."""
    if isinstance(place.value, str):
        place.warn(f"{place.value!r} is a name: {NAME_ONLY}")
        return None
    if not place.is_mapping("a symbol"):
        return None
    place.check_keys(SYMBOL_KEYS, {})
    if "transform" in place:
        place.at("transform").warn("transform is a program of Netdata's, and not run", key=True)
    oid, name = place.oid("OID"), plain_name(place.text("name"))
    if oid is None or not name:
        _note_missing(place, name)
        return None
    return _column(place, oid, name, read_metric_type(place) or metric_type)


def read_metric_type(place: Place) -> str:
    """Return `metric_type` (or its older word `forced_type`) where it is one we know, else an empty text."""
    for key in ("metric_type", "forced_type"):
        word = place.text(key) if key in place else ""
        if word in METRIC_TYPES:
            return word
        if word:
            place.at(key).warn(f"unknown {key} {word!r}; known are {', '.join(METRIC_TYPES)}")
    return ""


def read_flag(place: Place) -> tuple[str, int] | None:
    """Return the suffix and the place of a flag, where an entry's type is `flag_stream`."""
    if place.value.get("metric_type") != "flag_stream" and place.value.get("forced_type") != "flag_stream":
        return None
    options = place.at("options", {})
    if not options.is_mapping("options"):
        return None
    options.check_keys({"placement", "metric_suffix"}, {})
    placement = int(options.number("placement", 0))
    if placement < 1:
        place.warn("flag_stream needs the placement of its flag, from 1; the column is kept as text")
        return None
    return options.text("metric_suffix"), placement


def flag_of(column: ColumnSpec, suffix: str, placement: int) -> ColumnSpec:
    """Return one flag of a column of flags, under the name that Datadog gives it."""
    name = plain_name(f"{column.name}.{suffix}") if suffix else column.name
    return replace(column, name=name, kind=ColumnKind.GAUGE, guessed=False, edit=Edit(placement=placement))


def read_enum(place: Place, key: str) -> dict[int, str]:
    """Return the names of an enumeration."""
    return place.integer_names(key) if key in place else {}


def _note_missing(place: Place, name: str) -> None:
    """Note what a symbol lacks; what is there and wrong was noted when it was read."""
    if "name" not in place:
        place.error("a symbol needs a name")
    elif "OID" not in place:
        place.warn(f"symbol {name} has no OID: {NAME_ONLY}")


def _column(place: Place, oid: Oid, name: str, metric_type: str) -> ColumnSpec:
    known = COLUMNS.get(oid)
    enum = read_enum(place, "enum") or dict(known.enum if known else {}) or _words(place)
    kind = _kind(place, known, metric_type, enum)
    edit = read_edit(place, is_number=place.text("kind") != "text")
    if edit is not None and edit.words:
        enum = {}
    percent = 100.0 if metric_type == "percent" else 1.0
    return ColumnSpec(
        name=name,
        oid=oid,
        kind=_edited_kind(edit, kind),
        scale=place.number("scale_factor", 1.0) * percent,
        enum=enum,
        wide_of=place.text("wide_of") or (known.wide_of if known else ""),
        guessed=kind is None and edit is None,
        once=read_once(place),
        every=read_every(place, known.every if known else 1),
        missing_when=_missing_when(place),
        edit=edit,
    )


def _edited_kind(edit: Edit | None, kind: ColumnKind | None) -> ColumnKind:
    if edit is None or kind is ColumnKind.TEXT:
        return kind or ColumnKind.GAUGE
    return ColumnKind.GAUGE if edit.is_number else ColumnKind.TEXT


def read_edit(place: Place, *, is_number: bool) -> Edit | None:
    """Return what is to be done to the values of a symbol or tag; a wrong expression is noted, and not used."""
    pattern = _pattern(place, "extract_value")
    value = "$1"
    if not pattern and (pattern := _pattern(place, "match_pattern")):
        value = place.text("match_value")
    form = place.text("format")
    if form and form not in FORMATS:
        place.at("format").warn(f"unknown format, the value is shown as the device gives it: {form!r}")
        form = ""
    is_number = is_number and not form
    words = _numbers(place) if is_number else {}
    if not pattern and not form and not words:
        return None
    return Edit(form=form, pattern=pattern, value=value, words=words, is_number=is_number)


def _pattern(place: Place, key: str) -> str:
    text = place.text(key)
    if not text:
        return ""
    try:
        bounded_finder(text)
    except ValueError as exc:
        place.at(key).warn(f"{key} cannot be used: {exc}")
        return ""
    return text


def _numbers(place: Place) -> dict[str, str]:
    """Return the numbers that a symbol's `mapping` gives for texts or for other numbers, none where it names them."""
    names = place.names("mapping")
    return names if names and all(text.removeprefix("-").isdecimal() for text in names.values()) else {}


def _words(place: Place) -> dict[int, str]:
    """Return the names of a symbol's `mapping`; where they are numbers or its keys are texts, it has none."""
    names = place.names("mapping")
    is_enum = all(raw.removeprefix("-").isdecimal() and not text.isdecimal() for raw, text in names.items())
    return {int(raw): text for raw, text in names.items()} if is_enum else {}


def _missing_when(place: Place) -> tuple[tuple[str, frozenset[int]], ...]:
    """Read `{entSensorStatus: [2, 3]}`: a value beside which of another column is none."""
    below = place.at("missing_when")
    if "missing_when" not in place or not below.is_mapping("missing_when"):
        return ()
    found = []
    for name in below.value:
        values = [item.value for item in below.items(name)]
        if not values or not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
            below.at(name).error(f"missing_when wants whole numbers of {name}, such as [2, 3]")
        else:
            found.append((plain_name(str(name)), frozenset(values)))
    return tuple(found)


def read_once(place: Place) -> bool:
    """Return whether something is read when rows are discovered only; anything but true or false is an error."""
    word = place.value.get("once", False)
    if not isinstance(word, bool):
        place.at("once").error(f"once is true or false, not {word!r}")
        return False
    return word


def read_every(place: Place, known: int) -> int:
    """Return with how many polls something is asked once, `known` where nothing is said."""
    number = place.value.get("every", known)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MOST_TURNS:
        place.at("every").error(f"every is a whole number of polls from 1 to {MOST_TURNS}, not {number!r}")
        return known
    return number


def _kind(place: Place, known: ColumnFacts | None, metric_type: str, enum: Mapping[int, Any]) -> ColumnKind | None:
    word = place.text("kind")
    if word and word not in list(ColumnKind):
        place.at("kind").error(f"kind is one of {', '.join(ColumnKind)}, not {word!r}")
    elif word:
        return ColumnKind(word)
    if known is not None:
        return known.kind
    if enum:
        return ColumnKind.ENUM
    return METRIC_TYPES.get(metric_type)
