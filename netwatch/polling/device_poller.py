"""One device: is it there, what is it, and all its tables.

May import: netwatch.model, netwatch.snmp, netwatch.profiles. Called by: netwatch.polling.poller and .once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog

from netwatch.errors import NetWatchError, PollError, RequestTimedOut
from netwatch.model import (
    REACHABILITY,
    Device,
    DeviceFacts,
    DeviceSign,
    DeviceStatus,
    Memory,
    ReadingGap,
    TableReading,
    kind_and_place,
)
from netwatch.ping import Pinger
from netwatch.polling.absent_table import AbsentTable
from netwatch.polling.budget import Budget, SilentTables
from netwatch.polling.clock import Clock, SystemClock
from netwatch.polling.concepts.meanings import Meanings
from netwatch.polling.discover import discover_scalars, discover_table, valued_columns, walked_columns
from netwatch.polling.faults import EVIDENCE, IDENTITY, DeviceFaults
from netwatch.polling.lifeline import Lifeline
from netwatch.polling.metrics import POLL_SECONDS, POLLS, RECALLED, RESTARTS, WAKING
from netwatch.polling.presence.afterlook import Afterlook
from netwatch.polling.presence.belongings import Belongings
from netwatch.polling.presence.by_vlan import BRIDGES, ByVlan
from netwatch.polling.presence.echoes import Echoes
from netwatch.polling.presence.fact_table import FactTable
from netwatch.polling.presence.findings import description_of
from netwatch.polling.presence.host_uptime import host_uptime_seconds
from netwatch.polling.presence.identity import Identity, identify
from netwatch.polling.presence.remembered import SCOPE as LAYOUTS
from netwatch.polling.presence.remembered import Seen, from_text, key_of, to_text
from netwatch.polling.reachability import Probe, Sight, reachability_reading
from netwatch.polling.sink import ReadingSink
from netwatch.polling.table_poller import TablePoller
from netwatch.polling.together import Answers, Together
from netwatch.polling.uptime import Life
from netwatch.profiles import SYSTEM, ProfileLibrary, TableSpec
from netwatch.snmp import SnmpClient

log = structlog.get_logger(__name__)

SHARE_OF_INTERVAL = 0.9
_NONE_PARTIAL: Mapping[str, str] = MappingProxyType({})
BOOT_TICKS = 10 * 60 * 100
"""A device of ten minutes has all its tables; what was discovered before may not be all."""
SETTLE_SECONDS = 10.0
"""For so long after the machine slept no answer means nothing: the question may be from before, the network not
back yet."""
EVIDENCE_SECONDS = 600.0
FRESH_SHARE = 0.25
"""A turn that comes so soon after a poll out of turn would measure rates over next to no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every device poller works with; `facts_interval` is how far apart facts are read as a rule.

    is_heeded: whether it makes a difference to anybody that a device does not have a table, which is said else.
    """

    library: ProfileLibrary
    client: SnmpClient
    sink: ReadingSink
    clock: Clock = field(default_factory=SystemClock)
    amended: Callable[[TableReading], TableReading] = field(default=lambda reading: reading)
    is_heeded: Callable[[str, str], bool] = field(default=lambda device, table: True)
    facts_interval: timedelta = timedelta(hours=1)
    pinger: Pinger | None = None


class DevicePoller:
    """Asks one device; whoever calls sees to it that polls of one device do not overlap."""

    def __init__(
        self,
        device: Device,
        tools: Tools,
        memory: Memory | None = None,
        belongings: Memory | None = None,
        layouts: Mapping[str, str] = MappingProxyType({}),
        habit: Memory | None = None,
        news: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin with what was remembered of the device's life, what it has, its tables' rows, and its echo's habit.

        `news` is called where its echo stopped or came back, and it should be checked by SNMP.
        """
        self.device = device
        self._belongings = Belongings(device, tools.library, tools.client, tools.clock, belongings)
        self._tools = tools
        self._probe = Probe(device, tools.client, tools.clock)
        self._lifeline = Lifeline(device.name, memory)
        self.echoes = Echoes(device, tools.pinger, tools.sink, tools.clock, habit, news)
        self._layouts = dict(layouts)
        self._sight: Sight | None = None
        self._identity: Identity | None = None
        self._tables: dict[str, TablePoller | FactTable | AbsentTable] = {}
        self.faults = DeviceFaults(device.name, tools.clock)
        self._together = Together(device, tools.client, tools.clock, self.faults)
        self._silent = SilentTables()
        self._because_silent = ""
        self._evidence_until = 0.0
        self._because: dict[str, str] = {}
        self._afterlook = Afterlook()
        self._latest: dict[str, TableReading] = {}
        self._failed: dict[str, str] = {}
        self._meanings: Meanings | None = None
        self._emptied = frozenset[str]()
        self._trouble = ""
        self._polled_at: datetime | None = None
        self._began: float | None = None
        self._overran = self._slow = False
        self._must_identify = True
        self._booting = False
        self._calm_sign: tuple[Identity | None, DeviceSign] | None = None

    @property
    def is_up(self) -> bool:
        """Return whether the last check reached the device."""
        return self._sight is not None and self._sight.up

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the tables of the device's profile, once it is known."""
        return tuple(self._tables)

    @property
    def needs_discovery(self) -> bool:
        """Return whether the next poll begins with finding out what there is to ask."""
        must_find_out = self._must_identify and not self._layouts
        return must_find_out or any(table.needs_discovery for table in self._tables.values())

    @property
    def _is_waking(self) -> bool:
        return self._tools.clock.awake_for() < SETTLE_SECONDS

    def is_fresh(self) -> bool:
        """Return whether the last poll began only a moment ago."""
        if self._began is None or not self.is_up:
            return False
        age = self._tools.clock.monotonic() - self._began
        return age < self.device.interval.total_seconds() * FRESH_SHARE

    def begin_check(self, seen: Callable[[Sight | None], None]) -> bool:
        """Ask whether the device is there, without a task; False where it takes one, which is what `check` is for.

        `seen` is called on the loop and hands on what it is given, first to `take_sight`.
        """
        return self._probe.begin(seen, was_up=self._sight is None or self._sight.up)

    def take_sight(self, sight: Sight | None) -> bool:
        """Take in what a check brought where it is as before: up in the same life, or silent for the known reason.

        Returns False, and takes nothing in, where it is news: that is for `check`.
        """
        last = self._sight
        if sight is None or last is None or sight.up is not last.up or not self._is_as_before(sight):
            return False
        try:
            if sight.up:
                self._evidence_until = 0.0
                self._sight = sight
                self._remember_life(sight.at)
            else:
                self._sight = sight._replace(trouble=sight.trouble + self._because_silent)
            self._tell_of(self._sight)
        except Exception as exc:  # noqa: BLE001  # one device's oddity must not cost the others, nor be silent
            self._fail_check(exc)
        else:
            self.faults.settle(REACHABILITY.name)
        return True

    def _is_as_before(self, sight: Sight) -> bool:
        if not sight.up:
            return sight.silent and self._tools.clock.monotonic() < self._evidence_until
        ticks = sight.ticks
        if ticks is None or self._booting or ticks < BOOT_TICKS:
            return False
        return self._lifeline.go_on(ticks, sight.at, sight.arrived)

    async def check(self, sight: Sight | None = None) -> bool:
        """Ask whether the device is there, unless that is known; return whether it just came (back) up.

        What breaks off in asking says nothing of the device: it stays what it was, and its polls go on.
        """
        try:
            came_up = await self._check(sight)
        except Exception as exc:  # noqa: BLE001  # one device's oddity must not cost the others, nor be silent
            self._fail_check(exc)
            return False
        self.faults.settle(REACHABILITY.name)
        return came_up

    def _fail_check(self, error: Exception) -> None:
        self._gaps([REACHABILITY.name], self.faults.note(REACHABILITY.name, error))

    async def _check(self, sight: Sight | None) -> bool:
        was_up = self._sight is None or self._sight.up
        sight = sight or await self._probe.look(was_up=was_up)
        if not sight.up and was_up and self._is_waking:
            WAKING.inc()
            return False
        if sight.silent:
            await self.echoes.ask()
            sight = sight._replace(trouble=sight.trouble + await self._evidence())
        elif sight.up:
            self._evidence_until = 0.0
        came_up = sight.up and not self.is_up
        if came_up:
            self._silent.ask_again()
        self._say(sight, known=self._sight is not None, was_up=was_up)
        self._sight = sight
        if sight.up:
            await self._follow(sight)
        self._tell_of(sight)
        return came_up

    def _tell_of(self, sight: Sight) -> None:
        life, echoes = self._lifeline, self.echoes
        if not sight.up:
            sight = sight._replace(trouble=sight.trouble + echoes.beside())
        self._tools.sink.take_reading(
            reachability_reading(
                self.device.name, sight, life.seconds_since_restart, life.host_uptime_seconds, echoes.columns()
            )
        )

    async def _evidence(self) -> str:
        """Return what speaks for which reason of a silence; asked for when it begins, and now and then after that."""
        now = self._tools.clock.monotonic()
        if now >= self._evidence_until:
            self._evidence_until = now + EVIDENCE_SECONDS
            try:
                self._because_silent = await self._tools.client.why_silent(self.device)
            except Exception as exc:  # noqa: BLE001  # that the device is down is told, with reasons or without
                self.faults.note(EVIDENCE, exc)
                self._because_silent = ""
            else:
                self.faults.settle(EVIDENCE)
        return self._because_silent

    def rediscover(self, reason: str = "interval") -> None:
        """Have the next poll ask anew what the device is and which rows it has."""
        self._must_identify = True
        self._layouts.clear()
        self._belongings.ask_again()
        self._silent.ask_again()
        for name, table in self._tables.items():
            if isinstance(table, AbsentTable):
                table = self._tables[name] = self._new_poller(table.spec, table.times_lacking)
            table.rediscover(reason)

    async def poll(self) -> bool:
        """Read every table of the profile; return whether the device fell silent meanwhile."""
        if not self.is_up:
            self._gaps([*self._tables, *self._concepts], self._why_down())
            self._note("down")
            return False
        self._overran = False
        self._began = began = self._tools.clock.monotonic()
        try:
            outcome = await self._poll_tables()
        except RequestTimedOut as exc:
            outcome, self._trouble = "timeout", str(exc)
        except NetWatchError as exc:
            outcome, self._trouble = "failed", str(exc)
            self._gaps([*self._tables, *self._concepts], str(exc))
        POLL_SECONDS.observe(self._tools.clock.monotonic() - began)
        self._slow = self._overran
        self._note(outcome)
        return outcome == "timeout"

    def note_overrun(self) -> None:
        """Take in that a turn was left out because the one before is still under way."""
        self._overran = self._slow = True

    @property
    def facts(self) -> DeviceFacts | None:
        """Return what the device said it is, None before it was asked."""
        return self._identity.facts if self._identity is not None else None

    def status(self) -> DeviceStatus:
        """Return what is known about the device now."""
        sight, identity = self._sight, self._identity
        ticks = sight.ticks if sight else None
        round_trip = sight.round_trip_seconds if sight else None
        round_trip = self.echoes.round_trip_seconds if round_trip is None else round_trip
        return DeviceStatus(
            device=self.device,
            up=self._is_there,
            profile=identity.profile.name if identity else self.device.profile or "",
            sys_name=identity.sys_name if identity else "",
            sys_descr=identity.sys_descr if identity else "",
            sys_object_id=identity.sys_object_id if identity else "",
            uptime=None if ticks is None else timedelta(milliseconds=ticks * 10),
            round_trip=None if round_trip is None else timedelta(seconds=round_trip),
            last_polled_at=self._polled_at,
            partial_tables=tuple(sorted(self._because)) if self._because else (),
            partial_because=dict(self._because) if self._because else _NONE_PARTIAL,
            trouble=self._why_silent() if self._is_silent else self._why_troubled(),
        )

    @property
    def _is_there(self) -> bool | None:
        """Return whether anything of it answers, by SNMP or ping; None while that is not known."""
        answers = (self._sight.up if self._sight is not None else None, self.echoes.up)
        return True if True in answers else False if False in answers else None

    @property
    def _is_silent(self) -> bool:
        return not self._sight.up if self._sight is not None else not self.device.has_snmp

    def _why_silent(self) -> str:
        return self._why_down() + self.echoes.beside() if self.device.has_snmp else self.echoes.trouble

    def sign(self) -> DeviceSign:
        """Return what of the status says where the device stands among others.

        Of a device that answers and is well nothing but who it is makes a difference, so it is made once.
        """
        identity, sight = self._identity, self._sight
        if sight is None or not sight.up or self._because or not self._is_well():
            return self._made_sign()
        if self._calm_sign is None or self._calm_sign[0] is not identity:
            self._calm_sign = identity, self._made_sign()
        return self._calm_sign[1]

    def _made_sign(self) -> DeviceSign:
        identity = self._identity
        return DeviceSign(
            self.device,
            self._is_there,
            identity.sys_name if identity else "",
            self._why_silent() if self._is_silent else self._why_troubled(),
            tuple(sorted(self._because)) if self._because else (),
            identity.profile.name if identity else self.device.profile or "",
        )

    def _say(self, sight: Sight, *, known: bool, was_up: bool) -> None:
        """Log what is news: a device that falls silent or comes back, and one that was never there."""
        if sight.up and not was_up:
            log.info("device answers again", device=self.device.name)
        elif not sight.up and was_up:
            log.warning("device is down", device=self.device.name, reason=sight.trouble, seen_before=known)

    async def _follow(self, sight: Sight) -> None:
        life = self._lifeline.see(sight.ticks, sight.at, sight.arrived)
        was_booting, self._booting = self._booting, sight.ticks is not None and sight.ticks < BOOT_TICKS
        if life is Life.RESTARTED:
            RESTARTS.labels(self.device.name).inc()
            self._lifeline.see_host(await host_uptime_seconds(self._tools.client, self.device))
            self.rediscover("restart")
        elif was_booting and not self._booting:
            self.rediscover("change")
        self._remember_life(sight.at)

    def _remember_life(self, at: datetime) -> None:
        memory = self._lifeline.to_remember(at)
        if memory is not None:
            self._tools.sink.remember(memory)

    async def _poll_tables(self) -> str:
        """Read table by table; a device that falls silent is not asked for the rest."""
        interval = self.device.interval.total_seconds()
        left, troubles = list(self._tables), list[str]()
        try:
            await self._identify()
            self._look_at_neighbours()
            left = self._silent.last(name for name, table in self._tables.items() if not table.is_idle)
            self._because.clear()
            self._failed.clear()
            async with Budget(interval * SHARE_OF_INTERVAL) as budget:
                given = await self._together.ask(self._askable(left))
                while left:
                    if not self._is_nobodys(self._tables[left[0]]):
                        troubles += await self._poll_table(self._tables[left[0]], budget, given.get(left[0]))
                    del left[0]
        except RequestTimedOut as exc:
            self._gaps([*left, *self._concepts], str(exc))
            raise
        except TimeoutError:
            troubles.append(f"no time left in a poll of {interval:g} s")
            self._gaps(left, troubles[-1])
            self._failed.update(dict.fromkeys(left, troubles[-1]))
        self._mean()
        self._trouble = "; ".join(troubles)
        self._polled_at = self._tools.clock.now()
        return "failed" if troubles else "partial" if self._because else "ok"

    def _is_nobodys(self, table: TablePoller | FactTable | AbsentTable) -> bool:
        """Return whether all there is to say is that the device does not have the table, and nobody heeds that."""
        name = table.spec.name
        if not isinstance(table, AbsentTable) or name in self._silent or self.faults.by_name:
            return False
        if self._tools.is_heeded(self.device.name, name):
            return False
        table.note_lacking()
        return True

    def _askable(self, names: Iterable[str]) -> Iterator[TablePoller]:
        """Yield the tables that can be asked together: none that was silent while others were not."""
        for name in names:
            table = self._tables[name]
            if isinstance(table, TablePoller) and name not in self._silent:
                yield table

    async def _poll_table(
        self, table: TablePoller | FactTable | AbsentTable, budget: Budget, given: Answers | None = None
    ) -> list[str]:
        """Read one table, whose answers may be there already; return what went wrong with it alone."""
        name = table.spec.name
        now = self._tools.clock.monotonic
        try:
            why = self._silent.why_not(name, now())
            if not why:
                await self._read_table(table, budget, given)
        except RequestTimedOut as exc:
            why, is_known = str(exc), name in self._silent
            self._silent.note(name, why, now())
            if not is_known:
                raise
        except PollError as exc:
            why = str(exc)
        except Exception as exc:  # noqa: BLE001  # a table that nobody foresaw must not cost the others
            why = self.faults.note(name, exc)
        if not why:
            self.faults.settle(name)
            self._silent.settle(name)
            return []
        self._because[name] = self._failed[name] = why
        self._gaps([name], why)
        return [f"{name}: {why}"]

    async def _read_table(
        self, table: TablePoller | FactTable | AbsentTable, budget: Budget, given: Answers | None
    ) -> None:
        if isinstance(table, AbsentTable):
            reading = table.lacking_reading(self.device.name, self._tools.clock)
            if reading is not None:
                self._tools.sink.take_reading(reading)
            return
        reading = await (table.poll(budget, given) if isinstance(table, TablePoller) else table.poll(budget))
        if isinstance(table, TablePoller) and (news := table.take_news()) is not None:
            self._keep(table.spec, news)
        if table.is_emptied:  # whoever has lost a whole table may be another device by now
            self._must_identify = self._must_identify or table.spec.name not in self._emptied
            self._emptied |= {table.spec.name}
        elif self._emptied:
            self._emptied -= {table.spec.name}
        if reading is None:
            reading = table.lacking_reading()
        if reading is not None:
            if reading.partial:
                self._because[reading.table] = reading.partial_because
            if not reading.lacking:
                self._latest[reading.table] = self._tools.amended(reading)
            self._tools.sink.take_reading(reading)

    @property
    def _concepts(self) -> tuple[str, ...]:
        return self._meanings.names if self._meanings is not None else ()

    def seconds_to_look(self) -> float | None:
        """Return in how long neighbours are to be looked at again since a port went up, None for not at all."""
        at = self._afterlook.next_at
        return None if at is None else max(0.0, at - self._tools.clock.monotonic())

    def _look_at_neighbours(self) -> None:
        """Have this poll read who stands at the ports, where that is due since one of them went up."""
        if self._identity is None or not self._afterlook.is_due(self._tools.clock.monotonic()):
            return
        maps = [one for one in self._belongings.kit(self._identity).concepts if one.concept == "neighbour"]
        names = {one.table for one in maps} | {join.table for one in maps for join in one.joins}
        found = [table for name in names if isinstance(table := self._tables.get(name), FactTable)]
        for table in found:
            if table.spec.oid not in BRIDGES:
                table.rediscover("port")
        if not found and self._afterlook.is_thorough:  # it heard nobody so far, and may have such a table now
            self._belongings.ask_again()

    def _mean(self) -> None:
        """Hand on what the tables mean, as far as they were read."""
        if self._meanings is None:
            return
        for outcome in self._meanings.mean(self._latest, self._failed, self._tools.clock.now()):
            if isinstance(outcome, ReadingGap):
                self._tools.sink.take_gap(outcome)
            else:
                self._afterlook.take(outcome, self._tools.clock.monotonic())
                self._tools.sink.take_reading(outcome)

    async def _identify(self) -> None:
        if not self._must_identify and not self._belongings.is_due:
            return
        try:
            identity = await identify(self._tools.client, self.device, self._tools.library)
        except PollError as exc:
            if self._identity is None or isinstance(exc, RequestTimedOut):
                raise
            identity = self._identity  # it said once what it is
        except Exception as exc:
            if isinstance(exc, NetWatchError):
                raise
            self.faults.note(IDENTITY, exc)
            identity = self._identity or Identity(profile=self._tools.library.match(None))
        else:
            self.faults.settle(IDENTITY)
        await self._see_belongings(identity)
        self._must_identify = False

    async def _see_belongings(self, identity: Identity) -> None:
        """Learn which tables there are to read: those of the profile, and those that answer beside it."""
        is_another = self._identity is None or self._identity.profile is not identity.profile
        try:
            memory = await self._belongings.look(identity, self.faults)
        finally:
            if is_another:
                self._tables = {}
                self.faults.forget_tables()
                self._silent = SilentTables()
                self._latest.clear()
                self._meanings = Meanings(self.device.name, self._tools.library, self.faults)
            self._identity = identity
            self._arrange(identity)
        if memory is not None:
            self._tools.sink.remember(memory)

    def _arrange(self, identity: Identity) -> None:
        """Keep the pollers of the tables that stay, make those of new ones; what is absent need not be walked.

        The scalars are asked for one by one in any case, also of a device without the one they are filed under.
        """
        known, kit = self._tables, self._belongings.kit(identity)
        absent = self._belongings.absent(identity)
        self._tables = {}
        for spec in kit.tables:
            is_absent = spec.name != SYSTEM and spec.oid in absent
            self._tables[spec.name] = self._arranged(spec, known.get(spec.name), is_absent=is_absent)
        self._latest = {name: reading for name, reading in self._latest.items() if name in self._tables}
        if self._meanings is not None:
            self._meanings.take(kit.concepts)

    def _arranged(
        self, spec: TableSpec, known: TablePoller | FactTable | AbsentTable | None, *, is_absent: bool
    ) -> TablePoller | FactTable | AbsentTable:
        """Return what reads a table, or says that the device does not have it; the one there is where it will do."""
        if known is not None and known.spec is not spec:
            known = None
        if isinstance(known, AbsentTable):
            return known if is_absent else self._new_poller(spec, known.times_lacking)
        if known is None and is_absent and not spec.once and spec.name not in self._layouts:
            return AbsentTable(spec, 0)
        table = known or self._table_poller(spec)
        if is_absent:
            table.note_absence()
        if is_absent and isinstance(table, TablePoller) and not table.has_rows:
            return AbsentTable(spec, table.times_lacking)
        return table

    def _new_poller(self, spec: TableSpec, times_lacking: int = 0) -> TablePoller:
        discover = discover_scalars if spec.name == SYSTEM else discover_table
        poller = TablePoller(self.device, spec, discover, self._tools.client, self._tools.clock, self.faults)
        poller.times_lacking = times_lacking
        return poller

    def _table_poller(self, spec: TableSpec) -> TablePoller | FactTable:
        tools = self._tools
        if spec.once:
            belongings = self._belongings
            by_vlan = spec.oid in BRIDGES
            client = ByVlan(tools.client, tools.clock, lambda: belongings.has_vlans) if by_vlan else tools.client
            return FactTable(self.device, spec, client, tools.clock, tools.facts_interval, self.faults)
        poller = self._new_poller(spec)
        if (kept := self._layouts.pop(spec.name, None)) is not None:
            self._recall(poller, kept)
        return poller

    def _recall(self, poller: TablePoller, kept: str) -> None:
        """Let a table begin with the rows it had before a restart of NetWatch."""
        spec = poller.spec
        seen = from_text(self._owner, kept, walked_columns(spec), valued_columns(spec))
        if seen is None:
            RECALLED.labels("other").inc()
            return
        try:
            poller.recall(seen)
        except Exception as exc:  # noqa: BLE001  # what is kept spares a walk, and is worth no more than that
            RECALLED.labels("failed").inc()
            log.warning("rows kept over a restart cannot be used; they are walked", device=self.device.name,
                        table=spec.name, error=kind_and_place(exc))  # fmt: skip
            return
        RECALLED.labels("used").inc()

    def _keep(self, spec: TableSpec, seen: Seen) -> None:
        text = to_text(self._owner, seen, valued_columns(spec))
        self._tools.sink.remember(Memory(scope=LAYOUTS, key=key_of(self.device.name, spec.name), text=text))

    @property
    def _owner(self) -> str:
        """Return a digest of what the device says it is."""
        identity = self._identity
        return "" if identity is None else f"{identity.sys_object_id} {description_of(identity)}"

    def _gaps(self, tables: Iterable[str], reason: str) -> None:
        if self.is_up and self._is_waking:
            WAKING.inc()
            return
        at = self._tools.clock.now()
        stands = {name for name, table in self._tables.items() if isinstance(table, FactTable) and table.stands}
        for table in tables:
            if table in stands:  # what was read an hour ago is not missed because the device is down now
                continue
            self._tools.sink.take_gap(ReadingGap(device=self.device.name, table=table, at=at, reason=reason))

    def _why_down(self) -> str:
        return (self._sight.trouble if self._sight else "") or "the device was not reached yet"

    def _is_well(self) -> bool:
        return not (self._trouble or self._slow or self._belongings.trouble or self.faults.by_name)

    def _why_troubled(self) -> str:
        if self._is_well():
            return ""
        beside = [why for name, why in self.faults.words.items() if name not in self._tables]
        beside += [self._belongings.trouble] if self._belongings.trouble else []
        return "; ".join([*beside, *([self._trouble] if self._trouble else [])]) or self._why_slow()

    def _why_slow(self) -> str:
        interval = self.device.interval.total_seconds()
        return f"a poll takes longer than its interval of {interval:g} s" if self._slow else ""

    def _note(self, outcome: str) -> None:
        POLLS.inc(self.device.name, outcome)
