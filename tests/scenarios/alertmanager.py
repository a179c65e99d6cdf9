"""A real Alertmanager of our own, and what it tells a webhook."""

from __future__ import annotations

import http.server
import json
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

from .agent import wait_until


class Alertmanager:
    """Listens between `start()` and `stop()`; the configuration is JSON, which is YAML too."""

    def __init__(self, program: str, folder: Path, config: Mapping[str, Any]) -> None:
        self.port = free_port()
        self._program, self._folder, self._config = program, folder, config
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        file = self._folder / "alertmanager.yml"
        file.write_text(json.dumps(self._config))
        command = [
            self._program, f"--config.file={file}", f"--storage.path={self._folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address=",
        ]  # fmt: skip
        log = self._folder / "alertmanager.log"
        with log.open("wb") as file:
            self._process = subprocess.Popen(command, stdout=file, stderr=file)
        try:
            wait_until(self._is_ready, "Alertmanager ready")
        except AssertionError as exc:
            raise AssertionError(f"{exc}; its log:\n{log.read_text()}") from exc

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_SECONDS)

    def post_alerts(self, alerts: Sequence[Mapping[str, Any]]) -> None:
        self._post("/api/v2/alerts", alerts)

    def post_silence(self, matchers: Mapping[str, str], starts_at: datetime, ends_at: datetime) -> None:
        """Silence what has these labels."""
        equal = [{"name": name, "value": text, "isRegex": False, "isEqual": True} for name, text in matchers.items()]
        silence = {
            "matchers": equal, "startsAt": rfc3339(starts_at), "endsAt": rfc3339(ends_at),
            "createdBy": "test", "comment": "a test",
        }  # fmt: skip
        self._post("/api/v2/silences", silence)

    def _post(self, path: str, body: object) -> None:
        request = Request(f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        with urlopen(request, timeout=PATIENCE_SECONDS):
            pass

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except URLError:
            return False


class Webhook:
    """An HTTP server that keeps what it is posted, and when; in a thread of its own."""

    def __init__(self) -> None:
        self.posts: list[tuple[float, dict[str, Any]]] = []
        """time.monotonic() and the body."""
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.posts.append((time.monotonic(), json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128  # all groups that began together are told together

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


def rfc3339(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
