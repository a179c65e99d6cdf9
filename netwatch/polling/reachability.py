"""Asks a device whether it is there: one GET of sysUpTime, over and over.

The client's retries confirm a silence: a device is down when it was asked retries + 1 times, and each time was given
the whole of the time-out that its operator set, also where that takes longer than the interval (the check that is
due meanwhile is left out). A device known to be down is asked twice, not four times.
May import: netwatch.model, netwatch.snmp. Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from netwatch.errors import FastLaneRefused, PollError, RequestTimedOut
from netwatch.model import REACHABILITY, SCALARS, Device, TableReading, Value
from netwatch.polling.clock import Clock
from netwatch.polling.layout import SYS_UP_TIME
from netwatch.polling.metrics import CHECKS
from netwatch.polling.presence.echoes import IS_DOWN, IS_UP, NO_ECHO, NONE
from netwatch.snmp import GetPlan, SnmpClient

RETRIES_WHEN_DOWN = 1


class Sight(NamedTuple):
    """What came of one check; `trouble` says in words why a device is not up. Retries take time: `asked_at`, `at`.

    silent: it is not up for want of any answer.
    """

    up: bool
    at: datetime
    asked_at: datetime
    arrived: float
    round_trip_seconds: float | None = None
    ticks: int | None = None
    trouble: str = ""
    silent: bool = False


class Probe:
    """The prepared question for one device."""

    def __init__(self, device: Device, client: SnmpClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._device = device
        self._device_down = replace(self._device, retries=min(device.retries, RETRIES_WHEN_DOWN))
        self._plan: GetPlan | None = None

    async def look(self, *, was_up: bool) -> Sight:
        """Ask once, with retries."""
        device = self._device if was_up else self._device_down
        asked = self._clock.monotonic()
        try:
            if self._plan is None:
                self._plan = self._client.compile(device, [SYS_UP_TIME])
            value = (await self._client.run_plan(device, self._plan))[0]
        except PollError as exc:
            return self._seen(exc, asked)
        return self._seen(value, asked)

    def begin(self, seen: Callable[[Sight | None], None], *, was_up: bool) -> bool:
        """Ask once, with retries, without a task; False where that cannot be.

        `seen` is called on the loop; with None where the answer is for `look` to make sense of.
        """
        if self._plan is None:
            return False
        device = self._device if was_up else self._device_down
        asked = self._clock.monotonic()

        def told(outcome: Sequence[Value] | PollError) -> None:
            if isinstance(outcome, FastLaneRefused):
                seen(None)
            else:
                seen(self._seen(outcome if isinstance(outcome, PollError) else outcome[0], asked))

        return self._client.begin(device, self._plan, told)

    def _seen(self, outcome: Value | PollError, asked: float) -> Sight:
        if isinstance(outcome, PollError):
            is_silent = isinstance(outcome, RequestTimedOut)
            return self._down("silent" if is_silent else "refused", str(outcome), asked)
        CHECKS.inc("up")
        arrived, at = self._clock.monotonic(), self._clock.now()
        return Sight(
            up=True,
            at=at,
            asked_at=at - timedelta(seconds=arrived - asked),
            arrived=self._clock.elapsed(),
            round_trip_seconds=arrived - asked,
            ticks=outcome if isinstance(outcome, int) else None,
        )

    def _down(self, outcome: str, trouble: str, asked: float) -> Sight:
        CHECKS.inc(outcome)
        at, took = self._clock.now(), timedelta(seconds=self._clock.monotonic() - asked)
        return Sight(
            up=False, at=at, asked_at=at - took, arrived=self._clock.elapsed(), trouble=trouble,
            silent=outcome == "silent",
        )  # fmt: skip


@lru_cache(maxsize=256)
def _words(trouble: str) -> list[bytes]:
    """Return the column of a trouble: those of one kind, and of one device time after time, have one."""
    return [trouble.encode()]


def reachability_reading(
    device: str,
    sight: Sight,
    seconds_since_restart: float | None,
    host_uptime_seconds: float | None = None,
    echo: Mapping[str, list[Any]] = NO_ECHO,
) -> TableReading:
    """Return a check as a reading of the table `reachability`.

    `host_uptime_seconds` is how long the host has been up whose agent alone started again, else None. `echo`: the
    columns that ping has filled.
    """
    age, host = (seconds_since_restart, host_uptime_seconds) if sight.up else (None, None)
    uptime = None if sight.ticks is None else timedelta(milliseconds=sight.ticks * 10)
    return TableReading(
        device=device,
        table=REACHABILITY.name,
        at=sight.at,
        rows=SCALARS,
        columns={
            "up": IS_UP if sight.up or echo["ping_up"] == IS_UP else IS_DOWN,
            "snmp_up": IS_UP if sight.up else IS_DOWN,
            **echo,
            "round_trip_seconds": [sight.round_trip_seconds],
            "uptime_seconds": NONE if uptime is None else [uptime.total_seconds()],
            "seconds_since_restart": NONE if age is None else [age if host is None else host],
            "seconds_since_agent_restart": NONE if host is None else [age],
            "host_uptime_seconds": NONE if host is None else [host],
            "trouble": _words(sight.trouble) if sight.trouble else NONE,
        },
        uptime=uptime,
        asked_at=sight.asked_at,
    )
