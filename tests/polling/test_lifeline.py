"""A device's life, over restarts of the device and of NetWatch."""

import json
from datetime import timedelta

import pytest

from netwatch.model import Memory
from netwatch.polling.lifeline import Lifeline
from netwatch.polling.uptime import Life

DAY = 8_640_000


def see(lifeline, ticks, clock):
    return lifeline.see(ticks, clock.now(), clock.monotonic())


def test_a_device_seen_for_the_first_time_has_no_restart(clock):
    lifeline = Lifeline("sw1")

    see(lifeline, 3000, clock)

    assert lifeline.seconds_since_restart is None


def test_a_restart_that_was_seen_has_an_age_from_then_on(clock):
    lifeline = Lifeline("sw1")
    see(lifeline, DAY, clock)
    clock.turn(60)

    assert see(lifeline, 3000, clock) is Life.RESTARTED
    assert lifeline.seconds_since_restart == 30.0
    clock.turn(60)
    assert see(lifeline, 9000, clock) is Life.SAME
    assert lifeline.seconds_since_restart == 90.0


def test_a_wrap_after_497_days_is_no_restart(clock):
    lifeline = Lifeline("sw1")
    see(lifeline, 2**32 - 3000, clock)
    clock.turn(60)

    assert see(lifeline, 3000, clock) is Life.WRAPPED
    assert lifeline.seconds_since_restart is None


def test_a_device_without_sysuptime_never_restarts(clock):
    lifeline = Lifeline("sw1")

    assert see(lifeline, None, clock) is Life.UNKNOWN
    assert lifeline.seconds_since_restart is None
    assert lifeline.to_remember(clock.now()) is None


def test_it_is_remembered_at_first_sight_after_a_restart_and_hourly(clock):
    lifeline = Lifeline("sw1")
    remembered = []
    for minute in range(150):
        ticks = DAY + minute * 6000 if minute < 100 else (minute - 100) * 6000 + 3000
        see(lifeline, ticks, clock)
        if lifeline.to_remember(clock.now()):
            remembered.append(minute)
        clock.turn(60)

    assert remembered == [0, 60, 100]


def test_a_restart_during_netwatchs_own_absence_is_seen(clock):
    before = Lifeline("sw1")
    see(before, DAY, clock)
    memory = before.to_remember(clock.now())
    clock.turn(600)

    after = Lifeline("sw1", memory)

    assert see(after, 12_000, clock) is Life.RESTARTED
    assert after.seconds_since_restart == 120.0


def test_a_restart_seen_before_netwatchs_own_is_still_known(clock):
    before = Lifeline("sw1")
    see(before, DAY, clock)
    clock.turn(60)
    see(before, 3000, clock)
    memory = before.to_remember(clock.now())
    clock.turn(60)

    after = Lifeline("sw1", memory)

    assert see(after, 9000, clock) is Life.SAME
    assert after.seconds_since_restart == 90.0


@pytest.mark.parametrize("days", [-300, 300])
def test_a_wall_clock_set_during_the_absence_makes_no_restart(clock, days):
    before = Lifeline("sw1")
    see(before, DAY, clock)
    memory = before.to_remember(clock.now())
    clock.turn(60)
    clock.wall += timedelta(days=days)

    after = Lifeline("sw1", memory)

    assert see(after, DAY + 6000, clock) is Life.SAME
    assert after.seconds_since_restart is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"ticks": "x"}', json.dumps({"ticks": 5, "at": "2026-01-01T00:00:00"}), None]
)
def test_a_memory_that_cannot_be_read_is_no_memory(clock, text):
    lifeline = Lifeline("sw1", Memory(scope="polling", key="sw1", text=text))

    assert see(lifeline, 3000, clock) is Life.UNKNOWN


@pytest.mark.parametrize(("silent", "host_seconds", "uptime"), [
    (60, 50 * 86400.0, 50 * 86400.0),      # the agent alone
    (60, 86400.0 + 30, 86400.0 + 30),      # it was started with the host, and now alone
    (60, 3600.0, 3600.0),                  # the agent alone: the host's own uptime began at 0 again after 497 days
    (60, 31.0, None),                      # the host, a second before its agent
    (400, 300.0, None),                    # the host, whose agent took long to start
    (60, 100.0, None),                     # too near to tell; a restart of the host is the graver news
    (60, 30.0, None),                      # an agent that calls its own uptime the host's
    (60, None, None),                      # nobody says
])  # fmt: skip
def test_a_host_that_was_up_before_its_agent_was_last_heard_did_not_restart(clock, silent, host_seconds, uptime):
    lifeline = Lifeline("esxi")
    see(lifeline, DAY, clock)
    clock.turn(silent)
    see(lifeline, 3000, clock)

    lifeline.see_host(host_seconds)

    assert (lifeline.seconds_since_restart, lifeline.host_uptime_seconds) == (30.0, uptime)


def test_how_long_the_host_is_up_goes_on_over_a_restart_of_netwatch_and_ends_with_the_next(clock):
    before = Lifeline("esxi")
    see(before, DAY, clock)
    clock.turn(60)
    see(before, 3000, clock)
    before.see_host(50 * 86400.0)
    memory = before.to_remember(clock.now())
    clock.turn(60)

    after = Lifeline("esxi", memory)
    see(after, 9000, clock)
    assert after.host_uptime_seconds == 50 * 86400 + 60
    clock.turn(60)
    see(after, 500, clock)

    assert after.host_uptime_seconds is None
