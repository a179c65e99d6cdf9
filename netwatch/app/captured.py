"""Plays captures of a device (`netwatch support`) as if it were polled: what a rule would have been told.

One capture is a device that stands still: it is polled once a minute for a while, and its counters do not move. Of
several each is one poll; how far they are apart their own sysUpTime says, so that rates between them are true.

May import: every room below. Called by: netwatch.app.backtest, netwatch.cli.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from netwatch.errors import ConfigError
from netwatch.model import Credential, Device, Oid, TableReading
from netwatch.polling import polls_of
from netwatch.profiles import ProfileLibrary
from netwatch.snmp import Snmp

if TYPE_CHECKING:
    from netwatch.simulator import SimulatedDevice

MINUTE = timedelta(minutes=1)
UNKNOWN_DISTANCE = timedelta(hours=1)
"""Between two captures whose uptime does not say how far they are apart: the device started again."""
PATIENCE = timedelta(minutes=10)
"""The interval, of which a poll may take nine tenths: a capture is replayed by a slow program."""
_UPTIME = Oid.parse("1.3.6.1.2.1.1.3.0")


@dataclass(slots=True)
class _Turned:
    """A clock that whoever plays turns."""

    begins: datetime
    passed: timedelta = timedelta(0)

    def monotonic(self) -> float:
        return 1e6 + self.passed.total_seconds()

    def elapsed(self) -> float:
        return self.monotonic()

    def awake_for(self) -> float:
        return float("inf")

    def now(self) -> datetime:
        return self.begins + self.passed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    max_in_flight: int = 2
    max_in_flight_per_device: int = 2


async def played(
    captures: Sequence[Path], device: Device, library: ProfileLibrary, *, until: datetime, lasting: timedelta
) -> AsyncIterator[TableReading]:
    """Yield the readings of captures, the oldest first, up to an instant; a single one is played for so long.

    Raises:
        ConfigError: a file cannot be read, or is no capture. PollError: a capture does not answer as a device.
    """
    from netwatch.simulator import SimulatedDevice, SimulatedNetwork

    uptimes = [_uptime_in(path) for path in captures]
    distances = [_distance(earlier, later) for earlier, later in pairwise(uptimes)]
    clock = _Turned(until - (sum(distances, timedelta(0)) if distances else lasting))
    credential = Credential(name="replayed", version="2c", community=SecretStr("replayed"))
    simulated = SimulatedDevice(device.name, credential, clock=clock.monotonic)
    _load(simulated, captures[0])
    client = Snmp(_Limits())
    with SimulatedNetwork([simulated]).run_in_thread() as network:
        target = Device(
            name=device.name, address=simulated.address, port=simulated.port, credential=credential,
            interval=PATIENCE, timeout=timedelta(seconds=5), labels=device.labels,
        )  # fmt: skip
        await client.start()
        try:
            polls = polls_of(target, library, client, clock)
            if len(captures) == 1:
                for _ in range(max(2, lasting // MINUTE)):
                    for reading in await anext(polls):
                        yield reading
                    clock.passed += MINUTE
                return
            for number, path in enumerate(captures):
                if number:
                    clock.passed += distances[number - 1]
                    network.do(partial(_load, simulated, path))
                for reading in await anext(polls):
                    yield reading
        finally:
            await client.stop()


def _load(simulated: SimulatedDevice, path: Path) -> None:
    try:
        skipped = simulated.load_recording(path, alone=True)
    except OSError as exc:
        raise ConfigError(f"{path} cannot be read: {exc.strerror or exc}") from exc
    if len(simulated.tree) <= 1:
        why = f": {skipped[0]}" if skipped else ""
        raise ConfigError(f"{path} is no capture: none of its lines is OID|tag|value{why}")


def _uptime_in(path: Path) -> timedelta | None:
    """Return sysUpTime in a capture, None where it is not there."""
    from netwatch.simulator import read_recording

    try:
        objects = read_recording(path).objects
    except OSError as exc:
        raise ConfigError(f"{path} cannot be read: {exc.strerror or exc}") from exc
    ticks = next((value for oid, _, value in objects if oid == _UPTIME), None)
    return timedelta(milliseconds=10 * ticks) if isinstance(ticks, int) else None


def _distance(earlier: timedelta | None, later: timedelta | None) -> timedelta:
    if earlier is None or later is None or later <= earlier:
        return UNKNOWN_DISTANCE
    return later - earlier
