"""How a table becomes a concept, as a profile says it: values, read and not yet compiled.

A quiet room. May import: netwatch.profiles.concepts.templates. Called by: reading, which makes them; compiling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netwatch.profiles.concepts.templates import Named, Template

LEVELS = ("warning", "critical")
SIDES = ("low", "high")
THRESHOLDS = tuple(f"threshold_{side}_{level}" for side in SIDES for level in LEVELS)
"""The columns that `thresholds` adds to those of the row."""


Source = Named | Template
"""A value of the row or of a joined one, or the first of several that is not empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordMap:
    """Words of a value of the row -> words of the concept; `otherwise` for those not named, None for none."""

    source: Source
    words: Mapping[str, str]
    otherwise: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberMap:
    """Words of a value of the row -> numbers; `otherwise` for those not named, None for a number that is missing."""

    source: Named
    numbers: Mapping[str, float]
    otherwise: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Words of a value of the row -> templates; `otherwise` for those not named, None for no row at all."""

    source: Source
    options: Mapping[str, Template]
    otherwise: Template | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A row of another table that belongs to the row: the one whose index `by` makes.

    find:   a name of the other table instead; the row is the first whose text there is what `by` makes.
    under:  the row is the first whose index begins with what `by` makes.
    prefix: what its names begin with here, with the dot, or empty.
    climb:  its column that names the row above it, gone up until `until` (a column and its words) fits.
    """

    table: str
    by: Template
    find: str = ""
    under: bool = False
    prefix: str = ""
    climb: str = ""
    until: tuple[str, frozenset[str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """A table whose rows are limits of the row: those whose index begins with the row's."""

    table: str
    value: str
    level: WordMap
    side: WordMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """What is worked out of the row's columns; `text` as the file has it."""

    text: str


Text = Template | Selection
Meant = Text | WordMap | NumberMap | Expression | str | float
"""Where a column or label comes from; a text is a word of the concept, a float a constant."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConceptMap:
    """One mapping of one table onto one concept.

    where:      a condition; a row that does not fulfil it is none of the concept's.
    labels, columns: the concept's names -> where they come from.
    instead_of: tables whose rows of the concept are left out while this one has some; where labels are named, only
                those rows that agree in them with one of this table's.
    sums:       column of another table -> that table: known to the expressions as the sum over its rows whose index
                begins with the row's.
    distinct:   rows that agree in all labels are one, the first of them.
    taken_off:  the rows are caches, to be taken off the used memory of the table's largest pool of
                their rank.
    rank:       of several words for one thing (who a device is, rows of two tables that speak in each other's
                stead) the highest rank's is taken.
    is_derived: made of the words and units of another program's file alone: it gives way to whoever says more.
    place:      file, line and column, for those who say what is wrong with it.
    """

    concept: str
    table: str
    where: str = ""
    labels: Mapping[str, Text] = field(default_factory=dict)
    columns: Mapping[str, Meant] = field(default_factory=dict)
    joins: tuple[Join, ...] = ()
    thresholds: Thresholds | None = None
    instead_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sums: Mapping[str, str] = field(default_factory=dict)
    distinct: bool = False
    taken_off: bool = False
    rank: int = 0
    is_derived: bool = False
    place: tuple[str, int, int] = ("", 1, 1)
