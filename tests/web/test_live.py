"""Open pages hear of changes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack

import httpx

from netwatch.web.live import MAX_STREAMS, Live
from netwatch.web.metrics import EVENT_STREAMS
from tests.patience import PATIENCE_SECONDS

from .house import bad_night, status_of

EACH = MAX_STREAMS * 3 // 4


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


async def test_however_many_pages_open_at_once_there_are_never_more_streams_than_there_is_room_for(serve, stage):
    client = serve(bad_night())
    url, slots = str(client.base_url), stage[1].live.slots
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(client_from(f"127.0.0.{number}", url)) for number in (2, 3)]
        asked = [client.build_request("GET", "/events") for client in clients for _ in range(EACH)]

        answers = await asyncio.gather(
            *(clients[number // EACH].send(one, stream=True) for number, one in enumerate(asked))
        )

        statuses = Counter(answer.status_code for answer in answers)
        assert statuses == {200: MAX_STREAMS, 503: 2 * EACH - MAX_STREAMS}
        assert slots.taken == MAX_STREAMS
        assert (await client.get("/")).status_code == 200
    await patiently(lambda: slots.taken == 0)


async def test_one_address_leaves_a_quarter_of_the_streams_to_others(serve, stage):
    url, slots = str(serve(bad_night()).base_url), stage[1].live.slots
    async with client_from("127.0.0.2", url) as greedy, client_from("127.0.0.3", url) as other:
        asked = [greedy.build_request("GET", "/events") for _ in range(MAX_STREAMS)]
        statuses = [(await greedy.send(one, stream=True)).status_code for one in asked]

        assert statuses.count(200) == slots.most_of_one == EACH
        async with other.stream("GET", "/events") as stream:
            assert stream.status_code == 200
    await patiently(lambda: slots.taken == 0)


def client_from(address: str, url: str) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(local_address=address, limits=httpx.Limits(max_connections=None))
    return httpx.AsyncClient(base_url=url, transport=transport, timeout=PATIENCE_SECONDS)


async def patiently(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 # the other side is a real server
            await asyncio.sleep(0.01)
