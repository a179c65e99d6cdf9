"""Connections to one relay; how they serve a queue of mails is in test_notifier.py."""

from __future__ import annotations

import asyncio

import pytest

from netwatch.notify import RelaySettings
from netwatch.notify.smtp.failures import SmtpFailure
from netwatch.notify.smtp.pool import Pool
from netwatch.simulator import Step, reply
from tests.patience import PATIENCE_SECONDS


def pool_to(server, *, connections=2, idle_seconds=5.0):
    relay = RelaySettings(host="127.0.0.1", port=server.port, timeout="60s")
    return Pool(relay, local_hostname="watch.example.net", connections=connections, idle_seconds=idle_seconds)


async def until(condition):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - the server's state has no event to wait for
            await asyncio.sleep(0.01)


async def test_no_more_connections_are_open_than_allowed(rough):
    server = await rough()
    pool, most = pool_to(server, connections=2), 0

    async def use():
        nonlocal most
        async with pool.session():
            most = max(most, pool._open)
            await asyncio.sleep(0.01)

    await asyncio.gather(*(use() for _ in range(10)))

    assert (most, server.connections) == (2, 2)
    await pool.stop()


async def test_a_connection_nobody_needs_is_left_politely(rough):
    server = await rough()
    pool = pool_to(server, idle_seconds=0.05)
    async with pool.session():
        pass

    await until(lambda: "QUIT" in server.commands)

    assert pool.is_empty
    await pool.stop()


async def test_a_half_told_message_is_reset_before_the_next(rough):
    server = await rough({Step.RCPT: [reply(550)]})
    pool = pool_to(server)

    async def tell():
        async with pool.session() as session:
            await session.deliver(envelope_sender="a@b.example", recipient="c@d.example", message=b"x\r\n")

    with pytest.raises(SmtpFailure):
        await tell()
    await tell()

    assert server.commands[:5] == [
        "EHLO watch.example.net", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "RSET",
        "MAIL FROM:<a@b.example>",
    ]  # fmt: skip
    assert server.connections == 1
    await pool.stop()


async def test_a_connection_that_cannot_be_reset_is_not_used_again(rough):
    server = await rough({Step.RCPT: [reply(550)], Step.RSET: reply(503)})
    pool = pool_to(server)
    with pytest.raises(SmtpFailure):
        async with pool.session() as session:
            await session.deliver(envelope_sender="a@b.example", recipient="c@d.example", message=b"x\r\n")

    assert pool.is_empty
    await pool.stop()


async def test_stopping_quits_what_is_open(rough):
    server = await rough()
    pool = pool_to(server)
    async with pool.session():
        pass

    await pool.stop()

    assert server.commands[-1] == "QUIT"
