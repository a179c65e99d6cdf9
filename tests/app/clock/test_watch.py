"""Steps of the wall clock and sleeps of the machine are noticed, told once, and found again after a restart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from netwatch.app.clock.steady import SteadyClock
from netwatch.app.clock.watch import ClockWatch, boot_id, mark_of, step_since
from netwatch.model import Memory

from ..machine import START, TurnedMachine

LATELY = timedelta(minutes=10)
HOUR = timedelta(hours=1)


class Watched:
    """A watch on a machine turned by hand, and what it told."""

    def __init__(self) -> None:
        self.machine = TurnedMachine()
        self.clock = SteadyClock(self.machine)
        self.steps: list[timedelta] = []
        self.sleeps: list[timedelta] = []
        self.watch = ClockWatch(
            self.clock, on_step=lambda step: self.steps.append(step.by), on_sleep=self.sleeps.append
        )  # fmt: skip


@pytest.fixture
def watched():
    return Watched()


def test_nothing_is_told_while_nothing_happens(watched):
    watched.machine.turn(hours=5)
    watched.watch.look()

    assert (watched.steps, watched.sleeps) == ([], [])


@pytest.mark.parametrize(("hours", "direction"), [(1, "forth"), (-1, "back")])
def test_a_step_is_told_once_and_the_clock_follows(watched, hours, direction):
    before = REGISTRY.get_sample_value("netwatch_clock_set_total", {"direction": direction})
    watched.machine.set(hours=hours)

    watched.watch.look()
    watched.watch.look()

    assert watched.steps == [timedelta(hours=hours)]
    assert watched.clock.now() == START + timedelta(hours=hours)
    assert watched.watch.set_by(LATELY) == timedelta(hours=hours)
    assert REGISTRY.get_sample_value("netwatch_clock_set_total", {"direction": direction}) == before + 1


def test_a_sleep_is_told_once_and_is_no_step(watched):
    watched.machine.sleep(hours=2)

    watched.watch.look()
    watched.watch.look()

    assert (watched.steps, watched.sleeps) == ([], [timedelta(hours=2)])
    assert watched.watch.slept_for(LATELY) == timedelta(hours=2)


def test_a_step_and_a_sleep_are_told_for_ten_minutes(watched):
    watched.machine.set(hours=1)
    watched.machine.sleep(hours=2)
    watched.watch.look()
    watched.machine.turn(minutes=10, seconds=1)

    assert watched.watch.set_by(LATELY) == watched.watch.slept_for(LATELY) == timedelta(0)


def test_a_clock_set_while_the_machine_slept_is_both(watched):
    watched.machine.sleep(hours=2)
    watched.machine.set(hours=-1)

    watched.watch.look()

    assert (watched.steps, watched.sleeps) == ([-HOUR], [timedelta(hours=2)])


def test_a_follower_that_fails_does_not_make_the_step_happen_again(watched):
    def fail(step):
        raise ValueError("no")

    watch = ClockWatch(watched.clock, on_step=fail, on_sleep=lambda asleep: None)
    watched.machine.set(hours=1)

    with pytest.raises(ValueError, match="no"):
        watch.look()

    watch.look()
    assert watched.clock.now() == START + HOUR


def test_a_step_while_no_agent_ran_is_found_at_the_next_start():
    before = START - timedelta(days=3)
    mark = mark_of(before, "this boot")

    step = step_since([mark], before + HOUR, "this boot", START + HOUR)

    assert step is not None
    assert (step.since, step.at, step.by) == (before, START, HOUR)


@pytest.mark.parametrize(("mark_boot", "boot"), [("another boot", "this boot"), ("", "")])
def test_after_a_restart_of_the_machine_nobody_can_tell(mark_boot, boot):
    mark = mark_of(START - timedelta(days=9), mark_boot)

    assert step_since([mark], START - timedelta(days=3), boot, START) is None


def test_a_mark_that_cannot_be_read_or_says_the_same_is_no_step():
    same = mark_of(START, "this boot")
    broken = Memory(scope="clock", key="mark", text='{"boot": "this boot"}')

    assert step_since([same], START + timedelta(milliseconds=100), "this boot", START) is None
    assert step_since([broken], START, "this boot", START) is None
    assert step_since([], START, "this boot", START) is None


def test_the_boot_has_a_name_here(monkeypatch):
    assert boot_id()
    monkeypatch.setattr("netwatch.app.clock.watch.BOOT_ID", Path("/nowhere"))
    monkeypatch.setenv("NETWATCH_BOOT_ID", "from systemd")
    assert boot_id() == "from systemd"
