"""What it costs to ping many addresses, and what fping takes for the same in the same run.

    python -m tests.bench.bench_ping --addresses 10000 --interval 10 --seconds 30

Ours are devices without SNMP, on the wheel of polls, each ping with its reading. The kernel answers on loopback, so
its part of both ways is in the figures of both.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from netwatch.model import NO_CREDENTIAL, Device, Memory, ReadingGap, TableReading
from netwatch.ping import Pinger
from netwatch.ping.metrics import ANSWERED, LOST
from netwatch.polling import Poller, PollingSettings
from netwatch.profiles import GENERIC, Profile, ProfileLibrary
from netwatch.snmp import Snmp


class _Sink:
    """Counts readings and keeps none."""

    def __init__(self) -> None:
        self.readings = 0

    def take_reading(self, reading: TableReading) -> None:
        self.readings += 1

    def take_gap(self, gap: ReadingGap) -> None:
        """Nothing is polled here."""

    def remember(self, memory: Memory) -> None:
        """Keep nothing."""


def addresses(count: int) -> list[str]:
    """Return addresses of loopback."""
    return [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(count)]


async def ours(hosts: Sequence[str], interval: float, seconds: float) -> tuple[float, float, int, float]:
    """Return CPU seconds, wall seconds, packets answered and the share lost."""
    sink, pinger, client = _Sink(), Pinger(1.0), Snmp(PollingSettings())
    devices = [
        Device(name=host, address=host, credential=NO_CREDENTIAL, methods=("ping",),
               ping_interval=timedelta(seconds=interval))
        for host in hosts
    ]  # fmt: skip
    library = ProfileLibrary({GENERIC: Profile(name=GENERIC, scalars=(), tables=())})
    poller = Poller(devices, library, client, sink, PollingSettings(), pinger=pinger)
    await pinger.start()
    await poller.start()
    await asyncio.sleep(interval)  # the first pings come at once
    answered, lost = ANSWERED._value.get(), LOST._value.get()
    cpu, wall = time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    answered, lost = ANSWERED._value.get() - answered, LOST._value.get() - lost
    await poller.stop()
    await pinger.stop()
    return cpu, wall, int(answered), lost / max(answered + lost, 1)


def fping(hosts: Sequence[str], interval: float, seconds: float) -> tuple[float, float] | None:
    """Return CPU seconds and wall seconds of fping, None where it is not installed."""
    program = shutil.which("fping")
    if program is None:
        return None
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("\n".join(hosts))
        file.flush()
        rounds = max(1, round(seconds / interval))
        apart = interval * 1000 / len(hosts) * 0.99
        command = [program, "-q", "-C", str(rounds), "-p", str(int(interval * 1000)), "-i", f"{apart:.3f}",
                   "-b", "56", "-f", file.name]  # fmt: skip
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(command, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - wall


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--addresses", type=int, default=10_000)
    parser.add_argument("--interval", type=float, default=10.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    hosts = addresses(given.addresses)
    cpu, wall, answered, lost = asyncio.run(ours(hosts, given.interval, given.seconds))
    each = cpu / max(answered, 1) * 1e6
    print(f"netwatch: {cpu / wall:.1%} of a core, {each:.0f} us a packet, {answered:,} answered, {lost:.2%} lost")
    other = fping(hosts, given.interval, given.seconds)
    if other is None:
        print("fping is not installed")
        return
    packets = given.addresses * max(1, round(given.seconds / given.interval))
    print(f"fping: {other[0] / other[1]:.1%} of a core, {other[0] / packets * 1e6:.0f} us a packet")


if __name__ == "__main__":
    if not Path("/proc").exists():
        raise SystemExit("this is measured on Linux")
    main()
