"""Counters of a simulated device move with time and never run backwards."""

from __future__ import annotations

import pytest

from netwatch.simulator.counters import MovingCounter


def test_a_counter_counts_its_rate_times_the_time():
    counter = MovingCounter(100.0, rate=8.0)

    assert [counter.at(100.0), counter.at(101.0), counter.at(110.5)] == [0, 8, 84]


def test_a_change_of_rate_goes_on_from_where_it_stands():
    counter = MovingCounter(0.0, rate=10.0)
    counter.change_rate(1.0, 10.0)

    assert counter.at(20.0) == 110


@pytest.mark.parametrize("wobble", [0.0, 0.3, 0.99])
def test_a_wobbling_counter_never_runs_backwards_and_keeps_its_mean(wobble):
    counter = MovingCounter(0.0, rate=1000.0, wobble=wobble, phase=1.0)
    counts = [counter.at(tenth / 10) for tenth in range(4001)]

    assert counts == sorted(counts)
    assert counts[-1] == pytest.approx(400_000, abs=2)


def test_a_restart_counts_from_zero():
    counter = MovingCounter(0.0, rate=10.0)
    counter.restart(100.0)

    assert counter.at(101.0) == 10
