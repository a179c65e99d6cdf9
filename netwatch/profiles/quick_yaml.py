"""Reads the plain part of YAML fast: what profiles are written in, with the place of everything.

Nearly 300 public profiles make 2 MB, on which the general reader works for 16 s. This one knows block mappings and
sequences, flow collections, comments, and scalars on one line; it yields the same tree with the same positions.
On anything else (anchors, tags, block scalars, escapes, odd indentation, duplicate keys, errors) it gives up, and
the general reader decides.
May import: netwatch.model. Called by: netwatch.profiles.reading.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, NoReturn, TypeVar

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from netwatch.model import YamlFile

Placed = tuple[tuple[int, int], Any]
Collection = TypeVar("Collection", CommentedMap, CommentedSeq)
Scalar = str | int | float | bool | None

MAX_DEPTH: Final = 40
_KEY: Final = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.\-]*|\"[^\"\\]*\"|'[^']*')[ ]*:(?:[ ]+|$)", re.ASCII)
_END: Final = re.compile(r"[ ]*(?:[ ]#.*)?$")
_QUOTED: Final = re.compile(r"\"([^\"\\]*)\"|'((?:[^']|'')*)'")
_FLOW_PLAIN: Final = re.compile(r"[A-Za-z0-9_.*/+(-][^,\[\]{}:#'\"]*")
_FLOW_SPACE: Final = re.compile(r"[ ]*(?:(?:^|(?<=[ ]))#.*)?")
_WORD: Final = re.compile(r"[A-Za-z_(/$\\^][^\n]*")
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_FLOAT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+", re.ASCII)
_OID: Final = re.compile(r"\.?[0-9]+(?:\.[0-9]+){2,}(?:\.?\*)?|[0-9]+(?:\.[0-9]+)*\.\*", re.ASCII)
_CONSTANTS: Final[dict[str, Scalar]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


class _InDoubt(Exception):
    """Something the general reader must decide."""


def parse_quickly(text: str, name: str) -> YamlFile | None:
    """Return what `parse_yaml` returns, or None where that one has to be asked."""
    text = text.replace("\r\n", "\n")
    if not text.replace("\n", "").isprintable():
        return None
    try:
        return YamlFile(name=name, data=_Reader(text.split("\n")).document())
    except _InDoubt:
        return None


def _give_up() -> NoReturn:
    raise _InDoubt


@lru_cache(maxsize=16_384)
def _resolve(text: str) -> Scalar:
    """Return what a plain scalar is by the core schema of YAML 1.2, where that is beyond doubt."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _WORD.fullmatch(text) or _OID.fullmatch(text):
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else _give_up()


class _Reader:
    """Goes down the lines that hold something: (number, indentation, text from there on)."""

    def __init__(self, lines: list[str]) -> None:
        self._raw = lines
        self._lines = [
            (number, len(line) - len(text), text)
            for number, line in enumerate(lines)
            if (text := line.lstrip(" ")) and text[0] != "#"
        ]
        if self._lines and self._lines[0][1:] == (0, "---"):
            del self._lines[0]
        self._at = 0
        self._depth = 0

    def document(self) -> Any:
        if not self._lines:
            return None
        data = self._block(self._lines[0][1])
        return data if self._at == len(self._lines) else _give_up()

    def _indent(self) -> int:
        """Return how far the next line stands in, -1 at the end."""
        return self._lines[self._at][1] if self._at < len(self._lines) else -1

    def _block(self, indent: int) -> CommentedMap | CommentedSeq:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            _give_up()
        is_item = _is_item(self._lines[self._at][2])
        found = self._sequence(indent) if is_item else self._mapping(indent)
        if self._indent() > indent:
            _give_up()
        self._depth -= 1
        return found

    def _sequence(self, indent: int) -> CommentedSeq:
        found = _started(CommentedSeq(), *self._lines[self._at][:2])
        while self._indent() == indent and _is_item(self._lines[self._at][2]):
            number, _, text = self._lines[self._at]
            rest = text[1:].lstrip(" ")
            column = indent + len(text) - len(rest)
            if _is_item(rest) or _KEY.match(rest):
                self._lines[self._at] = (number, column, rest)
                place, value = (number, column), self._block(column)
            else:
                place, value = self._value(number, column, rest, indent, beside=False)
            found.lc.add_idx_line_col(len(found), list(place))
            found.append(value)
        return found

    def _mapping(self, indent: int) -> CommentedMap:
        found = _started(CommentedMap(), *self._lines[self._at][:2])
        while self._indent() == indent and not _is_item(self._lines[self._at][2]):
            number, _, text = self._lines[self._at]
            match = _KEY.match(text) or _give_up()
            key = _key(match.group(1))
            if key in found:
                _give_up()
            column = indent + match.end()
            place, value = self._value(number, column, text[match.end() :], indent, beside=True)
            found.lc.add_kv_line_col(key, [number, indent, *place])
            found[key] = value
        return found

    def _value(self, number: int, column: int, text: str, indent: int, *, beside: bool) -> Placed:
        """Return place and value of what stands at `column`, or below if nothing does.

        beside: a sequence below may stand as far in as its key.
        """
        self._at += 1
        if text and text[0] != "#":
            return (number, column), self._inline(number, column, text, indent)
        below = self._indent()
        if not (below > indent or (beside and below == indent and _is_item(self._lines[self._at][2]))):
            _give_up()
        number, column, text = self._lines[self._at]
        if text[0] not in "[{":
            return (number, column), self._block(column)
        self._at += 1
        return (number, column), self._flow(number, column, indent)

    def _inline(self, number: int, column: int, text: str, indent: int) -> Any:
        if text[0] in "\"'":
            match = _QUOTED.match(text) or _give_up()
            return _unquoted(match) if _END.match(text, match.end()) else _give_up()
        if text[0] in "[{":
            return self._flow(number, column, indent)
        plain = text.split(" #", 1)[0].rstrip(" ")
        if ": " in plain or plain.endswith(":"):
            _give_up()
        return _resolve(plain)

    def _flow(self, number: int, column: int, indent: int) -> Any:
        flow = _Flow(self._raw, number, column)
        value = flow.collection()
        if not _END.match(self._raw[flow.number], flow.column):
            _give_up()
        while self._at < len(self._lines) and self._lines[self._at][0] <= flow.number:
            if self._lines[self._at][1] <= indent:
                _give_up()
            self._at += 1
        return value


class _Flow:
    """Reads one flow collection, `{a: 1, b: [2]}`, over as many lines as it has."""

    def __init__(self, lines: list[str], number: int, column: int) -> None:
        self._lines = lines
        self.number = number
        self.column = column
        self._depth = 0

    def collection(self) -> CommentedMap | CommentedSeq:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            _give_up()
        found = self._mapping() if self._here() == "{" else self._sequence()
        self._depth -= 1
        return found

    def _here(self) -> str:
        return self._lines[self.number][self.column : self.column + 1]

    def _skip(self) -> str:
        """Go to what is next, over blanks, comments and ends of lines, and return its first character."""
        while True:
            match = _FLOW_SPACE.match(self._lines[self.number], self.column)
            self.column = match.end() if match else self.column
            if self._here():
                return self._here()
            self.number, self.column = self.number + 1, 0
            if self.number == len(self._lines):
                _give_up()

    def _mapping(self) -> CommentedMap:
        found = _started(CommentedMap(), self.number, self.column)
        self.column += 1
        while self._skip() != "}":
            place = [self.number, self.column]
            match = _KEY.match(self._lines[self.number], self.column) or _give_up()
            key = _key(match.group(1))
            if key in found:
                _give_up()
            self.column = match.end()
            self._skip()
            place += [self.number, self.column]
            found[key] = self._value()
            found.lc.add_kv_line_col(key, place)
            self._separator("}")
        self.column += 1
        return found

    def _sequence(self) -> CommentedSeq:
        found = _started(CommentedSeq(), self.number, self.column)
        self.column += 1
        while self._skip() != "]":
            found.lc.add_idx_line_col(len(found), [self.number, self.column])
            found.append(self._value())
            self._separator("]")
        self.column += 1
        return found

    def _separator(self, end: str) -> None:
        character = self._skip()
        if character == ",":
            self.column += 1
        elif character != end:
            _give_up()

    def _value(self) -> Any:
        line, character = self._lines[self.number], self._here()
        if character in "[{":
            return self.collection()
        match = (_QUOTED if character in "\"'" else _FLOW_PLAIN).match(line, self.column) or _give_up()
        self.column = match.end()
        if character in "\"'":
            return _unquoted(match)
        if line[match.end() : match.end() + 1] not in (",", "]", "}"):
            _give_up()  # at the end of the line a plain scalar may go on in the next
        return _resolve(match.group().rstrip(" "))


def _is_item(text: str) -> bool:
    return text == "-" or text.startswith("- ")


def _started(collection: Collection, number: int, column: int) -> Collection:
    collection.lc.line, collection.lc.col = number, column
    return collection


def _key(text: str) -> Scalar:
    return text[1:-1] if text[0] in "\"'" else _resolve(text)


def _unquoted(match: re.Match[str]) -> str:
    double, single = match.groups()
    return str(double) if double is not None else str(single).replace("''", "'")
