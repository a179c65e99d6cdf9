"""Hears traps and informs, and hands them to the house as events; acknowledges an inform once it is kept.

The loop's side of this room: it starts the thread, takes what that tells, and waits for the sink to write it.
May import: netwatch.model, netwatch.snmp. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

import structlog

from netwatch.errors import PartlyWrittenError
from netwatch.model import Credential, Device, Memory, TrapEvent
from netwatch.snmp import Engine
from netwatch.traps.devices import KnownDevices
from netwatch.traps.fold import Folder, KeyOf
from netwatch.traps.front_door import V3FrontDoor
from netwatch.traps.informs import Inform
from netwatch.traps.listener import Listener
from netwatch.traps.metrics import LISTENING, RECEIVE_BUFFER, UNDER_WAY
from netwatch.traps.own_engine import OwnEngine
from netwatch.traps.pipeline import Pipeline
from netwatch.traps.refusal import Refused
from netwatch.traps.sayings import Told
from netwatch.traps.sender_engines import SenderEngine, SenderEngines
from netwatch.traps.settings import TrapSettings
from netwatch.traps.sockets import KeptPorts, TrapSocket, open_all, open_some
from netwatch.traps.sources import Sources

MOST_UNDER_WAY = 4096
"""Events told and not yet written; beyond that nothing more is decoded, and the queue fills."""
WARMED_UP = 64
"""Credentials whose keys are made before anything is heard; those of more are made when they are needed."""
PIECE_SECONDS = 0.01
"""How long traps are handed on before the loop sees to all else."""
WRITTEN_WITHIN_SECONDS = 5.0
"""How long an end of the house waits for what is under way."""
COMPLAIN_EVERY_SECONDS = 60.0
TRY_PORTS_EVERY_SECONDS = 10.0
KEEP_REFUSED_EVERY_SECONDS = 60.0

log = structlog.get_logger(__name__)


Remember = Callable[[Memory], asyncio.Future[None] | None]
"""Keeps a small fact; a future is done when that is durable."""


def _forget_it(_memory: Memory) -> None:
    """Stand in where nothing can be kept: every life has another engine, and senders must find it anew."""


def _look_away(kept: asyncio.Future[None]) -> None:
    """Let a sender's clock go unkept: who could not write it has said so, and the next message brings a newer one."""
    if not kept.cancelled():
        kept.exception()


class TrapSink(Protocol):
    """Where events go."""

    def take_trap(self, event: TrapEvent) -> Awaitable[None]:
        """Take an event, on the loop; what is returned is done when it is durably written, or fails."""


class TrapReceiver:
    """The trap port. Building it does nothing; without `listen` and systemd's sockets it hears nothing."""

    def __init__(
        self, settings: TrapSettings, devices: Sequence[Device], sink: TrapSink, *,
        users: Sequence[Credential] = (), memories: Iterable[Memory] = (), remember: Remember = _forget_it,
        own: OwnEngine | None = None, key_of: KeyOf | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        """Build the receiver.

        Args:
            settings: the `traps` part of the configuration.
            devices: those who may send anyway, and whose names events carry.
            sink: takes the events.
            users: the v3 credentials that `settings.users` names.
            memories: what `remember` was given in earlier lives, in scopes "traps" and REFUSED_MEMORY.
            remember: keeps a small fact over a restart; our engine's boots are awaited before anything is answered.
            own: our SNMP engine in this life, where somebody else sends under the same name.
            key_of: what makes two traps of one source the same but for their trap OID, such as the port they are
                about; asked in the trap thread. Without it the content decides.
            clock: when a trap came; asked in the trap thread.
        """
        self._clock = clock
        self._settings = settings
        self._sink = sink
        self._devices = KnownDevices(devices)
        folder: Folder[Inform] = Folder(settings.summary_interval.total_seconds(), key_of)
        now = time.monotonic()
        kept = list(memories)
        self._own = own or OwnEngine.reborn(kept, now)
        self._door = V3FrontDoor(settings, users, self._devices, self._own, SenderEngines(kept, now))
        mine = users if settings.users else {device.credential.name: device.credential for device in devices}.values()
        self._credentials = [one for one in mine if one.version == "3"]
        self._remember = remember
        self._pipeline = Pipeline(Sources(settings, self._devices), folder, front_door=self._door)
        self._pipeline.refused.recall(kept)
        self._refused_kept = self._pipeline.refused.changes
        self._keeping: asyncio.Task[None] | None = None
        self._sockets: list[TrapSocket] = []
        self._refused_ports: dict[str, str] = {}
        self._trying_ports: asyncio.Task[None] | None = None
        self._listener: Listener | None = None
        self._look_ups: asyncio.Task[None] | None = None
        self._to_tell: deque[Told[Inform]] = deque()
        self._told = 0
        self._done = 0
        self._all_written = asyncio.Event()
        self._complain_at = 0.0
        self._loop: asyncio.AbstractEventLoop

    async def start(self, kept: KeptPorts | None = None) -> None:
        """Open the sockets and listen; an address that cannot be had is said, and tried again.

        `kept` are ports of the receiver before this one.
        """
        self._loop = asyncio.get_running_loop()
        opened = open_all(self._settings.listen, kept)
        self._sockets, self._refused_ports = list(opened.sockets), dict(opened.refused)
        if not self._sockets and not self._refused_ports:
            return
        try:
            await self._come_to_life()
        except BaseException:
            await self.stop()
            raise
        self._show_ports()
        self._look_ups = asyncio.create_task(self._devices.keep_looking_up(), name="trap sources by name")
        self._listener = Listener(self._sockets, self._pipeline, self._hand_over, self._is_ready, self._clock)
        self._listener.start()
        self._keeping = asyncio.create_task(self._keep_refused_now_and_then(), name="trap senders turned away")
        if self._sockets:
            log.info("listening for traps", on=[f"{host}:{port}" for host, port in self.addresses])
        if self._refused_ports:
            log.error("an address for traps cannot be had; it is tried again", why=list(self._refused_ports.values()))
            self._trying_ports = asyncio.create_task(self._try_ports_again(), name="trap ports that were refused")

    async def _try_ports_again(self) -> None:
        while self._refused_ports:
            await asyncio.sleep(TRY_PORTS_EVERY_SECONDS)
            opened = open_some(self._refused_ports)
            self._refused_ports = dict(opened.refused)
            for one in opened.sockets:
                self._sockets.append(one)
                if self._listener is not None:
                    self._listener.join(one)
                log.info("listening for traps at last", on=one.udp.getsockname()[:2])
            self._show_ports()

    def _show_ports(self) -> None:
        if self._sockets:
            RECEIVE_BUFFER.set(min(one.receive_buffer_bytes for one in self._sockets))
        for address in self._settings.listen:
            LISTENING.labels(address).set(int(address not in self._refused_ports))

    async def _come_to_life(self) -> None:
        """Keep this life of our engine, and make the keys that it needs."""
        kept = self._remember(self._own.to_remember())
        if kept is not None:
            await kept
        await asyncio.to_thread(self._door.warm_up, self._credentials[:WARMED_UP])

    async def stop(self) -> None:
        """Tell what was heard, wait a little until it is written, and close."""
        for task in (self._look_ups, self._keeping, self._trying_ports):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if self._listener is not None:
            await asyncio.to_thread(self._listener.stop)
            await asyncio.sleep(0)  # what the thread told last is taken now
            await self._written_out()
            self._keep_refused()
        for one in self._sockets:
            one.close()
        self._listener, self._look_ups, self._keeping, self._trying_ports = None, None, None, None
        self._sockets, self._refused_ports = [], {}

    def keep_ports(self) -> KeptPorts:
        """Return the ports, to be held while this receiver stops and another takes over."""
        return KeptPorts(self._sockets)

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Return where traps are heard."""
        return [one.udp.getsockname()[:2] for one in self._sockets]

    @property
    def refused_ports(self) -> Sequence[str]:
        """Return why an address cannot be listened on, and what to type; a sentence for each."""
        return tuple(self._refused_ports.values())

    def is_alive(self) -> bool:
        """Return whether what should be heard is heard."""
        return self._listener is None or self._listener.is_alive()

    def refused(self) -> tuple[Refused, ...]:
        """Return the senders turned away most recently, for the page."""
        return self._pipeline.refused.newest_first()

    async def _keep_refused_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(KEEP_REFUSED_EVERY_SECONDS)
            self._keep_refused()

    def _keep_refused(self) -> None:
        """Write down who was turned away, where that has changed."""
        refused = self._pipeline.refused
        if refused.changes == self._refused_kept:
            return
        self._refused_kept = refused.changes
        kept = self._remember(refused.to_remember())
        if kept is not None:
            kept.add_done_callback(_look_away)

    def engines(self) -> tuple[SenderEngine, ...]:
        """Return the engines that signed v3 traps came from, for the page."""
        return self._door.senders.heard()

    def meet_engine(
        self, device: str, engine_id: bytes, boots: int, engine_time: int, *, just_now: bool = True
    ) -> None:  # fmt: skip
        """Learn from polling which engine a device has: its traps are accepted, and no other device's under it.

        `just_now` is false for what polling only remembers from before a restart.
        """
        self._door.senders.meet(device, Engine(engine_id, boots, engine_time, time.monotonic()), just_now=just_now)

    # -- between thread and loop --------------------------------------------------------------------------------

    def _is_ready(self) -> bool:
        return self._told - self._done < MOST_UNDER_WAY

    def _hand_over(self, told: list[Told[Inform]], memories: list[Memory]) -> None:
        """Pass on what the thread tells; the loop is gone only where nobody can listen any more."""
        self._told += len(told)
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._tell, told, memories)

    def _tell(self, told: list[Told[Inform]], memories: list[Memory]) -> None:
        self._all_written.clear()
        for memory in memories:
            kept = self._remember(memory)
            if kept is not None:
                kept.add_done_callback(_look_away)
        is_telling = bool(self._to_tell)
        self._to_tell.extend(told)
        if not is_telling:
            self._tell_some()

    def _tell_some(self) -> None:
        """Hand on what the thread told, for as long as the loop may be kept, and go on at its next turn."""
        until = time.perf_counter() + PIECE_SECONDS
        together: dict[asyncio.Future[None], list[Told[Inform]]] = {}
        while self._to_tell and time.perf_counter() < until:
            one = self._to_tell.popleft()
            try:
                writing: asyncio.Future[None] = asyncio.ensure_future(self._sink.take_trap(one.event))
            except Exception as exc:  # noqa: BLE001  # one event that nobody can take must not cost the others
                self._not_written(one, exc)
                self._finish(1)
            else:
                together.setdefault(writing, []).append(one)
        for writing, some in together.items():
            writing.add_done_callback(partial(self._written, some))
        UNDER_WAY.set(self._told - self._done)
        if self._to_tell:
            self._loop.call_soon(self._tell_some)

    def _written(self, some: Sequence[Told[Inform]], writing: asyncio.Future[None]) -> None:
        problem = asyncio.CancelledError() if writing.cancelled() else writing.exception()
        of_some = problem.refused_at if isinstance(problem, PartlyWrittenError) else None
        for one in some:
            if problem is not None and (of_some is None or one.event.at in of_some):
                self._not_written(one, problem)
                continue
            for inform in one.tickets:
                inform.acknowledge()
        self._finish(len(some))

    def _not_written(self, one: Told[Inform], problem: BaseException) -> None:
        for inform in one.tickets:
            inform.refuse()
        if self._listener is not None:
            self._listener.could_not_keep(one)
        if self._loop.time() >= self._complain_at:
            self._complain_at = self._loop.time() + COMPLAIN_EVERY_SECONDS
            log.error(
                "a trap could not be kept", source=one.event.source, trap=str(one.event.trap_oid), why=repr(problem)
            )

    def _finish(self, number: int) -> None:
        self._done += number
        if self._done >= self._told:
            UNDER_WAY.set(0)
            self._all_written.set()

    async def _written_out(self) -> None:
        if self._done < self._told:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_written.wait(), WRITTEN_WITHIN_SECONDS)
