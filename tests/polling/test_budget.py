"""The time a poll may spend on reading."""

import asyncio

import pytest

from netwatch.polling.budget import Budget


async def test_time_runs_only_while_reading():
    budget = Budget(0.05)

    async with budget.running():
        pass
    await asyncio.sleep(0.06)
    async with budget.running():
        await asyncio.sleep(0)


async def test_time_adds_up_over_several_readings():
    budget = Budget(0.1)
    rounds = 0

    async def read_on():
        nonlocal rounds
        while True:
            async with budget.running():
                await asyncio.sleep(0.02)
            rounds += 1

    with pytest.raises(TimeoutError):
        await read_on()

    assert 0 < rounds < 6
