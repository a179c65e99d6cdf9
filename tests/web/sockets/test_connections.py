"""Whoever holds a connection without asking for something loses it; whoever asks does not."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator

import pytest
from prometheus_client import REGISTRY

from netwatch.metrics import Board, Exposition
from netwatch.web import Server, WebSettings, create_app
from netwatch.web.prometheus.metrics_route import MAX_SCRAPES
from netwatch.web.sockets.connections import Connection
from netwatch.web.sockets.patience import Phase
from tests.patience import PATIENCE_SECONDS

from ..house import SCHEMA, House, bad_night, interfaces
from ..test_server import server_of

PATIENCE = 0.2
HEALTHY = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
METRICS = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
SILENCE = b"POST /api/v2/silences HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.setattr(Connection, "request_seconds", PATIENCE)
    running = server_of("127.0.0.1:0", bad_night())
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def patient_server() -> AsyncIterator[Server]:
    running = server_of("127.0.0.1:0", bad_night())
    await running.start()
    yield running
    await running.stop()


async def answer_to(server: Server, request: bytes, *, drip: bytes = b"", from_: str = "127.0.0.1") -> bytes:
    """Send a request, or the beginning of one, and return all that comes until the server closes.

    drip: what is sent again and again after it.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, local_addr=(from_, 0))
    dripping = asyncio.create_task(_drip(writer, drip)) if drip else None
    try:
        writer.write(request)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        if dripping is not None:
            dripping.cancel()
        await closed(writer)


async def _drip(writer: asyncio.StreamWriter, drip: bytes) -> None:
    while True:
        await asyncio.sleep(PATIENCE / 20)
        writer.write(drip)


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


def dropped(why: str) -> float:
    return REGISTRY.get_sample_value("netwatch_http_dropped_connections_total", {"why": why}) or 0.0


@pytest.mark.parametrize("drip", [b"", b"x"])
@pytest.mark.parametrize(
    "begun",
    [
        b"GET / HTTP/1.1\r\nHost: local",
        SILENCE + b"Content-Length: 60000\r\n\r\n{",
        SILENCE + b"Content-Length: 60000\r\nExpect: 100-continue\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ",
    ],
)
async def test_a_request_that_is_not_whole_in_time_is_told_so_however_it_drips(server: Server, begun: bytes, drip):
    before, began = dropped("unfinished"), time.monotonic()

    answer = await answer_to(server, begun, drip=drip)

    took = time.monotonic() - began
    assert b"HTTP/1.1 408 Request Timeout\r\n" in answer
    assert b"connection: close" in answer.lower()
    assert took >= PATIENCE
    assert dropped("unfinished") == before + 1


async def test_a_body_in_chunks_without_end_ends(server: Server):
    answer = await answer_to(server, SILENCE + b"Transfer-Encoding: chunked\r\n\r\n", drip=b"1\r\n \r\n")

    assert b"HTTP/1.1 408 " in answer


@pytest.mark.parametrize("silent", [b"", HEALTHY, HEALTHY + b"GET / HTTP/1.1\r\n"])
async def test_whoever_asks_for_nothing_more_is_not_kept(server: Server, silent: bytes):
    answer = await answer_to(server, silent)

    assert answer.count(b"HTTP/1.1 200 OK") == silent.count(HEALTHY)


async def test_a_body_nobody_waits_for_ends_the_connection_too(server: Server):
    request = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n"

    answer = await answer_to(server, request, drip=b"x")

    assert answer.startswith(b"HTTP/1.1 200 OK")


async def test_a_whole_request_may_come_in_pieces_and_several_in_one(patient_server: Server):
    reader, writer = await asyncio.open_connection("127.0.0.1", patient_server.port)
    for octet in HEALTHY[:-4]:
        writer.write(bytes([octet]))
        await writer.drain()
    writer.write(HEALTHY[-4:] + HEALTHY * 3)

    for _ in range(4):
        assert (await reader.readuntil(b"NetWatch is healthy.\n")).startswith(b"HTTP/1.1 200 OK")
    await closed(writer)


async def test_a_page_that_listens_for_events_stays_connected(server: Server):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"retry: 5000")

    listening = asyncio.create_task(reader.read())
    ended, _ = await asyncio.wait({listening}, timeout=5 * PATIENCE)

    assert not ended
    listening.cancel()
    await closed(writer)


async def test_whoever_does_not_read_an_answer_is_not_waited_for(server: Server):
    big = server_of(
        "127.0.0.1:0", House(statuses=bad_night().statuses * 5_000)
    )  # more megabytes than the kernel takes
    await big.start()
    before = dropped("stalled")
    _, writer = await asyncio.open_connection("127.0.0.1", big.port, limit=1024)

    writer.transport.pause_reading()
    writer.write(b"GET /api/v1/devices HTTP/1.1\r\nHost: localhost\r\n\r\n")

    async with asyncio.timeout(PATIENCE_SECONDS):
        while dropped("stalled") == before:  # noqa: ASYNC110 # the other side is a real server
            await asyncio.sleep(0.02)
    await closed(writer)
    await big.stop()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),  # no Host
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", b"400"),
        (SILENCE + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", b"400"),
        (SILENCE + b"Content-Length: -1\r\n\r\n", b"400"),
        (SILENCE + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (SILENCE + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"501"),
        (SILENCE + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", b"501"),
        (SILENCE + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (SILENCE + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 20_000, b"431"),
        (b"HEAD / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000, b"431"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"431"),
        (b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET http://evil.example.com/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"421"),
        (b"GET http://localhost/metrics HTTP/1.1\r\nHost: evil.example.com\r\nConnection: close\r\n\r\n", b"200"),
    ],
)
async def test_what_is_no_request_is_refused_and_the_connection_closed(
    patient_server: Server, caplog, request_: bytes, status: bytes
):
    answer = await answer_to(patient_server, request_)

    assert answer.split()[1] == status
    assert answer.count(b"HTTP/1.1 ") == 1
    assert not caplog.records


@pytest.mark.parametrize(
    "begun",
    [
        b"GET / HT",
        SILENCE + b"Content-Length: 60000\r\n\r\n{",
        SILENCE + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"POST /silences HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nmatchers=",
        b"GET /api/v1/events?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 5,
        SILENCE + b"Content-Length: 70000\r\n\r\n" + b"x" * 69_000,
    ],
)
@pytest.mark.parametrize("by_reset", [True, False])
async def test_a_client_that_leaves_in_the_middle_is_no_error(
    patient_server: Server, caplog, capsys, begun: bytes, by_reset: bool
):
    caplog.set_level(logging.WARNING)
    failures = errors_counted()
    for _ in range(3):
        _, writer = await asyncio.open_connection("127.0.0.1", patient_server.port)
        writer.write(begun)
        await writer.drain()
        assert b"healthy" in await answer_to(patient_server, LAST)  # the server has had its turn
        if by_reset:
            writer.transport.abort()
        await closed(writer)
    for _ in range(5):
        assert b"healthy" in await answer_to(patient_server, LAST)

    assert not caplog.records
    assert "Traceback" not in capsys.readouterr().out
    assert errors_counted() == failures


def errors_counted() -> float:
    family = next(one for one in REGISTRY.collect() if one.name == "netwatch_http_requests")
    return sum(one.value for one in family.samples if one.labels.get("code", "").startswith("5"))


async def test_whoever_holds_every_place_without_asking_makes_room(patient_server: Server, monkeypatch):
    monkeypatch.setattr(Connection, "max_connections", 2)
    monkeypatch.setattr("netwatch.web.sockets.connections.GRACE_SECONDS", 0.0)
    held = [await asyncio.open_connection("127.0.0.1", patient_server.port) for _ in range(2)]
    before = dropped("evicted")

    assert b"healthy" in await answer_to(patient_server, LAST)

    assert await held[0][0].read() == b""
    assert dropped("evicted") == before + 1
    for _, writer in held:
        await closed(writer)


async def test_when_every_place_is_in_use_what_watches_netwatch_is_answered_and_nothing_else(
    patient_server: Server, monkeypatch, capsys
):
    monkeypatch.setattr(Connection, "max_connections", 2)
    monkeypatch.setattr(Connection, "_said_at", None)
    held = [await asyncio.open_connection("127.0.0.1", patient_server.port) for _ in range(2)]
    for _, writer in held:
        writer.write(SILENCE + b"Content-Length: 60000\r\n\r\n{")
        await writer.drain()

    for path, status in (("/-/healthy", b"200"), ("/-/ready", b"200"), ("/metrics", b"200"), ("/", b"503")):
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        assert (await answer_to(patient_server, request)).split()[1] == status
    assert capsys.readouterr().out.count("web_connections_used_up") == 1
    for _, writer in held:
        await closed(writer)


async def test_one_address_does_not_keep_the_places_another_wants(patient_server: Server, monkeypatch):
    monkeypatch.setattr(Connection, "max_connections", 4)
    held = [await asyncio.open_connection("127.0.0.1", patient_server.port) for _ in range(4)]
    for _, writer in held:
        writer.write(b"GET / HT")
        await writer.drain()

    page = await answer_to(patient_server, b"GET / HTTP/1.0\r\n\r\n", from_="127.0.0.2")

    assert page.split()[1] == b"200"
    for _, writer in held:
        await closed(writer)


def test_every_phase_that_is_waited_for_has_a_word_for_the_metric():
    assert {phase.value for phase in Phase} == {"idle", "unfinished", "answer", "stalled", "lingering"}


async def test_scrapers_who_do_not_read_keep_nobody_from_metrics(monkeypatch):
    monkeypatch.setattr("netwatch.web.slots.STALLED_SECONDS", 0.1)
    board, settings = Board(), WebSettings(listen="127.0.0.1:0")
    for number in range(300):
        board.take_reading(interfaces(f"sw{number}", 100))
    running = Server(create_app(House(), Exposition(board, SCHEMA), settings, "9.9.9"), settings)
    await running.start()
    with contextlib.ExitStack() as stack:
        for _ in range(2 * MAX_SCRAPES):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", running.port)))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        before = dropped("evicted")

        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (answer := await answer_to(running, METRICS)).startswith(b"HTTP/1.1 200"):  # noqa: ASYNC110
                await asyncio.sleep(0.1)  # those who do not read are not known as such at once

    assert len(answer) > 5_000_000
    assert dropped("evicted") > before
    await running.stop()
