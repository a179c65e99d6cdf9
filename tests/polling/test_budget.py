"""The time a poll may spend on reading."""

import asyncio

import pytest

from netwatch.polling.budget import Budget


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
