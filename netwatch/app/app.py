"""Builds every room from the settings, starts them in order, stops them in reverse.

Nothing is decided here; this is where a room gets the real thing behind each Protocol it asked for.

May import: every room below. Called by: netwatch.cli (run, demo), through the door.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

import structlog
from prometheus_client import Gauge

from netwatch import __version__
from netwatch.alerts import Route, build_route
from netwatch.app.clock.following import Clockwork, Follower
from netwatch.app.clock.steady import SteadyClock
from netwatch.app.health.canary import CANARY, canary_rule
from netwatch.app.health.life_signs import build_daily, build_heartbeat, reporter
from netwatch.app.health.self_watch import Organ, SelfWatch
from netwatch.app.health.vitals import (
    ClockVitals,
    DiskVitals,
    LedgerVitals,
    LoopVitals,
    PollingVitals,
    RelayVitals,
    TrapVitals,
    WriterVitals,
)
from netwatch.app.pages.actions import Actions
from netwatch.app.pages.routing_text import routing_text
from netwatch.app.pages.views import Views
from netwatch.app.policy import build_policy
from netwatch.app.post_office import PostOffice
from netwatch.config import Settings, credential, devices
from netwatch.engine import (
    LINKS_MEMORY,
    Engine,
    Explanation,
    History,
    LinkSigner,
    LiveEngine,
    Question,
    explanation_of,
)
from netwatch.metrics import Board, Exposition
from netwatch.mib import MibIndex, load_index
from netwatch.model import (
    OWN_NAME,
    Alert,
    Device,
    DeviceStatus,
    InvalidFile,
    Memory,
    OutboxEntry,
    ReadingGap,
    TableReading,
    Transaction,
)
from netwatch.notify import Mailer, load_wordings
from netwatch.polling import Poller, Ticker
from netwatch.profiles import ProfileLibrary, load_library
from netwatch.rules import Rule, load_rule_book
from netwatch.snmp import EngineMemory, Snmp
from netwatch.store import Store
from netwatch.traps import OwnEngine, TrapReceiver, traps_lost
from netwatch.web import Server, create_app

log = structlog.get_logger(__name__)

SELF_WATCH_INTERVAL = timedelta(seconds=10)
PRUNE_INTERVAL = timedelta(hours=1)
DAILY_LOOK_INTERVAL = timedelta(seconds=30)
MISTRUST_CLOCK_FOR = timedelta(days=1)
"""For so long after the clock was set forward nothing is deleted for its age."""
STALE_INTERVALS = 3
STALE_AFTER = timedelta(minutes=5)
POLLING_MEMORY = "polling"
TRAPS_MEMORY = "traps"
SNMP_MEMORY = "snmp"
TELL_NOBODY = Route(receiver="")
"""The route of a configuration without receivers: alerts are shown, and mailed to nobody."""

BUILD = Gauge("netwatch_build_info", "Always 1; the label says which version runs", ["version"])


class App:
    """The whole agent between `start()` and `stop()`."""

    def __init__(
        self,
        settings: Settings,
        *,
        adapt: Callable[[Rule], Rule] = lambda rule: rule,
        clock: SteadyClock | None = None,
    ) -> None:
        """Build every room.

        Args:
            settings: the configuration.
            adapt: changes each rule before it is used, as the demo does with hold times.
            clock: what every room takes the time from.

        Raises:
            ConfigError: a profile, a rule or the route cannot be used; names file and line.
        """
        self._settings = settings
        self._clock = clock or SteadyClock()
        self._devices = devices(settings)
        self._names = load_index(settings.mib_paths())
        _tell_problems(self._names)
        self._library = load_library(settings.profile_paths(), self._names.oid_of)
        _refuse_broken(self._library)
        book = load_rule_book(settings.rule_paths(), self._library.schema(), self._names)
        for warning in book.warnings:
            log.warning("rule", problem=str(warning))
        self._rules = [adapt(rule) for rule in book.rules]
        self._store = Store(settings.store)
        self._client = Snmp(settings.polling)
        self._post_office = PostOffice(self._store, settings, self._clock.now)
        self._links = LinkSigner()
        self._board = Board(stale_after=_stale_after(self._devices))
        self._mailer = Mailer(
            settings.smtp, settings.receivers, external_url=settings.web.external_url or "", links=self._links,
            wordings=load_wordings(settings.receivers),
        )  # fmt: skip
        self._history = History(self._rules)
        route = build_route(settings.route) if settings.receivers else TELL_NOBODY
        policy = build_policy(settings, self._devices)
        self._engine = Engine(
            rules=[*self._rules, canary_rule()],
            route=route,
            device_labels={OWN_NAME: {}} | {device.name: device.labels for device in self._devices},
            ledger=self._store,
            mailer=self._mailer,
            policy=policy,
            trap_rules=book.trap_rules,
            rows=self._board,
            names=self._names,
            history=self._history,
            poll_now=self._poll_now,
            clock=self._clock.now,
            unlogged=(CANARY,),
            never_skipped=(OWN_NAME,),
        )
        self._live = LiveEngine(
            self._engine.desk, self._history, rules=(*self._rules, *book.trap_rules), route=route, names=self._names,
            devices=(OWN_NAME, *(device.name for device in self._devices)), now=self._clock.now,
            flapping=policy.flapping,
        )  # fmt: skip
        self._heartbeat = build_heartbeat(
            settings, engine=self._engine, store=self._store, clock=self._clock.now,
            loops={
                "polling": self._is_polling, "the trap port": self._is_hearing,
                "sending": self._post_office.mails.is_alive, "deciding": self._engine.is_alive,
            },
        )  # fmt: skip
        self._clockwork = Clockwork(self._clock, self._store, self._followers)
        self._poller: Poller | None = None
        self._receiver: TrapReceiver | None = None
        self._ticker = Ticker()
        views = Views(
            store=self._store,
            desk=self._engine.desk,
            board=self._board,
            notifier=self._post_office.mails,
            tables=self._library.schema(),
            statuses=self._statuses,
            is_alive=self.is_alive,
            heartbeat_trouble=lambda: self._heartbeat.trouble if self._heartbeat is not None else "",
        )
        self._daily = build_daily(
            settings, store=self._store, clock=self._clock.now,
            report=reporter(self._store, self._engine.desk, self._statuses, views.problems),
        )  # fmt: skip
        exposition = Exposition(self._board, self._library.schema(), views.devices)
        pages = create_app(
            views, exposition, settings.web, __version__,
            trap_log=self._store, names=self._names, actions=self._actions(), explainer=self.explain,
        )  # fmt: skip
        self._server = Server(pages, settings.web)

    async def explain(self, question: Question) -> Explanation:
        """Say why an alert is as it is."""
        return await explanation_of(self._store, question, self._live)

    @property
    def address(self) -> str:
        """Return where the page is, once started."""
        return self._server.url

    @property
    def rules(self) -> Sequence[Rule]:
        """Return the rules in force."""
        return self._rules

    async def start(self) -> None:
        """Start every room; what fails stops those that already run.

        Raises:
            NetWatchError: the database cannot be opened, or an address cannot be had.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        BUILD.labels(__version__).set(1)
        await self._store.start()
        await self._clockwork.catch_up()
        own = await self._come_to_life()
        await self._know_own_links()
        await self._engine.start()
        self._clockwork.start()
        await self._post_office.start(own)
        self._store.on_outbox_commit = self._post_office.wake
        self._store.on_new_database = self._write_anew
        self._client.recall(await self._store.memories(SNMP_MEMORY), self._remember_engine)
        await self._client.start()
        self._poller = Poller(
            devices=self._devices,
            library=self._library,
            client=self._client,
            sink=_Sink(self._engine, self._board),
            settings=self._settings.polling,
            memories=await self._store.memories(POLLING_MEMORY),
            clock=self._clock,
        )
        await self._poller.start()
        self._receiver = TrapReceiver(
            self._settings.traps,
            self._devices,
            self._engine,
            users=[credential(self._settings, name) for name in self._settings.traps.users],
            memories=await self._store.memories(TRAPS_MEMORY),
            remember=lambda memory: self._store.commit(Transaction(memories=(memory,))),
            own=own,
            clock=self._clock.now,
        )
        for memory in await self._store.memories(SNMP_MEMORY):
            self._introduce(memory, just_now=False)
        await self._receiver.start()
        watch = SelfWatch(self._organs(self._poller), self._engine, self._clock.now, lambda: self._clockwork.moves)
        self._ticker.every(SELF_WATCH_INTERVAL, "self-watch", watch.look)
        self._ticker.every(SELF_WATCH_INTERVAL, "measure", self._engine.measure)
        if self._heartbeat is not None:
            self._ticker.every(self._settings.heartbeat.interval, "heartbeat", self._heartbeat.beat)
        if self._daily is not None:
            await self._daily.start()
            self._ticker.every(DAILY_LOOK_INTERVAL, "daily mail", self._daily.look)
        self._ticker.every(PRUNE_INTERVAL, "retention", self._prune)
        self._ticker.start()
        await self._server.start()
        log.info("netwatch started", version=__version__, devices=len(self._devices), rules=len(self._rules))

    def _organs(self, poller: Poller) -> Sequence[Organ]:
        """Return the parts of NetWatch that say how they are."""
        return (
            RelayVitals(self._post_office.mails),
            LedgerVitals(self._store),
            WriterVitals(self._store),
            DiskVitals(self._settings.store.directory),
            PollingVitals(poller),
            TrapVitals(traps_lost),
            LoopVitals(self._clockwork.pulse.lag),
            ClockVitals(self._clockwork.watch),
            *([self._heartbeat] if self._heartbeat is not None else []),
        )

    def _followers(self) -> Sequence[Follower]:
        """Return the rooms that follow when the wall clock was set."""
        return (self._mailer, self._engine, *self._post_office.followers())

    async def _come_to_life(self) -> OwnEngine:
        """Return our SNMP engine, one boot after the last; written down before it says a word."""
        own = OwnEngine.reborn(await self._store.memories(TRAPS_MEMORY), time.monotonic())
        await self._store.commit(Transaction(memories=(own.to_remember(),)))
        return own

    def _actions(self) -> Actions:
        return Actions(
            desk=self._engine.desk,
            corridor=self._engine,
            links=self._links,
            receiver_names=[receiver.name for receiver in self._settings.receivers],
            routing_text=routing_text(self._settings),
            wake_senders=self._post_office.wake,
            clock=self._clock.now,
        )

    def _write_anew(self) -> None:
        """Write into a new database what must outlive a restart: all that is open, and the key of links in mails."""
        self._store.commit(Transaction(memories=(self._links.to_remember(),)))
        self._engine.write_anew()

    async def _know_own_links(self) -> None:
        """Take back the key that links in mails are signed with; at the very first start, write ours down."""
        if not self._links.restore(await self._store.memories(LINKS_MEMORY)):
            await self._store.commit(Transaction(memories=(self._links.to_remember(),)))

    def _remember_engine(self, memory: Memory) -> None:
        """Keep what polling learned of a v3 engine, and let the trap port know it."""
        self._engine.remember(memory)
        self._introduce(memory, just_now=True)

    def _introduce(self, memory: Memory, *, just_now: bool) -> None:
        engine = EngineMemory.from_text(memory.key, memory.text or "")
        if engine is not None and self._receiver is not None:
            self._receiver.meet_engine(engine.device, engine.engine_id, engine.boots, engine.time, just_now=just_now)

    async def stop(self) -> None:
        """Stop every room in reverse; what was not mailed is mailed after the next start."""
        async with AsyncExitStack() as rooms:  # one that fails to stop keeps no other from it, least of all the store
            started = (
                self._store, self._engine, self._clockwork, self._post_office, self._client, self._poller,
                self._receiver, self._ticker,
            )  # fmt: skip
            for room in started:
                if room is not None:
                    rooms.push_async_callback(room.stop)
            await self._server.stop()
        log.info("netwatch stopped")

    def is_alive(self) -> bool:
        """Return whether every part that must turn does; systemd's watchdog is fed while they do."""
        deciding, sending = self._engine.is_alive(), self._post_office.mails.is_alive()
        return self._is_polling() and self._is_hearing() and deciding and sending and self._store.alive

    def _is_polling(self) -> bool:
        return self._poller is not None and self._poller.is_alive()

    def _is_hearing(self) -> bool:
        return self._receiver is not None and self._receiver.is_alive()

    async def told(self) -> tuple[Sequence[Alert], Sequence[OutboxEntry]]:
        """Return every alert there ever was and every mail, as the store has them."""
        return await self._store.alerts(), await self._store.outbox()

    def _statuses(self) -> Sequence[DeviceStatus]:
        if self._poller is not None:
            return self._poller.statuses()
        return [DeviceStatus(device=device) for device in self._devices]

    def _poll_now(self, device: str) -> None:
        """Poll a device out of turn, since a trap told something of it."""
        if self._poller is not None:
            self._poller.poll_now(device)

    async def _prune(self) -> None:
        if self._clockwork.watch.set_by(MISTRUST_CLOCK_FOR) > timedelta(0):
            return  # a clock set years ahead by mistake would have the whole history deleted
        gone = await self._store.prune(self._clock.now() - self._settings.store.retention)
        if gone:
            log.info("retention removed what ended long ago", rows=gone)


class _Sink:
    """What polling tells: the engine decides on it, the board shows it."""

    def __init__(self, engine: Engine, board: Board) -> None:
        self._engine, self._board = engine, board

    def take_reading(self, reading: TableReading) -> None:
        self._engine.take_reading(reading)
        self._board.take_reading(reading)

    def take_gap(self, gap: ReadingGap) -> None:
        self._engine.take_gap(gap)
        self._board.take_gap(gap)

    def remember(self, memory: Memory) -> None:
        self._engine.remember(memory)


def _tell_problems(names: MibIndex) -> None:
    """Say which MIB files cannot be used; the rest works."""
    for problem in names.problems:
        log.warning("mib", problem=str(problem))


def _refuse_broken(library: ProfileLibrary) -> None:
    """Refuse to start with profiles that have errors; what they ask that we cannot do is only said."""
    errors = [problem for problem in library.problems if problem.severity == "error"]
    if errors:
        raise InvalidFile(errors)
    for problem in library.problems:
        log.warning("profile", problem=str(problem))


def _stale_after(known: Sequence[Device]) -> Callable[[str], timedelta]:
    """Return how long a reading of a device is shown: a few of its intervals."""
    intervals = {device.name: device.interval * STALE_INTERVALS for device in known}
    return lambda device: intervals.get(device, STALE_AFTER)
