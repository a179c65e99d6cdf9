"""Draws the last hour of a port in the space of a word: what it receives upwards, what it sends downwards.

As high as it was at most; how high that is stands beside it in numbers. Where nothing was read there is nothing.

A quiet room. May import: netwatch.model, grid. Called by: netwatch.web.pages.devices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Final

from netwatch.model import Past, measured
from netwatch.web.charts.grid import Grid, gridded

WIDTH: Final = 96
MIDDLE: Final = 10
POINTS: Final = 30
_IN, _OUT = "in", "out"
Traffic = Mapping[str, Past]


def sparkline(into: Past, out: Past, since: datetime, until: datetime) -> str:
    """Return a picture, finished markup; empty where nothing is known or nothing moved."""
    grid = gridded({_IN: into, _OUT: out}, since.timestamp(), until.timestamp(), POINTS)
    means = {name: [None if cell is None else cell[1] for cell in cells] for name, cells in grid.lines.items()}
    most = max((value for some in means.values() for value in some if value is not None), default=0)
    if most <= 0:
        return ""
    words = f"at most {measured(most, 'bits_per_second')} in the last hour"
    steps = max((until.timestamp() - grid.begin) / grid.step, 1)
    paths = "".join(
        f'<path class="{name}" d="{shape}"/>'
        for name, height in ((_IN, -MIDDLE), (_OUT, MIDDLE))
        if (shape := "".join(_shapes(grid, means[name], height / most, WIDTH / steps)))
    )
    return (
        f'<svg class="spark" viewBox="0 0 {WIDTH} {2 * MIDDLE}" width="{WIDTH}" height="{2 * MIDDLE}" role="img"'
        f' aria-label="{words}"><title>{words}</title>{paths}</svg>'
    )


def _shapes(grid: Grid, values: Iterable[float | None], rise: float, width: float) -> Iterator[str]:
    """Yield an area for whatever hangs together, from the middle and back to it."""
    for is_known, some in groupby(zip(grid.at, values, strict=True), key=lambda one: one[1] is not None):
        if not is_known:
            continue
        known = [(at * width, MIDDLE + value * rise) for at, value in some if value is not None]
        begin, end = known[0][0], known[-1][0] + width
        points = "".join(f"L{x:.0f} {y:.1f}" for x, y in (*known, (end, known[-1][1])))
        yield f"M{begin:.0f} {MIDDLE}{points}L{end:.0f} {MIDDLE}z"
