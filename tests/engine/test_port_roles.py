"""What the shipped rules tell of ports: by what hung on them before, and nothing of five hundred desks."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

import pytest
import yaml

from netwatch.alerts import RouteSettings, build_route
from netwatch.engine import Engine, History, LiveEngine, Question, explanation_of
from netwatch.metrics import Board
from netwatch.model import CONCEPTS, Oid, Tag, TrapEvent, Varbind, shipped_directory
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.rules import NO_MIB, parse_rule_book
from netwatch.store import MemoryStore
from tests.rules.roles.devices import DOWN, MONDAY, UP, Switch, device

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
IF = "1.3.6.1.2.1.2.2.1"
LINK_DOWN, LINK_UP = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.4"
OTHERS = {"p5": 1, "p6": 1, "p7": 2, "p8": 1}
CORE = {"port": "p1", "neighbour": "core", "neighbour_port": "Te1/1", "capabilities": "bridge router"}
ACCESS_POINT = {"port": "p2", "neighbour": "ap-17", "capabilities": "bridge access-point"}
SERVER = {"port": "p3", "neighbour": "srv-files1", "capabilities": "station", "platform": "Linux"}


@pytest.fixture(scope="module")
def book():
    """The shipped rules about interfaces, and the one by which a trap speaks for a port that went down."""
    shipped = shipped_directory("rules")
    ports = yaml.safe_load((shipped / "interfaces.yaml").read_text("utf-8"))["rules"]
    traps = yaml.safe_load((shipped / "traps.yaml").read_text("utf-8"))["rules"]
    link = [rule for rule in traps if rule["alert"] == "LinkDown"]
    schema = {name: concept.schema for name, concept in CONCEPTS.items()}
    return parse_rule_book(yaml.safe_dump({"rules": [*ports, *link]}), "shipped.yaml", schema)


@pytest.fixture(scope="module")
def rules(book):
    return book.rules


class House:
    """An engine with the shipped rules about interfaces, and the switches that it is told of."""

    def __init__(self, rules, *switches, labels=None, trap_rules=()):
        self.trap_rules, self.board = trap_rules, Board()
        self.rules, self.switches, self.store, self.now = rules, switches, MemoryStore(), MONDAY
        self.labels, self.ids = labels or {}, itertools.count(1)

    async def open(self):
        await self.store.start()
        await self._start()
        return self

    async def _start(self):
        self.engine = Engine(
            rules=self.rules, trap_rules=self.trap_rules, rows=self.board, route=build_route(RouteSettings(
                receiver="noc", group_by=["device", "ifName"], group_wait="0s", group_interval="1s",
                repeat_interval="9d",
            )),
            device_labels={switch.name: self.labels for switch in self.switches}, ledger=self.store,
            mailer=Mailer(
                SmtpSettings.model_validate({"from": "NetWatch <nw@example.net>"}),
                [ReceiverSettings(name="noc", email=EmailSettings(to=["noc@example.net"]))],
            ),
            clock=lambda: self.now, new_id=lambda: f"id{next(self.ids)}",
        )  # fmt: skip
        await self.engine.start()

    async def started_again(self):
        await self.engine.stop()
        for switch in self.switches:
            switch.started()
        await self._start()

    def poll(self, by=MINUTE):
        """Read all switches after a while, and have mails written."""
        self.now += by
        for switch in self.switches:
            switch.now = self.now
            self.engine.take_reading(switch.read().reading)
            self.board.take_reading(switch.reading)
        self.engine.flush_due(self.now)

    def trap(self, switch, port, oid, oper):
        """A switch tells that a port went down or came up."""
        index = str(switch.names.index(port) + 1)
        told = {f"{IF}.1.{index}": int(index), f"{IF}.7.{index}": UP, f"{IF}.8.{index}": oper}
        varbinds = tuple(Varbind(oid=Oid.parse(name), tag=Tag.INTEGER, value=value) for name, value in told.items())
        return self.engine.take_trap(
            TrapEvent(
                at=self.now, source="192.0.2.1", device=switch.name, version="2c", trap_oid=Oid.parse(oid),
                varbinds=varbinds,
            )
        )  # fmt: skip

    async def mails(self):
        return [entry.subject for entry in reversed(await self.store.outbox())]

    async def events(self, rule="InterfaceDown"):
        log = await self.store.events(10_000)
        return [event for event in reversed(log) if event.rule == rule and event.kind == "device"]


def switch_with(*neighbours, **more):
    switch = Switch(**more).behind(p4=1, **OTHERS)
    return switch.neighbours(*neighbours)


async def severities(house):
    return {alert.key.instance: alert.severity for alert in house.engine.desk.alerts()}


async def test_how_grave_it_is_goes_by_what_hung_on_the_port_before(rules):
    switch = switch_with(CORE, ACCESS_POINT)
    switch.alias["p3"] = "to the boiler"
    house = await House(rules, switch).open()
    for _ in range(3):
        house.poll(12 * HOUR)
    switch.neighbours().read(p1=DOWN, p2=DOWN, p3=DOWN, p4=DOWN)
    house.poll()
    house.poll()

    assert await severities(house) == {
        "ifName=p1": "critical", "ifName=p2": "warning", "ifName=p3": "warning",
    }  # fmt: skip
    (event,) = await house.events()
    assert (event.text, event.instance) == ("p4 is down, an access port; nobody is mailed", "ifName=p4")


async def test_a_port_of_which_nobody_knows_is_told_of_as_ever(rules):
    house = await House(rules, Switch()).open()
    house.poll()
    house.switches[0].oper["p1"] = DOWN
    house.poll()
    house.poll()

    assert await severities(house) == {"ifName=p1": "critical"}
    (alert,) = house.engine.desk.alerts()
    assert "port_role" not in alert.labels


async def test_a_reading_without_roles_is_told_of_as_ever(rules):
    house = await House(rules, Switch()).open()
    for state in (UP, DOWN, DOWN):
        house.now += MINUTE
        house.switches[0].read(p1=state)
        rows = house.switches[0]._rows
        bare = {name: texts for name, texts in rows.labels.items() if name in ("ifIndex", "ifName", "ifAlias")}
        reading = house.switches[0].reading
        house.engine.take_reading(
            type(reading)(
                device="sw1", table="interface", at=house.now, columns=reading.columns,
                rows=type(rows)(index=rows.index, keys=rows.keys, labels=bare),
            )
        )  # fmt: skip

    assert await severities(house) == {"ifName=p1": "critical"}


async def test_an_uplink_that_fails_is_critical_after_a_restart_in_the_middle_of_the_fault_too(rules):
    switch = switch_with(CORE)
    house = await House(rules, switch).open()
    house.poll()
    house.poll(2 * HOUR)
    switch.neighbours().oper["p1"] = DOWN
    house.poll(timedelta(seconds=5))
    await house.started_again()
    switch.behind(p4=1, **OTHERS).neighbours()
    house.poll()
    house.poll()

    assert await severities(house) == {"ifName=p1": "critical"}
    (alert,) = house.engine.desk.alerts()
    assert alert.labels["port_role"] == "uplink"
    assert (
        "It counts as uplink: core is on it, a bridge and router. On the other end was core Te1/1. First:"
        in alert.annotations["description"]
    )


async def test_an_alert_keeps_what_it_began_with_though_its_port_is_called_something_else_meanwhile(rules):
    switch = switch_with(CORE)
    house = await House(rules, switch).open()
    house.poll()
    switch.oper["p1"] = DOWN
    house.poll()
    house.poll()
    switch.choose({"match": ['ifName="p1"'], "role": "access"})
    await house.started_again()
    house.poll()
    (alert,) = house.engine.desk.alerts()
    assert (switch.role("p1"), alert.severity, alert.labels["port_role"]) == ("access", "critical", "uplink")

    switch.oper["p1"] = UP
    house.poll()
    assert await severities(house) == {}
    switch.oper["p1"] = DOWN
    house.poll()
    house.poll()
    assert await severities(house) == {}


async def test_what_the_configuration_calls_the_role_of_a_device_stays_its_label_of_alerts(rules):
    house = await House(rules, switch_with(CORE), labels={"role": "core"}).open()
    house.poll()
    house.switches[0].oper["p1"] = DOWN
    house.poll()
    house.poll()

    (alert,) = house.engine.desk.alerts()
    assert (alert.labels["role"], alert.labels["port_role"], alert.severity) == ("core", "uplink", "critical")
    assert "It counts as uplink: core is on it" in alert.annotations["description"]


async def test_a_trap_of_an_access_port_mails_nobody_and_one_of_any_other_is_told_at_once(book):
    switch = switch_with(CORE, ACCESS_POINT)
    house = await House(book.rules, switch, trap_rules=book.trap_rules).open()
    house.poll()
    house.poll()
    for port in ("p1", "p2", "p4", "p5", "p6"):
        switch.oper[port] = DOWN
        await house.trap(switch, port, LINK_DOWN, DOWN)
    assert await severities(house) == {"ifName=p1": "critical", "ifName=p2": "warning"}

    house.poll(timedelta(seconds=1))
    for port in ("p1", "p2", "p4", "p5", "p6"):
        switch.oper[port] = UP
        await house.trap(switch, port, LINK_UP, UP)
    house.poll()
    house.poll()
    assert await severities(house) == {}
    words = [subject.split("]")[0] for subject in await house.mails()]
    assert (set(words[:2]), words[2:]) == ({"[DOWN", "[WARN"}, ["[OK", "[OK"])


async def test_a_trap_of_a_port_of_which_nobody_knows_or_that_was_not_read_yet_is_told_as_ever(book):
    switch = Switch()
    house = await House(book.rules, switch, trap_rules=book.trap_rules).open()
    await house.trap(switch, "p2", LINK_DOWN, DOWN)
    assert await severities(house) == {"ifIndex=2": "warning"}

    house.poll()
    await house.trap(switch, "p1", LINK_DOWN, DOWN)
    assert (await severities(house))["ifName=p1"] == "critical"


async def test_explain_says_what_a_port_is_taken_for_and_what_happened_to_it(rules):
    switch = switch_with(CORE)
    house = await House(rules, switch).open()
    house.poll()
    house.poll()
    switch.oper["p4"] = DOWN
    house.poll()
    route = build_route(RouteSettings(receiver="noc"))
    live = LiveEngine(
        house.engine.desk, History(rules), rules=rules, route=route, names=NO_MIB, devices=("sw1",),
        now=lambda: house.now,
    )  # fmt: skip
    told = await explanation_of(house.store, Question(rule="InterfaceDown", device="sw1", instance="p4"), live)
    lines = [line.text for line in told.lines]

    assert told.found
    assert "p4 is down, an access port; nobody is mailed" in lines
    assert (
        "the port is taken for an access port: 1 hardware address was behind it, no trunk, no neighbour that names "
        "itself, no description" in lines
    )
    assert house.engine.desk.alerts() == []


async def test_many_access_ports_that_go_at_once_are_one_line(rules):
    names = [f"p{number}" for number in range(1, 49)]
    switch = Switch(ports=48).behind(**dict.fromkeys(names, 1))
    house = await House(rules, switch).open()
    house.poll()
    switch.oper = dict.fromkeys(names, DOWN)
    house.poll()
    switch.oper = dict.fromkeys(names, UP)
    house.poll()

    fell, rose = await house.events()
    assert fell.text.startswith("48 access ports are down; nobody is mailed: p1, p2,")
    assert fell.text.endswith(" and 28 more")
    assert rose.text.startswith("48 access ports are up: p1, p2,")
    assert await house.mails() == []


async def test_of_five_hundred_desks_nobody_is_mailed_and_of_an_uplink_an_access_point_and_a_server_once_each(rules):
    """The first day of eleven switches: computers come in the morning, start anew at noon, go in the evening."""
    dice, switches, days = random.Random(7), [], {}
    for number in range(11):
        switch = Switch(ports=48, name=f"access{number}", devices=[device("core")])
        desks = switch.names[3:] if number == 0 else switch.names[1:]
        switch.oper |= dict.fromkeys(desks, DOWN)
        days[switch.name] = {
            desk: (7 * 60 + dice.randrange(120), 12 * 60 + dice.randrange(60), 17 * 60 + dice.randrange(120))
            for desk in desks
        }
        switches.append(switch)
    assert sum(map(len, days.values())) >= 500
    house = await House(rules, *switches).open()
    house.now = MONDAY.replace(hour=6, minute=0)
    fails = {"p1": 10 * 60, "p2": 11 * 60 + 30, "p3": 15 * 60}
    for minute in range(6 * 60, 21 * 60, 5):
        for switch in switches:
            is_first = switch is switches[0]
            for desk, (comes, restarts, goes) in days[switch.name].items():
                is_on = comes <= minute < goes and not restarts <= minute < restarts + 5
                switch.oper[desk] = UP if is_on else DOWN
            if is_first:
                switch.oper |= {port: DOWN if minute >= at else UP for port, at in fails.items()}
            if minute % 60 == 0:
                switch.now = house.now
                switch.behind(**{desk: 1 + len(desk) % 2 for desk in days[switch.name] if switch.oper[desk] == UP})
                beside = (ACCESS_POINT, SERVER) if is_first else ()
                seen = [row for row in (CORE, *beside) if switch.oper[row["port"]] == UP]
                switch.neighbours(*seen)
        house.poll(timedelta(minutes=5))

    assert await house.mails() == [
        "[DOWN] access0 p1 is down", "[WARN] access0 p2 is down", "[WARN] access0 p3 is down",
    ]  # fmt: skip
    assert len(await house.events()) > 100
