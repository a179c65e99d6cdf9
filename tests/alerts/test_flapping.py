"""What comes and goes too often ends late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from netwatch.alerts import FlapPolicy, calmed, is_flapping, noted
from netwatch.alerts.flapping import CalmedTiming
from netwatch.alerts.settings import FlappingSettings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = FlapPolicy()  # 5 within 30 min, calm after 15 min


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def history_of(*starts: float, policy: FlapPolicy = POLICY) -> tuple[datetime, ...]:
    history: tuple[datetime, ...] = ()
    for start in starts:
        history = noted(history, NOON + minutes(start), policy)
    return history


@pytest.mark.parametrize(("starts", "now", "flaps"), [
    ((0, 1, 2, 3), 3, False),
    ((0, 1, 2, 3, 4), 4, True),
    ((0, 7, 14, 21, 28), 28, True),
    ((0, 8, 16, 24, 32), 32, False),    # the first is more than 30 min ago
    ((0, 1, 2, 3, 4), 30, False),       # it has been calm since
    ((0, 1, 2, 3, 4, 5, 6, 7), 31, True),
])  # fmt: skip
def test_five_beginnings_within_half_an_hour_are_flapping(starts, now, flaps):
    assert is_flapping(history_of(*starts), NOON + minutes(now), POLICY) is flaps


def test_zero_turns_it_off():
    off = FlapPolicy(starts=0)

    assert history_of(*range(100), policy=off) == ()
    assert not is_flapping((NOON,) * 100, NOON, off)


def test_a_flapping_alert_ends_only_after_the_calm():
    brief = CalmedTiming(hold_for=minutes(1), keep_firing_for=minutes(2), no_data="clear", on_gone="keep")
    patient = CalmedTiming(hold_for=minutes(1), keep_firing_for=minutes(60), no_data="keep", on_gone="keep")

    assert calmed(brief, POLICY) == CalmedTiming(
        hold_for=minutes(1), keep_firing_for=minutes(15), no_data="clear", on_gone="keep"
    )
    assert calmed(patient, POLICY) == patient


def test_a_clock_set_back_leaves_no_beginning_in_the_future():
    history = noted((NOON + minutes(60),), NOON, POLICY)

    assert history == (NOON, NOON)


@settings(deadline=None)
@given(st.lists(st.integers(0, 5000), max_size=60).map(sorted), st.integers(2, 8))
def test_the_history_is_short_and_says_as_much_as_a_long_one(seconds, starts):
    policy, every = FlapPolicy(starts=starts), []
    history: tuple[datetime, ...] = ()
    for second in seconds:
        now = NOON + timedelta(seconds=second)
        every.append(now)
        history = noted(history, now, policy)

        assert len(history) <= starts
        counted = [start for start in every if start > now - policy.within]
        assert is_flapping(history, now, policy) is (len(counted) >= starts)


@pytest.mark.parametrize(
    "settings", [{"starts": 1}, {"starts": -1}, {"within": "0s"}, {"calm": "0s"}, {"clam": "1s"}]
)
def test_settings_that_cannot_work_are_refused(settings):
    with pytest.raises(ValidationError):
        FlappingSettings.model_validate(settings)


def test_the_policy_is_what_the_configuration_says():
    settings = FlappingSettings.model_validate({"starts": 3, "within": "10m", "calm": "5m"})

    assert FlapPolicy.of(settings) == FlapPolicy(starts=3, within=minutes(10), calm=minutes(5))
    assert FlapPolicy.of(FlappingSettings()) == POLICY
