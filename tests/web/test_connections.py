"""Whoever holds a connection without asking for something loses it; whoever asks does not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from netwatch.web import Server
from netwatch.web.connections import Connection
from tests.patience import PATIENCE_SECONDS

from .test_server import asked, server_of

PATIENCE = 0.1


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.setattr(Connection, "request_seconds", PATIENCE)
    running = server_of("127.0.0.1:0")
    await running.start()
    yield running
    await running.stop()


async def answer_to(server: Server, request: bytes) -> bytes:
    """Send a request, or the beginning of one, and return all that comes until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        await closed(writer)


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: local",
        b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\n",
    ],
)
async def test_a_request_that_is_never_finished_is_not_waited_for(server: Server, begun: bytes):
    await answer_to(server, begun)

    assert await asked(server.url) == 200


async def test_a_page_that_listens_for_events_stays_connected(server: Server):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"retry: 5000")

    listening = asyncio.create_task(reader.read())
    ended, _ = await asyncio.wait({listening}, timeout=5 * PATIENCE)

    assert not ended
    listening.cancel()
    await closed(writer)


async def test_connections_are_bounded(server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Connection, "request_seconds", 60.0)
    monkeypatch.setattr(Connection, "max_connections", 2)
    held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]

    assert await answer_to(server, b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n") == b""
    for _, writer in held:
        await closed(writer)
