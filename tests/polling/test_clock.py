"""The machine's clocks."""

from datetime import UTC, timedelta

from netwatch.polling.clock import SystemClock, Wakefulness


def test_wall_time_is_utc_and_monotonic_time_does_not_go_back():
    clock = SystemClock()

    assert clock.now().tzinfo is UTC
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() <= clock.monotonic()


def test_a_machine_that_never_slept_has_been_awake_for_ever():
    assert SystemClock().awake_for() == float("inf")
    assert SystemClock().elapsed() <= SystemClock().elapsed()


def test_a_sleep_is_noticed_by_whoever_asks_first_after_it():
    wakefulness = Wakefulness(monotonic=100.0, elapsed=500.0)

    assert wakefulness.awake_for(110.0, 510.0) == float("inf")
    assert wakefulness.awake_for(111.0, 7711.0) == 0.0
    assert wakefulness.awake_for(115.0, 7715.0) == 4.0
