"""Draws states over time as coloured bands with their words, and says how long each lasted.

Where a step has several states (of a month only lowest and highest are left) the band is halved: above the highest
number, below the lowest.

A quiet room. May import: netwatch.model, netwatch.web.charts, chart. Called by: history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import groupby, pairwise

from netwatch.model import Past
from netwatch.web.charts.grid import usual_distance
from netwatch.web.charts.spans import Span
from netwatch.web.pages.chart import (
    LEFT,
    RIGHT,
    WIDTH,
    Dot,
    gathered,
    marked,
    moment,
    moments_of,
    runs,
)

HEIGHT = 64
_TOP, _BOTTOM = 10, 22
_GOOD, _BAD, _DOUBT, _NEITHER = "#2f9e6e", "#c23030", "#d9822b", "#8b98a5"
_COLOURS: Mapping[str, str] = {
    "up": _GOOD, "ok": _GOOD, "full": _GOOD,
    "down": _BAD, "critical": _BAD, "away": _BAD, "lowerLayerDown": _BAD,
    "warning": _DOUBT, "testing": _DOUBT, "dormant": _DOUBT, "half": _DOUBT,
}  # fmt: skip
_LETTER = 7
"""How wide a letter is at most."""


def draw_bands(
    past: Past, names: Mapping[int, str], *, title: str, since: datetime, until: datetime, spans: Sequence[Span] = ()
) -> str:
    """Return the picture of one row's states; empty where there is nothing to draw."""
    begin, end = since.timestamp() * 1000, until.timestamp() * 1000
    dots = gathered(past, begin, end)
    if not dots:
        return ""

    def x(at: float) -> float:
        return LEFT + (min(at, end) - begin) / (end - begin) * (WIDTH - LEFT - RIGHT)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="sans-serif" font-size="11" aria-label="{escape(title)}"><title>{escape(title)}</title>'
    ]
    parts += [
        moment(x(at.timestamp() * 1000), words, top=_TOP, height=HEIGHT) for at, words in moments_of(since, until)
    ]
    parts += marked(spans, x, begin, end, _TOP)
    lasts = max(past.step, usual_distance(past), (end - begin) / WIDTH)
    for run in runs(dots, past, begin, end):
        whole = [(dot.at, later.at, dot) for dot, later in pairwise(run)]
        for start, stop, low, high in _joined([*whole, (run[-1].at, run[-1].at + lasts, run[-1])]):
            parts += _band(x(start), x(stop), word_of(low, names), word_of(high, names))
    return "".join((*parts, "</svg>"))


def state_words(past: Past, names: Mapping[int, str]) -> str:
    """Return which states there were for how long, the longest first, and which is the last."""
    stood: dict[str, float] = defaultdict(float)
    most = 4 * usual_distance(past) or past.step or 1
    ends = [*past.times[1:], past.times[-1] + (past.step or usual_distance(past) or 1)] if past.times else []
    last = ""
    for at, end, low, mean, high in zip(past.times, ends, past.lows, past.means, past.highs, strict=True):
        if not isinstance(mean, int | float):
            continue
        lasted = min(end - at, most)
        share = (mean - low) / (high - low) if high != low else 1.0
        stood[word_of(high, names)] += lasted * share
        if share < 1:
            stood[word_of(low, names)] += lasted * (1 - share)
        last = word_of(high if share >= 1 / 2 else low, names)
    if len(stood) <= 1:
        return f"always {last}" if last else ""
    whole = sum(stood.values())
    told = [f"{word} {_percent(part / whole)}" for word, part in sorted(stood.items(), key=lambda one: -one[1])]
    return f"{', '.join(told)} of the time, last {last}"


def word_of(value: float, names: Mapping[int, str]) -> str:
    """Return the word of a state, its number where it has none."""
    return names.get(round(value), f"{value:g}")


def _joined(pieces: list[tuple[float, float, Dot]]) -> Iterator[tuple[float, float, float, float]]:
    for (low, high), same in groupby(pieces, key=lambda piece: (piece[2].low, piece[2].high)):
        some = list(same)
        yield some[0][0], some[-1][1], low, high


def _band(left: float, right: float, low: str, high: str) -> Iterator[str]:
    height = HEIGHT - _TOP - _BOTTOM
    halves = (
        ((high, _TOP, height),) if low == high else ((high, _TOP, height / 2), (low, _TOP + height / 2, height / 2))
    )
    for word, top, tall in halves:
        said = escape(word)
        yield (
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{max(right - left, 1):.1f}" height="{tall:.1f}"'
            f' fill="{_COLOURS.get(word, _NEITHER)}" fill-opacity="0.75"><title>{said}</title></rect>'
        )
        if right - left > _LETTER * len(word) + 6:
            yield f'<text x="{left + 4:.1f}" y="{top + tall / 2 + 4:.1f}" fill="#ffffff">{said}</text>'


def _percent(ratio: float) -> str:
    return f"{min(ratio * 100, 99.99):.2f} %" if ratio > 0.99 else f"{ratio * 100:.1f} %"
