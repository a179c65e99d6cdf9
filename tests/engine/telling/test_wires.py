"""A link that fails is one incident: both ends of it, or the end and who stands at the other."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.alerts import RouteSettings, build_route
from netwatch.engine import Engine, History, LiveEngine, Question, explanation_of
from netwatch.model import CONCEPTS, REACHABILITY, SCALARS, AlertState, TableReading
from netwatch.neighbours import NeighbourBook
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.rules import parse_rules
from netwatch.store import MemoryStore
from tests.concept_readings import concept_reading

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCHEMA = {"reachability": REACHABILITY, "interface": CONCEPTS["interface"].schema}
RULES = """
rules:
  - alert: DeviceDown
    expr: up == 0
    labels: {severity: critical}
    annotations: {title: "{{ device }} does not answer"}
  - alert: InterfaceDown
    expr: interface_oper == 'down'
    value: interface_oper
    labels: {severity: critical}
    annotations: {title: "{{ device }} {{ ifName }} is {{ value }}", several: interfaces down}
"""
ADDRESSES = {"core1": "192.0.2.1", "core2": "192.0.2.2", "acc7": "192.0.2.7"}
CORE2 = {"port": "Te2", "ifIndex": "2", "neighbour": "core2", "neighbour_port": "Te2"}


class Net:
    """Three devices of three ports: core1 and core2 joined by Te2, core1 Te3 and acc7 Te1."""

    def __init__(self, store: MemoryStore | None = None, rules: str = RULES, **route):
        self.store, self.now, self.polled = store or MemoryStore(), NOON, []
        numbers = itertools.count(1)
        mailer = Mailer(
            SmtpSettings.model_validate({"from": "nw@example.net"}),
            [ReceiverSettings(name=name, email=EmailSettings(to=[f"{name}@example.net"])) for name in ("noc", "acc")],
        )
        self.book = NeighbourBook(ADDRESSES)
        self.engine = Engine(
            rules=parse_rules(rules, "rules.yaml", SCHEMA),
            route=build_route(RouteSettings(
                **{"receiver": "noc", "group_wait": "30s", "group_interval": "5m", "group_by": ["device"]} | route)),
            device_labels={name: {} for name in ADDRESSES}, ledger=self.store, mailer=mailer,
            clock=lambda: self.now, new_id=lambda: f"{id(self)}-{next(numbers)}", neighbours=self.book,
            poll_now=self.polled.append,
        )  # fmt: skip

    async def open(self) -> Net:
        await self.store.start()
        await self.engine.start()
        return self

    def wire(self) -> Net:
        for device in ADDRESSES:
            self.ports(device)
        self.hears("core1", CORE2, {"port": "Te3", "ifIndex": "3", "neighbour": "acc7", "neighbour_port": "Te1"})
        return self

    def ports(self, device: str, *down: int) -> None:
        rows = [
            {"ifIndex": number, "ifName": f"Te{number}", "interface_oper": "down" if number in down else "up"}
            for number in (1, 2, 3)
        ]
        reading = concept_reading("interface", *rows, device=device, at=self.now)
        keys = tuple(f"ifName={name}" for name in reading.rows.labels["ifName"])
        self.engine.take_reading(replace(reading, rows=replace(reading.rows, keys=keys)))

    def hears(self, device: str, *rows) -> None:
        self.engine.take_reading(concept_reading("neighbour", *rows, device=device, at=self.now))

    def up(self, device: str, value: int) -> None:
        reading = TableReading(
            device=device, table="reachability", at=self.now, rows=SCALARS, columns={"up": [value]}
        )
        self.engine.take_reading(reading)

    def later(self, seconds: float) -> Net:
        self.now += timedelta(seconds=seconds)
        self.engine.flush_due(self.now)
        return self

    async def mails(self) -> list[tuple[str, str]]:
        entries = reversed(await self.store.outbox())
        return [(entry.subject, entry.message.decode()) for entry in entries]

    async def subjects(self) -> list[str]:
        return [subject for subject, _ in await self.mails()]


@pytest.fixture
async def net():
    made = await Net().open()
    yield made.wire()
    await made.engine.stop()


async def test_both_ends_of_a_link_are_one_mail_that_names_both_and_one_that_it_is_over(net):
    net.ports("core1", 2)
    net.later(3)
    net.ports("core2", 2)
    net.later(30)

    ((subject, mail),) = await net.mails()
    assert subject == "[DOWN 2] core1 Te2 and core2 Te2: interfaces down"
    assert "core2 Te2, with the same trouble" in mail

    net.later(600)
    net.ports("core1")
    net.ports("core2")
    net.later(600)
    assert [subject[:4] for subject in await net.subjects()] == ["[DOW", "[OK]"]


async def test_the_other_end_is_polled_at_once_when_one_begins_or_ends(net):
    net.ports("core1", 2)
    assert net.polled == ["core2"]


async def test_an_end_that_comes_after_the_mail_which_names_it_is_told_with_it_and_is_not_lost(net):
    net.ports("core1", 2)
    net.later(31)
    ((subject, mail),) = await net.mails()
    assert (subject, "core2 Te2" in mail) == ("[DOWN] core1 Te2 is down", True)

    net.ports("core2", 2)
    net.later(600)

    assert len(await net.mails()) == 1
    far = next(alert for alert in net.engine.desk.alerts() if alert.key.device == "core2")
    assert far.state is AlertState.FIRING
    events = [event.text for event in await net.store.events(device="core2") if event.kind == "notify"]
    assert events == [
        "is told to noc together with core1 Te2, at the other end of its link, whose mail has named this end already"
    ]


async def test_an_end_that_stays_down_when_the_other_is_well_is_told(net):
    net.ports("core1", 2)
    net.later(31)
    net.ports("core2", 2)
    net.later(300)
    net.ports("core1")
    net.later(600)

    last, mail = (await net.mails())[-1]
    assert last == "[1 OF 2 LEFT] core2 Te2 is down"
    assert "core1" in mail

    net.ports("core2")
    net.later(600)
    assert (await net.subjects())[-1] == "[OK] core2 Te2 is down"


async def test_a_port_that_is_down_since_its_device_is_dead_is_told_with_the_device(net):
    net.up("acc7", 0)
    net.ports("core1", 3)
    net.later(31)

    ((subject, mail),) = await net.mails()
    assert subject == "[DOWN 2] acc7 does not answer"
    assert "core1 Te3" in mail


async def test_a_device_that_is_found_dead_later_is_news_of_the_same_incident(net):
    net.ports("core1", 3)
    net.later(31)
    net.up("acc7", 0)
    net.later(31)
    net.later(300)

    entries = list(reversed(await net.store.outbox()))
    assert [entry.subject for entry in entries] == ["[DOWN] core1 Te3 is down", "[DOWN 2] acc7 does not answer"]
    assert len({entry.thread_id for entry in entries}) == 1


async def test_a_restart_neither_tears_them_apart_nor_tells_again(net):
    net.ports("core1", 2)
    net.ports("core2", 2)
    net.later(31)
    await net.engine.stop()

    again = await Net(net.store).open()
    again.now = net.now
    again.later(400)
    again.ports("core1")
    again.later(600)
    assert [subject[:4] for subject in await again.subjects()] == ["[DOW", "[1 O"]
    again.ports("core2")
    again.later(600)
    assert len(await again.mails()) == 3
    await again.engine.stop()


async def test_an_end_that_fired_before_a_restart_and_was_told_to_nobody_finds_the_other(net):
    net.ports("core1", 2)
    net.later(31)
    await net.engine.stop()
    again = await Net(net.store).open()
    again.now = net.now
    again.ports("core2", 2)
    await again.engine.stop()

    last = await Net(net.store).open()
    last.now = net.now
    last.later(31)
    first, second = await last.subjects()
    assert first == "[DOWN] core1 Te2 is down"
    assert second == "[DOWN 2] core1 Te2 and core2 Te2: interfaces down"
    await last.engine.stop()


async def test_who_is_told_of_one_end_only_is_told_of_that_in_an_incident_of_its_own():
    routes = [{"matchers": ['device="core2"'], "receiver": "acc"}]
    net = (await Net(routes=routes).open()).wire()
    net.ports("core1", 2)
    net.ports("core2", 2)
    net.later(31)

    assert sorted(await net.subjects()) == ["[DOWN] core1 Te2 is down", "[DOWN] core2 Te2 is down"]
    await net.engine.stop()


async def test_an_end_that_is_graver_than_the_one_whose_mail_named_it_is_told():
    head, tail = RULES.rsplit("severity: critical", 1)
    graver = "{% if device == 'core2' %}critical{% else %}warning{% endif %}"
    net = (await Net(rules=f'{head}severity: "{graver}"{tail}').open()).wire()
    net.ports("core1", 2)
    net.later(31)
    net.ports("core2", 2)
    net.later(31)

    assert await net.subjects() == ["[WARN] core1 Te2 is down", "[DOWN 2] core2 Te2 is down"]
    await net.engine.stop()


async def test_an_end_that_is_told_at_other_times_is_told_in_an_incident_of_its_own():
    routes = [{"matchers": ['device="core2"'], "receiver": "noc", "repeat_interval": "1h"}]
    net = (await Net(routes=routes).open()).wire()
    net.ports("core1", 2)
    net.ports("core2", 2)
    net.later(31)

    assert sorted(await net.subjects()) == ["[DOWN] core1 Te2 is down", "[DOWN] core2 Te2 is down"]
    await net.engine.stop()


async def test_ports_that_are_not_of_one_link_are_told_as_ever(net):
    net.ports("core1", 1)
    net.ports("core2", 2)
    net.later(31)

    assert sorted(await net.subjects()) == ["[DOWN] core1 Te1 is down", "[DOWN] core2 Te2 is down"]


async def test_the_link_is_known_though_its_rows_are_gone_before_the_alert_fires(net):
    net.hears("core1")
    net.ports("core2", 2)
    net.ports("core1", 2)
    net.later(31)

    assert await net.subjects() == ["[DOWN 2] core2 Te2 and core1 Te2: interfaces down"]


async def test_explain_says_with_which_mail_an_end_was_told(net):
    net.ports("core1", 2)
    net.later(31)
    net.ports("core2", 2)
    live = LiveEngine(
        net.engine.desk, History(()), rules=parse_rules(RULES, "rules.yaml", SCHEMA), route=None,
        devices=tuple(ADDRESSES), now=lambda: net.now,
    )  # fmt: skip

    question = Question(rule="InterfaceDown", device="core2", instance="Te2")
    said = await explanation_of(net.store, question, live)

    lines = "\n".join([said.verdict, *(line.text for line in said.lines)])
    assert "told to noc together with core1 Te2, at the other end of its link" in lines
    assert said.verdict == (
        "It fires since 12:00:31, and receiver noc counts as told since 12:00:31: by the mail about core1 Te2, which "
        "named this end of the link."
    )
