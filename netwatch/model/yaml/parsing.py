"""Builds the tree of one YAML document from libyaml's events, each of which says where it stands.

libyaml reads what YAML is; here it becomes data, and nothing but data: an unknown tag is an error, a second key is,
and so are nesting and aliases without a sensible end. Nothing recurses, and the size of what aliases repeat is
counted before anybody walks over it, so that no file costs more than its own length.

libyaml knows YAML 1.1, in which the list `[127.0.0.1, ::1]` is an error. Where it stumbles over a colon, ruamel.yaml
reads the document instead: it knows 1.2, and takes some twenty times as long.

May import: netwatch.model.yaml.{cures, scalars, tree}. Called by: file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from yaml.cyaml import CParser
from yaml.error import MarkedYAMLError, YAMLError

from netwatch.model.yaml.cures import told
from netwatch.model.yaml.scalars import resolved
from netwatch.model.yaml.tree import PlacedList, PlacedMapping, Spot, plain

MAX_SLOW: Final = 2**16
"""Characters that a document may have to be read the slow way."""
MAX_NODES: Final = 1_000_000
"""Values in one file with every alias written out; a few hundred bytes of nested aliases could mean billions."""
MAX_DEPTH: Final = 100

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_STUMBLES: Final = ("did not find expected node content", "found unexpected ':'")
_CORE: Final = "tag:yaml.org,2002:"
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "int": (int,), "float": (float, int), "bool": (bool,), "null": (type(None),),
}  # fmt: skip
_NO_KEY: Final = object()
_MERGE: Final = object()


class Misread(Exception):
    """The text is no YAML, or none that is taken; says where."""

    def __init__(self, spot: Spot, message: str) -> None:
        self.spot = spot
        super().__init__(message)


@dataclass(slots=True)
class _Value:
    """Something read: how many values it holds with aliases written out, and how deep it is."""

    data: Any
    spot: Spot
    size: int = 1
    depth: int = 0


@dataclass(slots=True)
class _Open:
    """A mapping or list that is not at its end yet; `key` is that of the value that comes next."""

    node: PlacedMapping | PlacedList
    anchor: str | None
    size: int = 1
    depth: int = 1
    key: Any = _NO_KEY
    key_spot: Spot = (1, 1)
    behind_key: Spot = (1, 1)
    merged: list[dict[Any, Any]] = field(default_factory=list)

    def spot_of_nothing(self, spot: Spot) -> Spot:
        """Return where a value would stand that is not there: behind its key, and not where the next thing is."""
        return spot if self.key is _NO_KEY else min(spot, self.behind_key)


def tree_of(text: str) -> Any:
    """Return what the document holds, None where it is empty.

    Raises:
        Misread: with the place.
    """
    found = _FORBIDDEN.search(text, 1 if text.startswith("\ufeff") else 0)
    if found is not None:
        message = f"holds the character U+{ord(found.group()):04X}, which YAML does not allow"
        raise Misread(_spot_of(text, found.start()), message)
    try:
        return _Builder(CParser(text)).document()
    except MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        if exc.problem not in _STUMBLES or _character_at(text, mark) != ":" or len(text) > MAX_SLOW:
            # `from None`: the original may quote the lines around the place, and those may hold a passphrase.
            raise _misread(text, exc, mark) from None
    except YAMLError as exc:
        raise Misread((1, 1), str(exc).split("\n")[0]) from None
    return _read_slowly(text)


def _read_slowly(text: str) -> Any:
    from ruamel.yaml import YAML  # rarely wanted, and it would cost every command a start's time
    from ruamel.yaml.error import MarkedYAMLError as MarkedSlowly
    from ruamel.yaml.error import YAMLError as ReadSlowly

    try:
        return _Builder(YAML(typ="safe", pure=True).get_constructor_parser(text)[1]).document()
    except MarkedSlowly as exc:
        raise _misread(text, exc, exc.problem_mark or exc.context_mark) from None
    except ReadSlowly as exc:
        raise Misread((1, 1), str(exc).split("\n")[0]) from None


def _misread(text: str, exc: Any, mark: Any) -> Misread:
    if mark is None:
        return Misread((1, 1), str(exc.problem))
    return Misread(*told(_lines(text), exc, mark))


def _character_at(text: str, mark: Any) -> str:
    lines = _lines(text)
    return lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""


def _lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff").splitlines()


def _spot_of(text: str, offset: int) -> Spot:
    lines = text[:offset].splitlines(keepends=True)
    if not lines or lines[-1].endswith(("\n", "\r", "\x85", "\u2028", "\u2029")):
        return len(lines) + 1, 1
    return len(lines), len(lines[-1]) + 1


class _Builder:
    """Takes events one by one; what is open stands in a list, innermost last."""

    def __init__(self, parser: Any) -> None:
        self._parser = parser
        self._open: list[_Open] = []
        self._anchors: dict[str, _Value | None] = {}
        """What an anchor names; None while it is not at its end."""
        self._root: _Value | None = None

    def document(self) -> Any:
        """Return the data of the one document."""
        while (kind := type(event := self._parser.get_event()).__name__) != "StreamEndEvent":
            _TAKE.get(kind, _Builder._ignore)(self, event)
        return None if self._root is None else self._root.data

    def _ignore(self, event: Any) -> None:
        """Beginnings and ends of the stream, and ends of documents, hold nothing."""

    def _begin_document(self, event: Any) -> None:
        if self._root is not None:
            raise Misread(_start(event), "a second document begins here, and a file holds one")

    def _take_scalar(self, event: Any) -> None:
        spot = _start(event)
        if not event.value and self._open and event.start_mark.index == event.end_mark.index:
            spot = self._open[-1].spot_of_nothing(spot)
        data = _scalar(event, spot)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Value(data, spot)
        self._place(_Value(data, spot), is_merge=event.value == "<<" and event.implicit[0])
        if self._open and self._open[-1].key is not _NO_KEY:
            self._open[-1].behind_key = event.end_mark.line + 1, event.end_mark.column + 2

    def _begin_mapping(self, event: Any) -> None:
        self._begin(event, PlacedMapping(_start(event)), "map")

    def _begin_list(self, event: Any) -> None:
        self._begin(event, PlacedList(_start(event)), "seq")

    def _begin(self, event: Any, node: PlacedMapping | PlacedList, tag: str) -> None:
        spot = node.at
        if event.tag not in (None, "!", _CORE + tag):
            raise Misread(spot, _of_tag(event.tag))
        if len(self._open) >= MAX_DEPTH:
            raise Misread(spot, f"is nested more than {MAX_DEPTH} deep")
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._open.append(_Open(node, event.anchor))

    def _end(self, event: Any) -> None:
        ended = self._open.pop()
        for mapping in ended.merged:
            for key, value in mapping.items():
                ended.node.setdefault(key, value)  # type: ignore[union-attr]  # only mappings have merged ones
        value = _Value(ended.node, ended.node.at, ended.size, ended.depth)
        if ended.anchor is not None:
            self._anchors[ended.anchor] = value
        self._place(value)

    def _take_alias(self, event: Any) -> None:
        spot = _start(event)
        if event.anchor not in self._anchors:
            raise Misread(spot, "nothing before this is marked so: a text that begins with * needs quotes")
        named = self._anchors[event.anchor]
        if named is None:
            raise Misread(spot, f"*{event.anchor} stands inside what it means")
        self._place(_Value(named.data, spot, named.size, named.depth))

    def _place(self, value: _Value, *, is_merge: bool = False) -> None:
        """Put a value where it belongs: under the key that waits for it, as a key, or into the list."""
        if not self._open:
            self._root = value
            return
        parent = self._open[-1]
        parent.size += value.size
        if parent.size > MAX_NODES:
            raise Misread(value.spot, f"holds more than {MAX_NODES} values once its aliases are written out")
        if value.depth >= parent.depth:
            parent.depth = value.depth + 1
            if len(self._open) + value.depth > MAX_DEPTH:
                raise Misread(value.spot, f"is nested more than {MAX_DEPTH} deep")
        node = parent.node
        if isinstance(node, PlacedList):
            node.spots.append(value.spot)
            node.append(value.data)
        elif parent.key is _NO_KEY:
            parent.key, parent.key_spot = _MERGE if is_merge else _key(value), value.spot
            if parent.key in node or (is_merge and parent.merged):
                raise Misread(value.spot, f'there is a second "{"<<" if is_merge else parent.key}"')
        elif parent.key is _MERGE:
            parent.merged = _mappings(value)
            parent.key = _NO_KEY
        else:
            node[parent.key] = value.data
            node.spots[parent.key] = (parent.key_spot, value.spot)
            parent.key = _NO_KEY


_TAKE: Final[dict[str, Callable[[_Builder, Any], None]]] = {
    "DocumentStartEvent": _Builder._begin_document,
    "ScalarEvent": _Builder._take_scalar,
    "AliasEvent": _Builder._take_alias,
    "MappingStartEvent": _Builder._begin_mapping,
    "SequenceStartEvent": _Builder._begin_list,
    "MappingEndEvent": _Builder._end,
    "SequenceEndEvent": _Builder._end,
}
"""What is done with an event, by the name of its class, which is the same in both libraries."""


def _start(event: Any) -> Spot:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def _scalar(event: Any, spot: Spot) -> Any:
    text, tag = event.value, event.tag
    try:
        if tag is None:
            return resolved(text) if event.implicit[0] else text
        name = tag.removeprefix(_CORE)
        if tag == "!" or (tag.startswith(_CORE) and name == "str"):
            return text
        if not tag.startswith(_CORE) or name not in _TYPES:
            raise Misread(spot, _of_tag(tag))
        value = resolved(text)
    except ValueError as exc:
        raise Misread(spot, str(exc)) from None
    if not isinstance(value, _TYPES[name]) or (isinstance(value, bool) and name != "bool"):
        raise Misread(spot, f"this is no !!{name}")
    return float(value) if name == "float" else value  # type: ignore[arg-type]  # it is a number, as just seen


def _of_tag(tag: str) -> str:
    written = f"!!{tag.removeprefix(_CORE)}" if tag.startswith(_CORE) else tag
    return f"the tag {written[:60]} is not known here; only plain data is read"


def _key(value: _Value) -> Any:
    """Return a key; one that is a collection becomes a text."""
    if isinstance(value.data, list):
        return str(tuple(plain(value.data)))
    return str(plain(value.data)) if isinstance(value.data, dict) else value.data


def _mappings(value: _Value) -> list[dict[Any, Any]]:
    """Return what `<<` merges in, the foremost first."""
    listed = value.data if isinstance(value.data, list) else [value.data]
    if not all(isinstance(one, dict) for one in listed):
        raise Misread(value.spot, "<< takes a mapping, or a list of mappings")
    return listed
