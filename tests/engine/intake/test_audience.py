"""A rule with `devices` is held against the devices it is meant for, and nothing else is different."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.alerts import RouteSettings, build_route
from netwatch.engine import Engine, History, LiveEngine, Question, explanation_of
from netwatch.model import (
    REACHABILITY,
    SCALARS,
    ColumnKind,
    DeviceFacts,
    Oid,
    ReadingGap,
    RowSet,
    TableReading,
    TableSchema,
    Tag,
    TrapEvent,
    Varbind,
)
from netwatch.notify import Mailer, SmtpSettings
from netwatch.rules import Exceptions, IgnoreSettings, parse_rule_book
from netwatch.store import MemoryStore

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
CPU = TableSchema(name="cpu", columns={"load": ColumnKind.GAUGE}, labels=("core", "kind"))
SCHEMA = {"reachability": REACHABILITY, "cpu": CPU}
ROWS = RowSet(index=("1", "2"), keys=("core=1", "core=2"), labels={"core": ("1", "2"), "kind": ("a\x1b[31m", "b")})
CISCO = DeviceFacts(
    profile="cisco", vendor="cisco", sys_descr="Cisco IOS", sys_object_id="1.3.6.1.4.1.9.1", sys_name="r"
)


class House:
    """An engine, what it knows of devices, and a clock that the test turns."""

    def __init__(self, rules: str, store: MemoryStore | None = None, exceptions: Exceptions | None = None) -> None:
        self.now, self.facts, self.store = START, dict[str, DeviceFacts](), store or MemoryStore()
        book = parse_rule_book(rules, "rules.yaml", SCHEMA)
        self.engine = Engine(
            rules=book.rules, trap_rules=book.trap_rules, route=build_route(RouteSettings(receiver="noc")),
            device_labels={"core1": {"site": "hq"}, "acc1": {"site": "branch"}}, ledger=self.store,
            mailer=Mailer(SmtpSettings(), []), clock=lambda: self.now, facts_of=self.facts.get, exceptions=exceptions,
        )  # fmt: skip

    async def open(self) -> House:
        await self.store.start()
        await self.engine.start()
        return self

    async def restarted(self, rules: str) -> House:
        await self.engine.stop()
        await asyncio.sleep(0)
        again = House(rules, self.store)
        again.now = self.now
        await again.engine.start()
        return again

    def load(self, *values: int, device: str = "core1", **more: object) -> None:
        self.now += timedelta(seconds=60)
        reading = TableReading(device=device, table="cpu", at=self.now, rows=ROWS, columns={"load": list(values)})
        self.engine.take_reading(replace(reading, **more))

    def up(self, value: int, device: str = "core1") -> None:
        self.now += timedelta(seconds=10)
        self.engine.take_reading(
            TableReading(device=device, table="reachability", at=self.now, rows=SCALARS, columns={"up": [value]})
        )

    def alerts(self) -> set[tuple[str, str, str]]:
        return {(one.key.rule, one.key.device, one.key.instance) for one in self.engine.desk.alerts()}


def rule(*, name: str = "Hot", expr: str = "load > 70", **keys: str) -> str:
    return "\n  - ".join(["rules:", f"alert: {name}"]) + "".join(
        f"\n    {key}: {text}" for key, text in {"expr": f'"{expr}"', **keys}.items()
    )


@pytest.mark.parametrize("matcher", [
    'device="core1"', 'site="hq"', 'vendor="cisco"', 'profile=~"cis.*"', 'sysDescr=~"Cisco.*"', 'site!="branch"',
    'sysObjectID="1.3.6.1.4.1.9.1"', 'sysName="r"',
])  # fmt: skip
async def test_a_rule_is_held_against_the_devices_it_is_meant_for(matcher):
    house = await House(rule(devices=f"['{matcher}']")).open()
    house.facts |= {"core1": CISCO, "acc1": DeviceFacts(profile="generic", sys_descr="Linux")}

    house.load(90, 10, device="core1")
    house.load(90, 10, device="acc1")

    assert house.alerts() == {("Hot", "core1", "core=1")}
    assert house.engine.desk.is_meant("Hot", "core1")
    assert not house.engine.desk.is_meant("Hot", "acc1")


async def test_a_device_that_turns_out_to_be_another_ends_the_alert_of_a_rule_not_meant_for_it():
    house = await House(rule(devices="['vendor=\"cisco\"']")).open()
    house.facts["core1"] = CISCO
    house.load(90, 10)
    assert house.alerts() == {("Hot", "core1", "core=1")}

    house.facts["core1"] = replace(CISCO, vendor="juniper")
    house.load(90, 10)

    assert house.alerts() == set()
    (event,) = [event for event in await house.store.events() if "not meant" in event.text]
    assert event.device == "core1"


async def test_what_a_device_is_stays_known_over_a_restart():
    text = rule(name="Down", expr="up == 0", devices="['vendor=\"juniper\"']")
    house = await House(text).open()
    house.facts["core1"] = CISCO
    house.up(1)

    again = await house.restarted(text)
    again.up(0)

    assert again.alerts() == set()


async def test_a_device_that_was_never_asked_what_it_is_is_rather_watched_than_not():
    house = await House(rule(name="Down", expr="up == 0", devices="['vendor=\"cisco\"', 'site=\"hq\"']")).open()

    house.up(0, "core1")
    house.up(0, "acc1")

    assert house.alerts() == {("Down", "core1", "")}


async def test_no_data_is_nothing_to_a_rule_that_is_not_meant():
    house = await House(rule(no_data="alert", devices="['site=\"branch\"']")).open()

    for device in ("core1", "acc1"):
        house.engine.take_gap(ReadingGap(device=device, table="cpu", at=START, reason="no answer"))

    assert house.alerts() == {("Hot", "acc1", "")}


TRAP = """rules:
  - alert: Fan
    on_trap: 1.3.6.1.4.1.99.1
    devices: ['site="hq"']
    key: [part]
    varbinds: {part: {oid: 1.3.6.1.4.1.99.2, kind: text}, word: {oid: 1.3.6.1.4.1.99.3, kind: text}}
    labels: {severity: "{{ word }}", unit: "{{ part | upper }}"}
"""


def hear(house: House, device: str, part: bytes, word: bytes = b"critical") -> None:
    varbinds = tuple(
        Varbind(oid=Oid.parse(f"1.3.6.1.4.1.99.{number}.0"), tag=Tag.OCTET_STRING, value=value)
        for number, value in ((2, part), (3, word))
    )
    event = TrapEvent(
        at=house.now, source="192.0.2.1", device=device, version="2c", trap_oid=Oid.parse("1.3.6.1.4.1.99.1"),
        varbinds=varbinds,
    )  # fmt: skip
    house.engine.take_trap(event)


async def test_a_trap_rule_is_meant_for_some_senders_too():
    house = await House(TRAP).open()

    hear(house, "core1", b"fan1")
    hear(house, "acc1", b"fan1")

    assert {(device, name) for name, device, _ in house.alerts()} == {("core1", "Fan")}


async def test_labels_of_a_trap_rule_are_rendered_cleaned_once_and_kept():
    house = await House(TRAP).open()

    hear(house, "core1", b"f\x1b[31man\n1", b"minor")
    hear(house, "core1", b"f\x1b[31man\n1", b"major")

    (alert,) = house.engine.desk.alerts()
    assert alert.severity == "minor"
    assert "\x1b" not in alert.labels["unit"]
    assert "\n" not in alert.labels["unit"]


async def test_a_trap_about_an_ignored_row_begins_nothing():
    ignored = IgnoreSettings.model_validate({"match": ['device="core1"', 'part="fan2"'], "rules": ["Fan"]})
    house = await House(TRAP, exceptions=Exceptions((), [ignored])).open()

    hear(house, "core1", b"fan1")
    hear(house, "core1", b"fan2")

    assert [alert.labels["unit"] for alert in house.engine.desk.alerts()] == ["FAN1"]


async def test_labels_are_templates_rendered_when_it_begins():
    labels = (
        """{severity: "{{ 'warning' if value == 90 else 'critical' }}", """
        """core_kind: "{{ kind }}/{{ labels.site }}", none: "{{ '' }}"}"""
    )
    house = await House(rule(labels=labels)).open()

    house.load(90, 10)
    house.load(99, 10)

    (alert,) = house.engine.desk.alerts()
    assert (alert.severity, alert.labels["core_kind"], "none" in alert.labels) == ("warning", "a[31m/hq", False)


TWINS = """rules:
  - {alert: Cpu, expr: load > 70, labels: {severity: warning}}
  - {alert: Cpu, expr: load > 90, labels: {severity: critical}}
"""


async def test_two_rules_of_one_name_have_an_alert_each():
    house = await House(TWINS).open()

    house.load(95, 80)

    assert house.alerts() == {
        ('Cpu{severity="warning"}', "core1", "core=1"), ('Cpu{severity="critical"}', "core1", "core=1"),
        ('Cpu{severity="warning"}', "core1", "core=2"),
    }  # fmt: skip
    assert {alert.key.alertname for alert in house.engine.desk.alerts()} == {"Cpu"}


@pytest.mark.parametrize(("before", "after", "name"), [
    (TWINS.rpartition("  - ")[0], TWINS, 'Cpu{severity="warning"}'), (TWINS, TWINS.rpartition("  - ")[0], "Cpu"),
])  # fmt: skip
async def test_an_alert_goes_on_when_its_rule_gets_a_twin_or_loses_it(before, after, name):
    house = await House(before).open()
    house.load(80, 10)
    (was,) = house.engine.desk.alerts()

    again = await house.restarted(after)

    (now,) = again.engine.desk.alerts()
    assert (now.id, now.key.rule) == (was.id, name)
    again.load(10, 10)
    assert again.alerts() == set()


async def test_a_row_that_a_rule_shall_ignore_from_now_on_ends_its_alert():
    house = await House(TWINS).open()
    house.load(95, 80)

    house.load(95, 80, ignored={"Cpu": frozenset(["core=1"])})

    assert {instance for _, _, instance in house.alerts()} == {"core=2"}
    assert any("the configuration says to ignore it" in event.text for event in await house.store.events())


async def explained(house: House, rules: str, name: str, device: str = "core1"):
    book = parse_rule_book(rules, "rules.yaml", SCHEMA)
    live = LiveEngine(
        house.engine.desk, History(book.rules), rules=book.rules, devices=("core1", "acc1"), route=None,
        now=lambda: house.now,
    )  # fmt: skip
    await asyncio.sleep(0)
    return await explanation_of(house.store, Question(rule=name, device=device, instance="core=1"), live)


async def test_explain_says_that_a_rule_is_not_meant_for_a_device():
    text = rule(devices="['site=\"branch\"']")
    house = await House(text).open()
    house.load(99, 99)

    answer = await explained(house, text, "Hot")

    assert answer.verdict.startswith(
        'It does not fire: the rule is meant for devices with site="branch", and core1 is none of them'
    )


async def test_explain_takes_the_name_that_rules_share_for_the_one_that_has_an_alert():
    house = await House(TWINS).open()
    house.load(80, 10)

    answer = await explained(house, TWINS, "Cpu")

    assert (answer.found, answer.rule) == (True, 'Cpu{severity="warning"}')


async def test_explain_asks_which_rule_is_meant_where_that_is_open():
    house = await House(TWINS).open()
    house.load(95, 10)

    answer = await explained(house, TWINS, "Cpu")

    assert not answer.found
    assert answer.suggestions == ('Cpu{severity="critical"}', 'Cpu{severity="warning"}')
    assert (await explained(house, TWINS, 'Cpu{severity="critical"}')).found
