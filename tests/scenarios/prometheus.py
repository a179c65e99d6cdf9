"""A real Prometheus of our own that scrapes one target."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

from .agent import wait_until

CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs: [{{job_name: netwatch, static_configs: [{{targets: ["{target}"]}}]}}]
"""


class Prometheus:
    """Scrapes every second between `start()` and `stop()`."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder, self._port = program, folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, target: str) -> None:
        (self._folder / "prometheus.yml").write_text(CONFIG.format(target=target))
        command = [
            self._program, f"--config.file={self._folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._folder / 'data'}", f"--web.listen-address=127.0.0.1:{self._port}",
        ]  # fmt: skip
        with (self._folder / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_SECONDS)

    def answer(self, query: str, seconds: float = PATIENCE_SECONDS) -> list[dict[str, Any]]:
        """Return what a query gives, as soon as it gives anything."""
        found: list[dict[str, Any]] = wait_until(lambda: self._ask(query), f"an answer to {query}", seconds)
        return found

    def _ask(self, query: str) -> list[dict[str, Any]]:
        try:
            with urlopen(
                f"http://127.0.0.1:{self._port}/api/v1/query?query={quote(query)}", timeout=PATIENCE_SECONDS
            ) as answer:
                result: list[dict[str, Any]] = json.load(answer)["data"]["result"]
                return result
        except URLError:
            return []
