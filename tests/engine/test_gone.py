"""Gone is not well: what becomes of alerts whose rows vanish, and what people are told of it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from types import MappingProxyType

import pytest
from prometheus_client import REGISTRY

from netwatch.alerts import RouteSettings, build_route
from netwatch.engine import Engine
from netwatch.engine.intake.roll_call import ROWS_SCOPE
from netwatch.model import (
    REACHABILITY,
    SCALARS,
    AlertState,
    ClockStep,
    ColumnKind,
    ReadingGap,
    RowSet,
    TableReading,
    TableSchema,
)
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.rules import parse_rules
from netwatch.store import MemoryStore

from .test_engine import Noting

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
FANS = TableSchema(name="fanTable", columns={"fanState": ColumnKind.GAUGE}, labels=("fan",))
DISKS = TableSchema(name="hrStorageTable", columns={"diskState": ColumnKind.GAUGE}, labels=("disk",))
PEERS = TableSchema(name="peerTable", columns={"peerState": ColumnKind.GAUGE}, labels=("peer",))
SCHEMA = {"fanTable": FANS, "hrStorageTable": DISKS, "peerTable": PEERS, "reachability": REACHABILITY}
RULES = """
rules:
  - alert: FanDead
    expr: fanState == 2
    labels: {severity: critical}
    annotations: {summary: "{{ fan }} of {{ device }} is dead"}
  - alert: DiskFull
    expr: diskState == 2
  - alert: PeerGone
    expr: absent(peerState) and seen(peerState == 1)
    annotations: {summary: "{{ peer }} is gone"}
"""
OF = {"fanTable": ("fan", "fanState"), "hrStorageTable": ("disk", "diskState"), "peerTable": ("peer", "peerState")}
GONE, FIRING = AlertState.GONE, AlertState.FIRING


class House:
    """An engine with a clock that the test turns; a reading is what names of rows have which state."""

    def __init__(self, rules: str = RULES, store: MemoryStore | None = None) -> None:
        self.now, self.store = START, store or MemoryStore()
        self.rows: dict[tuple[str, ...], RowSet] = {}
        self.uptime = timedelta(days=9)
        numbers = itertools.count(1)
        receivers = [ReceiverSettings(name="noc", email=EmailSettings(to=["a@example.net"]))]
        self.engine = Engine(
            rules=parse_rules(rules, "rules.yaml", SCHEMA),
            route=build_route(RouteSettings(receiver="noc", group_wait="30s", group_interval="5m")),
            device_labels={"sw1": {}},
            ledger=self.store,
            mailer=Mailer(SmtpSettings.model_validate({"from": "NetWatch <nw@example.net>"}), receivers),
            clock=lambda: self.now,
            new_id=lambda: f"{id(self)}-{next(numbers)}",
        )

    async def open(self) -> House:
        await self.store.start()
        await self.engine.start()
        return self

    def later(self, seconds: float = 60) -> None:
        self.now += timedelta(seconds=seconds)
        self.uptime += timedelta(seconds=seconds)
        self.engine.flush_due(self.now)

    def read(
        self,
        states: Mapping[str, int | None],
        table: str = "fanTable",
        *,
        times: int = 1,
        partial: bool = False,
        index: Sequence[str] | None = None,
        ignored: Mapping[str, frozenset[str]] = MappingProxyType({}),
    ) -> None:
        """Read a table so many times, a minute apart."""
        label, column = OF[table]
        names = tuple(states)
        numbers = tuple(index or map(str, range(1, len(names) + 1)))
        keys = tuple(f"{label}={name}" for name in names)
        rows = self.rows.setdefault((table, *keys, *numbers), RowSet(index=numbers, keys=keys, labels={label: names}))
        for _ in range(times):
            self.engine.take_reading(
                TableReading(
                    device="sw1", table=table, at=self.now, rows=rows, columns={column: list(states.values())},
                    partial=partial, uptime=self.uptime, ignored=ignored,
                )
            )  # fmt: skip
            self.later()

    def reach(self, up: int) -> None:
        self.engine.take_reading(
            TableReading(device="sw1", table="reachability", at=self.now, rows=SCALARS, columns={"up": [up]})
        )

    def states(self) -> dict[str, AlertState]:
        return {alert.key.instance: alert.state for alert in self.engine.desk.alerts()}

    async def subjects(self) -> list[str]:
        return [entry.subject for entry in reversed(await self.store.outbox())]


@pytest.fixture
async def house():
    opened = await House().open()
    yield opened
    await opened.engine.stop()


async def test_a_dead_fan_that_vanishes_is_told_once_as_gone_and_never_as_well(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)

    house.read({"fan1": 1}, times=30)

    assert house.states() == {"fan=fan2": GONE}
    assert await house.subjects() == ["[DOWN] fan2 of sw1 is dead", "[GONE] fan2 of sw1 is dead"]
    mail = (await house.store.outbox())[0].message.decode()
    assert "no longer there since 2026-03-01 03:03:00 UTC" in mail
    assert "nobody saw it well" in mail


async def test_one_whole_reading_without_it_is_not_enough(house):
    house.read({"fan1": 1, "fan2": 2})

    house.read({"fan1": 1})

    assert house.states() == {"fan=fan2": FIRING}


async def test_seen_well_it_resolves_and_that_is_told(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)
    house.read({"fan1": 1}, times=8)

    house.read({"fan1": 1, "fan2": 1}, times=8)

    assert house.states() == {}
    assert await house.subjects() == [f"[{word}] fan2 of sw1 is dead" for word in ("DOWN", "GONE", "OK")]


async def test_seen_broken_it_fires_on_without_a_second_mail_and_its_second_loss_is_told(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)
    house.read({"fan1": 1}, times=8)

    house.read({"fan1": 1, "fan2": 2}, times=20)
    assert house.states() == {"fan=fan2": FIRING}
    assert await house.subjects() == ["[DOWN] fan2 of sw1 is dead", "[GONE] fan2 of sw1 is dead"]

    house.read({"fan1": 1}, times=8)
    assert (await house.subjects())[2:] == ["[GONE] fan2 of sw1 is dead"]


async def test_what_stays_gone_is_repeated_as_often_as_what_fires(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)

    house.read({"fan1": 1}, times=5 * 60)

    assert (await house.subjects())[1:] == ["[GONE] fan2 of sw1 is dead", "[STILL GONE] fan2 of sw1 is dead"]


async def test_after_gone_after_it_is_taken_as_removed_in_these_words(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)
    house.read({"fan1": 1}, times=2)

    house.later(24 * 3600)
    house.later(300)

    assert house.states() == {}
    last = (await house.store.outbox())[0]
    assert last.subject == "[GONE] fan2 of sw1 is dead"
    text = message_from_bytes(last.message, policy=default).get_body(("plain",)).get_content()
    words = " ".join(text.split())
    assert "no longer there, taken as removed" in words
    assert "gone_after is 1d" in words
    assert "[OK]" not in " ".join(await house.subjects())


async def test_of_a_device_that_is_down_nothing_is_taken_as_removed(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)
    house.read({"fan1": 1}, times=2)
    house.reach(0)

    house.later(25 * 3600)
    assert house.states() == {"fan=fan2": GONE}

    house.reach(1)
    house.later(60)
    assert house.states() == {}


async def test_what_a_person_forgets_ends_with_who_did_it_and_is_not_raised_again(house):
    house.read({"p1": 1, "p2": 1}, "peerTable", times=2)
    house.read({"p1": 1}, "peerTable", times=2)
    alert = house.engine.desk.alerts()[0]
    assert (alert.key.instance, alert.state) == ("peer=p2", FIRING)

    await house.engine.forget([alert.id], "anna")

    house.read({"p1": 1}, "peerTable", times=6)
    assert house.states() == {}
    events = await house.store.events(50)
    assert any("forgotten by anna" in event.text for event in events)
    assert (await house.subjects())[-1] == "[GONE] sw1: p2 is gone"


@pytest.mark.parametrize("key", ["on_gone: keep", "on_gone: alert"])
@pytest.mark.parametrize("times", [2, 6])
async def test_what_the_configuration_ignores_is_over_and_not_gone(key, times):
    house = await House(f"rules: [{{alert: FanDead, expr: fanState == 2, {key}}}]").open()
    house.read({"fan1": 1, "fan2": 2, "fan3": 1}, times=times)

    house.read({"fan1": 1}, times=6, ignored={"": frozenset({"fan=fan2", "fan=fan3"})})

    assert house.states() == {}
    assert "GONE" not in " ".join(await house.subjects())
    await house.engine.stop()


async def test_what_one_rule_shall_not_see_is_not_gone_for_it():
    house = await House("rules: [{alert: FanDead, expr: fanState == 2, on_gone: alert}]").open()
    house.read({"fan1": 1, "fan2": 2}, times=2)

    house.read({"fan1": 1, "fan2": 2}, times=2, ignored={"FanDead": frozenset({"fan=fan2"})})
    house.read({"fan1": 1}, times=6, ignored={"FanDead": frozenset({"fan=fan2"})})

    assert house.states() == {}
    await house.engine.stop()


async def test_a_gone_alert_about_a_whole_table_can_be_forgotten():
    house = await House("rules: [{alert: AnyDead, expr: count(fanState == 2) > 0}]").open()
    house.read({"fan1": 2}, times=2)
    house.read({}, times=3)

    await house.engine.forget([house.engine.desk.alerts()[0].id], "anna")

    assert house.states() == {}
    await house.engine.stop()


async def test_what_is_there_cannot_be_forgotten(house):
    house.read({"fan1": 2})

    await house.engine.forget([house.engine.desk.alerts()[0].id], "anna")

    assert house.states() == {"fan=fan1": FIRING}


async def test_a_gap_and_partial_readings_never_make_it_gone(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)

    house.read({"fan1": 1}, times=30, partial=True)
    house.engine.take_gap(ReadingGap(device="sw1", table="fanTable", at=house.now, reason="no answer"))

    assert house.states() == {"fan=fan2": FIRING}


async def test_renumbering_makes_nothing_gone(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)

    house.read({"fan2": 2, "fan1": 1}, times=4, index=("1001", "1002"))

    assert house.states() == {"fan=fan2": FIRING}


async def test_rows_that_share_a_name_for_a_while_make_nothing_gone(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)
    labels = {"fan": ("fan1", "fan2", "fan2")}
    both = RowSet(index=("1", "2", "9"), keys=("fan=fan1", "2", "9"), labels=labels)
    for _ in range(4):
        house.engine.take_reading(
            TableReading(
                device="sw1", table="fanTable", at=house.now, rows=both, columns={"fanState": [1, None, None]},
                uptime=house.uptime,
            )
        )  # fmt: skip
        house.later()

    assert house.states() == {"fan=fan2": FIRING}
    house.read({"fan1": 1, "fan2": 1})
    assert house.states() == {}


async def test_a_stack_member_that_reloads_makes_nothing_gone(house):
    member = {f"fan{number}": 2 for number in range(1, 9)}
    house.read({"fan0": 1} | member, times=2)

    house.read({"fan0": 1}, times=14)
    assert set(house.states().values()) == {FIRING}
    house.read({"fan0": 1} | member, times=2)
    assert set(house.states().values()) == {FIRING}

    house.read({"fan0": 1}, times=17)
    assert set(house.states().values()) == {GONE}


async def test_after_a_reboot_rows_that_are_not_back_yet_are_not_gone_until_it_has_settled(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)
    house.uptime = timedelta(seconds=20)

    house.read({"fan1": 1}, times=10)
    assert house.states() == {"fan=fan2": FIRING}

    house.read({"fan1": 1}, times=7)
    assert house.states() == {"fan=fan2": GONE}


async def test_a_row_that_vanishes_in_a_young_life_of_its_device_is_gone_all_the_same(house):
    house.uptime = timedelta(seconds=20)
    house.read({"fan1": 1, "fan2": 2}, times=2)

    house.read({"fan1": 1}, times=2)

    assert house.states() == {"fan=fan2": GONE}


async def test_a_table_that_lost_all_its_rows_makes_them_gone(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)

    house.read({}, times=2)

    assert house.states() == {"fan=fan2": GONE}


async def test_a_rule_about_a_whole_table_is_not_well_by_its_last_row_vanishing():
    rules = "rules: [{alert: AnyDead, expr: count(fanState == 2) > 0}]"
    house = await House(rules).open()
    house.read({"fan1": 2}, times=2)

    house.read({}, times=3)

    assert house.states() == {"": GONE}
    house.read({"fan1": 1})
    assert house.states() == {}
    await house.engine.stop()


async def test_a_rule_about_a_whole_table_is_not_well_by_one_of_its_rows_vanishing():
    rules = "rules: [{alert: AnyDead, expr: count(fanState == 2) > 0}]"
    house = await House(rules).open()
    house.read({"fan1": 1, "fan2": 2}, times=2)

    house.read({"fan1": 1})
    assert house.states() == {"": FIRING}, "seen missing once: nothing is known yet"
    house.read({"fan1": 1}, times=3)
    assert house.states() == {"": GONE}
    assert (await house.subjects())[-1].startswith("[GONE]")

    house.read({"fan1": 1, "fan2": 1})
    assert house.states() == {}
    await house.engine.stop()


@pytest.mark.parametrize(("rule", "before", "after"), [
    # what vanished before it began is what made it true, and others may make it well
    ("Few, expr: count(fanState == 1) < 2", [{"fan1": 1, "fan2": 1}, {"fan1": 1}], {"fan1": 1, "fan3": 1}),
    ("AnyDead, expr: count(fanState == 2) > 0, on_gone: clear", [{"fan1": 1, "fan2": 2}], {"fan1": 1}),
])  # fmt: skip
async def test_a_rule_about_a_whole_table_gets_well_where_no_lost_row_may_be_why(rule, before, after):
    house = await House(f"rules: [{{alert: {rule}}}]").open()
    for states in before:
        house.read(states)
    assert house.states() == {"": FIRING}

    house.read(after, times=3)

    assert house.states() == {}
    await house.engine.stop()


async def test_what_vanishes_before_it_fires_fires_when_it_is_back_and_still_broken():
    house = await House("rules: [{alert: FanDead, expr: fanState == 2, for: 5m}]").open()
    house.read({"fan1": 1, "fan2": 2}, times=3)

    house.read({"fan1": 1}, times=4)
    assert house.states() == {"fan=fan2": AlertState.PENDING}
    house.read({"fan1": 1, "fan2": 2})

    assert house.states() == {"fan=fan2": FIRING}
    await house.engine.stop()


async def test_what_vanished_before_it_fired_is_taken_as_removed_in_the_end():
    house = await House("rules: [{alert: FanDead, expr: fanState == 2, for: 5m, gone_after: 1h}]").open()
    house.read({"fan1": 1, "fan2": 2}, times=2)

    house.read({"fan1": 1}, times=70)

    assert house.states() == {}
    assert await house.subjects() == []
    await house.engine.stop()


async def test_storage_that_is_unmounted_counts_as_well_by_default(house):
    house.read({"/mnt": 2, "/": 1}, "hrStorageTable", times=2)

    house.read({"/": 1}, "hrStorageTable", times=8)

    assert house.states() == {}
    assert (await house.subjects())[-1] == "[OK] sw1 /mnt DiskFull"


async def test_absent_sees_one_of_several_rows_go_come_back_and_go_again(house):
    house.read({"p1": 1, "p2": 1}, "peerTable", times=2)

    house.read({"p1": 1}, "peerTable", times=2)
    assert house.states() == {"peer=p2": FIRING}
    assert house.engine.desk.alerts()[0].annotations["summary"] == "p2 is gone"

    house.read({"p1": 1, "p2": 1}, "peerTable")
    assert house.states() == {}

    house.read({"p1": 1}, "peerTable", times=2)
    assert house.states() == {"peer=p2": FIRING}


async def test_absent_sees_a_whole_table_go_at_once_though_that_might_be_a_reload(house):
    house.read({f"p{number}": 1 for number in range(8)}, "peerTable", times=2)

    house.read({}, "peerTable", times=2)

    assert len(house.states()) == 8


async def test_absent_says_nothing_of_what_was_never_well(house):
    house.read({"p1": 1, "p2": 2}, "peerTable", times=2)

    house.read({"p1": 1}, "peerTable", times=4)

    assert house.states() == {}


async def test_what_absence_raised_ends_after_gone_after_and_is_not_raised_again(house):
    house.read({"p1": 1, "p2": 1}, "peerTable", times=2)
    house.read({"p1": 1}, "peerTable", times=2)
    house.later(24 * 3600)

    house.read({"p1": 1}, "peerTable", times=30)

    assert house.states() == {}
    assert any("taken as removed" in event.text for event in await house.store.events(50))


@pytest.mark.parametrize("key", ["on_gone: alert", "no_data: alert"])
async def test_a_rule_that_asks_for_it_raises_its_alert_when_a_row_vanishes(key):
    house = await House(f"rules: [{{alert: FanDead, expr: fanState == 2, for: 1m, {key}}}]").open()
    house.read({"fan1": 1, "fan2": 1}, times=2)

    house.read({"fan1": 1}, times=2)
    assert house.states() == {"fan=fan2": AlertState.PENDING}
    house.read({"fan1": 1}, times=2)

    assert house.states() == {"fan=fan2": GONE}
    assert await house.subjects() == ["[GONE] sw1 fan2 FanDead"]
    house.read({"fan1": 1, "fan2": 1})
    assert house.states() == {}
    await house.engine.stop()


async def test_what_no_data_raised_for_a_table_ends_when_the_table_is_read_again():
    house = await House("rules: [{alert: FanDead, expr: fanState == 2, no_data: alert}]").open()
    house.read({"fan1": 1})
    house.engine.take_gap(ReadingGap(device="sw1", table="fanTable", at=house.now, reason="no answer"))
    assert house.states() == {"": FIRING}

    house.read({"fan1": 1})

    assert house.states() == {}
    await house.engine.stop()


async def test_gone_and_that_it_was_told_survive_a_restart(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)
    house.read({"fan1": 1}, times=8)
    await house.engine.stop()

    again = await House(store=house.store).open()
    again.now = house.now
    again.read({"fan1": 1}, times=12)
    assert again.states() == {"fan=fan2": GONE}
    assert len(await again.subjects()) == 2

    again.read({"fan1": 1, "fan2": 1}, times=6)
    assert again.states() == {}
    assert (await again.subjects())[-1] == "[OK] fan2 of sw1 is dead"
    await again.engine.stop()


async def test_what_vanished_during_a_restart_is_seen_after_it(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)
    house.read({"p1": 1, "p2": 1}, "peerTable", times=2)
    await house.engine.stop()

    again = await House(store=house.store).open()
    again.now = house.now
    again.read({"fan1": 1}, times=2)
    again.read({"p1": 1}, "peerTable", times=2)

    assert again.states() == {"fan=fan2": GONE, "peer=p2": FIRING}
    await again.engine.stop()


async def test_rows_that_are_after_a_restart_what_they_were_before_are_not_written_again():
    store, peers = Noting(), {"p1": 1, "p2": 1}

    def written() -> list[str]:
        memories = [memory for transaction in store.transactions for memory in transaction.memories]
        store.transactions.clear()
        return [memory.key for memory in memories if memory.scope == ROWS_SCOPE]

    house = await House(store=store).open()
    house.read(peers, "peerTable", times=2)
    await house.engine.stop()
    assert written() == ["peerTable@sw1"]

    again = await House(store=store).open()
    again.now = house.now
    again.read(peers, "peerTable", times=2)
    assert written() == []
    again.read({**peers, "p3": 1}, "peerTable", times=2)
    assert written() == ["peerTable@sw1"]
    await again.engine.stop()


async def test_a_table_that_is_lacking_after_a_restart_makes_what_fired_on_it_gone(house):
    house.read({"fan1": 2}, times=2)
    await house.engine.stop()

    again = await House(store=house.store).open()
    again.now = house.now
    for _ in range(3):
        again.engine.take_reading(
            TableReading(
                device="sw1", table="fanTable", at=again.now, lacking=True, columns={},
                rows=RowSet(index=(), keys=(), labels={"fan": ()}),
            )
        )  # fmt: skip
        again.later()

    assert again.states() == {"fan=fan1": GONE}
    await again.engine.stop()


async def test_a_table_that_a_device_never_had_raises_nothing():
    house = await House("rules: [{alert: NoFan, expr: count(fanState) == 0}]").open()
    house.engine.take_reading(
        TableReading(
            device="sw1", table="fanTable", at=house.now, lacking=True, columns={}, rows=RowSet(index=(), keys=())
        )
    )

    assert house.states() == {}
    await house.engine.stop()


async def test_that_a_table_is_not_there_is_heeded_by_rules_and_where_it_could_not_be_read(house):
    engine = house.engine
    assert engine.heeds_lack("sw1", "fanTable")
    assert not engine.heeds_lack("sw1", "ospfNbrTable")

    gap = ReadingGap(device="sw1", table="ospfNbrTable", at=house.now, reason="no answer")
    engine.take_gap(gap)
    assert engine.heeds_lack("sw1", "ospfNbrTable")
    assert not engine.heeds_lack("sw2", "ospfNbrTable")

    lacking = TableReading(
        device="sw1", table="ospfNbrTable", at=house.now, lacking=True, columns={}, rows=RowSet(index=(), keys=())
    )
    engine.take_reading(lacking)
    assert not engine.heeds_lack("sw1", "ospfNbrTable")


async def test_gone_moves_with_a_clock_that_is_set(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)
    house.read({"fan1": 1}, times=8)
    back = timedelta(hours=-3)
    house.engine.clock_was_set(ClockStep(since=START - timedelta(days=1), at=house.now, by=back))
    house.now += back

    house.read({"fan1": 1}, times=12)

    assert house.engine.desk.alerts()[0].gone_at == START + timedelta(minutes=3) + back
    assert len(await house.subjects()) == 2


async def test_gone_is_counted(house):
    house.read({"fan1": 1, "fan2": 2}, times=2)
    house.read({"fan1": 1}, times=2)

    assert REGISTRY.get_sample_value("netwatch_alerts", {"state": "gone"}) == 1
