"""What two readings of sysUpTime say about the time between them."""

import pytest

from netwatch.polling.uptime import Life, passage_between

HOUR = 360_000
WRAP = 2**32


@pytest.mark.parametrize(
    ("before", "now", "seconds", "life"),
    [
        (HOUR, HOUR + 6000, 60.0, Life.SAME),
        (HOUR, HOUR + 6050, 60.0, Life.SAME),  # the answer was under way for a while
        (HOUR, 3000, 60.0, Life.RESTARTED),  # 30 s old
        (HOUR, 6000, 60.0, Life.RESTARTED),  # started right after the last reading
        (2000, 4000, 3600.0, Life.RESTARTED),  # grew, but it should have grown by an hour
        (WRAP - 3000, 3000, 60.0, Life.WRAPPED),  # 497 days
        (2**31 - 3000, 3000, 60.0, Life.WRAPPED),  # 248 days, on agents that keep it signed
        (WRAP // 10 - 3000, 3000, 60.0, Life.WRAPPED),  # 49.7 days, on agents that count milliseconds
        (WRAP - 3000, 100, 60.0, Life.RESTARTED),  # just before a wrap would have come
        (HOUR, HOUR, 10.0, Life.SAME),  # the agent gave its last answer again
        (HOUR, HOUR - 200, 10.0, Life.SAME),  # a second back is an agent's clock being set
        (24 * HOUR, 20 * HOUR, 60.0, Life.JUMPED),  # up for longer than that: another unit of the stack speaks
        (None, HOUR, 60.0, Life.UNKNOWN),
        (HOUR, None, 60.0, Life.UNKNOWN),
    ],
)
def test_a_restart_is_told_from_a_wrap(before, now, seconds, life):
    assert passage_between(before, now, seconds).life is life


@pytest.mark.parametrize(
    ("before", "now", "arrival", "seconds"),
    [
        (HOUR, HOUR + 6000, 61.3, 60.0),  # the device's own clock counts
        (WRAP - 3000, 3000, 60.4, 60.0),  # through a wrap as well
        (HOUR, HOUR, 10.0, 0.0),  # the same answer again
        (HOUR, HOUR, 60.0, 60.0),  # nobody caches for a minute: its uptime stands still
        (3600, 3660, 60.0, 60.0),  # counts seconds where the MIB says hundredths
        (HOUR, HOUR - 200, 10.0, 10.0),
        (None, HOUR, 61.3, 61.3),
    ],
)
def test_elapsed_time_is_the_devices_own_where_it_can_be_believed(before, now, arrival, seconds):
    assert passage_between(before, now, arrival).seconds == seconds


@pytest.mark.parametrize(
    ("life", "unbroken"), [(WRAP - 3000, True), (HOUR, False)], ids=["through a wrap", "through a restart"]
)
def test_counters_may_be_compared_through_a_wrap_but_not_through_a_restart(life, unbroken):
    assert passage_between(life, 3000, 60.0).unbroken is unbroken
