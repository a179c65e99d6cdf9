"""Readings become five minutes and hours."""

from __future__ import annotations

import pytest

from netwatch.history.block import Block, Shape
from netwatch.history.settings import HistorySettings
from netwatch.history.tiers import GRAINS, HOUR, MINUTE, Tier, folded, kept_for, period_of


def block(times, rows, name="x"):
    shape = Shape(keys=tuple(map(str, range(len(rows)))), columns=(name,))
    return Block(shape=shape, times=times, cells={name: rows})


def test_lowest_mean_and_highest_of_each_step():
    times = [0, MINUTE, 2 * MINUTE, 5 * MINUTE, 11 * MINUTE]

    one = folded(block(times, [[1, 2, 6, 4, None]]), 5 * MINUTE)

    assert one is not None
    assert one.times == [0, 5 * MINUTE, 10 * MINUTE]
    assert one.cells == {"x": [[3, 4, None]], "x<": [[1, 4, None]], "x>": [[6, 4, None]]}


def test_what_does_not_move_within_a_step_has_its_mean_alone():
    one = folded(block([0, MINUTE, 5 * MINUTE], [[7, 7, 9], [1, 1, 1]]), 5 * MINUTE)

    assert one is not None
    assert one.cells == {"x": [[7, 9], [1, 1]]}


def test_hours_are_made_of_five_minutes_without_losing_a_peak():
    five = folded(block([0, MINUTE, 5 * MINUTE], [[1, 99, 2]]), 5 * MINUTE)
    assert five is not None

    hour = folded(five, HOUR)

    assert hour is not None
    assert (hour.cells["x<"], hour.cells["x>"]) == ([[1]], [[99]])


def test_a_mean_is_one_of_time_where_readings_came_at_uneven_distances():
    seconds = [*range(0, 150, 10), *range(150, 300, 30)]
    shape = Shape(keys=("",), columns=("up", "load"))
    up = [1] * 15 + [0] * 5
    load = [None] * 15 + [1, 2, 3, 4, 5]
    block = Block(shape=shape, times=[at * 1000 for at in seconds], cells={"up": [up], "load": [load]})

    means = folded(block, 5 * MINUTE).cells

    assert means["up"] == [[pytest.approx(0.5)]]  # of the readings 15 in 20 were up
    assert means["load"] == [[pytest.approx(3)]]


def test_texts_have_no_mean_and_stay_out():
    assert folded(block([0, MINUTE], [[b"up", b"down"]]), 5 * MINUTE) is None


def test_periods_nest_so_that_no_step_is_cut_in_two():
    for finer, coarser in [(Tier.FRESH, Tier.RAW), (Tier.RAW, Tier.FIVE_MINUTES), (Tier.FIVE_MINUTES, Tier.HOURS)]:
        assert GRAINS[coarser].span % GRAINS[finer].span == 0
    assert period_of(Tier.RAW, 3 * HOUR + 1) == 2 * HOUR


def test_how_long_each_is_kept_is_the_configurations():
    settings = HistorySettings(raw="48h", five_minutes="60d", hours="800d")

    assert [kept_for(settings, tier) // HOUR for tier in Tier] == [48, 48, 60 * 24, 800 * 24]
