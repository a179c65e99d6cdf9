"""Confirming polls: at once, and not too often."""

from __future__ import annotations

import asyncio

from netwatch.engine.intake.confirming import Confirmations
from tests.patience import PATIENCE_SECONDS


async def test_one_poll_at_once_and_one_at_the_end_of_the_pause_however_many_ask():
    polled: list[str] = []
    confirmations = Confirmations(polled.append, pause_seconds=0.02)

    for _ in range(5):
        confirmations.ask("sw1")
    confirmations.ask("sw2")
    assert polled == ["sw1", "sw2"]

    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(polled) < 3:  # noqa: ASYNC110  # the loop's own timer asks
            await asyncio.sleep(0.005)
    assert polled == ["sw1", "sw2", "sw1"]
    confirmations.stop()


async def test_after_the_end_nothing_is_asked_for():
    polled: list[str] = []
    confirmations = Confirmations(polled.append, pause_seconds=0.01)
    confirmations.ask("sw1")
    confirmations.ask("sw1")

    confirmations.stop()
    await asyncio.sleep(0.03)

    assert polled == ["sw1"]
