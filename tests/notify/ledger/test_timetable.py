"""When a message is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.notify.ledger.timetable import jittered, next_attempt_at

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 5), (2, 20), (3, 60), (4, 120), (5, 300), (6, 600), (7, 900), (8, 900), (400, 900)]
)
def test_waits_grow_to_a_quarter_of_an_hour(attempts, seconds):
    due = next_attempt_at(attempts, created_at=NOW, now=NOW, dice=0.5)

    assert due == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(("dice", "seconds"), [(0.0, 80), (0.5, 100), (0.999999, 120)])
def test_jitter_is_a_fifth_either_way(dice, seconds):
    assert jittered(timedelta(seconds=100), dice).total_seconds() == pytest.approx(seconds, abs=0.01)


def test_after_five_days_of_tries_a_message_is_given_up():
    five_days = NOW + timedelta(days=5)

    assert next_attempt_at(480, created_at=NOW, now=five_days - timedelta(minutes=16), dice=0.5) is not None
    assert next_attempt_at(481, created_at=NOW, now=five_days, dice=0.5) is None


def test_a_message_that_waited_five_days_for_a_relay_still_gets_its_short_steps():
    later = NOW + timedelta(days=9)

    assert next_attempt_at(1, created_at=NOW, now=later, dice=0.5) == later + timedelta(seconds=5)
    assert next_attempt_at(7, created_at=NOW, now=later, dice=0.5) is not None
    assert next_attempt_at(8, created_at=NOW, now=later, dice=0.5) is None


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 60), (3, 300), (4, 900), (5, 3600), (99, 3600)])
def test_what_was_perhaps_accepted_is_sent_again_hourly_in_the_end(attempts, seconds):
    due = next_attempt_at(attempts, created_at=NOW, now=NOW, dice=0.5, perhaps_taken=True)

    assert due == NOW + timedelta(seconds=seconds)
