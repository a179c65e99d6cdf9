"""Writes what a chart shows as a table, for who cannot see it: some forty lines at most, the newest first.

A quiet room. May import: netwatch.model, netwatch.web. Called by: netwatch.web.pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from netwatch.model import Past, measured, quantity_of
from netwatch.web.charts.grid import Cell, gridded
from netwatch.web.charts.plan import states_of, title_of

LINES = 40
NOTHING_KNOWN = "nothing known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """A table: the names of its lines, and of each step when it began and what each line was, in words."""

    names: tuple[str, ...]
    rows: tuple[tuple[datetime, tuple[str, ...]], ...]


def values_of(
    table: str, lines: Mapping[str, Past], labels: Mapping[str, str], since: datetime, until: datetime
) -> Values:
    """Return the means of some columns of a row, in as many steps as a person reads."""
    grid = gridded(lines, since.timestamp(), until.timestamp(), LINES)
    rows = (
        (
            datetime.fromtimestamp(grid.begin + step * grid.step, UTC),
            tuple(_words(table, name, cells[place], labels) for name, cells in grid.lines.items()),
        )
        for place, step in enumerate(grid.at)
    )
    return Values(names=tuple(map(title_of, lines)), rows=tuple(rows)[::-1])


def _words(table: str, column: str, cell: Cell | None, labels: Mapping[str, str]) -> str:
    if cell is None:
        return NOTHING_KNOWN
    states = states_of(table, column)
    if states is None:
        return measured(cell[1], quantity_of(column, labels))
    return " and ".join(dict.fromkeys(states.get(round(number), str(round(number))) for number in (cell[0], cell[2])))
