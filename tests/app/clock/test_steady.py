"""The clock of the house moves only when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.app.clock.steady import SteadyClock

from ..machine import START, TurnedMachine


@pytest.fixture
def machine():
    return TurnedMachine()


def test_it_shows_what_the_wall_clock_showed_and_goes_on_with_time(machine):
    clock = SteadyClock(machine)
    assert clock.now() == START

    machine.turn(seconds=1.5)

    assert clock.now() == START + timedelta(seconds=1.5)
    assert clock.step() is None


@pytest.mark.parametrize("hours", [1, -1])
def test_a_wall_clock_that_is_set_changes_nothing_until_the_clock_follows(machine, hours):
    clock = SteadyClock(machine)
    machine.set(hours=hours)
    machine.turn(seconds=1)
    assert clock.now() == START + timedelta(seconds=1)

    step = clock.step()
    assert step is not None
    assert (step.by, step.at) == (timedelta(hours=hours), START + timedelta(seconds=1))
    clock.follow(step)

    assert clock.now() == START + timedelta(hours=hours, seconds=1)
    assert clock.step() is None


def test_a_step_takes_along_what_was_written_since_the_machine_started(machine):
    clock = SteadyClock(machine)
    machine.set(hours=1)

    step = clock.step()

    assert step is not None
    assert step.since == START - timedelta(days=3)


def test_small_differences_are_followed_once_they_have_grown(machine):
    clock = SteadyClock(machine)
    machine.set(milliseconds=300)
    assert clock.step() is None

    machine.set(milliseconds=300)

    step = clock.step()
    assert step is not None
    assert step.by == timedelta(milliseconds=600)


def test_sleep_is_time_that_passed(machine):
    clock = SteadyClock(machine)

    machine.sleep(hours=2)

    assert clock.step() is None
    assert clock.now() == START + timedelta(hours=2)
    assert clock.awake_for() == 0.0


def test_the_real_machine_tells_the_real_time():
    clock = SteadyClock()

    assert abs(clock.now() - datetime.now(UTC)) < timedelta(milliseconds=100)
    assert clock.step() is None
