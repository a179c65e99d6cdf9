"""A dead man's switch is asked for, and nobody reads its address anywhere."""

from __future__ import annotations

import http.server
import logging
import threading
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from netwatch.notify import Ping
from tests.patience import PATIENCE_SECONDS

SECRET = "0f3c-secret-token"


class Switch(http.server.BaseHTTPRequestHandler):
    status = 200
    asked: list[str] = []  # noqa: RUF012  # each test has a class of its own
    hangs = threading.Event()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.status == 0:
            self.hangs.wait(PATIENCE_SECONDS)
            return
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b"OK")

    def log_message(self, format: str, *args: object) -> None:
        """Be quiet."""


@pytest.fixture
def switch() -> Iterator[tuple[type[Switch], str]]:
    handler = type("OwnSwitch", (Switch,), {"asked": [], "hangs": threading.Event()})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield handler, f"http://127.0.0.1:{server.server_port}/{SECRET}"
    handler.hangs.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


async def test_the_address_is_asked_for(switch, caplog):
    handler, url = switch
    caplog.set_level(logging.DEBUG)

    assert await Ping(SecretStr(url)).send() == ""

    assert handler.asked == [f"/{SECRET}"]
    assert SECRET not in caplog.text


@pytest.mark.parametrize(("status", "words"), [
    (503, "the server answers with 503"),
    (302, "the server answers with 302"),
    (0, "no answer within 0.3 s"),
])  # fmt: skip
async def test_what_is_no_success_is_told_without_the_address(switch, status, words):
    handler, url = switch
    handler.status = status

    told = await Ping(SecretStr(url), timeout_seconds=0.3 if status == 0 else 10).send()

    assert told == words


async def test_nobody_there_is_told_without_the_address(tcp_port):
    told = await Ping(SecretStr(f"http://127.0.0.1:{tcp_port}/{SECRET}")).send()

    assert told == "no connection to the server"
