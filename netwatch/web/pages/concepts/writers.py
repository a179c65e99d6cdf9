"""Writes the cells of a section: a label, a number with its unit, a state in its colour, a bar.

A quiet room. May import: netwatch.web. Called by: columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from netwatch.web.pages.concepts.cells import Bar, Cell
from netwatch.web.pages.concepts.pictures import bar_of
from netwatch.web.pages.concepts.rows import RANKS, Row

Write = Callable[[Row], Cell]


def label(name: str, *small: str) -> Write:
    """Write a label, others in a line below it, each text once."""

    def write(row: Row) -> Cell:
        first = row.label(name)
        others = dict.fromkeys(text for text in map(row.label, small) if text and text != first)
        return Cell(text=first, small=", ".join(others))

    return write


def words(name: str) -> Write:
    """Write a label that is a word of ours: `stack member`."""
    return lambda row: Cell(text=row.label(name).replace("_", " "))


def number(column: str) -> Write:
    """Write a number with its unit."""
    return lambda row: Cell(text=row.measured(column), doubt=row.doubt(column))


def text(column: str) -> Write:
    """Write a text."""
    return lambda row: Cell(text=row.text(column), doubt=row.doubt(column))


def state(column: str) -> Write:
    """Write a state in its colour."""

    def write(row: Row) -> Cell:
        word = row.word(column)
        return Cell(text=word, pill=f"st-{word}" if word in RANKS and word else "", doubt=row.doubt(column))

    return write


def own_word(column: str, state_column: str) -> Write:
    """Write the device's own word for a state, where it is another than ours."""

    def write(row: Row) -> Cell:
        said = row.text(column)
        return Cell(text=said if said.casefold() != row.word(state_column).casefold() else "")

    return write


def share(column: str, *, is_left: bool = False, unless: str = "") -> Write:
    """Write a share as a bar; where the column `unless` is 1 nothing is wrong with a full one."""

    def write(row: Row) -> Cell:
        bar = bar_of(row.value(column), is_left=is_left)
        if bar is not None and unless and row.value(unless) == 1:
            bar = replace(bar, tone="")
        return Cell(text=bar.words if bar else "", picture=bar, doubt=row.doubt(column))

    return write


def of_size(used: str, size: str) -> Write:
    """Write `3.9 GiB of 8 GiB`."""

    def write(row: Row) -> Cell:
        have, all_of_it = row.measured(used), row.measured(size)
        written = f"{have} of {all_of_it}" if have and all_of_it else have or (all_of_it and f"of {all_of_it}")
        return Cell(text=written, doubt=row.doubt(used, size))

    return write


def state_rank(column: str) -> Callable[[Row], int]:
    """Rank by a state."""
    return lambda row: RANKS.get(row.word(column), RANKS[""])


def bar_rank(write: Write) -> Callable[[Row], int]:
    """Rank by the colour of a bar, so that what is full stands above; that alone is nothing wrong."""

    def rank(row: Row) -> int:
        picture = write(row).picture
        return RANKS["unknown"] if isinstance(picture, Bar) and picture.tone else RANKS[""]

    return rank
