"""Counter arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.compiled.column_twins import quick_rates
from netwatch.polling.columns.counters import COUNTER32, Cause, careful_rate, line_rate, tolerance

GIGABIT = 125_000_000.0


@pytest.mark.parametrize(
    ("before", "now", "wraps_at", "rate"),
    [
        (100, 700, COUNTER32, 10.0),
        (100, 100, COUNTER32, 0.0),
        (COUNTER32 - 100, 500, COUNTER32, 10.0),  # one wrap
        (10**18, 10**18 + 600, None, 10.0),
        (10**18, 10, None, Cause.WENT_DOWN),  # 64 bits do not wrap in a lifetime
        (COUNTER32 + 5, 10, COUNTER32, Cause.WENT_DOWN),  # no Counter32 at all
        (None, 700, COUNTER32, None),
        (100, None, COUNTER32, None),
    ],
)
def test_an_increase_is_counted_per_second(before, now, wraps_at, rate):
    assert careful_rate(now, before, 60.0, wraps_at=wraps_at, limit=None) == rate


def test_a_rate_above_what_the_interface_carries_is_discarded():
    far_too_much = int(GIGABIT * 60 * 3)

    rate = careful_rate(far_too_much, 0, 60.0, wraps_at=None, limit=GIGABIT * tolerance(60.0))

    assert rate is Cause.IMPLAUSIBLE


def test_an_agent_that_refreshes_its_counters_every_ten_seconds_may_show_more_than_the_line_carries():
    seventy_seconds_worth = int(GIGABIT * 70)

    rate = careful_rate(seventy_seconds_worth, 0, 60.0, wraps_at=None, limit=GIGABIT * tolerance(60.0))

    assert rate == seventy_seconds_worth / 60.0


@pytest.mark.parametrize(
    ("megabits", "octets"),
    [(1000, GIGABIT), (0, float("inf")), (None, float("inf")), (b"fast", float("inf"))],
)
def test_an_interface_without_a_speed_has_no_limit(megabits, octets):
    assert line_rate(megabits) == octets


values32 = st.integers(0, COUNTER32 - 1)


@given(st.lists(st.tuples(values32, values32), min_size=1), st.floats(0.25, 1000), st.booleans())
def test_the_quick_way_and_the_careful_way_agree(pairs, seconds, limited):
    now, before = [a for a, _ in pairs], [b for _, b in pairs]
    limits = [GIGABIT] * len(now) if limited else None

    quick = quick_rates(now, before, seconds, limits)

    careful = [careful_rate(a, b, seconds, wraps_at=COUNTER32, limit=GIGABIT if limited else None) for a, b in pairs]
    if quick is not None:
        assert list(quick) == careful
    else:
        assert any(a < b for a, b in pairs) or Cause.IMPLAUSIBLE in careful


@given(st.lists(st.tuples(values32, values32), min_size=1))
def test_no_rate_is_ever_negative(pairs):
    for now, before in pairs:
        rate = careful_rate(now, before, 60.0, wraps_at=COUNTER32, limit=None)
        assert rate is Cause.WENT_DOWN or rate >= 0


def test_a_column_without_rows_has_no_rates():
    assert quick_rates([], [], 60.0, None) == []
