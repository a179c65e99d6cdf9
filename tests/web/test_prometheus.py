"""A real Prometheus scrapes /metrics and answers for it."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

from .house import bad_night


class Prometheus:
    """A Prometheus of our own, scraping one target every second."""

    def __init__(self, directory: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, target: str) -> None:
        program = shutil.which("prometheus")
        assert program is not None
        config = self._directory / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
            f"scrape_configs: [{{job_name: netwatch, static_configs: [{{targets: ['{target}']}}]}}]\n"
        )
        with (self._directory / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    program, f"--config.file={config}", f"--storage.tsdb.path={self._directory / 'data'}",
                    f"--web.listen-address={urlsplit(self.url).netloc}",
                ],
                stdout=log, stderr=log,
            )  # fmt: skip

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(PATIENCE_SECONDS)

    async def answer(self, path: str, **asked: str) -> list[dict]:
        """Ask until there is an answer with something in it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        async with httpx.AsyncClient(base_url=self.url, timeout=PATIENCE_SECONDS) as client:
            while time.monotonic() < deadline:
                try:
                    data = (await client.get(path, params=asked)).json().get("data", {})
                except (httpx.HTTPError, ValueError):
                    data = {}
                found = data.get("result") or data.get("activeTargets") or []
                if found and found[0].get("health") != "unknown":
                    return found
                await asyncio.sleep(0.1)
        pytest.fail(f"no answer to {asked or path}: {(self._directory / 'log').read_text()[-2000:]}")


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[Prometheus]:
    if shutil.which("prometheus") is None:
        pytest.skip("prometheus is not installed (Debian package: prometheus)")
    running = Prometheus(tmp_path)
    yield running
    running.stop()


async def test_prometheus_knows_the_octets_of_every_port_by_name_and_alias(serve, prometheus):
    client = serve(bad_night())
    prometheus.start(client.base_url.netloc.decode())

    (octets,) = await prometheus.answer(
        "/api/v1/query", query='ifHCInOctets{device="core-sw1",ifName="Gi1/0/7",ifAlias="room 107"}'
    )
    (saturated,) = await prometheus.answer("/api/v1/query", query="count(ifHighSpeed == 1000)")
    (target,) = await prometheus.answer("/api/v1/targets")

    assert octets["metric"]["ifDescr"] == "GigabitEthernet1/0/7"
    assert octets["metric"]["ifIndex"] == "10107"
    assert saturated["value"][1] == str(48 * 4 + 6 * 4)
    assert (target["health"], target["lastError"]) == ("up", "")
