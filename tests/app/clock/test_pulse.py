"""How long the loop is held up, felt by a beat."""

from __future__ import annotations

import asyncio
import time

import pytest
from prometheus_client import REGISTRY

from netwatch.app.clock.pulse import BEAT_SECONDS, LagMeter, Pulse
from tests.patience import PATIENCE_SECONDS


def test_a_loop_that_comes_round_in_time_has_no_lag():
    meter = LagMeter()
    assert (meter.p99_seconds, meter.worst_seconds) == (0.0, 0.0)

    for _ in range(600):
        meter.note(0.001)

    assert (meter.p99_seconds, meter.worst_seconds) == (0.001, 0.001)


def test_one_short_hiccup_in_a_minute_is_the_worst_but_not_the_rule():
    meter = LagMeter()
    for _ in range(600):
        meter.note(0.001)

    meter.note(0.4)

    assert meter.worst_seconds == 0.4
    assert meter.p99_seconds < 0.4


def test_the_beats_a_long_hold_left_out_count_as_late_ones():
    meter = LagMeter()
    for _ in range(600):
        meter.note(0.001)

    meter.note(5.0)

    assert meter.worst_seconds == 5.0
    assert meter.p99_seconds == pytest.approx(4.4, abs=0.15)


def test_what_is_longer_ago_than_a_minute_is_forgotten():
    meter = LagMeter()
    meter.note(5.0)
    for _ in range(600):
        meter.note(0.001)

    assert meter.worst_seconds == 0.001


async def test_a_loop_that_is_held_is_felt_and_the_clocks_are_looked_at():
    looks = asyncio.Semaphore(0)
    pulse = Pulse(looks.release)
    pulse.start()
    try:
        time.sleep(BEAT_SECONDS * 3)  # noqa: ASYNC251  # this is what is to be felt
        async with asyncio.timeout(PATIENCE_SECONDS):
            await looks.acquire()
        assert pulse.lag.worst_seconds >= BEAT_SECONDS
    finally:
        await pulse.stop()


async def test_a_look_that_fails_is_counted_and_the_beat_goes_on():
    looks = asyncio.Semaphore(0)
    before = REGISTRY.get_sample_value("netwatch_pulse_errors_total")

    def fail() -> None:
        looks.release()
        raise ValueError("once more")

    pulse = Pulse(fail)
    pulse.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await looks.acquire()
            await looks.acquire()
    finally:
        await pulse.stop()
    assert REGISTRY.get_sample_value("netwatch_pulse_errors_total") >= before + 1
