"""When everything is due."""

import subprocess
import sys
from collections import Counter

import pytest

from netwatch.polling.turns.schedule import TimingWheel, next_turn, phase_of


def entered(names, interval=60.0, now=0.0):
    wheel = TimingWheel(now)
    for name in names:
        phase = phase_of(name, interval)
        wheel.add(name, interval, phase, next_turn(now, interval, phase))
    return wheel


def test_the_place_of_a_device_is_the_same_in_another_process():
    code = "from netwatch.polling.turns.schedule import phase_of; print(phase_of('core-sw1', 60.0))"

    elsewhere = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    ).stdout

    assert float(elsewhere) == phase_of("core-sw1", 60.0)


def test_devices_spread_evenly_over_the_interval():
    tenths = Counter(int(phase_of(f"switch-{n}", 60.0) // 6) for n in range(10_000))

    assert set(tenths) == set(range(10))
    assert max(tenths.values()) < 1.2 * 1000


@pytest.mark.parametrize("now", [0.0, 17.0, 59.999999, 60.0, 123456.7])
def test_the_next_turn_is_the_first_one_of_the_grid_after_now(now):
    turn = next_turn(now, 60.0, 17.0)

    assert now < turn <= now + 60.0
    assert turn % 60.0 == pytest.approx(17.0)


def test_nothing_is_due_before_its_time_and_everything_within_a_tick_of_it():
    wheel = entered(["a", "b", "c"], interval=10.0)
    seen = []

    for step in range(1, 1001):
        now = step * 0.1
        seen += [(due.due_at, now) for due in wheel.advance(now)]

    assert len(seen) == 30
    assert all(due_at <= now < due_at + 0.2 for due_at, now in seen)


def test_an_entry_keeps_its_rhythm_however_late_the_ticks_are():
    wheel = entered(["a"], interval=10.0)
    phase = phase_of("a", 10.0)

    due = [one.due_at for now in (13.0, 26.9, 38.2) for one in wheel.advance(now)]

    assert [at % 10.0 for at in due] == pytest.approx([phase] * len(due))


def test_a_late_tick_gives_each_entry_once_and_counts_what_it_missed():
    wheel = entered(["a", "b"], interval=10.0)

    late = wheel.advance(100.0)

    assert sorted(due.key for due in late) == ["a", "b"]
    assert [due.missed for due in late] == [9, 9]
    assert sorted(due.key for due in wheel.advance(110.0)) == ["a", "b"]


def test_a_tick_after_days_of_sleep_costs_no_more_than_the_entries():
    wheel = entered([f"switch-{n}" for n in range(100)])

    due = wheel.advance(30 * 86_400.0)

    assert len(due) == 100


def test_the_same_moment_twice_gives_nothing_twice():
    wheel = entered(["a"], interval=10.0)

    assert len(wheel.advance(10.0)) == 1
    assert wheel.advance(10.0) == []


def test_a_tick_that_goes_back_gives_nothing():
    wheel = entered(["a"], interval=10.0)
    wheel.advance(50.0)

    assert wheel.advance(20.0) == []
    assert len(wheel.advance(60.1)) == 1


def test_a_removed_entry_is_never_due_again():
    wheel = entered(["a", "b"], interval=10.0)

    wheel.remove("a")
    wheel.remove("unknown")

    assert [due.key for due in wheel.advance(10.0)] == ["b"]
    assert "a" not in wheel
    assert len(wheel) == 1


def test_adding_again_replaces_the_entry():
    wheel = entered(["a"], interval=10.0)

    wheel.add("a", 20.0, 0.0, 5.0)

    assert [due.due_at for due in wheel.advance(19.9)] == [5.0]
    assert [due.due_at for due in wheel.advance(20.0)] == [20.0]


def test_an_entry_for_a_time_that_is_over_is_due_at_the_next_tick():
    wheel = TimingWheel(100.0)

    wheel.add("a", 10.0, 0.0, 3.0)

    assert [due.key for due in wheel.advance(100.2)] == ["a"]
