"""Bars and scales."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.model import SYMBOLS
from netwatch.web.pages.concepts.pictures import Limits, bar_of, scale_of

OPTICAL = Limits(low_critical=-18.4, low_warning=-14.4, high_warning=-1.0, high_critical=0.5)


@pytest.mark.parametrize(
    ("ratio", "is_left", "percent", "tone", "words"),
    [
        (0.42, False, 42.0, "", "42 %"),
        (0.75, False, 75.0, "warm", "75 %"),
        (0.97, False, 97.0, "hot", "97 %"),
        (1.25, False, 100.0, "hot", "125 %"),
        (-0.1, False, 0.0, "", "-10 %"),
        (0.07, True, 7.0, "hot", "7 %"),
        (0.8, True, 80.0, "", "80 %"),
    ],
)
def test_a_bar_is_as_full_as_it_can_be_drawn_and_coloured_by_what_is_bad(ratio, is_left, percent, tone, words):
    bar = bar_of(ratio, is_left=is_left)

    assert bar is not None
    assert (bar.percent, bar.tone, bar.words) == (percent, tone, words)


@pytest.mark.parametrize("ratio", [None, math.nan, math.inf])
def test_what_is_no_share_has_no_bar(ratio):
    assert bar_of(ratio) is None


def test_a_scale_shows_where_a_value_stands_among_its_limits():
    scale = scale_of(-16.25, OPTICAL, "dbm")

    assert scale is not None
    assert [span.tone for span in scale.spans] == ["hot", "warm", "warm", "hot"]
    red, yellow, *_ = scale.spans
    assert red.start == 0
    assert yellow.start == red.width < scale.at < yellow.start + yellow.width
    assert scale.tone == "warm"
    assert scale.words == (
        "-16.25 dBm; warning below -14.4 dBm, critical below -18.4 dBm, warning above -1 dBm, critical above 0.5 dBm"
    )


@pytest.mark.parametrize(
    ("value", "tone"), [(-20, "hot"), (-18.4, "warm"), (-15, "warm"), (-14.4, ""), (-5, ""), (0, "warm"), (1, "hot")]
)
def test_a_value_on_its_limit_is_not_beyond_it(value, tone):
    assert OPTICAL.tone_of(value) == tone


def test_a_temperature_without_a_lower_limit_stands_on_a_scale_from_zero():
    scale = scale_of(28, Limits(high_critical=50), "celsius")

    assert scale is not None
    assert scale.at == pytest.approx(50, abs=0.1)  # a margin of 12 % behind 50
    assert [(span.tone, span.start) for span in scale.spans] == [("hot", pytest.approx(89.3, abs=0.1))]


@pytest.mark.parametrize(
    ("value", "limits"), [(None, OPTICAL), (5, Limits()), (math.nan, OPTICAL), (5, Limits(high_critical=math.inf))]
)
def test_without_a_value_or_a_limit_there_is_no_scale(value, limits):
    assert scale_of(value, limits, "dbm") is None


NUMBERS = st.none() | st.floats()


LIMITS = st.builds(Limits, low_critical=NUMBERS, low_warning=NUMBERS, high_warning=NUMBERS, high_critical=NUMBERS)


@given(NUMBERS, LIMITS, st.sampled_from(sorted(SYMBOLS)))
def test_whatever_a_device_says_is_drawn_inside_the_picture_or_not_at_all(value, limits, quantity):
    scale = scale_of(value, limits, quantity)

    if scale is not None:
        assert 0 <= scale.at <= 100
        assert all(0 <= span.start <= span.start + span.width <= 100.1 for span in scale.spans)
