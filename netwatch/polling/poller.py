"""Polls every device at its time: the wheel says what is due, a crew asks, polls of one device never overlap.

May import: netwatch.model, netwatch.snmp, netwatch.profiles. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import NamedTuple

import structlog

from netwatch.model import Device, DeviceFacts, DeviceSign, DeviceStatus, Fault, Memory, TableReading
from netwatch.ping import Pinger
from netwatch.polling.clock import Clock, SystemClock
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.polling.lifeline import SCOPE
from netwatch.polling.metrics import ERRORS, OVERRUNS, START_LAG_SECONDS
from netwatch.polling.presence.afterlook import APART_SECONDS
from netwatch.polling.presence.echoes import SCOPE as PING_SCOPE
from netwatch.polling.presence.findings import SCOPE as PRESENCE_SCOPE
from netwatch.polling.presence.remembered import SCOPE as LAYOUTS_SCOPE
from netwatch.polling.presence.remembered import by_device, of_others
from netwatch.polling.reachability import Sight
from netwatch.polling.settings import PollingSettings
from netwatch.polling.sink import ReadingSink
from netwatch.polling.turns.crew import Crew
from netwatch.polling.turns.lag import LagMeter
from netwatch.polling.turns.schedule import Due, TimingWheel, next_turn, phase_of
from netwatch.polling.turns.tick import Ticker
from netwatch.profiles import ProfileLibrary
from netwatch.snmp import SnmpClient

log = structlog.get_logger(__name__)

TICK = timedelta(milliseconds=100)
DEAD_AFTER = timedelta(seconds=15)
"""A tick this late is no longer late: the loop hangs or the scheduler is gone."""
FIRST_CHECKS_PER_SECOND = 500.0
"""At the start a small fleet is asked at once, a large one over the reachability interval."""
MAX_DISCOVERIES = 64
"""Devices walked at the same time: a walk costs as much as twenty polls, and most of its time it waits for them."""
MAX_POLLS = 500
LOOKED_AT_BY_POLLS = timedelta(seconds=60)
"""Devices polled so often have their neighbours looked at with their polls alone; others are polled out of turn."""


class Turn(StrEnum):
    """What can be due for a device."""

    CHECK = "check"
    POLL = "poll"
    PING = "ping"
    DISCOVER = "discover"


class Key(NamedTuple):
    """An entry of the wheel."""

    turn: Turn
    device: str


class Poller:
    """All devices. Nothing happens before `start()`, nothing after `stop()`."""

    def __init__(
        self,
        devices: Sequence[Device],
        library: ProfileLibrary,
        client: SnmpClient,
        sink: ReadingSink,
        settings: PollingSettings,
        memories: Iterable[Memory] = (),
        clock: Clock | None = None,
        amended: Callable[[TableReading], TableReading] = lambda reading: reading,
        is_heeded: Callable[[str, str], bool] = lambda device, table: True,
        pinger: Pinger | None = None,
    ) -> None:
        """Take what to ask and with what; `amended` gives readings with the limits that the configuration says.

        `is_heeded` says whether the sink makes anything of it that a device does not have a table. Without `pinger`
        no device is pinged; it must run for as long as this does.
        """
        self._clock = clock or SystemClock()
        self._settings = settings
        self._tools = Tools(
            library=library, client=client, sink=sink, clock=self._clock, amended=amended,
            is_heeded=is_heeded, facts_interval=settings.discovery_interval, pinger=pinger,
        )  # fmt: skip
        memories = list(memories)
        known = {(memory.scope, memory.key): memory for memory in memories}
        layouts = by_device(memories)
        scopes = (SCOPE, PRESENCE_SCOPE, LAYOUTS_SCOPE, PING_SCOPE)
        self._forgotten = of_others(memories, scopes, {device.name for device in devices})
        self._pollers = {
            device.name: DevicePoller(
                device,
                self._tools,
                known.get((SCOPE, device.name)),
                known.get((PRESENCE_SCOPE, device.name)),
                layouts.get(device.name, {}),
                known.get((PING_SCOPE, device.name)),
                partial(self._check_now, device.name),
            )
            for device in devices
        }
        self._checks = Crew(settings.max_in_flight)
        self._polls = Crew(min(MAX_POLLS, settings.max_in_flight))
        self._discoveries = Crew(MAX_DISCOVERIES)
        self._busy: set[Key] = set()
        self._again: set[Key] = set()
        self._looks: dict[str, asyncio.TimerHandle] = {}
        self._takes_sight: dict[str, Callable[[Sight | None], None]] = {}
        self._lag = LagMeter()
        self._ticked_at: float | None = None
        self._is_over = False
        self._ticker = Ticker(self._clock)
        self._wheel: TimingWheel[Key] = TimingWheel(self._clock.monotonic(), TICK.total_seconds())

    async def start(self) -> None:
        """Enter every device in the wheel and let the tick begin."""
        now = self._clock.monotonic()
        self._is_over = False
        self._wheel = TimingWheel(now, TICK.total_seconds())
        for poller in self._pollers.values():
            self._enter(poller.device, now)
        for memory in self._forgotten:
            self._tools.sink.remember(memory)
        self._forgotten.clear()
        self._ticker.every(TICK, "polling tick", self._tick)
        self._ticker.start()
        self._ticked_at = now

    async def stop(self) -> None:
        """Stop the tick, cancel what is under way."""
        self._ticked_at = None
        self._is_over = True
        await self._ticker.stop()
        for poller in self._pollers.values():
            poller.echoes.stop()
        for crew in (self._checks, self._polls, self._discoveries):
            await crew.stop()
        self._busy.clear()
        self._again.clear()
        for handle in self._looks.values():
            handle.cancel()
        self._looks.clear()

    def statuses(self) -> list[DeviceStatus]:
        """Return what is known about every device, in the order of the configuration."""
        return [poller.status() for poller in self._pollers.values()]

    def signs(self) -> list[DeviceSign]:
        """Return the little of every status that says where a device stands, in the order of the configuration."""
        return [poller.sign() for poller in self._pollers.values()]

    def status_of(self, name: str) -> DeviceStatus | None:
        """Return what is known about one device; None where none has that name."""
        poller = self._pollers.get(name)
        return poller.status() if poller is not None else None

    def faults(self) -> list[Fault]:
        """Return what of polling breaks off in a way nobody foresaw, the newest first."""
        failing = [poller.faults.by_name for poller in self._pollers.values() if poller.faults.by_name]
        found = [fault for by_name in failing for fault in by_name.values()]
        return sorted(found, key=lambda fault: fault.since, reverse=True)

    def facts_of(self, name: str) -> DeviceFacts | None:
        """Return what a device said it is, the same object until it says something else; None before it was asked."""
        poller = self._pollers.get(name)
        return poller.facts if poller is not None else None

    def poll_now(self, name: str) -> bool:
        """Check and poll a device out of turn; return whether there is one of that name."""
        if name not in self._pollers:
            return False
        poller = self._pollers[name]
        for turn in (Turn.CHECK, Turn.POLL) if poller.device.has_snmp else ():
            self._launch(Key(turn, name), again=True)
        poller.echoes.beat()
        return True

    def _check_now(self, name: str) -> None:
        """Check a device out of turn, as its echo stopped or came back."""
        if not self._is_over:
            self._launch(Key(Turn.CHECK, name), again=True)

    def is_alive(self) -> bool:
        """Return whether the tick still beats; systemd's watchdog is fed while it does."""
        silent_for = self._clock.monotonic() - (self._ticked_at or float("-inf"))
        return silent_for < DEAD_AFTER.total_seconds()

    @property
    def lag_seconds(self) -> float:
        """Return by how much the latest start of the last minute was late."""
        return self._lag.worst(self._clock.monotonic())

    @property
    def late_ratio(self) -> float:
        """Return the share of starts in the last minute that were more than a second late, 0 to 1."""
        return self._lag.late_ratio(self._clock.monotonic())

    def _enter(self, device: Device, now: float) -> None:
        """Give the device its places; the tables are polled as soon as the first check finds it up."""
        every: dict[Turn, float] = {}
        if device.has_snmp:
            every[Turn.CHECK] = device.reachability_interval.total_seconds()
            every[Turn.POLL] = device.interval.total_seconds()
            every[Turn.DISCOVER] = self._settings.discovery_interval.total_seconds()
        if device.is_pinged:
            every[Turn.PING] = device.ping_interval.total_seconds()
        most = len(self._pollers) / FIRST_CHECKS_PER_SECOND
        for turn, interval in every.items():
            phase = phase_of(f"{turn}/{device.name}", interval)
            at_once = turn in (Turn.CHECK, Turn.PING)
            first = now + phase / interval * min(interval, most) if at_once else next_turn(now, interval, phase)
            self._wheel.add(Key(turn, device.name), interval, phase, first)

    async def _tick(self) -> None:
        self._ticked_at = self._clock.monotonic()
        for due in self._wheel.advance(self._clock.monotonic()):
            self._take(due)

    def _take(self, due: Due[Key]) -> None:
        key, poller = due.key, self._pollers[due.key.device]
        if key.turn is Turn.PING:
            poller.echoes.beat()
            return
        if key.turn is Turn.DISCOVER:
            poller.rediscover()
            return
        if due.missed:
            self._lag.note(0.0, self._clock.monotonic(), due.missed)
        if key.turn is Turn.POLL and poller.is_fresh():
            return
        # The line of those that wait for a discovery is long at the start and says nothing about punctuality.
        discovers = key.turn is Turn.POLL and poller.needs_discovery
        if key in self._busy and not discovers:
            OVERRUNS.labels(key.device).inc()
            if key.turn is Turn.POLL:
                poller.note_overrun()
        self._launch(key, None if discovers else due.due_at)

    def _launch(self, key: Key, due_at: float | None = None, *, again: bool = False) -> None:
        """Put the work in line; with `again`, what is under way already runs once more after it.

        `due_at` is None for what is done out of turn, which cannot be late.
        """
        if key in self._busy:
            if again:
                self._again.add(key)
            return
        self._busy.add(key)
        if key.turn is Turn.CHECK and self._pollers[key.device].begin_check(self._seen_by(key)):
            if due_at is not None:
                self._note_start(due_at)
            return
        self._crew_for(key).put(partial(self._run, key, due_at))

    def _seen_by(self, key: Key) -> Callable[[Sight | None], None]:
        """Return what takes in the sights of a device, made once."""
        seen = self._takes_sight.get(key.device)
        if seen is None:
            seen = self._takes_sight[key.device] = partial(self._take_sight, key)
        return seen

    def _crew_for(self, key: Key) -> Crew:
        """Return who does it: polls that begin with a discovery are long, and stand in a line of their own."""
        if key.turn is Turn.CHECK:
            return self._checks
        return self._discoveries if self._pollers[key.device].needs_discovery else self._polls

    def _take_sight(self, key: Key, sight: Sight | None) -> None:
        """Take in what a check brought; what is news takes a task. After `stop` no answer means anything."""
        if self._is_over:
            return
        if not self._pollers[key.device].take_sight(sight):
            self._checks.put(partial(self._run, key, None, sight))
            return
        self._over(key)

    async def _run(self, key: Key, due_at: float | None, sight: Sight | None = None) -> None:
        if due_at is not None:
            self._note_start(due_at)
        try:
            await self._ask(key, sight)
        except Exception:
            ERRORS.inc()
            log.exception("polling failed in a way nobody expected", device=key.device, turn=key.turn.value)
        finally:
            self._busy.discard(key)
        self._over(key)

    def _over(self, key: Key) -> None:
        self._busy.discard(key)
        if key in self._again:
            self._again.discard(key)
            self._launch(key)

    def _note_start(self, due_at: float) -> None:
        """Measure how late a turn starts."""
        now = self._clock.monotonic()
        START_LAG_SECONDS.observe(now - due_at)
        self._lag.note(now - due_at, now)

    async def _ask(self, key: Key, sight: Sight | None) -> None:
        poller = self._pollers[key.device]
        if key.turn is Turn.CHECK:
            if await poller.check(sight):
                self._launch(Key(Turn.POLL, key.device), again=True)
        else:
            fell_silent = await poller.poll()
            self._look_again(poller)
            if fell_silent:
                self._launch(Key(Turn.CHECK, key.device), again=True)

    def _look_again(self, poller: DevicePoller) -> None:
        """Have a device polled when its neighbours are to be looked at, where its next turn is far off."""
        name, seconds = poller.device.name, poller.seconds_to_look()
        if seconds is None or self._is_over or name in self._looks or poller.device.interval <= LOOKED_AT_BY_POLLS:
            return
        self._looks[name] = asyncio.get_running_loop().call_later(max(seconds, APART_SECONDS), self._look, name)

    def _look(self, name: str) -> None:
        self._looks.pop(name, None)
        if not self._is_over:
            self._launch(Key(Turn.POLL, name))
