"""Draws values over time as SVG: a line of means with a band from lowest to highest behind it.

Without scripts and without styles of its own, so that it is the same in a page and as a picture; its colours are
legible on light and dark.

A quiet room. May import: netwatch.model, netwatch.web.charts. Called by: history, bands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

from netwatch.model import Past
from netwatch.web.charts.grid import GAP, usual_distance
from netwatch.web.charts.plan import Role
from netwatch.web.charts.spans import Span

WIDTH, HEIGHT = 760, 190
LEFT, RIGHT, _TOP, _BOTTOM = 78, 10, 12, 22
COLOURS = ("#2f7ed8", "#d9822b", "#c23030", "#8a5bc4", "#2f9e6e")
_GREY = "#8b98a5"
_COLUMNS = 340
"""Into so many places readings are gathered; more are not told apart."""
_ALERT, _DOUBT = "#c23030", "#d9822b"
FLAT = 5
"""Lines of less than one part in so many of a capacity would be flat below it."""
_MOST_SPANS = 100
_HUGE = 1e300


@dataclass(frozen=True, slots=True)
class Dot:
    """What is drawn at one place."""

    at: float
    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True)
class Bound:
    """A value that lines are held against: a limit, beyond which the ground is shaded, or a capacity."""

    role: Role
    value: float


def draw_svg(
    lines: Mapping[str, Past], *, title: str, since: datetime, until: datetime, write: Callable[[float], str],
    spans: Sequence[Span] = (), below: Collection[str] = (), bounds: Sequence[Bound] = (),
) -> str:  # fmt: skip
    """Return the picture of lines with names; `write` says a value in words. Empty where there is nothing to draw.

    below: the names of those that are drawn downwards from a zero line.
    """
    begin, end = since.timestamp() * 1000, until.timestamp() * 1000
    dots = {name: _turned(gathered(past, begin, end), name in below) for name, past in lines.items()}
    known = [dot for some in dots.values() for dot in some]
    if not known:
        return ""
    least, most = min(dot.low for dot in known), max(dot.high for dot in known)
    levels = _levels(bounds, max(abs(least), abs(most)), is_mirrored=bool(below))
    low, high, ticks = ticks_of(min((least, *levels)), max((most, *levels)))

    def x(at: float) -> float:
        return LEFT + (at - begin) / (end - begin) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - _BOTTOM - (value - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="sans-serif" font-size="11" aria-label="{escape(title)}"><title>{escape(title)}</title>'
    ]
    parts += [_level(y(value), write(abs(value) if below else value)) for value in ticks]
    parts += [moment(x(at.timestamp() * 1000), words) for at, words in moments_of(since, until)]
    parts += [_shade(one.role, y(one.value)) for one in bounds if one.role is not Role.CAPACITY]
    parts += marked(spans, x, begin, end, HEIGHT - _BOTTOM)
    for number, (name, some) in enumerate(dots.items()):
        colour = COLOURS[number % len(COLOURS)]
        for run in runs(some, lines[name], begin, end):
            parts += _drawn([(x(dot.at), y(dot.low), y(dot.mean), y(dot.high)) for dot in run], colour)
    if below:
        parts.append(_across(y(0), _GREY))
    parts += [_across(y(value), _ALERT, ' stroke-dasharray="6 5"') for value in levels if _is_capacity(value, bounds)]
    return "".join((*parts, "</svg>"))


def _turned(dots: list[Dot], is_below: bool) -> list[Dot]:
    return [Dot(dot.at, -dot.high, -dot.mean, -dot.low) for dot in dots] if is_below else dots


def _levels(bounds: Sequence[Bound], most: float, *, is_mirrored: bool) -> list[float]:
    """Return what must be in the picture besides the lines; a capacity only where these are not flat below it."""
    found = []
    for one in bounds:
        if one.role is not Role.CAPACITY:
            found.append(one.value)
        elif most > one.value / FLAT:
            found += [one.value, -one.value] if is_mirrored else [one.value]
    return found


def _is_capacity(value: float, bounds: Sequence[Bound]) -> bool:
    return any(one.role is Role.CAPACITY and one.value == abs(value) for one in bounds)


def _shade(role: Role, y: float) -> str:
    top, foot = (_TOP, y) if role in (Role.HIGH_WARNING, Role.HIGH_CRITICAL) else (y, HEIGHT - _BOTTOM)
    colour = _ALERT if role in (Role.HIGH_CRITICAL, Role.LOW_CRITICAL) else _DOUBT
    size = f'x="{LEFT}" width="{WIDTH - LEFT - RIGHT}" y="{top:.1f}" height="{max(foot - top, 0):.1f}"'
    return f'<rect {size} fill="{colour}" fill-opacity="0.13"/>'


def _across(y: float, colour: str, more: str = "") -> str:
    return f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{colour}"{more}/>'


def marked(
    spans: Sequence[Span], x: Callable[[float], float], begin: float, end: float, foot: float
) -> Iterator[str]:
    """Yield a mark at the top for each span that is in the picture, and a pale ground below it down to `foot`."""
    for span in spans[:_MOST_SPANS]:
        start = max(span.begin.timestamp() * 1000, begin)
        stop = min(end if span.end is None else span.end.timestamp() * 1000, end)
        if start < stop:
            place = f'x="{x(start):.1f}" width="{max(x(stop) - x(start), 1.5):.1f}" fill="{_ALERT}"'
            yield (
                f'<rect {place} y="2" height="6"><title>{escape(span.words)}</title></rect>'
                f'<rect {place} y="8" height="{foot - 8:.1f}" fill-opacity="0.08"/>'
            )


def gathered(past: Past, begin: float, end: float) -> list[Dot]:
    """Return a dot for each place that has readings: the lowest, the mean and the highest of them."""
    width = (end - begin) / _COLUMNS
    found: dict[int, list[tuple[float, float, float, float]]] = {}
    for at, low, mean, high in zip(past.times, past.lows, past.means, past.highs, strict=True):
        if begin <= at < end and all(_is_shown(value) for value in (low, mean, high)):
            found.setdefault(int((at - begin) / width), []).append((at, low, mean, high))
    return [
        Dot(
            sum(one[0] for one in some) / len(some), min(one[1] for one in some),
            sum(one[2] for one in some) / len(some), max(one[3] for one in some),
        )
        for _, some in sorted(found.items())
    ]  # fmt: skip


def ticks_of(low: float, high: float) -> tuple[float, float, list[float]]:
    """Return round numbers below and above all values, and those between that are written beside the lines."""
    if low == high:
        pad = abs(high) * 0.1 or 1.0
        low, high = (0.0 if low >= 0 else low - pad), high + pad
    low = 0.0 if 0 <= low <= high / 2 else low
    about = (high - low) / 3
    power = 10.0 ** math.floor(math.log10(about))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= about * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step)
    return first * step, last * step, [number * step for number in range(first, last + 1)]


def moments_of(since: datetime, until: datetime) -> list[tuple[datetime, str]]:
    """Return round instants between, with their words in UTC."""
    span = until - since
    step = next((step for step in _STEPS if span / step <= 8), _STEPS[-1])
    at = datetime.fromtimestamp(math.ceil(since.timestamp() / step.total_seconds()) * step.total_seconds(), UTC)
    found = []
    while at < until:
        found.append((at, f"{at:%H:%M}" if step < timedelta(days=1) and at.hour + at.minute else f"{at:%d %b}"))
        at += step
    return found


_STEPS = tuple(
    timedelta(minutes=minutes)
    for minutes in (
        10,
        15,
        30,
        60,
        120,
        180,
        360,
        720,
        1440,
        2880,
        5 * 1440,
        7 * 1440,
        14 * 1440,
        30 * 1440,
        60 * 1440,
    )
)


def runs(dots: Sequence[Dot], past: Past, begin: float, end: float) -> Iterator[Sequence[Dot]]:
    """Yield what hangs together: where nothing was read for a while the line is broken."""
    most = max(usual_distance(past) * GAP, (end - begin) / _COLUMNS * 2.5)
    start = 0
    for place in range(1, len(dots)):
        if dots[place].at - dots[place - 1].at > most:
            yield dots[start:place]
            start = place
    if dots:
        yield dots[start:]


def _drawn(places: Sequence[tuple[float, float, float, float]], colour: str) -> Iterator[str]:
    """Yield the band, where there is one, and the line; one lonely place is a dot."""
    if len(places) == 1:
        x, _, mean, _ = places[0]
        yield f'<circle cx="{x:.1f}" cy="{mean:.1f}" r="1.6" fill="{colour}"/>'
        return
    if any(low != high for _, low, _, high in places):
        around = [(x, high) for x, _, _, high in places] + [(x, low) for x, low, _, _ in reversed(places)]
        yield f'<polygon points="{_points(around)}" fill="{colour}" fill-opacity="0.22"/>'
    line = _points([(x, mean) for x, _, mean, _ in places])
    yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.4"/>'


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _level(y: float, words: str) -> str:
    line = (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_GREY}" stroke-opacity="0.25"/>'
    )
    return f'{line}<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{_GREY}">{escape(words)}</text>'


def moment(x: float, words: str, *, top: int = _TOP, height: int = HEIGHT) -> str:
    """Return the line of an instant, from `top` to the foot of a picture so high, with its words below."""
    ends = f'y1="{top}" y2="{height - _BOTTOM}"'
    line = f'<line x1="{x:.1f}" x2="{x:.1f}" {ends} stroke="{_GREY}" stroke-opacity="0.15"/>'
    return f'{line}<text x="{x:.1f}" y="{height - 6}" text-anchor="middle" fill="{_GREY}">{escape(words)}</text>'


def _is_shown(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) < _HUGE
