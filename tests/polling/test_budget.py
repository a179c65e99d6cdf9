"""The time a poll may spend on reading."""

import asyncio

import pytest

from netwatch.polling.budget import Budget, SilentTables


async def wait(budget, *, outside=0.0, inside=0.0):
    async with budget:
        with budget.paused():
            await asyncio.sleep(outside)
        await asyncio.sleep(inside)


async def test_discovery_takes_nothing_of_the_time():
    await wait(Budget(0.05), outside=0.1)


async def test_reading_takes_of_it():
    with pytest.raises(TimeoutError):
        await wait(Budget(0.05), inside=5)


async def test_what_was_left_before_a_discovery_is_left_after_it():
    with pytest.raises(TimeoutError):
        await wait(Budget(0.05), outside=0.1, inside=5)


async def test_outside_of_a_poll_nothing_runs_and_nothing_pauses():
    with Budget(0.0).paused():
        await asyncio.sleep(0)


def test_a_table_that_stays_silent_is_asked_last_and_ever_more_seldom():
    silent = SilentTables()
    silent.note("b", "no answer", 0.0)

    assert silent.last(["a", "b", "c"]) == ["a", "c", "b"]
    assert silent.why_not("b", 0.0) == ""  # once may have been the device itself
    silent.note("b", "no answer", 10.0)
    assert silent.why_not("b", 69.0) == "no answer"
    assert silent.why_not("b", 70.0) == ""
    silent.note("b", "no answer", 70.0)
    assert silent.why_not("b", 189.0)
    silent.ask_again()
    assert silent.why_not("b", 71.0) == ""
    assert silent.last(["b", "a"]) == ["a", "b"]
    silent.settle("b")
    assert silent.last(["b", "a"]) == ["b", "a"]
    assert "b" not in silent
