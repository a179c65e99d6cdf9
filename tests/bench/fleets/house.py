"""A whole NetWatch as its users run it, seen from outside: what it costs, and what it says.

Called by: tests/bench/fleet.py.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fleets.switches import Switches

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PATIENCE_SECONDS = 900.0
END_OF_OWN = b"\n# HELP netwatch_device_"
BUCKET = re.compile(r'^netwatch_poll_start_lag_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)


def free_port() -> int:
    """Return a TCP port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def configuration(fleet: Switches, count: int, folder: Path, web: int, pace: float) -> str:
    """Return a configuration with as many devices; everything else is as shipped, but for the pace of all times."""
    devices = "\n".join(f"  - {{name: sw{number}, address: {fleet.address(number)}}}" for number in range(count))
    return f"""
credentials: {{lab: {{version: 2c, community: public}}}}
defaults: {{credential: lab, port: {fleet.port}}}
polling: {{interval: {60 / pace:.3f}s, reachability_interval: {10 / pace:.3f}s, timeout: {2 / pace:.3f}s}}
web: {{listen: "127.0.0.1:{web}"}}
traps: {{listen: []}}
store: {{url: "sqlite:///{folder}/netwatch.db"}}
devices:
{devices}
"""


class House:
    """A running `netwatch run`."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process, self._port = process, port

    def is_running(self) -> bool:
        """Return whether it has not ended."""
        return self._process.poll() is None

    def cpu_seconds(self) -> float:
        """Return what it has spent, user and system, its children not included."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def rss_megabytes(self) -> float:
        """Return what memory it holds now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0

    def get(self, path: str) -> bytes:
        """Return a page, read to its end."""
        with contextlib.closing(self._connection()) as connection:
            connection.request("GET", path)
            return connection.getresponse().read()

    def own_metrics(self) -> str:
        """Return what it says of itself; the series of devices, which come behind it, are not waited for."""
        with contextlib.closing(self._connection()) as connection:
            connection.request("GET", "/metrics")
            answer, text = connection.getresponse(), b""
            while END_OF_OWN not in text and (part := answer.read1(1 << 20)):
                text += part
        return text.partition(END_OF_OWN)[0].decode()

    def json(self, path: str) -> Any:
        """Return an answer of the API."""
        return json.loads(self.get(path))

    def lag_buckets(self) -> Mapping[float, float]:
        """Return how many starts were up to so many seconds late."""
        return {float(bound): float(count) for bound, count in BUCKET.findall(self.own_metrics())}

    def longest_stop(self, seconds: float) -> tuple[float, int]:
        """Ask for next to nothing all the time; return the longest answer, and how many took over 50 ms."""
        ends, longest, stops = time.monotonic() + seconds, 0.0, 0
        with contextlib.closing(self._connection()) as connection:
            while (began := time.monotonic()) < ends:
                connection.request("GET", "/-/healthy")
                connection.getresponse().read()
                took = time.monotonic() - began
                longest, stops = max(longest, took), stops + (took > 0.05)
                time.sleep(0.02)
        return longest, stops

    def cost_of(self, path: str, times: int = 10) -> float:
        """Return the milliseconds of CPU that a page takes, beside what the house spends anyway."""
        idle_began, idle_cpu = time.monotonic(), self.cpu_seconds()
        time.sleep(2.0)
        idle = (self.cpu_seconds() - idle_cpu) / (time.monotonic() - idle_began)
        began, cpu = time.monotonic(), self.cpu_seconds()
        for _ in range(times):
            self.get(path)
        spent = self.cpu_seconds() - cpu - idle * (time.monotonic() - began)
        return spent / times * 1000

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)


@contextlib.contextmanager
def house(tree: Path, fleet: Switches, count: int, folder: Path, pace: float) -> Iterator[House]:
    """Run the NetWatch of a checkout with the interpreter of this process; its database stays for the next run."""
    folder.mkdir(exist_ok=True)
    port, config = free_port(), folder / "netwatch.yaml"
    config.write_text(configuration(fleet, count, folder, port, pace))
    environment = {**os.environ, "PYTHONPATH": str(tree), "XDG_CACHE_HOME": str(folder / "cache")}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "netwatch", "run", "-c", str(config)], cwd=folder, env=environment,
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield House(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
