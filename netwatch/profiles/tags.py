"""Reads `metric_tags`: what labels the rows of a table have.

May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from netwatch.profiles.formats import FORMATS
from netwatch.profiles.indexes import NUMBER, SHAPES
from netwatch.profiles.place import Place, scalar_text
from netwatch.profiles.profile import LabelSpec
from netwatch.profiles.symbols import NAME_ONLY, TEXT_EDITS, plain_name

TAG_KEYS: Final = frozenset(
    {"MIB", "tag", "column", "symbol", "OID", "name", "index", "mapping", "table", "description",
     "index_transform", "match", "tags", "format"}
)  # fmt: skip
SOURCE_KEYS: Final = frozenset({"MIB", "OID", "name", "description", "format"})
LEFT_OUT: Final[Mapping[str, str]] = {
    "index_transform": "index_transform is not supported; the label is left out",
    "match": "match is not supported; the label is left out",
}


def read_label(place: Place) -> LabelSpec | None:
    """Read one row label; None where it cannot be had, and that is noted."""
    if isinstance(place.value, str):
        place.warn(f"the fixed tag {place.value!r} is not put on rows")
        return None
    if not place.is_mapping("a tag"):
        return None
    place.check_keys(TAG_KEYS, {})
    for key, reason in LEFT_OUT.items():
        if key in place:
            place.at(key).warn(reason, key=True)
            return None
    return _index_label(place) if "index" in place else _column_label(place)


def _index_label(place: Place) -> LabelSpec | None:
    position, name = place.value["index"], plain_name(place.text("tag"))
    if not isinstance(position, int) or isinstance(position, bool) or position < 0:
        place.at("index").error("index is the position in the row's index, counted from 1")
    elif not name:
        place.error("a tag from the index needs a name: tag: ...")
    else:
        return LabelSpec(name=name, index_position=position, mapping=place.names("mapping"), form=_form(place))
    return None


def _column_label(place: Place) -> LabelSpec | None:
    source = source_of(place)
    if isinstance(source.value, str):
        source.warn(f"{source.value!r} is a name: {NAME_ONLY}")
        return None
    if not source.is_mapping("the column of a tag"):
        return None
    if source.path != place.path:
        source.check_keys(SOURCE_KEYS, TEXT_EDITS)
    oid, name = source.oid("OID"), plain_name(place.text("tag") or source.text("name"))
    if oid is None and not source.value.get("OID"):
        source.warn(f"tag {name} has neither OID nor index: {NAME_ONLY}")
    elif not name:
        place.error("a tag needs a name: tag: ...")
    if oid is None or not name:
        return None
    return LabelSpec(name=name, oid=oid, mapping=place.names("mapping"), form=_form(source))


def _form(source: Place) -> str:
    form = source.text("format")
    if form and form not in FORMATS:
        source.at("format").warn(f"unknown format {form!r}: known are {', '.join(FORMATS)}; {TEXT_EDITS['format']}")
    return form if form in FORMATS else ""


def read_index(place: Place) -> list[LabelSpec]:
    """Read a table's `index:`, the INDEX clause of its MIB; its parts are labels, but for those called `-`.

    `[cbgpPeer2Type]` is a number; `[inet bgpPeerRemoteAddr]` begins with what it is.
    """
    parts = [(part, scalar_text(part.value).split()) for part in place.items("index")]
    found = []
    for part, words in parts:
        if not 1 <= len(words) <= 2 or (len(words) == 2 and words[0] not in SHAPES):
            part.error(f"a part of an index is a name, or one of {', '.join(SHAPES)} and a name")
            return []
        found.append((words[0] if len(words) == 2 else NUMBER, words[-1]))
    shapes = tuple(shape for shape, _ in found)
    return [
        LabelSpec(name=plain_name(name), index_position=position, shapes=shapes)
        for position, (_, name) in enumerate(found, 1)
        if name != "-"
    ]


def source_of(place: Place) -> Place:
    """Return where the tag's OID stands: under `column`, under `symbol`, or beside the tag itself."""
    if "OID" in place:
        return place
    return next((place.at(key) for key in ("column", "symbol") if key in place), place)
