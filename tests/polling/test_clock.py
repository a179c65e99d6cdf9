"""The machine's clocks."""

from datetime import UTC, timedelta

from netwatch.polling.clock import SystemClock


def test_wall_time_is_utc_and_monotonic_time_does_not_go_back():
    clock = SystemClock()

    assert clock.now().tzinfo is UTC
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() <= clock.monotonic()
