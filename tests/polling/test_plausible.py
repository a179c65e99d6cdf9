"""Which speed is believed, and what is said beside one that is not."""

import pytest

from netwatch.polling.columns.counters import COUNTER32, Cause, careful_rate
from netwatch.polling.plausible import bit_rate, declared_speed

FULL = 2**32 - 1
GIGABIT = 125_000_000.0


@pytest.mark.parametrize(
    ("high", "plain", "bits", "doubted"),
    [
        (1000, 1_000_000_000, 1e9, ""),
        (10_000, FULL, 1e10, ""),  # ifSpeed ends at 4.29 Gbit/s
        (0, 384_000, 384_000.0, "high"),  # less than 0.5 Mbit/s
        (None, 384_000, 384_000.0, ""),
        (0, 0, None, ""),  # has no speed, and says so
        (None, 10, None, "plain"),
        (None, 1000, None, "plain"),
        (10_000, 10, 1e10, "plain"),
        (1000, 1000, 1e9, "plain"),  # Mbit/s where bit/s belong
        (None, FULL, None, "plain"),
        (0, FULL, None, "plain"),
        (1_000_000_000, 1_000_000_000, 1e9, "high"),  # bit/s where Mbit/s belong
        (10_000_000, 10_000_000, 1e7, "high"),
        (FULL, FULL, None, "high"),
        (1, 1_000_000_000, 1e9, "high"),  # Gbit/s where Mbit/s belong
        (10_000_000_000, None, None, "high"),
        (-1, 1_000_000, 1e6, "high"),
        (800_000, FULL, 8e11, ""),
    ],
)
def test_a_speed_is_believed_where_a_port_can_have_it(high, plain, bits, doubted):
    speed = declared_speed(high, plain)

    assert speed.bits == bits
    assert bool(speed.high_doubt) == (doubted == "high")
    assert bool(speed.plain_doubt) == (doubted == "plain")


@pytest.mark.parametrize(
    ("bits", "text"), [(10, "10 bit/s"), (384_000, "384 kbit/s"), (1.5e9, "1.5 Gbit/s"), (1e15, "1,000 Tbit/s")]
)
def test_a_speed_is_said_as_people_say_it(bits, text):
    assert bit_rate(bits) == text


@pytest.mark.parametrize(
    ("before", "now", "limit", "rate"),
    [
        (COUNTER32 - 100, 500, GIGABIT, 10.0),
        (1000, 990, GIGABIT, Cause.WENT_DOWN),  # a small step back
        (1000, 990, None, Cause.WENT_DOWN),
        (3_000_000_000, 2_000_000_000, GIGABIT, (COUNTER32 - 10**9) / 60),  # 55 MB/s fit
        (3_000_000_000, 2_000_000_000, GIGABIT / 10, Cause.WENT_DOWN),  # and do not fit 100 Mbit/s
        (3_000_000_000, 2_000_000_000, None, Cause.WENT_DOWN),
        (4_000_000_000, 1_000_000_000, None, (COUNTER32 - 3 * 10**9) / 60),
    ],
)
def test_a_counter_came_round_only_where_the_speed_allows_it(before, now, limit, rate):
    assert careful_rate(now, before, 60.0, wraps_at=COUNTER32, limit=limit) == rate
