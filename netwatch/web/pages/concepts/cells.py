"""What a section of the device page is made of: columns, rows of cells, and the pictures in them.

A quiet room. May import: nothing. Called by: netwatch.web.pages.concepts, and the template that writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Tone = Literal["", "warm", "hot"]
ROWS_OF_A_SECTION = 200
_SEEN_AT_ONCE = 20
_FEW = 5
"""So many more are seen too: nobody unfolds three rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How full something is, 0 to 100, in words as well."""

    percent: float
    words: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a scale, from 0 to 100."""

    start: float
    width: float
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Where a value stands among its limits, 0 to 100; the spans are where it should not be, `tone` where it is."""

    at: float
    tone: Tone
    words: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in a place of a table; one that says nothing at all is empty.

    small: a second line. doubt: why there is no value though the device gave something.
    pill: the state that colours the text, empty for plain text. depth: how far in it stands in a tree.
    """

    text: str = ""
    small: str = ""
    doubt: str = ""
    pill: str = ""
    picture: Bar | Scale | None = None
    depth: int = 0

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to see."""
        return not (self.text or self.small or self.doubt or self.picture)


EMPTY = Cell()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The head of a column, and how its cells stand: `name`, `num`, `wide`."""

    title: str
    css: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row. rank: the lower the worse; `is_alerting` while a rule's alert about it fires; key: what names it.

    is_ignored: no rule sees it.
    """

    cells: tuple[Cell, ...]
    rank: int = 0
    is_alerting: bool = False
    is_ignored: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One concept of one device.

    count: rows there are; `lines` are the first of them, the worst first. wrong: what is amiss, a few words each.
    folded: facts, which nobody needs to see at once. tally: how many rows are in a bad state, (word, words).
    because: why it was read in part only, empty if it was not. may_be_ignored: rules look at its rows one by one.
    """

    name: str
    title: str
    headings: tuple[Heading, ...]
    lines: tuple[Line, ...]
    count: int
    at: datetime
    wrong: tuple[str, ...] = ()
    folded: bool = False
    because: str = ""
    tally: tuple[tuple[str, str], ...] = ()
    may_be_ignored: bool = False
    has_limits: bool = False

    @property
    def first(self) -> tuple[Line, ...]:
        """Return the rows that are seen at once; facts are unfolded by hand, all of them."""
        return self.lines if self.folded or len(self.lines) <= _SEEN_AT_ONCE + _FEW else self.lines[:_SEEN_AT_ONCE]

    @property
    def rest(self) -> tuple[Line, ...]:
        """Return the rows that are folded away."""
        return self.lines[len(self.first) :]


def without_empty_columns(
    headings: tuple[Heading, ...], lines: tuple[Line, ...]
) -> tuple[tuple[Heading, ...], tuple[Line, ...]]:
    """Leave out the columns that no row has anything in."""
    kept = [place for place in range(len(headings)) if any(not line.cells[place].is_empty for line in lines)]
    if len(kept) == len(headings):
        return headings, lines
    return tuple(headings[place] for place in kept), tuple(
        replace(line, cells=tuple(line.cells[place] for place in kept)) for line in lines
    )
