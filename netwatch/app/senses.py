"""Everything that comes in: answers of devices that are asked, traps that they send, and the board that shows it.

May import: every room below. Called by: netwatch.app.app.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

from netwatch.app.clock.steady import SteadyClock
from netwatch.app.definitions import Definitions
from netwatch.app.identity import TRAPS_MEMORY
from netwatch.config import Settings, credential, refused_senders
from netwatch.engine import Engine
from netwatch.history import Recorder
from netwatch.metrics import Board
from netwatch.model import (
    Device,
    DeviceFacts,
    DeviceSign,
    DeviceStatus,
    Fault,
    Memory,
    ReadingGap,
    RefusedSender,
    TableReading,
    Transaction,
)
from netwatch.ping import Pinger
from netwatch.polling import Poller
from netwatch.rules import ROLES_SCOPE, Exceptions, Roles
from netwatch.snmp import EngineMemory, Snmp
from netwatch.store import Store
from netwatch.traps import REFUSED_MEMORY, KeptPorts, OwnEngine, TrapReceiver

POLLING_MEMORY = "polling"
PRESENCE_MEMORY = "presence"
LAYOUTS_MEMORY = "layouts"
PING_MEMORY = "ping"
SNMP_MEMORY = "snmp"
STALE_INTERVALS = 3
STALE_AFTER = timedelta(minutes=5)


class Senses:
    """Polling and the trap port between `start()` and `stop()`; what they hear goes to the engine and the board."""

    def __init__(self, settings: Settings, definitions: Definitions, *, store: Store, clock: SteadyClock) -> None:
        self._settings, self._definitions, self._store, self._clock = settings, definitions, store, clock
        self._client = Snmp(settings.polling)
        self._pinger = Pinger(settings.reachability.ping_timeout.total_seconds())
        self._poller: Poller | None = None
        self._receiver: TrapReceiver | None = None

    async def start(
        self,
        own: OwnEngine,
        engine: Engine,
        board: Board,
        roles: Roles,
        ports: KeptPorts | None = None,
        history: Recorder | None = None,
    ) -> None:
        """Begin to ask and to hear.

        `own` is the SNMP engine that v3 notifications are sent to; `ports` are the trap ports of the senses before.
        """

        def remember_engine(memory: Memory) -> None:
            """Keep what polling learned of a v3 engine, and let the trap port know it."""
            engine.remember(memory)
            self._introduce(memory, just_now=True)

        known_engines = await self._store.memories(SNMP_MEMORY)
        self._client.recall(known_engines, remember_engine)
        roles.recall(await self._store.memories(ROLES_SCOPE))
        await self._client.start()
        await self._pinger.start()
        self._poller = Poller(
            devices=self._definitions.devices,
            library=self._definitions.library,
            client=self._client,
            sink=_Sink(engine, board, self._definitions.exceptions, roles, history),
            settings=self._settings.polling,
            memories=[
                memory
                for scope in (POLLING_MEMORY, PRESENCE_MEMORY, LAYOUTS_MEMORY, PING_MEMORY)
                for memory in await self._store.memories(scope)
            ],
            clock=self._clock,
            amended=self._definitions.exceptions.applied,
            is_heeded=engine.heeds_lack,
            pinger=self._pinger,
        )
        await self._poller.start()
        self._receiver = TrapReceiver(
            self._settings.traps,
            self._definitions.devices,
            engine,
            users=[credential(self._settings, name) for name in self._settings.traps.users],
            memories=[*await self._store.memories(TRAPS_MEMORY), *await self._store.memories(REFUSED_MEMORY)],
            remember=lambda memory: self._store.commit(Transaction(memories=(memory,))),
            own=own,
            clock=self._clock.now,
        )
        for memory in await self._store.memories(SNMP_MEMORY):  # with what the first polls learned meanwhile
            self._introduce(memory, just_now=False)
        await self._receiver.start(ports)

    async def stop(self) -> None:
        """Hear and ask no more."""
        async with AsyncExitStack() as started:  # one that fails to stop keeps no other from it
            for part in (self._client, self._pinger, self._poller, self._receiver):
                if part is not None:
                    started.push_async_callback(part.stop)

    def keep_ports(self) -> KeptPorts:
        """Return the trap ports, to be held while these senses stop and others take over."""
        return self._receiver.keep_ports() if self._receiver is not None else KeptPorts()

    def is_polling(self) -> bool:
        """Return whether devices are asked."""
        return self._poller is not None and self._poller.is_alive()

    def is_hearing(self) -> bool:
        """Return whether traps are taken in."""
        return self._receiver is not None and self._receiver.is_alive()

    def refused_ports(self) -> Sequence[str]:
        """Return why an address for traps cannot be had, and what to type; a sentence for each."""
        return self._receiver.refused_ports if self._receiver is not None else ()

    @property
    def ping_trouble(self) -> str:
        """Return why devices cannot be pinged that should be, and what to type; empty while they are."""
        return self._pinger.trouble

    def refused(self) -> Sequence[RefusedSender]:
        """Return the senders whose traps were turned away, the newest first, with what would let them in."""
        listed = self._receiver.refused() if self._receiver is not None else ()
        return refused_senders(listed, self._settings)

    def statuses(self) -> Sequence[DeviceStatus]:
        """Return how every device is; unknown before the start."""
        if self._poller is not None:
            return self._poller.statuses()
        return [DeviceStatus(device=device) for device in self._definitions.devices]

    def signs(self) -> Sequence[DeviceSign]:
        """Return where every device stands; unknown before the start."""
        if self._poller is not None:
            return self._poller.signs()
        return [DeviceSign(device, None, "", "", ()) for device in self._definitions.devices]

    def status_of(self, name: str) -> DeviceStatus | None:
        """Return how one device is; None where none has that name."""
        if self._poller is not None:
            return self._poller.status_of(name)
        return next((status for status in self.statuses() if status.device.name == name), None)

    def faults(self) -> Sequence[Fault]:
        """Return what of polling breaks off in a way nobody foresaw, the newest first."""
        return self._poller.faults() if self._poller is not None else ()

    def facts_of(self, device: str) -> DeviceFacts | None:
        """Return what a device said it is, the same object until it says something else; None before it was asked."""
        return self._poller.facts_of(device) if self._poller is not None else None

    def poll_now(self, device: str) -> None:
        """Poll a device out of turn, since a trap told something of it."""
        if self._poller is not None:
            self._poller.poll_now(device)

    @property
    def lag_seconds(self) -> float:
        """Return by how much the latest start of a poll in the last minute was late."""
        return self._poller.lag_seconds if self._poller is not None else 0.0

    @property
    def late_ratio(self) -> float:
        """Return the share of late starts in the last minute, 0 to 1."""
        return self._poller.late_ratio if self._poller is not None else 0.0

    def _introduce(self, memory: Memory, *, just_now: bool) -> None:
        known = EngineMemory.from_text(memory.key, memory.text or "")
        if known is not None and self._receiver is not None:
            self._receiver.meet_engine(known.device, known.engine_id, known.boots, known.time, just_now=just_now)


class _Sink:
    """What polling tells: the engine decides on it, the board shows it, the history keeps it."""

    def __init__(
        self, engine: Engine, board: Board, exceptions: Exceptions, roles: Roles, history: Recorder | None
    ) -> None:
        self._engine, self._board, self._history = engine, board, history
        self._exceptions, self._roles = exceptions, roles

    def take_reading(self, reading: TableReading) -> None:
        reading = self._roles.applied(self._exceptions.applied(reading))
        self._engine.take_reading(reading)
        if not reading.lacking:
            self._board.take_reading(reading)
            if self._history is not None:
                self._history.take(reading)

    def take_gap(self, gap: ReadingGap) -> None:
        self._engine.take_gap(gap)
        self._board.take_gap(gap)

    def remember(self, memory: Memory) -> None:
        self._engine.remember(memory)


def build_board(devices: Sequence[Device]) -> Board:
    """Return what shows the newest readings; one of a device is shown for a few of its intervals."""
    intervals = {device.name: device.interval * STALE_INTERVALS for device in devices}
    return Board(stale_after=lambda device: intervals.get(device, STALE_AFTER))
