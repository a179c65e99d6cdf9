"""The server and its socket."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
from pathlib import Path

import httpx
import pytest

from netwatch.metrics import Board, Exposition
from netwatch.simulator import self_signed
from netwatch.web import Gatekeeper, Server, WatchedPeople, WebSettings, create_app
from netwatch.web.server import CannotListen
from netwatch.web.sockets.connections import Connection
from tests.patience import PATIENCE_SECONDS

from .conftest import Stage
from .house import House, bad_night


def server_of(listen: str, house: House | None = None, **more: str) -> Server:
    settings = WebSettings(listen=listen, **more)
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


def certificate_for(folder: Path) -> bytes:
    """Put a new certificate in the place of the one that is there; return it as it is seen on the wire."""
    made = self_signed(folder)
    made.key.replace(folder / "server.key")
    made.certificate.replace(folder / "server.crt")
    return ssl.PEM_cert_to_DER_cert((folder / "server.crt").read_text())


async def shown_certificate(port: int) -> bytes:
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=anybody)
    certificate: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return certificate


async def test_the_page_speaks_tls_with_headers_of_the_file_and_a_renewed_certificate_needs_no_reload(
    tmp_path,
):
    first = certificate_for(tmp_path)
    (tmp_path / "page.yml").write_text(
        "tls_server_config: {cert_file: server.crt, key_file: server.key}\n"
        'http_server_config: {headers: {Strict-Transport-Security: "max-age=60"}}\n'
    )
    trusting = ssl.create_default_context(cafile=tmp_path / "server.crt")
    server = server_of("127.0.0.1:0", config_file=str(tmp_path / "page.yml"))
    await server.start()
    try:
        async with httpx.AsyncClient(verify=trusting, base_url=server.url) as client:
            answer = await client.get("/")
        seen = await shown_certificate(server.port)
        renewed = certificate_for(tmp_path)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await shown_certificate(server.port) != renewed:
                continue
    finally:
        await server.stop()

    assert server.url.startswith("https://")
    assert (answer.status_code, answer.headers["strict-transport-security"]) == (200, "max-age=60")
    assert answer.headers["x-frame-options"] == "DENY"
    assert seen == first != renewed


async def test_who_sends_the_form_to_sign_in_byte_by_byte_is_sent_away(monkeypatch, users):
    """A slow body: the place that such a request takes is free again after a while, and no password was looked at."""
    monkeypatch.setattr(Connection, "request_seconds", 0.5)
    settings, stage = WebSettings(listen="127.0.0.1:0"), Stage()
    stage.put_up(House(), None)
    keeper = Gatekeeper(settings, WatchedPeople(users.path))
    server = Server(create_app(stage, stage, settings, "9.9.9", keeper=keeper), settings)  # type: ignore[arg-type]
    await server.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        head = "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        writer.write(f"{head}Content-Length: 60000\r\n\r\nname=anna&pass".encode())
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer = await reader.read()
        writer.close()
    finally:
        await server.stop()

    assert answer.partition(b"\r\n")[0] in (b"", b"HTTP/1.1 408 Request Timeout")
    assert len(keeper.sessions) == 0
