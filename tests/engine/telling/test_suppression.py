"""Who is not told, and why: the stages as the engine obeys them, from reading to mail."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.alerts import (
    EscalationStep,
    FlapPolicy,
    InhibitRule,
    Maintenance,
    MaintenanceWindow,
    Parents,
    Policy,
    RouteSettings,
    Topology,
    build_route,
    build_time_intervals,
)
from netwatch.alerts.interval_settings import NamedIntervalsSettings
from netwatch.engine import Engine
from netwatch.engine.metrics import MUTED
from netwatch.model import (
    REACHABILITY,
    SCALARS,
    AlertState,
    ColumnKind,
    MuteKind,
    OutboxEntry,
    Silence,
    TableReading,
    TableSchema,
    parse_matchers,
)
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.rules import parse_rules
from netwatch.store import MemoryStore

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
SCHEMA = {
    "reachability": REACHABILITY,
    "load": TableSchema(name="load", columns={"cpu": ColumnKind.GAUGE}),
}
RULES = """
rules:
  - alert: DeviceDown
    expr: up == 0
    labels: {severity: critical}
  - alert: CpuHigh
    expr: cpu > 90
"""
NIGHT = NamedIntervalsSettings.model_validate(
    {"name": "night", "time_intervals": [{"times": [{"start_time": "04:00", "end_time": "05:00"}]}]}
)
TREE = Topology({"sw1": Parents(names=("r1",)), "sw2": Parents(names=("sw1",))})


class House:
    """An engine on a store with three devices in a row, r1 - sw1 - sw2, and a clock that the test turns."""

    def __init__(
        self,
        policy: Policy | None = None,
        store: MemoryStore | None = None,
        route: dict[str, object] | None = None,
        never_skipped: tuple[str, ...] = (),
    ) -> None:
        self.now, self.store = START, store or MemoryStore()
        numbers = itertools.count(1)
        receivers = [
            ReceiverSettings(name=name, email=EmailSettings(to=[f"{name}@example.net"])) for name in ("noc", "boss")
        ]
        settings = {"receiver": "noc", "group_wait": "30s", "group_interval": "5m"} | (route or {})
        self.mailer = Mailer(SmtpSettings.model_validate({"from": "NetWatch <nw@example.net>"}), receivers)
        self.engine = Engine(
            rules=parse_rules(RULES, "rules.yaml", SCHEMA),
            route=build_route(RouteSettings.model_validate(settings)),
            device_labels={name: {"site": "hq"} for name in ("r1", "sw1", "sw2")},
            ledger=self.store,
            mailer=self.mailer,
            policy=policy,
            never_skipped=never_skipped,
            clock=lambda: self.now,
            new_id=lambda: f"{id(self)}-{next(numbers)}",
        )

    async def open(self) -> House:
        await self.store.start()
        await self.engine.start()
        return self

    def later(self, seconds: float) -> None:
        """Let time pass, looking whenever the engine wants to."""
        end = self.now + timedelta(seconds=seconds)
        due = self.engine.flush_due(self.now)
        while due is not None and due <= end:
            self.now = max(due, self.now)
            due = self.engine.flush_due(self.now)
        self.now = end

    def up(self, device: str, value: int, *, took: float = 0) -> None:
        self._read(device, "reachability", {"up": [value]}, asked_at=self.now - timedelta(seconds=took))

    def cpu(self, device: str, value: float) -> None:
        self._read(device, "load", {"cpu": [value]})

    def _read(
        self, device: str, table: str, columns: dict[str, list[float]], asked_at: datetime | None = None
    ) -> None:
        self.engine.take_reading(
            TableReading(device=device, table=table, at=self.now, rows=SCALARS, columns=columns, asked_at=asked_at)
        )

    async def mails(self) -> list[OutboxEntry]:
        return list(reversed(await self.store.outbox()))

    async def subjects(self) -> list[str]:
        return [f"{entry.subject} -> {entry.recipient.partition('@')[0]}" for entry in await self.mails()]

    async def events(self, kind: str) -> list[str]:
        return [event.text for event in reversed(await self.store.events(1000)) if event.kind == kind]

    def muted(self) -> dict[str, MuteKind]:
        found = ((alert.key.device, self.engine.desk.muting_of(alert)) for alert in self.engine.desk.alerts())
        return {device: muting.kind for device, muting in found if muting is not None}


@pytest.fixture
async def open_house():
    houses: list[House] = []

    async def make(policy: Policy | None = None, **options: object) -> House:
        houses.append(await House(policy, **options).open())
        return houses[-1]

    yield make
    for house in houses:
        await house.engine.stop()


def silence(matchers: Iterable[str], *, starts: float = 0, ends: float = 3600) -> Silence:
    begins, over = (START + timedelta(seconds=seconds) for seconds in (starts, ends))
    return Silence(
        id="s1", matchers=tuple(matchers), starts_at=begins, ends_at=over, created_by="anna", comment="new fans",
        updated_at=START,
    )  # fmt: skip


# -- topology -------------------------------------------------------------------------------------------------------


async def test_what_stands_behind_a_device_that_is_down_is_not_mailed(open_house):
    house = await open_house(Policy(topology=TREE))
    for device in ("r1", "sw1", "sw2"):
        house.up(device, 1)
    house.later(10)
    for device in ("sw2", "sw1", "r1"):
        house.up(device, 0)
    house.later(3600)

    assert await house.subjects() == ["[DOWN] r1 DeviceDown -> noc"]
    assert house.muted() == {"sw1": MuteKind.PARENT, "sw2": MuteKind.PARENT}
    assert sorted(await house.events("mute")) == [
        "held back: r1 is down, and sw1 is only reached through it",
        "held back: r1 is down, and sw2 is only reached through it",
    ]


async def test_a_parent_that_was_waited_for_and_is_down_is_the_reason_in_the_log(open_house):
    house = await open_house(Policy(topology=TREE), route={"group_wait": "1s"})
    for device in ("r1", "sw1"):
        house.up(device, 1)
    house.later(10)
    house.up("sw1", 0)
    house.later(2)
    house.up("r1", 0)
    house.later(60)

    assert await house.events("mute") == [
        "held back: waiting for word of r1",
        "held back: r1 is down, and sw1 is only reached through it",
    ]


async def test_the_mail_about_the_parent_counts_what_stands_behind_it(open_house):
    house = await open_house(Policy(topology=TREE))
    for device in ("r1", "sw1", "sw2"):
        house.up(device, 0)
    house.later(60)

    (mail,) = await house.mails()
    assert "2 alerts on 2 devices" in mail.message.decode()


async def test_a_parent_that_returns_frees_its_child_only_after_that_was_asked_again(open_house):
    house = await open_house(Policy(topology=TREE))
    for device in ("r1", "sw1"):
        house.up(device, 0)
    house.later(600)
    house.up("r1", 1)
    house.later(600)
    assert [subject for subject in await house.subjects() if "sw1" in subject] == []

    house.up("sw1", 0)
    house.later(0)

    assert [subject for subject in await house.subjects() if "sw1" in subject] == ["[DOWN] sw1 DeviceDown -> noc"]


async def test_a_check_that_began_while_the_parent_was_down_does_not_count(open_house):
    house = await open_house(Policy(topology=TREE))
    for device in ("r1", "sw1"):
        house.up(device, 0)
    house.later(600)
    house.up("r1", 1)
    house.later(3)

    house.up("sw1", 0, took=8)
    house.later(600)

    assert [subject for subject in await house.subjects() if "sw1" in subject] == []


async def test_where_only_the_agent_of_a_router_died_what_dies_behind_it_is_told_once_a_neighbour_answers(open_house):
    star = Topology({"sw1": Parents(names=("r1",)), "sw2": Parents(names=("r1",))})
    house = await open_house(Policy(topology=star), route={"group_wait": "0s"})
    for device in ("r1", "sw1", "sw2"):
        house.up(device, 1)
    house.later(10)
    for device in ("r1", "sw2"):
        house.up(device, 0)
    house.later(5)
    assert [subject for subject in await house.subjects() if "sw2" in subject] == []

    house.up("sw1", 1)
    house.later(0)

    assert [subject for subject in await house.subjects() if "sw2" in subject] == ["[DOWN] sw2 DeviceDown -> noc"]


async def test_a_child_that_returns_with_its_parent_was_never_news(open_house):
    house = await open_house(Policy(topology=TREE))
    for device in ("r1", "sw1"):
        house.up(device, 0)
    house.later(600)
    house.up("r1", 1)
    house.up("sw1", 1)
    house.later(3600)

    assert await house.subjects() == ["[DOWN] r1 DeviceDown -> noc", "[OK] r1 DeviceDown -> noc"]
    assert await house.store.groups() == []


async def test_a_child_waits_for_word_of_its_parent_and_is_told_as_soon_as_that_is_well(open_house):
    house = await open_house(Policy(topology=TREE), route={"group_wait": "0s"})
    house.up("r1", 1)
    house.later(9)
    house.up("sw1", 0)
    house.later(3)
    assert await house.subjects() == []

    house.up("r1", 1)
    house.later(0)

    assert await house.subjects() == ["[DOWN] sw1 DeviceDown -> noc"]


async def test_nobody_waits_for_ever_for_word_of_a_parent(open_house):
    house = await open_house(Policy(topology=TREE, patience=timedelta(seconds=30)), route={"group_wait": "0s"})
    house.up("sw1", 0)
    house.later(29)
    assert await house.subjects() == []

    house.later(1)

    assert await house.subjects() == ["[DOWN] sw1 DeviceDown -> noc"]


async def test_a_restart_sets_nothing_free_that_stands_behind_a_dead_parent(open_house):
    house = await open_house(Policy(topology=TREE))
    for device in ("r1", "sw1"):
        house.up(device, 0)
    house.later(60)
    await house.engine.stop()

    again = House(Policy(topology=TREE), store=house.store)
    again.now = house.now + timedelta(seconds=60)
    await again.engine.start()
    again.later(3600)
    await again.engine.stop()

    assert await house.subjects() == ["[DOWN] r1 DeviceDown -> noc"]


async def test_a_new_database_knows_what_stands_behind_a_dead_parent(open_house):
    house = await open_house(Policy(topology=TREE))
    for device in ("r1", "sw1"):
        house.up(device, 0)
    house.later(60)
    MemoryStore.__init__(house.store)  # as a damaged database of which nothing could be saved
    await house.store.start()
    await house.engine.write_anew()
    await house.engine.stop()

    again = House(Policy(topology=TREE), store=house.store)
    again.now = house.now + timedelta(seconds=60)
    await again.engine.start()
    again.later(600)
    await again.engine.stop()

    assert await again.subjects() == []


async def test_what_is_held_back_is_counted_by_stage_while_others_have_their_turn(open_house, monkeypatch):
    monkeypatch.setattr("netwatch.engine.engine.MEASURED_AT_ONCE", 1)
    house = await open_house(Policy(topology=TREE))
    for device in ("r1", "sw1", "sw2"):
        house.up(device, 0)
    turns: list[str] = []
    asyncio.get_running_loop().call_soon(turns.append, "somebody else's")

    await house.engine.measure()

    assert MUTED.labels(MuteKind.PARENT)._value.get() == 2
    assert turns == ["somebody else's"]


# -- inhibition -----------------------------------------------------------------------------------------------------


def same_device() -> Policy:
    down, warnings = parse_matchers('alertname="DeviceDown"'), parse_matchers('severity="warning"')
    rule = InhibitRule(sources=down, targets=warnings, equal=("device",))
    return Policy(inhibit_rules=(rule,))


async def test_what_another_alert_explains_is_not_mailed_while_that_fires(open_house):
    house = await open_house(same_device())
    house.cpu("r1", 95)
    house.up("r1", 0)
    house.later(600)

    (mail,) = await house.mails()
    assert mail.subject == "[DOWN] r1 CpuHigh" or mail.subject == "[DOWN] r1 DeviceDown"
    assert house.muted() == {"r1": MuteKind.INHIBITED}

    house.up("r1", 1)
    house.later(600)

    assert sorted((await house.subjects())[1:]) == ["[OK] r1 DeviceDown -> noc", "[WARN] r1 CpuHigh -> noc"]
    assert (await house.events("mute"))[-1].startswith("no longer held back (DeviceDown fires on r1")


# -- silences -------------------------------------------------------------------------------------------------------


async def test_a_silenced_alert_is_mailed_when_the_silence_ends(open_house):
    house = await open_house()
    await house.engine.put_silence(silence(['device="r1"'], ends=1000))
    house.up("r1", 0)
    house.up("sw1", 0)
    house.later(999)
    assert await house.subjects() == ["[DOWN] sw1 DeviceDown -> noc"]

    house.later(1)

    assert (await house.subjects())[1:] == ["[DOWN] r1 DeviceDown -> noc"]
    assert "silenced by anna until 2026-03-01 03:16 UTC: new fans" in (await house.events("mute"))[0]


async def test_a_silence_that_is_taken_back_frees_at_once(open_house):
    house = await open_house()
    await house.engine.put_silence(silence(['device="r1"']))
    house.up("r1", 0)
    house.later(100)

    await house.engine.put_silence(silence(['device="r1"'], ends=100))
    house.later(0)

    assert await house.subjects() == ["[DOWN] r1 DeviceDown -> noc"]


async def test_a_silence_is_obeyed_after_a_restart(open_house):
    house = await open_house()
    await house.engine.put_silence(silence(['device="r1"']))
    await house.engine.stop()

    again = House(store=house.store)
    await again.engine.start()
    again.up("r1", 0)
    again.later(600)
    await again.engine.stop()

    assert await house.subjects() == []
    assert [one.id for one in again.engine.desk.silences()] == ["s1"]


async def test_a_matcher_that_is_none_changes_nothing(open_house):
    house = await open_house()

    with pytest.raises(ValueError, match="is not a matcher"):
        house.engine.put_silence(silence(["device"]))

    assert house.engine.desk.silences() == []


async def test_the_recovery_of_what_was_told_waits_for_the_end_of_a_silence(open_house):
    house = await open_house()
    house.up("r1", 0)
    house.later(60)
    await house.engine.put_silence(silence(['device="r1"'], ends=1000))
    house.up("r1", 1)
    house.later(900)
    assert await house.subjects() == ["[DOWN] r1 DeviceDown -> noc"]

    house.later(100)

    assert await house.subjects() == ["[DOWN] r1 DeviceDown -> noc", "[OK] r1 DeviceDown -> noc"]


# -- maintenance ----------------------------------------------------------------------------------------------------


def window(mode: str, matcher: str = 'device="r1"', *, children: bool = False) -> Policy:
    ends = START + timedelta(seconds=1000)
    upgrade = MaintenanceWindow(
        name="core upgrade", matchers=parse_matchers(matcher), mode=mode, children=children, begins=START,
        ends=ends,
    )  # fmt: skip
    labels = {name: {"site": "hq"} for name in ("r1", "sw1", "sw2")}
    return Policy(maintenance=Maintenance([upgrade], TREE, labels))


async def test_in_a_muted_window_nobody_is_told_until_it_ends(open_house):
    house = await open_house(window("mute", children=True))
    for device in ("r1", "sw1", "sw2"):
        house.up(device, 0)
    house.later(999)
    assert await house.subjects() == []

    house.up("sw1", 1)
    house.later(1)

    assert sorted(await house.subjects()) == ["[DOWN] r1 DeviceDown -> noc", "[DOWN] sw2 DeviceDown -> noc"]


async def test_in_a_skipped_window_nothing_is_held_against_rules(open_house):
    house = await open_house(window("skip"))
    house.up("r1", 0)
    house.later(600)
    assert house.engine.desk.alerts() == []

    house.later(500)
    house.up("r1", 0)

    assert [alert.state for alert in house.engine.desk.alerts()] == [AlertState.FIRING]


async def test_what_netwatch_says_of_itself_is_never_skipped(open_house):
    house = await open_house(window("skip", 'device=~"r1|sw1"'), never_skipped=("r1",))

    house.up("r1", 0)
    house.up("sw1", 0)

    assert [alert.key.device for alert in house.engine.desk.alerts()] == ["r1"]
    assert (house.engine.desk.held_off("r1"), bool(house.engine.desk.held_off("sw1"))) == ("", True)


async def test_in_a_marked_window_people_are_told_that_it_is_one(open_house):
    house = await open_house(window("mark"))
    house.up("r1", 0)
    house.later(600)

    (mail,) = await house.mails()
    assert "in maintenance: core upgrade" in mail.message.decode()


# -- acknowledgement and escalation ---------------------------------------------------------------------------------


def escalating() -> dict[str, object]:
    return {"escalate": [{"after": "10m", "receiver": "boss"}], "repeat_interval": "1h"}


async def test_what_nobody_acknowledges_is_told_to_the_next_and_so_is_its_end(open_house):
    house = await open_house(route=escalating())
    house.up("r1", 0)
    house.later(629)
    assert await house.subjects() == ["[DOWN] r1 DeviceDown -> noc"]

    house.later(1)
    assert (await house.subjects())[1:] == ["[DOWN] r1 DeviceDown -> boss"]

    house.later(10)
    house.up("r1", 1)
    house.later(600)
    assert sorted((await house.subjects())[2:]) == ["[OK] r1 DeviceDown -> boss", "[OK] r1 DeviceDown -> noc"]


async def test_an_acknowledged_alert_is_neither_escalated_nor_repeated_and_its_end_is_told(open_house):
    house = await open_house(route=escalating())
    house.up("r1", 0)
    house.later(60)
    (alert,) = house.engine.desk.alerts()
    await house.engine.acknowledge([alert.id], "anna", "on my way")
    house.later(5 * 3600)
    assert await house.subjects() == ["[DOWN] r1 DeviceDown -> noc"]
    assert await house.events("ack") == ["acknowledged by anna: on my way"]

    house.up("r1", 1)
    house.later(600)
    assert (await house.subjects())[1:] == ["[OK] r1 DeviceDown -> noc"]


async def test_an_acknowledgement_taken_back_lets_it_escalate(open_house):
    house = await open_house(route=escalating())
    house.up("r1", 0)
    house.later(60)
    (alert,) = house.engine.desk.alerts()
    await house.engine.acknowledge([alert.id], "anna")
    house.later(3600)
    await house.engine.unacknowledge([alert.id], "anna")
    house.later(1)

    assert "[DOWN] r1 DeviceDown -> boss" in await house.subjects()


async def test_an_escalation_goes_on_after_a_restart(open_house):
    house = await open_house(route=escalating())
    house.up("r1", 0)
    house.later(700)
    await house.engine.stop()

    again = House(store=house.store, route=escalating())
    again.now = house.now
    await again.engine.start()
    again.up("r1", 1)
    again.later(600)
    await again.engine.stop()

    assert sorted((await house.subjects())[2:]) == ["[OK] r1 DeviceDown -> boss", "[OK] r1 DeviceDown -> noc"]


async def test_an_escalation_keeps_its_times_after_a_restart(open_house):
    route = {"group_wait": "10m", "routes": [{"receiver": "noc", "group_wait": "30s", **escalating()}]}
    house = await open_house(route=route)
    house.up("r1", 0)
    house.later(700)
    await house.engine.stop()

    again = House(store=house.store, route=route)
    again.now = house.now
    await again.engine.start()
    again.later(3600)
    await again.engine.stop()

    told = [f"[STILL DOWN] r1 DeviceDown -> {name}" for name in ("boss", "noc")]
    assert sorted((await house.subjects())[2:]) == told


async def test_a_repeated_mail_carries_the_value_of_now(open_house):
    house = await open_house(route={"repeat_interval": "1h"})
    house.cpu("r1", 98)
    house.later(3600)
    house.cpu("r1", 95)
    house.later(300)

    _, still, *_ = await house.mails()
    assert still.subject == "[STILL WARN, now 95] r1 CpuHigh"
    assert b"  Value        98" in still.message
    assert b"  Now          95 at " in still.message


async def test_a_recovery_that_waits_for_the_end_of_an_interval_waits_also_over_a_restart(open_house):
    route = {"routes": [{"receiver": "noc", "mute_time_intervals": ["night"]}]}
    policy = Policy(intervals=build_time_intervals([NIGHT]))
    house = await open_house(policy, route=route)
    house.up("r1", 0)
    house.later(50 * 60)  # till 03:50, before the night
    house.later(20 * 60)
    house.up("r1", 1)
    house.later(60)
    await house.engine.stop()

    again = House(policy, store=house.store, route=route)
    again.now = house.now
    await again.engine.start()
    again.later(30 * 60)
    in_the_night = await house.subjects()
    again.later(30 * 60)
    await again.engine.stop()

    assert in_the_night == ["[DOWN] r1 DeviceDown -> noc"]
    assert (await house.subjects())[1:] == ["[OK] r1 DeviceDown -> noc"]


async def test_an_alert_that_one_of_two_receivers_is_told_of_is_not_held_back(open_house):
    routes = [{"receiver": "noc", "active_time_intervals": ["night"], "continue": True}, {"receiver": "boss"}]
    house = await open_house(Policy(intervals=build_time_intervals([NIGHT])), route={"routes": routes})

    house.up("r1", 0)
    house.later(60)

    assert await house.subjects() == ["[DOWN] r1 DeviceDown -> boss"]
    assert house.muted() == {}


async def test_a_mail_that_cannot_be_written_is_tried_again_after_a_pause_even_where_an_escalation_is_due(open_house):
    house = await open_house(route={"escalate": [{"after": "1h", "receiver": "boss"}], "repeat_interval": "1h"})
    house.up("r1", 0)
    house.later(60)
    compose, house.mailer.compose = house.mailer.compose, lambda notification: 1 / 0
    house.now = START + timedelta(hours=2)
    looked_at_again = house.engine.flush_due(house.now)
    house.mailer.compose = compose
    house.later(60)

    assert looked_at_again == START + timedelta(hours=2, seconds=5)
    told = ["[DOWN] r1 DeviceDown -> boss", "[STILL DOWN] r1 DeviceDown -> noc"]
    assert sorted((await house.subjects())[1:]) == told


def test_a_step_of_an_escalation_leads_to_a_group_of_its_own():
    route = build_route(RouteSettings.model_validate({"receiver": "noc", **escalating()}))
    (match,) = route.receivers_for({"device": "r1"})

    boss = match.escalated(EscalationStep(after=timedelta(minutes=10), receiver="boss"))

    assert boss.group_key == 'boss{device="r1"}'
    assert (boss.timing.group_wait, boss.escalate) == (timedelta(0), ())


# -- flapping -------------------------------------------------------------------------------------------------------

POLICY = FlapPolicy(starts=3, within=timedelta(minutes=30), calm=timedelta(minutes=10))


async def test_what_comes_and_goes_is_told_once_until_it_is_calm(open_house):
    house = await open_house(Policy(flapping=POLICY), route={"group_wait": "0s", "group_interval": "10s"})
    for _ in range(10):
        house.up("r1", 0)
        house.later(60)
        house.up("r1", 1)
        house.later(60)
    told = await house.subjects()
    house.up("r1", 1)
    house.later(540)
    house.up("r1", 1)
    house.later(60)

    assert told == ["[DOWN] r1 DeviceDown -> noc", "[OK] r1 DeviceDown -> noc"] * 2 + ["[DOWN] r1 DeviceDown -> noc"]
    assert (await house.subjects())[5:] == ["[OK] r1 DeviceDown -> noc"]


async def test_a_restart_does_not_forget_that_it_flaps(open_house):
    house = await open_house(Policy(flapping=POLICY), route={"group_wait": "0s", "group_interval": "10s"})
    for _ in range(2):
        house.up("r1", 0)
        house.later(60)
        house.up("r1", 1)
        house.later(60)
    await house.engine.stop()

    again = House(Policy(flapping=POLICY), store=house.store, route={"group_wait": "0s", "group_interval": "10s"})
    again.now = house.now
    await again.engine.start()
    again.up("r1", 0)
    await again.engine.stop()

    assert [alert.flapping for alert in again.engine.desk.alerts()] == [True]


# -- many -----------------------------------------------------------------------------------------------------------


async def test_a_group_of_thousands_is_joined_without_looking_through_all_of_it(open_house):
    house = await open_house(route={"group_by": []})
    for number in range(3000):
        house.up(f"d{number}", 0)
    house.later(60)

    (mail,) = await house.mails()
    assert "3000 problems" in mail.message.decode() or "3,000 problems" in mail.message.decode()
