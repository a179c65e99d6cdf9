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

    def cost_of(self, path: str, seconds: float) -> float:
        """Return the milliseconds of CPU that a page takes, beside what the house spends anyway.

        It is fetched again and again for so many seconds, with rests as long as it took, so that polling goes on as
        before; what the house spends without anybody fetching is taken over as long a time, half before, half after.
        """
        before = self._idle_ratio(seconds / 2)
        began, cpu, times = time.monotonic(), self.cpu_seconds(), 0
        while (now := time.monotonic()) < began + seconds or not times:
            self.get(path)
            times += 1
            time.sleep(time.monotonic() - now)
        spent, passed = self.cpu_seconds() - cpu, time.monotonic() - began
        idle = (before + self._idle_ratio(seconds / 2)) / 2
        return max(spent - idle * passed, 0.0) / times * 1000

    def _idle_ratio(self, seconds: float) -> float:
        """Return the share of a core that it takes while nobody asks for anything."""
        began, cpu = time.monotonic(), self.cpu_seconds()
        time.sleep(seconds)
        return (self.cpu_seconds() - cpu) / (time.monotonic() - began)

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
