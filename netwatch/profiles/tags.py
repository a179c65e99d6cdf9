"""Reads `metric_tags`: what labels the rows of a table have.

May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from netwatch.model import Oid
from netwatch.profiles.edits import Edit
from netwatch.profiles.facts import COLUMNS
from netwatch.profiles.formats import FORMATS
from netwatch.profiles.indexes import NUMBER, SHAPES
from netwatch.profiles.place import Place, scalar_text
from netwatch.profiles.profile import LabelSpec
from netwatch.profiles.symbols import NAME_ONLY, plain_name, read_edit, read_every

EDIT_KEYS: Final = frozenset({"extract_value", "match_pattern", "match_value", "format"})
TAG_KEYS: Final = EDIT_KEYS | frozenset(
    {"MIB", "tag", "column", "symbol", "OID", "name", "index", "mapping", "table", "description",
     "index_transform", "match", "tags"}
)  # fmt: skip
SOURCE_KEYS: Final = EDIT_KEYS | frozenset({"MIB", "OID", "name", "description", "mapping", "every"})
TRANSFORM_KEYS: Final = frozenset({"start", "end", "drop_right"})


def read_labels(place: Place) -> list[LabelSpec]:
    """Read what one entry says of labels; nothing where it cannot be had, and that is noted."""
    if isinstance(place.value, str):
        return read_fixed(place)
    if not place.is_mapping("a tag"):
        return []
    place.check_keys(TAG_KEYS, {"mapping_ref": "mapping_ref is not known; the number stays"})
    if "match" in place:
        return list(_matched(place))
    label = _index_label(place) if "index" in place else _column_label(place)
    return [label] if label is not None else []


def read_fixed(place: Place) -> list[LabelSpec]:
    """Read a label that every row has: `site:north`, or Netdata's `{tag: site, value: north}`."""
    if isinstance(place.value, Mapping):
        name, text = place.text("tag"), place.text("value")
    else:
        name, _, text = scalar_text(place.value).partition(":")
    if not name or not text:
        place.warn("a fixed tag is a name, a colon and a text; this one is left out")
        return []
    return [LabelSpec(name=plain_name(name), fixed=text)]


def _matched(place: Place) -> Iterator[LabelSpec]:
    """Yield the labels that one expression takes out of one text: `match`, and `tags` with its groups."""
    source = source_of(place)
    pattern = read_edit(replace(place, value={"extract_value": place.value.get("match")}), is_number=False)
    oid = source.oid("OID") if isinstance(source.value, Mapping) else None
    if pattern is None or oid is None:
        return
    for name, value in place.names("tags").items():
        edit = Edit(pattern=pattern.pattern, value=value)
        yield LabelSpec(name=plain_name(name), oid=oid, edit=edit, slices=_slices(place))


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
        source.check_keys(SOURCE_KEYS, {})
        for key in sorted(EDIT_KEYS & place.value.keys()):
            place.at(key).warn(
                f"{key} says what is done to a column, and is read within it; beside it, it is not", key=True
            )
    oid, name = source.oid("OID"), plain_name(place.text("tag") or source.text("name"))
    if oid is None and not source.value.get("OID"):
        source.warn(f"tag {name} has neither OID nor index: {NAME_ONLY}")
    elif not name:
        place.error("a tag needs a name: tag: ...")
    if oid is None or not name:
        return None
    mapping = place.names("mapping") or source.names("mapping")
    edit = read_edit(source, is_number=False)
    if edit is not None and not edit.pattern:
        edit = None  # a format alone is the label's own
    form = _form(source) if edit is None else ""
    known = COLUMNS.get(oid)
    every = read_every(source, known.every if known else 1)
    return LabelSpec(name=name, oid=oid, mapping=mapping, form=form, edit=edit, slices=_slices(place), every=every)


def _slices(place: Place) -> tuple[tuple[int, int], ...]:
    """Read `index_transform`, the parts of this row's index that make the index of the row in the other table."""
    found = []
    for part in place.items("index_transform"):
        if not part.is_mapping("a part of an index"):
            continue
        part.check_keys(TRANSFORM_KEYS, {})
        start, end = int(part.number("start", 0)), part.value.get("end")
        dropped = int(part.number("drop_right", 0))
        last = -1 - dropped if end is None else int(part.number("end", 0))
        if start < 0 or (end is not None and last < start):
            part.error("start and end are positions in the row's index, from 0 and both included")
            continue
        found.append((start, last))
    return tuple(found)


def at_instance(oid: Oid) -> tuple[Oid, tuple[int, ...]]:
    """Return the column and the index of a scalar, which Datadog also takes without the .0 at its end."""
    return (Oid(oid[:-1]), (0,)) if oid[-1] == 0 else (oid, (0,))


def on_every_row(label: LabelSpec) -> LabelSpec:
    """Return a label of a scalar as one of every row of a table."""
    if label.oid is None:
        return label
    column, at = at_instance(label.oid)
    return replace(label, oid=column, at=at)


def _form(source: Place) -> str:
    form = source.text("format")
    return form if form in FORMATS else ""


def read_index(place: Place) -> list[LabelSpec]:
    """Read a table's `index:`, the INDEX clause of its MIB; its parts are labels, but for those called `-`.

    `[cbgpPeer2Type]` is a number; `[inet bgpPeerRemoteAddr]` begins with what it is.
    """
    parts: Sequence[tuple[Place, list[str]]] = [
        (part, scalar_text(part.value).split()) for part in place.items("index")
    ]
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
