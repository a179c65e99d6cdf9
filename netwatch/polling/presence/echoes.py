"""What ping says of one device, beside SNMP or alone: columns of its readings of `reachability`.

Beside SNMP the readings are those of the checks; an echo that stops or comes back has one made at once. A device
without SNMP has a reading with every echo.
May import: netwatch.model, netwatch.ping. Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from netwatch.model import REACHABILITY, SCALARS, Device, Memory, TableReading
from netwatch.ping import Pinger, Pulse
from netwatch.polling.clock import Clock
from netwatch.polling.metrics import WAKING
from netwatch.polling.sink import ReadingSink

SCOPE = "ping"
REMEMBER_EVERY_SECONDS = 3600.0
SETTLE_SECONDS = 10.0
"""For so long after the machine slept a lost packet means nothing."""
IS_UP, IS_DOWN, NONE = [1], [0], [None]
"""Columns of most readings: what is the very same object as the last time is not held against rules again."""
NO_ECHO: Mapping[str, list[Any]] = {
    "ping_up": NONE, "loss_ratio": NONE, "ping_round_trip_seconds": NONE, "usual_round_trip_seconds": NONE,
}  # fmt: skip


class Echoes:
    """The echo of one device; `up` is None where it is not pinged, or was not yet."""

    def __init__(
        self,
        device: Device,
        pinger: Pinger | None,
        sink: ReadingSink,
        clock: Clock,
        memory: Memory | None,
        news: Callable[[], None],
    ) -> None:
        """Take who is pinged; `news` is called where SNMP should be asked at once: the echo stopped or came back."""
        self._device, self._sink, self._clock, self._news = device, sink, clock, news
        self._pulse: Pulse | None = None
        self._remembered_at = clock.monotonic()
        if pinger is not None and device.is_pinged:
            self._pulse = Pulse(device.address, pinger, device.retries, self._beaten, self._is_waking)
            self._recall(self._pulse, memory)

    @property
    def up(self) -> bool | None:
        """Return whether it answers."""
        return self._pulse.up if self._pulse is not None else None

    @property
    def round_trip_seconds(self) -> float | None:
        """Return how long the last answers took."""
        return self._pulse.tally.round_trip_seconds if self._pulse is not None and self._pulse.up else None

    def beat(self) -> None:
        """Ping it."""
        if self._pulse is not None:
            self._pulse.beat()

    async def ask(self) -> None:
        """Ping it now, and wait for an answer or a confirmed silence."""
        if self._pulse is not None:
            await self._pulse.ask()

    def stop(self) -> None:
        """Let go of who waits."""
        if self._pulse is not None:
            self._pulse.stop()

    def beside(self) -> str:
        """Return what the echo adds to the words about an agent that does not answer."""
        if self._pulse is None or self._pulse.up is None:
            return ""
        return "; it answers ping" if self._pulse.up else f"; nor does it answer ping{self._said()}"

    @property
    def trouble(self) -> str:
        """Return why a device without SNMP is not up, empty where it is or nobody knows."""
        if self._pulse is None or self._pulse.up:
            return ""
        if self._pulse.up is None:
            return self._pulse.words
        return f"no answer to {self._device.retries + 1} pings{self._said()}"

    def columns(self) -> Mapping[str, list[Any]]:
        """Return the echo's columns of a reading."""
        pulse = self._pulse
        if pulse is None or pulse.up is None:
            return NO_ECHO
        tally = pulse.tally
        return {
            "ping_up": IS_UP if pulse.up else IS_DOWN,
            "loss_ratio": _column(tally.loss_ratio),
            "ping_round_trip_seconds": [tally.round_trip_seconds],
            "usual_round_trip_seconds": [tally.usual_seconds],
        }

    def _said(self) -> str:
        return f" ({self._pulse.words})" if self._pulse is not None and self._pulse.words else ""

    def _is_waking(self) -> bool:
        if self._clock.awake_for() >= SETTLE_SECONDS:
            return False
        WAKING.inc()
        return True

    def _beaten(self, changed: bool) -> None:
        pulse = self._pulse
        if pulse is None or pulse.up is None:
            return
        self._remember(pulse)
        if not self._device.has_snmp:
            self._sink.take_reading(self._reading(pulse))
        elif changed:
            self._news()

    def _reading(self, pulse: Pulse) -> TableReading:
        """Return what is known of a device that has no SNMP."""
        trouble, at = self.trouble, self._clock.now()
        return TableReading(
            device=self._device.name,
            table=REACHABILITY.name,
            at=at,
            rows=SCALARS,
            columns={
                "up": IS_UP if pulse.up else IS_DOWN,
                "snmp_up": NONE,
                **self.columns(),
                "round_trip_seconds": [pulse.tally.round_trip_seconds] if pulse.up else NONE,
                "uptime_seconds": NONE,
                "seconds_since_restart": NONE,
                "seconds_since_agent_restart": NONE,
                "host_uptime_seconds": NONE,
                "trouble": _column(trouble.encode() or None),
            },
            asked_at=at - timedelta(seconds=pulse.took_seconds),
        )

    def _remember(self, pulse: Pulse) -> None:
        """Keep once an hour what is usual, so that it need not be learned anew after a restart."""
        now = self._clock.monotonic()
        if pulse.tally.usual_seconds is None or now - self._remembered_at < REMEMBER_EVERY_SECONDS:
            return
        self._remembered_at = now
        usual, answers = pulse.tally.habit
        text = json.dumps({"usual_seconds": round(usual, 9), "answers": answers})
        self._sink.remember(Memory(scope=SCOPE, key=self._device.name, text=text))

    def _recall(self, pulse: Pulse, memory: Memory | None) -> None:
        try:
            known = json.loads(memory.text or "") if memory is not None else None
            if known is not None:
                pulse.tally.recall_habit(float(known["usual_seconds"]), int(known["answers"]))
        except (ValueError, KeyError, TypeError):
            return  # written by another version; it is learned anew


@lru_cache(maxsize=512)
def _column(value: float | bytes | None) -> list[Any]:
    """Return the column of a value that comes again and again: the same list each time."""
    return [value]
