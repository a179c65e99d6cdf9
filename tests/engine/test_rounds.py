"""Rounds are gone when the last one said so, or as soon as somebody wakes them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from netwatch.engine import rounds
from netwatch.engine.rounds import Rounds
from tests.patience import PATIENCE_SECONDS

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def failed() -> float:
    return REGISTRY.get_sample_value("netwatch_flush_errors_total") or 0.0


class Walk:
    """Somebody who goes round; `gone` has an entry per round, and a round more than planned fails."""

    def __init__(self, *next_at: datetime | None) -> None:
        self._next_at = list(next_at)
        self.gone: asyncio.Queue[datetime] = asyncio.Queue()

    def go(self, now: datetime) -> datetime | None:
        self.gone.put_nowait(now)
        return self._next_at.pop(0)


@pytest.fixture
async def walking():
    begun: list[Rounds] = []

    def begin(walk: Walk) -> Rounds:
        begun.append(Rounds(walk.go, lambda: NOW))
        begun[-1].start()
        return begun[-1]

    yield begin
    for one in begun:
        await one.stop()


async def test_the_next_round_comes_when_the_last_one_said_so(walking):
    walk = Walk(NOW + timedelta(milliseconds=1), None)
    walking(walk)

    async with asyncio.timeout(PATIENCE_SECONDS):
        assert [await walk.gone.get(), await walk.gone.get()] == [NOW, NOW]


async def test_where_nothing_is_foreseen_a_round_is_gone_when_woken(walking):
    walk = Walk(None, None)
    going = walking(walk)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await walk.gone.get()
        going.wake()
        await walk.gone.get()

    assert walk.gone.empty()


async def test_a_round_that_fails_is_gone_again_and_a_stopped_one_is_not(walking, monkeypatch):
    monkeypatch.setattr(rounds, "RETRY_AFTER_SECONDS", 0.001)
    walk, before = Walk(), failed()
    going = walking(walk)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert [await walk.gone.get(), await walk.gone.get()] == [NOW, NOW]
    assert going.is_alive()
    assert failed() >= before + 1

    await going.stop()

    assert not going.is_alive()
