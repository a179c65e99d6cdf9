"""Texts made of a row: `Fan {fanIndex}`, `{entPhysicalName|entPhysicalDescr|Sensor {index}}`.

Between braces stands what is taken of the row: a label, a text, an enumeration's word, a number, or a part of the
index; of several behind `|` the first that is not empty, the last may be plain text. `:mac` and the like behind a
name say how octets are written.

A quiet room. May import: netwatch.model, netwatch.profiles.concepts.index_parts. Called by: reading, compiling.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from netwatch.model import bounded_search
from netwatch.profiles.concepts.index_parts import Parts, dotted, part

FORMATS: Final = ("mac", "hex")
Piece: TypeAlias = "str | Named | Extracted | OfIndex | FirstFilled"
_NAME = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)(?::([a-z]+))?", re.ASCII)
_INDEX = re.compile(r"index(?:\.(-?\d{1,3}))?", re.ASCII)
MAX_LENGTH = 500
MAX_NESTED = 4


class BadTemplate(ValueError):
    """The text is no template, and why."""


@dataclass(frozen=True, slots=True)
class Named:
    """A value of the row, or of a joined one (`entity.entPhysicalName`); `form` is how octets are written."""

    name: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a group of a pattern (RE2) finds in a value; where it finds nothing, with `or_all` all of the value."""

    source: Named
    pattern: str
    group: str
    or_all: bool = False

    def found_in(self, text: str) -> str:
        """Return what it is of a text."""
        found = bounded_search(self.pattern)(text) or {}
        return found.get(self.group) or (text if self.or_all else "")


@dataclass(frozen=True, slots=True)
class OfIndex:
    """A number of the row's index, from 1, or from -1 at its end; 0 for all of them."""

    position: int


@dataclass(frozen=True, slots=True)
class FirstFilled:
    """The first of several that is not empty."""

    options: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """Pieces one behind the other."""

    pieces: tuple[Piece, ...]

    def names(self) -> Iterator[Named]:
        """Yield every value of the row that it may need."""
        for piece in self.pieces:
            if isinstance(piece, Named):
                yield piece
            elif isinstance(piece, Extracted):
                yield piece.source
            elif isinstance(piece, FirstFilled):
                for option in piece.options:
                    yield from option.names()

    def text(self, index: Parts, value_of: Callable[[Named], str]) -> str:
        """Return the text of a row with this index and these values."""
        return "".join(self._text_of(piece, index, value_of) for piece in self.pieces)

    def texts(
        self, count: int, indexes: Callable[[], Sequence[Parts]], values_of: Callable[[Named], Sequence[str]]
    ) -> Sequence[str]:
        """Return the texts of so many rows: what `text` says of each."""
        columns = [self._texts_of(piece, count, indexes, values_of) for piece in self.pieces]
        if len(columns) == 1:
            return columns[0]
        return ["".join(line) for line in zip(*columns, strict=True)] if columns else [""] * count

    @staticmethod
    def _texts_of(
        piece: Piece, count: int, indexes: Callable[[], Sequence[Parts]], values_of: Callable[[Named], Sequence[str]]
    ) -> Sequence[str]:
        if isinstance(piece, str):
            return [piece] * count
        if isinstance(piece, Named):
            return values_of(piece)
        if isinstance(piece, Extracted):
            return [piece.found_in(value) for value in values_of(piece.source)]
        if isinstance(piece, OfIndex):
            return [part(index, piece.position) if piece.position else dotted(index) for index in indexes()]
        found: Sequence[str] = [""] * count
        for option in piece.options:
            if all(found):
                break
            texts = option.texts(count, indexes, values_of)
            found = [text or (other if other.strip() else "") for text, other in zip(found, texts, strict=True)]
        return found

    def resolved(self, known: Collection[str]) -> Template:
        """Return it with last alternatives that name nothing known as the plain texts they are.

        Raises:
            BadTemplate: another name is not known.
        """
        return Template(tuple(_resolved(piece, known) for piece in self.pieces))

    @staticmethod
    def _text_of(piece: Piece, index: Parts, value_of: Callable[[Named], str]) -> str:
        if isinstance(piece, str):
            return piece
        if isinstance(piece, Named):
            return value_of(piece)
        if isinstance(piece, Extracted):
            return piece.found_in(value_of(piece.source))
        if isinstance(piece, OfIndex):
            return part(index, piece.position) if piece.position else dotted(index)
        texts = (option.text(index, value_of) for option in piece.options)
        return next((text for text in texts if text.strip()), "")


def parse_template(text: str) -> Template:
    """Return a template.

    Raises:
        BadTemplate: braces that do not match, or something unknown between them.
    """
    if len(text) > MAX_LENGTH:
        raise BadTemplate(f"a template is at most {MAX_LENGTH} characters long")
    return _parsed(text, 0)


def _parsed(text: str, depth: int) -> Template:
    if depth > MAX_NESTED:
        raise BadTemplate("braces are nested too deeply")
    pieces: list[Piece] = []
    for piece, braced in _split(text):
        pieces.append(_braced(piece, depth) if braced else piece)
    return Template(tuple(pieces))


def _split(text: str) -> Iterator[tuple[str, bool]]:
    """Yield literal texts and what stands between matching braces."""
    depth, start = 0, 0
    for place, character in enumerate(text):
        if character == "{":
            if depth == 0:
                if place > start:
                    yield text[start:place], False
                start = place + 1
            depth += 1
        elif character == "}":
            depth -= 1
            if depth < 0:
                raise BadTemplate("a } without a {")
            if depth == 0:
                yield text[start:place], True
                start = place + 1
    if depth:
        raise BadTemplate("a { without a }")
    if start < len(text):
        yield text[start:], False


def _braced(text: str, depth: int) -> Named | OfIndex | FirstFilled:
    options = _alternatives(text)
    if len(options) == 1:
        return _source(options[0])
    return FirstFilled(tuple(_option(option, depth, last=option is options[-1]) for option in options))


def _alternatives(text: str) -> list[str]:
    found, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if character == "|" and depth == 0:
            found.append(text[start:place])
            start = place + 1
    return [*found, text[start:]]


def _option(text: str, depth: int, *, last: bool) -> Template:
    if _INDEX.fullmatch(text) or _NAME.fullmatch(text):
        return Template((_source(text),))
    if not last and "{" not in text:
        raise BadTemplate(f"{text!r} is no name, and only the last of several may be plain text")
    return _parsed(text, depth + 1)


def _source(text: str) -> Named | OfIndex:
    index = _INDEX.fullmatch(text.strip())
    if index:
        return OfIndex(int(index[1] or 0))
    name = _NAME.fullmatch(text.strip())
    if not name:
        raise BadTemplate(f"{text!r} is no name of a label or column")
    if name[2] and name[2] not in FORMATS:
        raise BadTemplate(f"{name[2]!r} is no way to write a value; known are {', '.join(FORMATS)}")
    return Named(name[1], name[2] or "")


def not_named(name: str, known: Collection[str]) -> str:
    """Return in words that nothing has this name, and which was perhaps meant."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"no label or column is named {name}" + (f", did you mean {close[0]}?" if close else "")


def _resolved(piece: Piece, known: Collection[str]) -> Piece:
    named = piece.source if isinstance(piece, Extracted) else piece
    if isinstance(named, Named) and named.name not in known:
        raise BadTemplate(not_named(named.name, known))
    if not isinstance(piece, FirstFilled):
        return piece
    *firsts, last = piece.options
    plain = last.pieces[0] if len(last.pieces) == 1 else None
    if isinstance(plain, Named) and plain.name not in known and not plain.form:
        return FirstFilled((*(option.resolved(known) for option in firsts), Template((plain.name,))))
    return FirstFilled(tuple(option.resolved(known) for option in piece.options))
