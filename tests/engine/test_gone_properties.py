"""Whatever a device does to the rows of a table, absence is never health, and every loss is told once at the most."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.alerts import RouteSettings, build_route
from netwatch.engine import Engine
from netwatch.model import AlertState, ColumnKind, ReadingGap, RowSet, TableReading, TableSchema
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.rules import parse_rules
from netwatch.store import MemoryStore

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
FANS = TableSchema(name="fanTable", columns={"fanState": ColumnKind.GAUGE}, labels=("fan",))
RULES = "rules: [{alert: FanDead, expr: fanState == 2}]"
WELL, BROKEN = 1, 2
NAMES = ("a", "b", "c", "d", "e", "f")

names = st.sampled_from(NAMES)
happenings = st.one_of(
    st.tuples(st.just("lose"), names),
    st.tuples(st.just("lose all"), st.just("")),
    st.tuples(st.just("return"), names),
    st.tuples(st.just("break"), names),
    st.tuples(st.just("mend"), names),
    st.tuples(st.just("renumber"), st.permutations(NAMES)),
    st.tuples(st.sampled_from(["restart of the device", "restart of ours", "gap", "partial"]), st.just("")),
    st.tuples(st.just("time"), st.integers(1, 6)),
)


class World:
    """A device with fans that come and go, an engine that looks at them, and what must be true of both."""

    def __init__(self) -> None:
        self.now, self.uptime = START, timedelta(days=3)
        self.there = dict.fromkeys(NAMES, WELL)
        self.away: dict[str, int] = {}
        self.order: tuple[str, ...] = NAMES
        self.losses: Counter[str] = Counter()
        self.store = MemoryStore()
        self.engine = self.made()
        self.rows: RowSet | None = None

    def made(self) -> Engine:
        numbers = itertools.count(1)
        receivers = [ReceiverSettings(name="noc", email=EmailSettings(to=["a@example.net"]))]
        times = {"group_wait": "30s", "group_interval": "5m", "group_by": ["fan"]}
        engine = Engine(
            rules=parse_rules(RULES, "rules.yaml", {"fanTable": FANS}),
            route=build_route(RouteSettings.model_validate({"receiver": "noc", **times})),
            device_labels={"sw1": {}},
            ledger=self.store,
            mailer=Mailer(SmtpSettings.model_validate({"from": "NetWatch <nw@example.net>"}), receivers),
            clock=lambda: self.now,
            new_id=lambda: f"{id(engine)}-{next(numbers)}",
        )
        return engine

    def alive(self) -> dict[str, AlertState]:
        return {
            alert.key.instance.partition("=")[2]: alert.state
            for alert in self.engine.desk.alerts()
            if alert.state is not AlertState.PENDING
        }

    async def live(self, what: str, which: object) -> None:
        match what:
            case "lose" if which in self.there:
                self.lose(str(which))
            case "lose all":
                for name in list(self.there):
                    self.lose(name)
            case "return" if which in self.away:
                self.there[str(which)] = self.away.pop(str(which))
            case "break" | "mend":
                self.change(str(which), BROKEN if what == "break" else WELL)
            case "renumber":
                self.order, self.rows = tuple(which), None  # type: ignore[arg-type]
            case "restart of the device":
                self.uptime = timedelta(seconds=30)
            case "restart of ours":
                await self.engine.stop()
                self.engine = self.made()
                await self.engine.start()
            case "gap":
                before = self.alive()
                self.engine.take_gap(ReadingGap(device="sw1", table="fanTable", at=self.now, reason="silence"))
                assert self.alive() == before
        for _ in range(int(which) if what == "time" else 1):  # type: ignore[call-overload]
            self.read(partial=what == "partial")

    def change(self, name: str, state: int) -> None:
        (self.there if name in self.there else self.away)[name] = state

    def lose(self, name: str) -> None:
        state = self.there.pop(name)
        self.away[name] = state
        self.losses[name] += 1

    def read(self, *, partial: bool) -> None:
        shown = [(str(number), name) for number, name in enumerate(self.order) if name in self.there]
        if partial:
            shown = shown[: len(shown) // 2]
        index, fans = tuple(number for number, _ in shown), tuple(name for _, name in shown)
        keys = tuple(f"fan={name}" for name in fans)
        if self.rows is None or (self.rows.index, self.rows.keys) != (index, keys):
            self.rows = RowSet(index=index, keys=keys, labels={"fan": fans})
        before = self.alive()
        self.engine.take_reading(
            TableReading(
                device="sw1", table="fanTable", at=self.now, rows=self.rows, partial=partial, uptime=self.uptime,
                columns={"fanState": [self.there[name] for name in fans]},
            )
        )  # fmt: skip
        after = self.alive()
        ended = before.keys() - after.keys()
        assert all(name in fans and self.there[name] == WELL for name in ended), "an end that nobody saw"
        for name in fans:
            expected = AlertState.FIRING if self.there[name] == BROKEN else None
            assert after.get(name) is expected, "what is there is as the reading says"
        assert not {name for name, state in after.items() if state is AlertState.GONE and name in self.there
                    and name in fans}, "gone although it is there"  # fmt: skip
        if partial:
            newly = {name for name, state in after.items() if state is AlertState.GONE} - {
                name for name, state in before.items() if state is AlertState.GONE
            }
            assert not newly, "gone by a reading in part"
        self.now += timedelta(seconds=60)
        self.uptime += timedelta(seconds=60)
        self.engine.flush_due(self.now)

    async def check_mails(self) -> None:
        told: Counter[str] = Counter()
        for entry in await self.store.outbox():
            if entry.subject.startswith("[GONE]"):
                told[entry.subject.split()[2]] += 1
        for name, count in told.items():
            assert count <= self.losses[name], f"{count} mails of {self.losses[name]} losses of {name}"


async def lived(story: list[tuple[str, object]]) -> None:
    world = World()
    await world.store.start()
    await world.engine.start()
    world.read(partial=False)
    for what, which in story:
        await world.live(what, which)
    for _ in range(20):  # what is away for long is gone; nothing that stood is lost
        world.read(partial=False)
    stood = {name for name, state in world.alive().items() if name in world.away}
    assert all(world.alive()[name] is AlertState.GONE for name in stood)
    world.there, world.away = dict.fromkeys(NAMES, WELL), {}
    world.read(partial=False)
    assert world.alive() == {}
    await world.check_mails()
    await world.engine.stop()


@settings(max_examples=150, deadline=None)
@given(st.lists(happenings, max_size=30))
def test_absence_is_never_health_and_every_loss_is_told_once_at_the_most(story):
    asyncio.run(lived(story))
