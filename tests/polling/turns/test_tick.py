"""The beat goes on whatever happens to the wall clock."""

import asyncio
from datetime import datetime, timedelta

import apscheduler.schedulers.base
import pytest

from netwatch.polling.clock import SystemClock
from netwatch.polling.turns.tick import MonotonicTrigger, Ticker
from tests.patience import PATIENCE_SECONDS

BEAT = timedelta(milliseconds=20)


class WallClock(SystemClock):
    """The machine's clock as if somebody had set it by `offset`; APScheduler is made to look at it too."""

    offset = timedelta(0)

    def now(self):
        return super().now() + self.offset


@pytest.fixture
def clock(monkeypatch):
    clock = WallClock()

    class SteppedDatetime(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + clock.offset

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", SteppedDatetime)
    return clock


@pytest.fixture
async def beats(clock):
    """A running ticker; wait for `next_beats(n)`."""
    arrived = asyncio.Semaphore(0)

    async def beat():
        arrived.release()

    ticker = Ticker(clock)
    ticker.every(BEAT, "beat", beat)
    ticker.start()

    async def next_beats(count):
        async with asyncio.timeout(PATIENCE_SECONDS):
            for _ in range(count):
                await arrived.acquire()

    next_beats.ticker = ticker
    yield next_beats
    await ticker.stop()


async def test_the_tick_comes_again_and_again(beats):
    await beats(5)


@pytest.mark.parametrize(
    "step", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=-4000), timedelta(days=4000)]
)
async def test_the_tick_survives_a_step_of_the_wall_clock(beats, clock, step):
    await beats(2)

    clock.offset = step

    await beats(5)


async def test_a_clock_that_was_set_is_counted(beats, clock):
    await beats(2)

    clock.offset = timedelta(hours=-1)
    await beats(3)

    assert beats.ticker.steps == 1


async def test_slow_housekeeping_keeps_its_time_when_the_clock_is_set(clock):
    ticker = Ticker(clock)
    ran = []

    async def work():
        ran.append(1)

    ticker.every(timedelta(hours=1), "slow", work)
    ticker.start()
    try:
        clock.offset = timedelta(hours=-5)
        ticker.realign()
        trigger_at, job_at = ticker.due_in("slow")
        assert trigger_at == pytest.approx(3600, abs=5)
        assert job_at == pytest.approx(3600, abs=5)
    finally:
        await ticker.stop()
    assert ran == []


async def test_a_beat_that_fails_does_not_stop_the_next_ones(clock, caplog):
    beats = asyncio.Semaphore(0)

    async def fail():
        beats.release()
        raise ValueError("once more")

    ticker = Ticker(clock)
    ticker.every(BEAT, "beat", fail)
    ticker.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for _ in range(3):
                await beats.acquire()
    finally:
        await ticker.stop()


async def test_a_slow_beat_never_overlaps_itself(clock):
    at_once, most = 0, 0
    done = asyncio.Semaphore(0)

    async def slow():
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(BEAT.total_seconds() * 3)
        at_once -= 1
        done.release()

    ticker = Ticker(clock)
    ticker.every(BEAT, "beat", slow)
    ticker.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for _ in range(3):
                await done.acquire()
    finally:
        await ticker.stop()
    assert most == 1


async def test_a_stopped_ticker_beats_no_more(clock):
    ticker = Ticker(clock)
    ran = []

    async def work():
        ran.append(1)

    ticker.every(BEAT, "beat", work)
    ticker.start()
    await ticker.stop()
    ran.clear()
    await asyncio.sleep(BEAT.total_seconds() * 3)

    assert ran == []


def test_a_trigger_never_counts_through_missed_beats():
    trigger = MonotonicTrigger(0.1, SystemClock())
    now = datetime.fromisoformat("2036-01-01T00:00:00+00:00")
    long_ago = now - timedelta(days=3650)

    assert trigger.get_next_fire_time(long_ago, now) == now + timedelta(seconds=0.1)
