"""Keeps an agent at work while its configuration changes: whatever is wrong with a new one, the old one goes on.

May import: netwatch.app, netwatch.config, netwatch.errors, netwatch.model. Called by: netwatch.cli (run).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from netwatch.app.app import App
from netwatch.app.health.config_state import ConfigState
from netwatch.config import Predecessor, Settings, load_to_run
from netwatch.errors import ConfigError, NetWatchError
from netwatch.model import kind_and_place, unforeseen
from netwatch.traps import KeptPorts
from netwatch.web import KeptListeners

GO_BACK_EVERY = timedelta(seconds=5)
"""How often the old configuration is started again where something keeps it from starting."""
READING_TAKES_AT_MOST = timedelta(minutes=10)
"""How long the files of a configuration may take to be read: on a network drive that is gone they take for ever."""
MOST_ERRORS_LOGGED = 20
MOST_READINGS = 3
"""How often the file is read before one change-over: who asks without end keeps nothing from being taken."""
STOPPING = "NetWatch is stopping"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """An agent, and what it was built from; `for_names` where it was built since more names of MIBs were known."""

    app: App
    settings: Settings
    origin: Predecessor
    for_names: bool = False


class Keeper:
    """The agent of one configuration file, from the first reading of it to the end of the process."""

    def __init__(
        self, file: Path, *, allow_empty: bool = False, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        """`tell` hears what systemd is told: `RELOADING=1`, `READY=1`."""
        self._file, self._allow_empty, self._tell = file, allow_empty, tell
        self._wanted = asyncio.Event()
        self._waiting: list[asyncio.Future[str]] = []
        self._asking: list[asyncio.Future[str]] = []
        self._stopping = asyncio.Event()
        self._names_came = False
        self._is_leaving = False
        self._state = ConfigState()
        self._running = self._built(None, for_names=False)

    @property
    def app(self) -> App:
        """Return the agent that is at work."""
        return self._running.app

    def want(self) -> None:
        """Have the file read again; however often that is asked for before it begins, it is done once."""
        self._wanted.set()

    def end(self) -> None:
        """Have `keep` return."""
        self._stopping.set()

    async def reload(self) -> str:
        """Have the file read again; return what is wrong with it, empty where it is taken.

        Raises:
            ChangingOver: it is read again, and nobody is here any more to say what came of it.
        """
        if self._stopping.is_set():
            return STOPPING
        if self._is_leaving:
            self._wanted.set()
            raise ChangingOver
        outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append(outcome)
        self._wanted.set()
        return await outcome

    async def start(self) -> None:
        """Start the agent.

        Raises:
            NetWatchError: the database cannot be opened, or an address cannot be had.
        """
        await self.app.start()

    async def keep(self) -> None:
        """Read the file again whenever that is wanted, until `end`."""
        while not await self._is_ending(self._wanted):
            await self._reread()

    async def stop(self) -> None:
        """Stop the agent."""
        self._take_up()
        self._answer(STOPPING)
        await self.app.stop()

    def _built(self, before: Predecessor | None, *, for_names: bool) -> _Running:
        """Read and build; large configurations take seconds, in which the loop goes on polling."""
        try:
            settings, origin = load_to_run(self._file, before=before, allow_empty=self._allow_empty)
            return _Running(app=self._app_of(settings), settings=settings, origin=origin, for_names=for_names)
        except (NetWatchError, MemoryError):  # want of memory is no fault of the file: another start may go well
            raise
        except Exception as exc:  # the last net: whatever reading or building stumbles over is a bad configuration
            raise _Unforeseen(f"{self._file}: {unforeseen(exc)}") from exc

    def _app_of(self, settings: Settings) -> App:
        return App(
            settings, config_state=self._state, reload=self.reload, outdated=self._want_for_names,
            grown=self.want,
        )  # fmt: skip

    def _want_for_names(self) -> None:
        """Have profiles read again against the names there are now; once, or where no name is kept it never ends."""
        if self._running.for_names:
            log.warning("profiles are not read again, since they were just now; is the cache of MIB modules kept?")
            return
        self._names_came = True
        self.want()

    async def _reread(self) -> None:
        """Go over to the file as it is now; where that cannot be, say why and go on as before."""
        self._tell("RELOADING=1")
        fresh = await self._as_asked_for()
        if fresh is None:
            self._tell("READY=1")
            return
        self._answer("")  # now, since the page that asked for it goes with the old agent
        await self._change_over(fresh)
        self._tell(f"READY=1\nSTATUS=serving {self.app.address}")

    async def _as_asked_for(self) -> _Running | None:
        """Return an agent of the file, read again where somebody asked meanwhile: it may have been changed since."""
        for further in reversed(range(MOST_READINGS)):
            self._take_up()
            fresh = await self._fit_to_start()
            if fresh is None or not further or not self._wanted.is_set():
                return fresh
        return None

    def _take_up(self) -> None:
        """Begin what was asked for till now: it is answered by what comes next."""
        self._wanted.clear()
        self._asking += self._waiting
        self._waiting = []

    async def _fit_to_start(self) -> _Running | None:
        """Return an agent of the file as it is now; None where there can be none, which has been said."""
        try:
            fresh = await self._read()
        except NetWatchError as exc:
            self._keep_old("unforeseen" if isinstance(exc, _Unforeseen) else "refused", str(exc))
            return None
        except MemoryError:
            self._keep_old("failed", "there is not enough memory to read it beside the agent that runs")
            return None
        if fresh is None:
            return None
        try:
            _refuse_to_lose(self.app)
            fresh.app.try_start_after(self.app)
        except NetWatchError as exc:
            self._keep_old("failed", str(exc))
            return None
        except Exception as exc:  # noqa: BLE001  # nothing was stopped yet, and nothing needs to be
            self._keep_old("unforeseen", unforeseen(exc))
            return None
        return fresh

    async def _read(self) -> _Running | None:
        """Read the files while the loop goes on; None where the agent is to stop before that is done.

        Raises:
            ConfigError: what they say cannot be used, or they cannot be read in time.
        """
        for_names, self._names_came = self._names_came, False
        before = self._running.origin
        reading = _beside(lambda: self._built(before, for_names=for_names))
        stopping = asyncio.create_task(self._stopping.wait())
        patience = READING_TAKES_AT_MOST.total_seconds()
        await asyncio.wait((reading, stopping), timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._stopping.is_set():
            reading.cancel()
            return None
        if reading.done():
            return reading.result()
        reading.cancel()
        minutes = f"{patience / 60:g} minutes"
        raise ConfigError(f"{self._file}: this file, or one that it names, is not read after {minutes}; given up")

    async def _change_over(self, fresh: _Running) -> None:
        old = self._running
        self._let_go()
        with (  # traps and those who ask for a page wait there meanwhile
            contextlib.closing(old.app.keep_ports()) as ports,
            contextlib.closing(old.app.keep_listeners()) as listeners,
        ):
            await self._stopped(old)
            self._is_leaving = False
            await self._start_anew(old, fresh, ports, listeners)

    def _let_go(self) -> None:
        """Answer who has asked for another reading: the page that would tell them of it goes with the old agent."""
        self._is_leaving = True
        waiting, self._waiting = self._waiting, []
        for outcome in waiting:
            if not outcome.done():
                outcome.set_exception(ChangingOver())

    async def _start_anew(self, old: _Running, fresh: _Running, ports: KeptPorts, listeners: KeptListeners) -> None:
        try:
            await fresh.app.start(ports, listeners)
        except NetWatchError as exc:
            outcome, why = "failed", str(exc)
        except Exception as exc:  # noqa: BLE001  # a start that nobody foresaw must not be the end of watching
            outcome, why = "unforeseen", unforeseen(exc)
        else:
            self._running = fresh
            self._state.taken(datetime.now(UTC))
            log.info("configuration read again", file=str(self._file))
            return
        self._keep_old(outcome, why)
        await self._go_back(old, ports, listeners)

    def _keep_old(self, outcome: str, why: str) -> None:
        """Say everywhere that the old configuration stays in use."""
        self._state.kept(outcome, why)
        lines = why.splitlines()
        if len(lines) > MOST_ERRORS_LOGGED:
            lines[MOST_ERRORS_LOGGED:] = [f"and {len(lines) - MOST_ERRORS_LOGGED} more"]
        log.error("the configuration cannot be used; the agent goes on with the old one", errors="\n".join(lines))
        self._answer(why)

    async def _stopped(self, old: _Running) -> None:
        try:
            await old.app.stop()
        except Exception as exc:  # noqa: BLE001  # every room was asked to stop; what one of them raises ends nothing
            log.error("a part of the old agent did not stop as it should", error=kind_and_place(exc))

    async def _go_back(self, old: _Running, ports: KeptPorts, listeners: KeptListeners) -> None:
        """Start on the old configuration, and try for as long as something keeps it from that."""
        while not self._stopping.is_set():
            try:
                again = _Running(app=self._app_of(old.settings), settings=old.settings, origin=old.origin)
                self._running = again
                await again.app.start(ports, listeners)
                return
            except NetWatchError as exc:
                why = str(exc)
            except Exception as exc:  # noqa: BLE001  # as above; what never goes well is ended from outside (sentinel)
                why = unforeseen(exc)
            log.error("the old configuration cannot be started with either; trying again", error=why)
            await self._is_ending(patience=GO_BACK_EVERY)

    def _answer(self, words: str) -> None:
        """Tell those for whom the file is being read what came of it."""
        asking, self._asking = self._asking, []
        for outcome in asking:
            if not outcome.done():
                outcome.set_result(words)

    async def _is_ending(self, *others: asyncio.Event, patience: timedelta | None = None) -> bool:
        """Wait for `end`, one of these or the end of patience; return whether the agent is to stop."""
        waits = [asyncio.create_task(event.wait()) for event in (self._stopping, *others)]
        timeout = None if patience is None else patience.total_seconds()
        await asyncio.wait(waits, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return self._stopping.is_set()


def _beside(read: Callable[[], _Running]) -> asyncio.Future[_Running]:
    """Have it done by a thread that is waited for by nobody at the end: a file may never let itself be read."""
    outcome: Future[_Running] = Future()
    outcome.set_running_or_notify_cancel()

    def run() -> None:
        try:
            outcome.set_result(read())
        except BaseException as exc:  # noqa: BLE001  # raised again where it is waited for
            outcome.set_exception(exc)

    threading.Thread(target=run, name="netwatch-reading", daemon=True).start()
    return asyncio.wrap_future(outcome)


def _refuse_to_lose(running: App) -> None:
    """Refuse to stop an agent that holds what is written nowhere.

    Raises:
        NetWatchError: its database takes nothing.
    """
    if why := running.refused_by_store:
        raise NetWatchError(
            f"not changed over, since what waits to be written would be lost: the database takes nothing ({why}); "
            "reload once it does, or restart NetWatch where it is to be lost"
        )


class ChangingOver(NetWatchError):
    """The agent that was asked goes, for another one with a configuration that was read before."""

    def __init__(self) -> None:
        super().__init__(
            "it is changing over to a configuration that was read before; the file is read again after that"
        )


class _Unforeseen(ConfigError):
    """Reading the configuration ended in a way that nobody foresaw; says where."""
