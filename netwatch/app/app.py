"""Builds every room from the settings, starts them in order, stops them in reverse.

Nothing is decided here; this is where a room gets the real thing behind each Protocol it asked for. To read a changed
configuration is to build another App: that either works as a whole or says what is wrong, while this one runs on.

May import: every room below. Called by: netwatch.cli (run, demo), through the door.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import structlog
from prometheus_client import Gauge

from netwatch import __version__
from netwatch.app.clock.following import Clockwork, Follower
from netwatch.app.clock.steady import SteadyClock
from netwatch.app.corridor import build_corridor
from netwatch.app.definitions import read_definitions
from netwatch.app.health.config_state import ConfigState
from netwatch.app.health.life_signs import build_daily, build_heartbeat, build_last_resort, build_organs, reporter
from netwatch.app.health.limits import raise_descriptors
from netwatch.app.health.mishaps import Mishaps
from netwatch.app.health.self_watch import SelfWatch
from netwatch.app.health.weekly import build_weekly
from netwatch.app.hindsight import build_questions
from netwatch.app.history import PastViews, build_recorder
from netwatch.app.housekeeping import Housekeeping
from netwatch.app.identity import reborn_engine, recall_key
from netwatch.app.mailroom import Mailroom
from netwatch.app.names import NameKeeper
from netwatch.app.pages.door import Door
from netwatch.app.pages.row_exceptions import OwnRowExceptions, Surroundings
from netwatch.app.pages.serving import build_server
from netwatch.app.pages.views import Views
from netwatch.app.post_office import PostOffice
from netwatch.app.scraping import build_exporter
from netwatch.app.senses import Senses, build_board
from netwatch.app.sweeping import build_patrol
from netwatch.compiled import in_words
from netwatch.config import Settings
from netwatch.engine import LinkSigner
from netwatch.model import Alert, DeviceStatus, Fault, OutboxEntry, Transaction
from netwatch.notify import Manner
from netwatch.rules import Rule, units_of
from netwatch.store import Store
from netwatch.traps import KeptPorts
from netwatch.web import KeptListeners, PageFaults, Reload

log = structlog.get_logger(__name__)

BUILD = Gauge(
    "netwatch_build_info",
    "Always 1; says which version runs, and whether its wire is compiled or pure Python",
    ["version", "wire"],
)


class App:
    """The whole agent between `start()` and `stop()`."""

    def __init__(
        self,
        settings: Settings,
        *,
        adapt: Callable[[Rule], Rule] = lambda rule: rule,
        clock: SteadyClock | None = None,
        config_state: ConfigState | None = None,
        reload: Reload | None = None,
        outdated: Callable[[], None] = lambda: None,
        grown: Callable[[], None] = lambda: None,
    ) -> None:
        """Build every room, in the order in which they start.

        Args:
            settings: the configuration.
            adapt: changes each rule before it is used, as the demo does with hold times.
            clock: what every room takes the time from.
            config_state: what became of the configuration file, where it may be read again.
            reload: has it read again.
            grown: called when there is more to watch than the configuration had when it was read.
            outdated: called when files should be read again, as more MIB modules are compiled than when they were.

        Raises:
            ConfigError: a profile, a rule or the route cannot be used; names file and line.
        """
        clock, config = clock or SteadyClock(), config_state or ConfigState()
        self._definitions = read_definitions(settings, adapt)
        self._board = build_board(self._definitions.devices)
        self._links = LinkSigner()
        self._store = Store(settings.store)
        self._clockwork = Clockwork(clock, self._store, self._followers)
        self._questions = build_questions(settings, self._definitions)
        self._corridor = build_corridor(
            settings, self._definitions, store=self._store, board=self._board, links=self._links,
            poll_now=lambda device: self._senses.poll_now(device),
            facts_of=lambda device: self._senses.facts_of(device), clock=clock.now,
            hindsight=self._questions,
        )  # fmt: skip
        self._history = build_recorder(settings, self._definitions, self._clockwork)
        self._names = NameKeeper(
            settings, self._definitions, renew=self._corridor.renew_trap_rules, outdated=outdated
        )
        self._post_office = PostOffice(self._store, settings, clock.now, self._corridor.desk.alert)
        self._mailroom = Mailroom(
            settings, store=self._store, corridor=self._corridor, links=self._links,
            letters=self._post_office.letters, mails=self._post_office.mails, clock=clock.now,
        )  # fmt: skip
        self._senses = Senses(settings, self._definitions, store=self._store, clock=clock)
        heartbeat = build_heartbeat(
            settings, engine=self._corridor.engine, store=self._store, clock=clock.now, loops=self._loops()
        )
        self._page_faults = PageFaults(clock.now)
        self._exporter = build_exporter(settings, self._definitions.devices)
        self._patrol = build_patrol(settings, self._definitions.devices, clock=clock.now, took=grown)
        self._past = PastViews(settings.history_path(), self._history)
        self._door = Door(settings.web, self._store, clock.now)
        views = Views(
            store=self._store, desk=self._corridor.desk, board=self._board, notifier=self._post_office.mails,
            tables=self._definitions.library.schema(), statuses=self._senses.statuses,
            signs=self._senses.signs, status_of=self._senses.status_of, is_alive=self.is_alive,
            refused_senders=self._senses.refused, trap_rules=lambda: self._names.trap_rules,
            names=self._definitions.names, names_trouble=self._names.problems,
            heartbeat_trouble=lambda: heartbeat.trouble if heartbeat is not None else "",
            refused_ports=self._senses.refused_ports, ping_trouble=lambda: self._senses.ping_trouble,
            config_trouble=lambda: config.trouble, faults=self._faults,
            history_trouble=self._past.trouble, discovery_state=self._patrol.state,
            mailbox_trouble=self._mailroom.trouble, dead_addresses=self._mailroom.dead_addresses,
            probe_trouble=lambda: [*self._mailroom.probes_lost(), *self._mailroom.probes_slow()],
            manner=Manner(units=units_of(self._definitions.rules)), severities=settings.severity_order(),
            rule_names=self._rule_names, guessed=self._door.guessed,
        )  # fmt: skip
        organs = build_organs(
            settings, store=self._store, relays=self._post_office.mails, polls=self._senses,
            clockwork=self._clockwork, heartbeat=heartbeat, faults=self._faults,
            refused_ports=self._senses.refused_ports, ping_trouble=lambda: self._senses.ping_trouble, config=config,
            nameless_rules=self._names.nameless_rules, discovery_news=self._patrol.news, mailbox=self._mailroom,
            history=self._history, dead_addresses=self._mailroom.dead_addresses,
            probes=(self._mailroom.probes_lost, self._mailroom.probes_slow), guessed=self._door.guessed,
        )  # fmt: skip
        report = reporter(self._store, self._corridor.desk, self._senses.statuses, views.problems)
        self._housekeeping = Housekeeping(
            settings, store=self._store, engine=self._corridor.engine, clockwork=self._clockwork,
            watch=SelfWatch(organs, self._corridor.engine, clock.now, lambda: self._clockwork.moves),
            heartbeat=heartbeat,
            daily=build_daily(settings, store=self._store, clock=clock.now, report=report),
            weekly=build_weekly(
                settings, store=self._store, devices=[device.name for device in self._definitions.devices],
                clock=clock.now,
            ),
            last_resort=build_last_resort(
                settings, desk=self._corridor.desk, trouble=lambda: self._store.trouble,
                send=self._post_office.mails.send_directly, clock=clock.now,
            ),
        )  # fmt: skip
        self._server = build_server(
            settings, self._definitions, views=views, corridor=self._corridor, links=self._links,
            wake_senders=self._post_office.wake, reload=reload, faults=self._page_faults,
            scraper=self._exporter, history=self._past, door=self._door, finding=self._patrol, clock=clock.now,
            mailbox=self._mailroom.view,
            exceptions=OwnRowExceptions(
                settings, self._definitions,
                Surroundings(
                    readings=self._board.readings, poll_now=lambda device: self._senses.poll_now(device),
                    tell=self._door.tell, clock=clock.now,
                ),
            ),
        )  # fmt: skip

    @property
    def address(self) -> str:
        """Return where the page is, once started."""
        return self._server.url

    @property
    def rules(self) -> Sequence[Rule]:
        """Return the rules in force."""
        return self._definitions.rules

    def try_start_after(self, running: App) -> None:
        """Find out, while another agent still runs, whether this one could take its place.

        Raises:
            NetWatchError: an address cannot be had.
        """
        self._server.try_addresses(besides=running._server)

    @property
    def refused_by_store(self) -> str:
        """Return why the database takes nothing; empty while it does."""
        return self._store.trouble

    async def start(self, ports: KeptPorts | None = None, listeners: KeptListeners | None = None) -> None:
        """Start every room; what fails stops those that already run.

        `ports` and `listeners` are those of the agent before this one.

        Raises:
            NetWatchError: the database cannot be opened, or an address cannot be had.
        """
        try:
            await self._start(ports, listeners)
        except BaseException:
            await self.stop()
            raise

    async def _start(self, ports: KeptPorts | None, listeners: KeptListeners | None) -> None:
        raise_descriptors()
        Mishaps().watch(asyncio.get_running_loop())
        BUILD.labels(__version__, in_words()).set(1)
        await self._store.start()
        await self._clockwork.catch_up()
        own = await reborn_engine(self._store)
        await recall_key(self._links, self._store)
        await self._corridor.engine.start()
        self._clockwork.start()
        await self._post_office.start(own)
        self._store.on_outbox_commit = self._post_office.wake
        self._store.on_new_database = self._write_anew
        await self._mailroom.start()
        if self._history is not None:
            await self._history.start()
        await self._senses.start(
            own, self._corridor.engine, self._board, self._corridor.roles, ports, self._history
        )  # fmt: skip
        await self._housekeeping.start()
        if self._exporter is not None:
            await self._exporter.start()
        await self._door.recall()
        await self._server.start(listeners)
        await self._patrol.start()
        self._names.start()
        devices, rules = len(self._definitions.devices), len(self._definitions.rules)
        log.info("netwatch started", version=__version__, devices=devices, rules=rules)

    async def stop(self) -> None:
        """Stop every room in reverse; what was not mailed is mailed after the next start."""
        async with AsyncExitStack() as rooms:  # one that fails to stop keeps no other from it, least of all the store
            for room in (
                self._store, self._corridor.engine, self._clockwork, self._post_office, self._mailroom, self._history,
                self._past, self._questions, self._senses, self._housekeeping, self._exporter, self._server,
                self._patrol, self._names,
            ):  # fmt: skip
                if room is not None:
                    rooms.push_async_callback(room.stop)
        log.info("netwatch stopped")

    def keep_ports(self) -> KeptPorts:
        """Return the trap ports, to be held while this agent stops and another takes over: no trap is lost."""
        return self._senses.keep_ports()

    def keep_listeners(self) -> KeptListeners:
        """Return the addresses of page and scrapes, to be held as the ports are: whoever connects waits."""
        return self._server.keep_listeners()

    def is_alive(self) -> bool:
        """Return whether every part that must turn does; systemd's watchdog is fed while they do."""
        return self._store.alive and all(turns() for turns in self._loops().values())

    async def told(self) -> tuple[Sequence[Alert], Sequence[OutboxEntry]]:
        """Return every alert there ever was and every mail, as the store has them."""
        return await self._store.alerts(), await self._store.outbox()

    def statuses(self) -> Sequence[DeviceStatus]:
        """Return what polling knows of every device right now."""
        return self._senses.statuses()

    def _loops(self) -> dict[str, Callable[[], bool]]:
        """Return what must turn, by the name people are told, and whether it does."""
        return {
            "polling": self._senses.is_polling, "the trap port": self._senses.is_hearing,
            "sending": self._post_office.mails.is_alive, "deciding": self._corridor.engine.is_alive,
        }  # fmt: skip

    def _rule_names(self) -> frozenset[str]:
        """Return the names of all rules, those that are told apart by labels among them."""
        readings = frozenset(rule.name for rule in self._definitions.rules)
        return readings | {rule.name for rule in self._names.trap_rules}

    def _faults(self) -> Sequence[Fault]:
        """Return what of NetWatch breaks off in a way nobody foresaw, while the rest goes on."""
        return (*self._corridor.desk.faults(), *self._senses.faults(), *self._page_faults.standing())

    def _followers(self) -> Sequence[Follower]:
        """Return the rooms that follow when the wall clock was set."""
        return (
            self._corridor.mailer,
            self._corridor.engine,
            *self._post_office.followers(),
            *self._mailroom.followers(),
        )

    def _write_anew(self) -> None:
        """Write into a new database what must outlive a restart: all that is open, and the key of links in mails."""
        self._store.commit(Transaction(memories=(self._links.to_remember(), *self._door.to_remember())))
        self._corridor.engine.write_anew()
