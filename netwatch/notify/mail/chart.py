"""A small picture of a value over the last hour or day; curves says the same in words, for who cannot see it.

Opaque and light, so that it can be read in a dark mail program too; drawn at twice the size it is shown at, for
telephones. A quiet room: the same curve is always the same octets.
May import: netwatch.model, netwatch.notify.{curves, words}. Called by: netwatch.notify.mail.compose.
"""

from __future__ import annotations

import functools
import io
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from PIL import Image, ImageColor, ImageDraw, ImageFont

from netwatch.model import Curve
from netwatch.notify.curves import Point, finite_points, hour_words, limit_of
from netwatch.notify.words import measure, prefixed, zone_name

SHOWN_WIDTH, SHOWN_HEIGHT = 360, 130
MAX_OCTETS = 8_000
_SCALE = 2
_WIDTH, _HEIGHT = SHOWN_WIDTH * _SCALE, SHOWN_HEIGHT * _SCALE
_LEFT, _TOP, _RIGHT, _BOTTOM = 104, 22, 14, 42
_TEXT = 24
_BACK, _FRAME, _GRID, _WORDS, _LINE, _UNDER, _LIMIT = (
    "#ffffff", "#c4cad1", "#e3e7eb", "#3d4650", "#1f5fa8", "#dfeaf6", "#b3261e",
)  # fmt: skip
_COMPRESSION = 5
_ATTEMPTS = 4
"""So often a picture that got too large is drawn anew of half the points."""
_GAP = 4
"""A pause so many times the usual distance of two points is drawn as one."""


def draw_chart(curve: Curve, unit: str = "", zone: tzinfo | None = UTC) -> bytes:
    """Return the curve as a PNG, empty where there are fewer than two points to draw.

    Its numbers have this unit, its times are those of this zone; None is that of this machine.
    """
    points = finite_points(curve)
    for _ in range(_ATTEMPTS):
        if len(points) < 2:
            return b""
        octets = _drawn(points, limit_of(curve), unit, zone)
        if len(octets) <= MAX_OCTETS:
            return octets
        points = _halved(points)  # a line that goes up and down all day is not told apart so small anyway
    return b""


def _drawn(points: Sequence[Point], limit: float | None, unit: str, zone: tzinfo | None) -> bytes:
    image = Image.new("RGB", (_WIDTH, _HEIGHT), _BACK)
    frame = _Frame.around(points, limit, unit)
    draw = ImageDraw.Draw(image)
    _draw_axes(image, draw, frame, zone)
    for run in _runs(points):
        _draw_run(draw, frame, run)
    if frame.limit is not None:
        _draw_limit(image, draw, frame, frame.limit, unit)
    x, y = frame.place(points[-1])
    draw.ellipse((x - 6, y - 6, x + 6, y + 6), fill=_LINE)
    octets = io.BytesIO()
    few = image.quantize(palette=_palette(), dither=Image.Dither.NONE)
    few.save(octets, "PNG", compress_level=_COMPRESSION)
    return octets.getvalue()


def _halved(points: Sequence[Point]) -> list[Point]:
    """Return of every four points the highest and the lowest, and the newest of all."""
    kept: list[Point] = []
    for start in range(0, len(points) - 1, 4):
        four = points[start : min(start + 4, len(points) - 1)]
        kept += sorted({min(four, key=_value), max(four, key=_value)})
    return [*kept, points[-1]]


def _value(point: Point) -> float:
    return point[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What part of time and of the numbers the picture shows, and the round numbers named beside it."""

    start: datetime
    end: datetime
    low: float
    high: float
    limit: float | None
    ticks: tuple[tuple[float, str], ...]
    left: int = _LEFT

    @classmethod
    def around(cls, points: Sequence[Point], limit: float | None, unit: str = "") -> _Frame:
        """Return a frame of round numbers that holds every point and the threshold, and has room for the numbers."""
        values = [value for _, value in points] + ([limit] if limit is not None else [])
        low, high = min(values), max(values)
        if low == high:
            pad = abs(high) * 0.1 or 1.0
            low, high = low - pad, high + pad
        # Counts and loads stand on the ground where that is near enough.
        low = 0.0 if 0 <= low <= high / 2 else low
        size = _size_of_steps(unit, high)
        step = _round_step((high / 2 - low / 2) / size) * size
        first, last = math.floor(low / step), math.ceil(high / step)
        ticks = tuple((at * step, _short(at * step, (last - first) * step, unit)) for at in range(first, last + 1))
        widest = max(_letters(words, "rm", 0)[0].width for _, words in ticks)
        return cls(
            start=points[0][0], end=max(points[-1][0], points[0][0] + timedelta(seconds=1)),
            low=first * step, high=last * step, limit=limit, ticks=ticks, left=max(_LEFT, widest + 22),
        )  # fmt: skip

    def place(self, point: Point) -> tuple[float, float]:
        """Return where a point stands in the picture."""
        return self.x(point[0]), self.y(point[1])

    def x(self, at: datetime) -> float:
        """Return how far to the right an instant stands."""
        return self.left + (_WIDTH - self.left - _RIGHT) * ((at - self.start) / (self.end - self.start))

    def y(self, value: float) -> float:
        """Return how far down a value stands."""
        height = _HEIGHT - _TOP - _BOTTOM
        return _TOP + height * (1 - (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2))


def _size_of_steps(unit: str, high: float) -> float:
    """Return what the steps beside the axis are round multiples of: minutes, hours, powers of 1024."""
    if unit == "s":
        return next((size for size in (86400.0, 3600.0, 60.0) if high >= 2 * size), 1.0)
    if unit == "B" and high >= 1024:
        return 1024.0 ** min(int(math.log(high, 1024)), 6)
    return 1.0


def _round_step(about: float) -> float:
    """Return the 1, 2 or 5 with a power of ten that comes next: two to four of them fill the picture."""
    power = 10.0 ** math.floor(math.log10(about)) if about > 1e-300 else 1e-300
    return next(step * power for step in (1, 2, 5, 10) if step * power >= about * 0.999)


def _runs(points: Sequence[Point]) -> Iterator[Sequence[Point]]:
    """Yield what hangs together: where nothing was read for a while the line is broken."""
    distances = sorted(later - earlier for (earlier, _), (later, _) in itertools.pairwise(points))
    most = distances[len(distances) // 2] * _GAP
    start = 0
    for place in range(1, len(points)):
        if points[place][0] - points[place - 1][0] > most:
            yield points[start:place]
            start = place
    yield points[start:]


def _draw_run(draw: ImageDraw.ImageDraw, frame: _Frame, run: Sequence[Point]) -> None:
    line = _thinned([frame.place(point) for point in run])
    ground = _HEIGHT - _BOTTOM
    if len(line) > 1:
        draw.polygon([(line[0][0], ground), *line, (line[-1][0], ground)], fill=_UNDER)
        draw.line(line, fill=_LINE, width=4, joint="curve")
    else:
        (x, y) = line[0]
        draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=_LINE)


def _thinned(line: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return at most the highest and the lowest of every two columns of the picture."""
    if len(line) <= _WIDTH:
        return line
    columns: dict[int, list[tuple[float, float]]] = {}
    for x, y in line:
        columns.setdefault(int(x) // 2, []).append((x, y))
    ends = ((min(column, key=_down), max(column, key=_down)) for column in columns.values())
    return [point for pair in ends for point in sorted(set(pair))]


def _down(point: tuple[float, float]) -> float:
    return point[1]


def _draw_axes(image: Image.Image, draw: ImageDraw.ImageDraw, frame: _Frame, zone: tzinfo | None) -> None:
    ground, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for value, words in frame.ticks:
        y = frame.y(value)
        draw.line(((frame.left, y), (right, y)), fill=_FRAME if value == frame.low else _GRID, width=2)
        _write(image, (frame.left - 12, y), words, _WORDS, anchor="rm")
    middle = frame.start + (frame.end - frame.start) / 2
    for at, other, anchor in ((frame.start, frame.end, "la"), (middle, middle, "ma"), (frame.end, frame.start, "ra")):
        local = at.astimezone(zone)
        words = hour_words(local, other.astimezone(zone)) + (f" {zone_name(local)}" if at == frame.end else "")
        _write(image, (frame.x(at), ground + 12), words, _WORDS, anchor=anchor)


def _draw_limit(image: Image.Image, draw: ImageDraw.ImageDraw, frame: _Frame, limit: float, unit: str) -> None:
    """Draw the threshold broken, so that it is told from the curve without colours too, and name it."""
    y = frame.y(limit)
    for x in range(frame.left, _WIDTH - _RIGHT, 22):
        draw.line(((x, y), (min(x + 13, _WIDTH - _RIGHT), y)), fill=_LIMIT, width=3)
    words, above = f"threshold {_short(limit, abs(limit), unit)}", y - 30 > 4
    place = (frame.left + 8, y - 6 if above else y + 6)
    anchor = "lb" if above else "la"
    _write(image, place, words, _BACK, anchor=anchor, halo=3)
    _write(image, place, words, _LIMIT, anchor=anchor)


def _write(
    image: Image.Image, place: tuple[float, float], words: str, colour: str, *, anchor: str, halo: int = 0
) -> None:
    mask, left, top = _letters(words, anchor, halo)
    image.paste(colour, (round(place[0]) + left, round(place[1]) + top), mask)


@functools.lru_cache(maxsize=256)
def _letters(words: str, anchor: str, halo: int) -> tuple[Image.Image, int, int]:
    """Return how words are painted, and where beside their place; to draw letters costs more than all the rest."""
    left, top, right, bottom = (
        int(edge) for edge in ImageDraw.Draw(Image.new("L", (1, 1))).textbbox(
            (0, 0), words, font=_font(), anchor=anchor, stroke_width=halo
        )
    )  # fmt: skip
    mask = Image.new("L", (max(1, right - left + 1), max(1, bottom - top + 1)), 0)
    ImageDraw.Draw(mask).text((-left, -top), words, fill=255, font=_font(), anchor=anchor, stroke_width=halo)
    return mask, left, top


@functools.cache
def _palette() -> Image.Image:
    """Return the few colours there are: each as it is, and on its way to what it is painted on."""
    grounds = [ImageColor.getrgb(colour)[:3] for colour in (_BACK, _UNDER)]
    inks = [ImageColor.getrgb(colour)[:3] for colour in (_FRAME, _GRID, _WORDS, _LINE, _LIMIT)]
    parts = [part for colour in (*grounds, *inks) for part in colour]
    for ground, ink, share in itertools.product(grounds, inks[2:], (0.25, 0.5, 0.75)):
        parts += [round(a + (b - a) * share) for a, b in zip(ground, ink, strict=True)]
    image = Image.new("P", (1, 1))
    image.putpalette(parts)
    return image


def _short(value: float, spread: float, unit: str) -> str:
    """Write a number beside an axis in few letters: `1.2 Gb/s`, `98 %`; what is nothing beside the spread is 0."""
    value = 0.0 if abs(value) < spread * 1e-6 else value
    if not unit:
        return prefixed(value, 3) if value else "0"
    words = measure(value, unit, 3)
    return words if len(words) <= _MOST_LETTERS else prefixed(value, 3)


_MOST_LETTERS = 14


@functools.cache
def _font() -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """Return the font that comes with Pillow: the machine may have none."""
    return ImageFont.load_default(_TEXT)
