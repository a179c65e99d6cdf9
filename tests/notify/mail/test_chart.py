"""The small picture of a value."""

from __future__ import annotations

import io
import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from netwatch.model import Curve
from netwatch.notify.curves import curve_words
from netwatch.notify.mail.chart import MAX_OCTETS, SHOWN_HEIGHT, SHOWN_WIDTH, draw_chart

END = datetime(2026, 11, 23, 3, 4, tzinfo=UTC)
LIMIT = (0xB3, 0x26, 0x1E)
LINE = (0x1F, 0x5F, 0xA8)


def curve(*values: float, threshold: float | None = None, step: float = 60.0) -> Curve:
    count = len(values)
    points = [(END - timedelta(seconds=step * (count - 1 - place)), value) for place, value in enumerate(values)]
    return Curve(points=tuple(points), threshold=threshold)


def picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def rows_with(image: Image.Image, colour: tuple[int, int, int]) -> set[int]:
    """Return the rows with a stretch of about this colour."""
    rows = set()
    for y in range(image.height):
        near = [sum(abs(a - b) for a, b in zip(image.getpixel((x, y)), colour, strict=True)) < 60
                for x in range(image.width)]  # fmt: skip
        if sum(near) > 100:
            rows.add(y)
    return rows


def test_a_chart_is_drawn_at_twice_its_size_and_small():
    png = draw_chart(curve(*(50 + 40 * math.sin(place / 5) for place in range(60)), threshold=80.0))

    assert png.startswith(b"\x89PNG")
    assert picture(png).size == (2 * SHOWN_WIDTH, 2 * SHOWN_HEIGHT)
    assert len(png) < 8_000


def test_the_threshold_is_a_line_where_it_belongs():
    low, high = (draw_chart(curve(10.0, 100.0, threshold=limit)) for limit in (20.0, 90.0))

    assert min(rows_with(picture(low), LIMIT)) > max(rows_with(picture(high), LIMIT))
    assert not rows_with(picture(draw_chart(curve(10.0, 100.0))), LIMIT)


def test_the_same_curve_is_the_same_picture():
    one = curve(1.0, 2.0, 3.0)

    assert draw_chart(one) == draw_chart(one)


@pytest.mark.parametrize("few", [(), (1.0,), (math.nan, math.inf), (math.nan, 1.0)])
def test_too_few_points_are_no_chart(few):
    assert draw_chart(curve(*few)) == b""


def test_a_pause_in_the_readings_is_a_gap_in_the_line():
    points = [*curve(*[50.0] * 20).points, *((END + timedelta(minutes=30 + n), 50.0) for n in range(20))]

    image = picture(draw_chart(Curve(points=tuple(points))))

    under = {image.getpixel((x, image.height - 60)) for x in (140, image.width // 2)}
    assert len(under) == 2


def test_a_day_of_restless_values_is_drawn_too_and_no_peak_of_it_is_lost():
    values = [1e6 * (number * 7919 % 1000) for number in range(288)]
    values[140] = 3e9

    one = curve(*values, step=300.0)

    png = draw_chart(one, "b/s")

    assert 0 < len(png) <= MAX_OCTETS
    image = picture(png)
    blue = [(y, x) for x in range(image.width) for y in range(image.height) if image.getpixel((x, y)) == LINE]
    _, x = min(blue)
    assert x == pytest.approx(104 + (image.width - 118) * 140 / 287, abs=6)


def test_the_ends_of_a_day_are_told_with_their_days():
    assert "(22 Nov 03:09 to 23 Nov 03:04 UTC)" in curve_words(curve(*map(float, range(288)), step=300.0))
    assert "(03:03 to 03:04 UTC)" in curve_words(curve(1.0, 2.0, step=60.0))


NUMBERS = st.floats(width=64)


@settings(max_examples=60, deadline=None)
@given(st.lists(NUMBERS, max_size=40), st.none() | NUMBERS, st.sampled_from([0.0, 1e-6, 60.0, 1e6]))
def test_no_numbers_keep_a_mail_from_being_written(values, threshold, step):
    one = curve(*values, threshold=threshold, step=step)

    png = draw_chart(one)

    assert len(png) <= MAX_OCTETS
    assert bool(curve_words(one)) or not png


def luminance(colour: tuple[int, ...]) -> float:
    """Return how light a colour is (WCAG 2, relative luminance)."""
    parts = (one / 255 for one in colour)
    red, green, blue = (one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_it_is_opaque_and_light_and_its_words_and_lines_stand_out_whatever_is_around_it():
    image = Image.open(io.BytesIO(draw_chart(curve(0.5, 0.7, 0.98, threshold=0.9), "ratio")))
    colours = {colour: number for number, colour in image.convert("RGB").getcolors(image.width * image.height)}

    assert "transparency" not in image.info
    ground = max(colours, key=colours.__getitem__)
    assert luminance(ground) > 0.8
    dark = [one for one in colours if luminance(one) < 0.15]
    assert all((luminance(ground) + 0.05) / (luminance(one) + 0.05) >= 4.5 for one in dark)
    assert len(dark) >= 3  # words, curve, threshold


def test_the_same_curve_in_another_unit_or_place_is_another_picture():
    one = curve(0.5, 0.7, 0.98, threshold=0.9)

    pictures = {draw_chart(one), draw_chart(one, "ratio"), draw_chart(one, "ratio", ZoneInfo("Europe/Berlin"))}

    assert len(pictures) == 3
