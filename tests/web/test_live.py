"""Open pages hear of changes."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from netwatch.web.live import MAX_STREAMS, Live
from netwatch.web.metrics import EVENT_STREAMS
from tests.patience import PATIENCE_SECONDS

from .house import bad_night, status_of


async def next_word(stream) -> str:
    return (await asyncio.wait_for(anext(stream), PATIENCE_SECONDS)).splitlines()[0]


async def test_a_change_is_told_to_every_open_page():
    house = bad_night()
    live = Live(house, look_every_seconds=0.01)
    streams = [live.stream() for _ in range(2)]
    for stream in streams:
        assert await next_word(stream) == "retry: 5000"
    words = [asyncio.create_task(next_word(stream)) for stream in streams]
    await asyncio.sleep(0.05)  # the watcher has looked at the house as it is
    assert not any(word.done() for word in words)

    house.statuses[0] = status_of("core-sw1", up=False)

    assert await asyncio.gather(*words) == ["event: change"] * 2
    for stream in streams:
        await stream.aclose()


async def test_the_watcher_looks_only_while_a_page_is_open():
    live = Live(bad_night(), look_every_seconds=0.01)
    before = EVENT_STREAMS._value.get()
    stream = live.stream()
    await next_word(stream)
    assert live._watcher is not None
    assert EVENT_STREAMS._value.get() == before + 1

    await stream.aclose()

    assert live._watcher is None
    assert EVENT_STREAMS._value.get() == before


async def test_a_broken_store_does_not_end_the_streams():
    house = bad_night()
    live = Live(house, look_every_seconds=0.01)
    stream = live.stream()
    await next_word(stream)
    word = asyncio.create_task(next_word(stream))
    await asyncio.sleep(0.05)

    house.store_is_broken = True

    assert await word == "event: change"
    await stream.aclose()


async def test_too_many_open_pages_are_turned_away_and_work_without(serve):
    client = serve(bad_night())
    async with AsyncExitStack() as streams:
        for _ in range(MAX_STREAMS):
            assert (await streams.enter_async_context(client.stream("GET", "/events"))).status_code == 200

        assert (await client.get("/events")).status_code == 503
        assert (await client.get("/")).status_code == 200
