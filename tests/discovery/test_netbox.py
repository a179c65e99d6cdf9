"""NetBox's API, by a server that speaks as it does."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from netwatch.discovery import devices_of_netbox
from netwatch.errors import ConfigError

TOKEN = "t0ken-of-netbox"


class NetBox(ThreadingHTTPServer):
    """Pages by the number behind `offset=`; what it was asked is in `asked`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked: list[tuple[str, str]] = []
        self.status, self.elsewhere = 200, ""


class Handler(BaseHTTPRequestHandler):
    server: NetBox

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Authorization"]))
        first = "offset" not in self.path
        more = f"{self.server.elsewhere or self.server.url}/api/dcim/devices/?offset=500"
        device = {"name": "a" if first else "b", "primary_ip": {"address": "192.0.2.1/24"}, "status": "active"}
        body = json.dumps({"next": more if first else None, "results": [device]}).encode()
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def netbox() -> Iterator[NetBox]:
    with NetBox() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_all_pages_are_read_with_the_token(netbox):
    found = asyncio.run(devices_of_netbox(netbox.url, TOKEN))

    assert [one.name for one in found] == ["a", "b"]
    assert {token for _, token in netbox.asked} == {f"Token {TOKEN}"}


def test_the_token_goes_nowhere_else_and_never_in_the_clear(netbox):
    netbox.elsewhere = "http://192.0.2.66"
    with pytest.raises(ConfigError, match=r"192\.0\.2\.66, where its token is not sent"):
        asyncio.run(devices_of_netbox(netbox.url, TOKEN))
    with pytest.raises(ConfigError, match="must be https"):
        asyncio.run(devices_of_netbox("http://netbox.example.net", TOKEN))


@pytest.mark.parametrize(("status", "said"), [
    (403, "the token in NETBOX_TOKEN is not taken"), (302, "no answer of NetBox's API"), (500, "500"),
])  # fmt: skip
def test_what_it_answers_instead_is_said_without_the_token(netbox, status, said):
    netbox.status = status
    with pytest.raises(ConfigError) as raised:
        asyncio.run(devices_of_netbox(netbox.url, TOKEN))

    assert said in str(raised.value)
    assert TOKEN not in str(raised.value)
