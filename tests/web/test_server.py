"""The server and its socket."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket

import httpx
import pytest

from netwatch.metrics import Board, Exposition
from netwatch.web import Server, WebSettings, create_app
from netwatch.web.server import CannotListen
from tests.patience import PATIENCE_SECONDS

from .house import House, bad_night


def server_of(listen: str, house: House | None = None) -> Server:
    settings = WebSettings(listen=listen)
    return Server(create_app(house or House(), Exposition(Board(), {}), settings, "9.9.9"), settings)


async def asked(url: str) -> int:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{url}-/healthy")).status_code


async def test_it_serves_between_start_and_stop_and_can_start_again():
    server = server_of("127.0.0.1:0")
    for _ in range(2):
        await server.start()
        assert await asked(server.url) == 200
        await server.stop()
        with pytest.raises(httpx.ConnectError):
            await asked(server.url)


async def test_port_0_becomes_a_real_port_that_can_be_read():
    server = server_of("127.0.0.1:0")
    await server.start()

    assert server.port > 0
    assert server.url == f"http://127.0.0.1:{server.port}/"
    await server.stop()


async def test_ipv6_and_all_addresses_work():
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    for listen, hosts in (("[::1]:0", ["[::1]"]), (":0", ["127.0.0.1", "[::1]"])):
        server = server_of(listen)
        await server.start()
        for host in hosts:
            assert await asked(f"http://{host}:{server.port}/") == 200
        await server.stop()


async def test_a_port_in_use_is_told_in_words():
    first = server_of("127.0.0.1:0")
    await first.start()

    with pytest.raises(
        CannotListen, match=rf"cannot listen on 127\.0\.0\.1:{first.port}: something else listens there"
    ):
        await server_of(f"127.0.0.1:{first.port}").start()
    await first.stop()


async def test_an_address_of_another_machine_is_told_in_words():
    with pytest.raises(CannotListen, match="does not have that address"):
        await server_of("192.0.2.1:0").start()


async def test_signals_stay_with_whoever_had_them():
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    server = server_of("127.0.0.1:0")

    await server.start()

    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    await server.stop()


async def test_it_stops_at_once_though_a_page_is_open_and_a_connection_idle(monkeypatch):
    monkeypatch.setattr("netwatch.web.server._STOP_TIMEOUT_SECONDS", 2 * PATIENCE_SECONDS)
    server = server_of("127.0.0.1:0", bad_night())
    await server.start()
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        await client.get(f"{server.url}-/healthy")  # the connection stays open
        async with client.stream("GET", f"{server.url}events") as stream:
            words = stream.aiter_lines()
            assert await anext(words) == "retry: 5000"
            await asyncio.wait_for(server.stop(), PATIENCE_SECONDS)


async def test_stopping_what_was_never_started_does_no_harm():
    await server_of("127.0.0.1:0").stop()


HALF_ASKED = (
    b"",
    b"GET /metrics HT",
    b"POST /api/v2/silences HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 9\r\n\r\n{",
    b"POST /api/v2/silences HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nff\r\n{",
    b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n",
)


@pytest.mark.parametrize("asked_so_far", HALF_ASKED)
async def test_who_has_not_finished_asking_is_sent_away_at_the_end_and_is_no_traceback(
    caplog, monkeypatch, asked_so_far: bytes
):
    monkeypatch.setattr("netwatch.web.server._STOP_TIMEOUT_SECONDS", 2 * PATIENCE_SECONDS)
    server = server_of("127.0.0.1:0", bad_night())
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(asked_so_far)
    await writer.drain()
    while (await asked(server.url)) != 200:  # the server has had its turn with what came before
        pass

    async with asyncio.timeout(PATIENCE_SECONDS):
        await server.stop()
        told = await reader.read()

    assert caplog.text == ""
    if asked_so_far.startswith(b"POST"):
        assert told.startswith(b"HTTP/1.1 503 ")
    writer.close()


async def test_who_does_not_read_an_answer_holds_no_stop_and_is_no_traceback(caplog):
    house = bad_night()
    house.own_problems = ["a long story " * 2_000_000]
    server = server_of("127.0.0.1:0", house)
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    writer.write(b"GET /-/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readexactly(12)

    async with asyncio.timeout(PATIENCE_SECONDS):
        await server.stop()

    assert "Traceback" not in caplog.text
    writer.transport.abort()


async def test_who_connects_between_two_servers_waits_and_is_answered_by_the_second(tcp_port):
    listen = f"127.0.0.1:{tcp_port}"
    first, second = server_of(listen), server_of(listen)
    await first.start()
    with contextlib.closing(first.keep_listeners()) as kept:
        await first.stop()
        waiting = asyncio.create_task(asked(first.url))
        with pytest.raises(CannotListen):
            await server_of(listen).start()
        await second.start(kept)
        assert await waiting == 200
    assert await asked(second.url) == 200
    await second.stop()
    with pytest.raises(httpx.ConnectError):
        await asked(second.url)


async def test_who_has_just_connected_when_it_stops_is_still_answered_and_who_asks_nothing_holds_no_stop():
    server = server_of("127.0.0.1:0")
    await server.start()
    asking, idle = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]
    await asyncio.sleep(0)
    stopping = asyncio.create_task(server.stop())
    asking[1].write(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n")
    async with asyncio.timeout(PATIENCE_SECONDS):
        answer, nothing = await asking[0].read(), await idle[0].read()
        await stopping

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert nothing == b""
    for _, writer in (asking, idle):
        writer.close()
