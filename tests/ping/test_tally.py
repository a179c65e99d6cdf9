"""What the last packets say."""

import pytest

from netwatch.ping.tally import LEAST_FOR_HABIT, LEAST_PACKETS, PACKETS, Tally


def tally_of(trips):
    tally = Tally()
    for trip in trips:
        tally.note(trip)
    return tally


def test_of_too_few_packets_no_share_is_told():
    assert tally_of([None] * (LEAST_PACKETS - 1)).loss_ratio is None
    assert tally_of([None] * LEAST_PACKETS).loss_ratio == 1.0


def test_only_the_last_packets_count():
    assert tally_of([None] * 100 + [0.001] * (PACKETS - 1)).loss_ratio == pytest.approx(1 / PACKETS)
    assert tally_of([None] * 100 + [0.001] * PACKETS).loss_ratio == 0.0
    assert tally_of([9.0] * 100 + [0.002] * PACKETS).round_trip_seconds == pytest.approx(0.002)


def test_lost_packets_do_not_count_in_the_round_trip():
    assert tally_of([0.001, None, 0.003]).round_trip_seconds == pytest.approx(0.002)
    assert tally_of([None, None]).round_trip_seconds is None


def test_a_habit_takes_some_answers():
    assert tally_of([0.01] * (LEAST_FOR_HABIT - 1)).usual_seconds is None
    assert tally_of([0.01] * LEAST_FOR_HABIT).usual_seconds == pytest.approx(0.01, rel=0.1)


def test_a_habit_is_near_the_median_and_not_moved_by_how_late_a_few_are():
    trips = ([0.010] * 9 + [5.0]) * 100

    assert tally_of(trips).usual_seconds == pytest.approx(0.010, rel=0.05)


def test_an_hour_of_slowness_is_not_yet_usual_and_a_day_of_it_is():
    tally = tally_of([0.010] * 8640)

    for _ in range(360):
        tally.note(0.1)
    assert tally.usual_seconds < 0.012
    for _ in range(3 * 8640):
        tally.note(0.1)
    assert tally.usual_seconds == pytest.approx(0.1, rel=0.05)


def test_a_habit_goes_on_where_it_was_before_a_restart():
    before = tally_of([0.010] * 1000)
    after = Tally()

    after.recall_habit(*before.habit)

    assert after.usual_seconds == before.usual_seconds
    assert after.loss_ratio is None
