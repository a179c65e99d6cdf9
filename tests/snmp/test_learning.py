"""What is learned of a device: its round trip and how much it bears."""

from __future__ import annotations

from netwatch.snmp.learning import MIN_TIMEOUT_SECONDS, BatchSize, RoundTrip


def test_before_the_first_answer_the_configured_timeout_counts():
    trip = RoundTrip(2.0)

    assert (trip.timeout, trip.is_known) == (2.0, False)


def test_a_quick_device_is_asked_again_soon_but_not_at_once():
    trip = RoundTrip(2.0)
    for _ in range(20):
        trip.measure(0.001)

    assert (trip.timeout, trip.is_known) == (MIN_TIMEOUT_SECONDS, True)


def test_a_device_that_wavers_is_given_more_time():
    steady, wavering = RoundTrip(5.0), RoundTrip(5.0)
    for number in range(40):
        steady.measure(0.5)
        wavering.measure(0.2 if number % 2 else 0.8)

    assert wavering.timeout > 2 * steady.timeout


def test_the_timeout_never_exceeds_the_configured_one():
    trip = RoundTrip(1.0)
    trip.measure(30.0)

    assert trip.timeout == 1.0


def test_trouble_halves_and_a_run_of_good_answers_doubles():
    size = BatchSize(64)
    size.shrink(50)
    assert size.value == 25
    for _ in range(BatchSize.FIRST_RUN):
        size.succeed()

    assert size.value == 50


def test_trouble_with_more_than_is_asked_now_teaches_nothing():
    size = BatchSize(64)
    size.shrink(50)
    size.shrink(50)

    assert size.value == 25


def test_a_device_with_a_hard_limit_is_tried_ever_more_rarely():
    size, failures = BatchSize(64), 0
    for _ in range(5000):
        if size.value > 20:
            failures += 1
            size.shrink(size.value)
        else:
            size.succeed()

    assert failures < 10
    assert size.value >= 1


def test_one_varbind_at_once_is_the_least():
    size = BatchSize(64)
    for _ in range(10):
        size.shrink(size.value)

    assert size.value == 1
