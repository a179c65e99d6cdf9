"""A value over the last hour, in words."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import Curve
from netwatch.notify.curves import curve_words

END = datetime(2026, 11, 23, 3, 4, tzinfo=UTC)


def curve(*values: float, threshold: float | None = None, step: float = 60.0) -> Curve:
    count = len(values)
    points = [(END - timedelta(seconds=step * (count - 1 - place)), value) for place, value in enumerate(values)]
    return Curve(points=tuple(points), threshold=threshold)


@pytest.mark.parametrize("few", [(), (1.0,), (math.nan, math.inf), (math.nan, 1.0)])
def test_too_few_points_have_no_words(few):
    assert curve_words(curve(*few)) == ""


@pytest.mark.parametrize(
    ("values", "threshold", "words"),
    [
        ((1.0, 5.0, 3.0), None, "between 1 and 5, at the end 3 (03:02 to 03:04 UTC)"),
        ((7.0, 7.0), 5.0, "always 7; threshold 5 (03:03 to 03:04 UTC)"),
        ((0.0, 9.2e9), 9e9, "between 0 and 9.2 G, at the end 9.2 G; threshold 9 G (03:03 to 03:04 UTC)"),
        ((math.nan, 1.0, 2.0), math.nan, "between 1 and 2, at the end 2 (03:03 to 03:04 UTC)"),
    ],
)
def test_the_words_say_what_a_picture_shows(values, threshold, words):
    assert curve_words(curve(*values, threshold=threshold)) == words
