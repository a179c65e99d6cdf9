"""One recorded device under the shipped rules, on a clock that is turned: what fires, and when it ends.

Poller, profiles, rules and engine are those of an agent; only mails are not written.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from netwatch.alerts import RouteSettings, build_route
from netwatch.engine import Engine
from netwatch.model import Alert, Composition, Memory, Notification, ReadingGap, TableReading, Tag, shipped_directory
from netwatch.ping import Pinger
from netwatch.ping.pinger import Echo, Told
from netwatch.polling import PollingSettings
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.profiles import ProfileLibrary
from netwatch.rules import Rule, load_rules
from netwatch.snmp import Snmp
from netwatch.store import MemoryStore
from tests.bench.knowing.agent import UP_TIME, RecordedAgent, listening
from tests.bench.knowing.corpus import Cell
from tests.bench.knowing.faults.planting import WELL
from tests.bench.knowing.polled import TIMEOUT, device_at, shipped

INTERVAL_SECONDS = 60
STRIDE_SECONDS = 300
"""How far apart polls are once nothing new can come of another one but time."""
TICKS = 2**32
MOST_PINGS = 20
"""Of so many is told how many were lost."""
HABIT_PINGS = 60


class TurnedClock:
    """Stands still until it is turned; nobody sleeps."""

    def __init__(self) -> None:
        self.seconds = 10_000.0
        self.wall = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        """Return seconds since some moment."""
        return self.seconds

    def elapsed(self) -> float:
        """Return the same."""
        return self.seconds

    def awake_for(self) -> float:
        """Return that the machine never slept."""
        return float("inf")

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return self.wall

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)


class DrilledLine(Pinger):
    """Pings over a line that is as it is said to be: the loopback interface loses nothing and is never slow."""

    def __init__(self) -> None:
        super().__init__(timeout_seconds=1.0)
        self.is_now = WELL
        self._packets = 0

    def can_ping(self, address: str) -> bool:
        """Return that it can."""
        return True

    def ping(self, address: str, told: Told) -> None:
        """Tell what comes of a packet."""
        self._packets += 1
        every = self.is_now.lost_one_of
        trip = None if every and self._packets % every == 0 else self.is_now.round_trip_seconds
        asyncio.get_running_loop().call_soon(told, Echo(trip))


class NoMails:
    """A mailer that writes nothing."""

    def restore(self, memories: Sequence[Memory]) -> None:
        """Forget."""

    def send_resolved(self, receiver: str) -> bool:
        """Return that ends would be told."""
        return True

    def compose(self, notification: Notification) -> Composition:
        """Write nothing."""
        return Composition()

    def next_digest_at(self) -> datetime | None:
        """Return that there is none."""
        return None

    def digests_due(self, now: datetime) -> Composition:
        """Write nothing."""
        return Composition()


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alert that fired: of which rule, about which row, in which words.

    row: its key, or its labels where it has none.
    """

    rule: str
    device: str
    row: str
    words: str
    value: float | str | None = None


@cache
def shipped_rules(library: ProfileLibrary) -> tuple[Rule, ...]:
    """Return every shipped rule about readings of devices."""
    rules = load_rules(sorted(shipped_directory("rules").glob("*.yaml")), library.schema())
    return tuple(rule for rule in rules if rule.table != "netwatch")


@dataclass(eq=False)
class Drill:
    """A device that is polled by turning the clock."""

    name: str
    agent: RecordedAgent
    poller: DevicePoller
    engine: Engine
    clock: TurnedClock
    rules: Sequence[Rule]
    line: DrilledLine
    readings: dict[str, TableReading] = field(default_factory=dict)

    def take_reading(self, reading: TableReading) -> None:
        """Hand a reading on."""
        self.readings[reading.table] = reading
        self.engine.take_reading(reading)

    def take_gap(self, gap: ReadingGap) -> None:
        """Hand on that there is none."""
        self.engine.take_gap(gap)

    def remember(self, memory: Memory) -> None:
        """Keep nothing."""

    async def poll(self, seconds: float = INTERVAL_SECONDS) -> None:
        """Let time pass, at the device as well, and poll once."""
        self.clock.turn(seconds)
        tag, ticks = self.agent.values.get(UP_TIME, (Tag.TIME_TICKS, None))
        if isinstance(ticks, int):
            self.agent.put(UP_TIME, tag, (ticks + int(seconds * 100)) % TICKS)
        if self.poller.device.is_pinged:
            await self._ping(seconds)
        await self.poller.check()
        await self.poller.poll()

    async def _ping(self, seconds: float) -> None:
        """Ping as often as an agent does meanwhile, as far as that can be told from more."""
        for _ in range(min(MOST_PINGS, int(seconds / self.poller.device.ping_interval.total_seconds()))):
            await self.poller.echoes.ask()

    async def settle(self) -> None:
        """Poll steadily for as long as the slowest rule waits; pings have become a habit then."""
        if self.poller.device.is_pinged:
            for _ in range(HABIT_PINGS):
                await self.poller.echoes.ask()
        for seconds in self.strides():
            await self.poll(seconds)

    def strides(self, rules: Collection[str] = (), *, ends: bool = False, at_least: float = 0.0) -> Iterator[float]:
        """Yield the waits between polls until the slowest of some rules, or of all, fires or is over.

        Thrice the interval, then longer ones.
        """
        waits = [
            (rule.keep_firing_for if ends else rule.hold_for).total_seconds()
            for rule in self.rules
            if not rules or rule.alertname in rules or rule.name in rules
        ]
        left = max([*waits, at_least], default=0.0)
        yield from (INTERVAL_SECONDS,) * 3
        while left > 0:
            yield STRIDE_SECONDS
            left -= STRIDE_SECONDS

    def firing(self) -> dict[tuple[str, str], Raised]:
        """Return what stands now, by rule and row."""
        return {
            (alert.key.alertname, alert.key.instance): raised(alert)
            for alert in self.engine.desk.alerts()
            if alert.stands
        }


def raised(alert: Alert) -> Raised:
    """Return an alert as it is judged."""
    labels = " ".join(f"{name}={text}" for name, text in alert.labels.items() if name not in ("severity", "device"))
    words = " / ".join(alert.annotations.get(name, "") for name in ("title", "summary", "description"))
    return Raised(
        rule=alert.key.alertname,
        device=alert.key.device,
        row=alert.key.instance or labels,
        words=words,
        value=alert.value,
    )


@asynccontextmanager
async def drilled(
    name: str,
    cells: Iterable[Cell],
    library: ProfileLibrary | None = None,
    answers_within: timedelta = TIMEOUT,
    *,
    pinged: bool = False,
) -> AsyncIterator[Drill]:
    """Serve the objects of a device, and have an engine with the shipped rules take what is read of it."""
    library = library or shipped()
    rules = shipped_rules(library)
    clock, client, agent, store = TurnedClock(), Snmp(PollingSettings()), RecordedAgent(cells), MemoryStore()
    line = DrilledLine()
    await client.start()
    await store.start()
    engine = Engine(
        rules=rules,
        route=build_route(RouteSettings(receiver="noc")),
        device_labels={name: {}},
        ledger=store,
        mailer=NoMails(),
        clock=clock.now,
        facts_of=lambda _: drill.poller.facts,
    )
    async with listening(agent):
        sink = _Later()
        device = device_at(name, agent.port, answers_within)
        poller = DevicePoller(
            replace(device, methods=("snmp", "ping")) if pinged else device,
            Tools(library=library, client=client, sink=sink, clock=clock, pinger=line if pinged else None),
        )
        drill = Drill(name=name, agent=agent, poller=poller, engine=engine, clock=clock, rules=rules, line=line)
        sink.drill = drill
        await engine.start()
        try:
            yield drill
        finally:
            await engine.stop()
            await client.stop()
            await store.stop()


class _Later:
    """A sink that is known before the drill it hands on to."""

    drill: Drill

    def take_reading(self, reading: TableReading) -> None:
        self.drill.take_reading(reading)

    def take_gap(self, gap: ReadingGap) -> None:
        self.drill.take_gap(gap)

    def remember(self, memory: Memory) -> None:
        self.drill.remember(memory)
