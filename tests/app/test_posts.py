"""An alert of the whole agent reaches a webhook, and where that refuses it, somebody else by mail."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from netwatch.app import App
from netwatch.config import load_settings
from netwatch.simulator import SmtpSink
from tests.patience import PATIENCE_SECONDS

CONFIG = """
credentials: {{lab: {{version: 2c, community: public}}}}
devices: [{{name: nobody, address: 127.0.0.1, port: {snmp}, credential: lab}}]
polling: {{interval: 2s, reachability_interval: 1s, timeout: 100ms, retries: 0}}
route: {{receiver: programs, group_wait: 0s}}
receivers: [{{name: programs, webhook: {{url: "http://127.0.0.1:{hook}/hook", secret: s3cret}}}}]
smtp: {{from: nw@example.net, fallback_to: [admin@example.net], relays: [{{host: 127.0.0.1, port: {smtp}}}]}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{store}"}}
"""


class Hook(ThreadingHTTPServer):
    """A web server that answers every post with the same status."""

    def __init__(self, status: int) -> None:
        self.status, self.posts = status, []  # type: ignore[var-annotated]
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((dict(self.headers), json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture(params=[200, 400])
def hook(request: pytest.FixtureRequest) -> Iterator[Hook]:
    with Hook(request.param) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


async def test_a_device_that_is_down_is_posted_or_told_to_somebody_else(
    hook: Hook, tmp_path: Path, udp_port: int, tcp_port: int
) -> None:
    sink = SmtpSink()
    await sink.start()
    path = tmp_path / "netwatch.yaml"
    path.write_text(CONFIG.format(
        snmp=udp_port, web=tcp_port, store=tmp_path / "nw.db", hook=hook.server_port, smtp=sink.port
    ))  # fmt: skip
    app = App(load_settings(path))
    await app.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not hook.posts:  # noqa: ASYNC110 - a thread wakes nobody
                await asyncio.sleep(0.02)
        headers, document = hook.posts[0]
        mails = [] if hook.status == 200 else await sink.wait_for(1, PATIENCE_SECONDS)
    finally:
        await app.stop()
        await sink.stop()

    assert headers["X-NetWatch-Signature"].startswith("t=")
    assert [alert["labels"]["alertname"] for alert in document["alerts"]] == ["DeviceDown"]
    assert [mail.recipients for mail in mails] == ([] if hook.status == 200 else [("admin@example.net",)])
    assert all("400 Bad Request" in mail.text for mail in mails)
