"""One timer for all deadlines: each key comes up soon after its time, never before."""

from __future__ import annotations

import asyncio

from netwatch.snmp.fast.deadlines import TICKS_PER_SECOND, Deadlines
from tests.patience import PATIENCE_SECONDS


async def test_keys_come_up_in_the_order_of_their_deadlines_and_never_early():
    loop = asyncio.get_running_loop()
    came: list[tuple[bytes, float]] = []
    done = asyncio.Event()

    def due(key: bytes) -> None:
        came.append((key, loop.time()))
        if len(came) == 3:
            done.set()

    deadlines, now = Deadlines(loop, due), loop.time()
    wanted = {b"late": now + 0.15, b"soon": now + 0.01, b"later": now + 0.08}
    for key, deadline in wanted.items():
        deadlines.add(deadline, key)
    await asyncio.wait_for(done.wait(), PATIENCE_SECONDS)

    assert [key for key, _ in came] == [b"soon", b"later", b"late"]
    assert all(at >= wanted[key] - 1 / TICKS_PER_SECOND for key, at in came)


async def test_a_key_added_while_another_comes_up_is_not_lost():
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    deadlines = Deadlines(loop, lambda key: done.set() if key == b"2" else deadlines.add(loop.time(), b"2"))

    deadlines.add(loop.time(), b"1")

    await asyncio.wait_for(done.wait(), PATIENCE_SECONDS)


async def test_nothing_comes_up_after_the_end():
    came: list[bytes] = []
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(loop, came.append)
    deadlines.add(loop.time() + 0.01, b"x")

    deadlines.close()
    await asyncio.sleep(0.05)

    assert came == []
