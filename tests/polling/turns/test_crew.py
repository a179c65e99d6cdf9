"""Much work, few tasks."""

import asyncio

from netwatch.polling.turns.crew import Crew
from tests.patience import PATIENCE_SECONDS


async def ended(crew):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(crew):  # noqa: ASYNC110  # a crew tells nobody that it has nothing to do
            await asyncio.sleep(0)


async def test_no_more_than_its_size_runs_at_a_time():
    crew, running, most, done = Crew(3), 0, 0, []

    async def work():
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        done.append(1)

    for _ in range(50):
        crew.put(work)
    await ended(crew)

    assert most == 3
    assert len(done) == 50


async def test_work_is_taken_in_the_order_it_came():
    crew, done = Crew(1), []

    async def work(number):
        done.append(number)

    for number in range(10):
        crew.put(lambda number=number: work(number))
    await ended(crew)

    assert done == list(range(10))


async def test_stopping_cancels_what_runs_and_drops_what_waits():
    crew, started, cancelled = Crew(2), [], []

    async def work():
        started.append(1)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(1)
            raise

    for _ in range(5):
        crew.put(work)
    await asyncio.sleep(0)
    await crew.stop()

    assert (len(started), len(cancelled), len(crew)) == (2, 2, 0)
