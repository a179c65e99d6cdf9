"""One cause, one alert: a trap begins what a rule about readings has the last word on."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from ipaddress import IPv4Address
from typing import Any

import pytest
from prometheus_client import REGISTRY

from netwatch.alerts import FlapPolicy, Policy, RouteSettings, build_route
from netwatch.engine import Engine, History, LiveEngine, Question, explanation_of
from netwatch.metrics import Board
from netwatch.mib import MibIndex, load_index
from netwatch.model import (
    Alert,
    AlertKey,
    AlertState,
    Oid,
    OutboxEntry,
    ReadingGap,
    RowSet,
    Silence,
    TableReading,
    Tag,
    TrapEvent,
    Value,
    Varbind,
    shipped_directory,
)
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.profiles import load_library
from netwatch.rules import NO_MIB, MibNames, load_rule_book
from netwatch.store import MemoryStore

START = datetime(2026, 3, 1, 17, 10, 21, tzinfo=UTC)
LINK_DOWN, LINK_UP, COLD_START = (f"1.3.6.1.6.3.1.1.5.{number}" for number in (3, 4, 1))
BGP_DOWN, BGP_UP, BGP = "1.3.6.1.2.1.15.0.2", "1.3.6.1.2.1.15.0.1", "1.3.6.1.2.1.15.3.1"
OSPF_CHANGE, OSPF = "1.3.6.1.2.1.14.16.2.2", "1.3.6.1.2.1.14.10.1"
IF = "1.3.6.1.2.1.2.2.1"
PORTS = RowSet(
    index=("7", "8"),
    keys=("ifName=Gi1/0/7", "ifName=Gi1/0/8"),
    labels={"ifIndex": ("7", "8"), "ifName": ("Gi1/0/7", "Gi1/0/8"), "ifAlias": ("uplink", "")},
)
PEERS = RowSet(
    index=("10.77.0.2", "10.77.0.3", "10.77.0.2.0"), keys=("bgp 10.77.0.2", "bgp 10.77.0.3", "ospf 10.77.0.2"),
    labels={
        "peer": ("10.77.0.2", "10.77.0.3", "10.77.0.2"), "protocol": ("bgp", "bgp", "ospf"),
        "remote_as": ("64500", "64501", ""), "vrf": ("", "", ""),
    },
)  # fmt: skip
NEIGHBOURS = RowSet(
    index=("10.0.0.1.0", "10.0.0.9.0"), keys=("ospf 10.0.0.1", "ospf 10.0.0.9"),
    labels={"peer": ("10.0.0.1", "10.0.0.9"), "protocol": ("ospf", "ospf"), "remote_as": ("", ""), "vrf": ("", "")},
)  # fmt: skip
UP, DOWN = 1, 2
APC_ON_BATTERY, APC_POWER_RESTORED = "1.3.6.1.4.1.318.0.5", "1.3.6.1.4.1.318.0.9"
PORT = ("InterfaceDown", "sw1", "ifName=Gi1/0/7")


@pytest.fixture(scope="module")
def mibs() -> MibIndex:
    return load_index()


class House:
    """An engine with the shipped rules, a board of readings, and a clock that the test turns."""

    def __init__(self, store: MemoryStore | None = None, names: MibNames = NO_MIB) -> None:
        self.now, self.store, self.board, self.names = START, store or MemoryStore(), Board(), names
        self.polled: list[str] = []
        numbers = itertools.count(1)
        receivers = [ReceiverSettings(name="noc", email=EmailSettings(to=["a@example.net"]))]
        rules = sorted(shipped_directory("rules").glob("*.yaml"))
        book = load_rule_book(rules, load_library([]).schema(), names)
        self.rules = (*book.rules, *book.trap_rules)
        self.route = build_route(RouteSettings(receiver="noc", group_wait="30s", group_interval="5m"))
        self.engine = Engine(
            rules=book.rules,
            trap_rules=book.trap_rules,
            route=self.route,
            device_labels={"sw1": {"site": "hq"}},
            ledger=self.store,
            mailer=Mailer(SmtpSettings.model_validate({"from": "NetWatch <nw@example.net>"}), receivers),
            rows=self.board,
            policy=Policy(flapping=FlapPolicy()),
            names=names,
            poll_now=self.polled.append,
            clock=lambda: self.now,
            new_id=lambda: f"{id(self)}-{next(numbers)}",
        )

    async def open(self) -> House:
        await self.store.start()
        await self.engine.start()
        return self

    async def restarted(self) -> House:
        await self.engine.stop()
        again = House(self.store, self.names)
        again.now = self.now
        await again.engine.start()
        return again

    def later(self, seconds: float) -> datetime | None:
        self.now += timedelta(seconds=seconds)
        return self.engine.flush_due(self.now)

    def hear(self, oid: str, *varbinds: tuple[str, Value], **fields: Any) -> asyncio.Future[None]:
        bound = tuple(Varbind(oid=Oid.parse(name), tag=Tag.INTEGER, value=value) for name, value in varbinds)
        given = {"at": self.now, "source": "192.0.2.1", "device": "sw1", "version": "2c"} | fields
        return self.engine.take_trap(TrapEvent(trap_oid=Oid.parse(oid), varbinds=bound, **given))

    def link(self, oid: str, index: int = 7, **fields: Any) -> asyncio.Future[None]:
        oper = DOWN if oid == LINK_DOWN else UP
        return self.hear(
            oid, (f"{IF}.1.{index}", index), (f"{IF}.7.{index}", UP), (f"{IF}.8.{index}", oper), **fields
        )

    def bgp(self, oid: str, value: str, state: int, peer: str = "10.77.0.2") -> asyncio.Future[None]:
        return self.hear(
            oid, (f"{BGP}.7.{peer}", IPv4Address(value)), (f"{BGP}.14.{peer}", b"\6\7"), (f"{BGP}.2.{peer}", state)
        )

    def read(
        self, table: str, rows: RowSet, columns: Mapping[str, list[Value]], *, asked: float = 0.1, **fields: Any
    ) -> None:
        given = {"at": self.now, "asked_at": self.now - timedelta(seconds=asked)} | fields
        reading = TableReading(device="sw1", table=table, rows=rows, columns=columns, **given)
        self.board.take_reading(reading)
        self.engine.take_reading(reading)

    def ports(self, *oper: int, **fields: Any) -> None:
        rows = fields.pop("rows", PORTS)
        self.read("interface", rows, {"interface_admin": [UP, UP], "interface_oper": list(oper)}, **fields)

    def check(self, age: float | None, host: float | None = None) -> None:
        columns: dict[str, list[Value]] = {
            "up": [1], "seconds_since_restart": [age if host is None else host],
            "seconds_since_agent_restart": [None if host is None else age], "host_uptime_seconds": [host],
        }  # fmt: skip
        self.read("reachability", RowSet(index=("",), keys=("",)), columns)

    def states(self) -> dict[tuple[str, str, str], AlertState]:
        return {(a.key.rule, a.key.device, a.key.instance): a.state for a in self.engine.desk.alerts()}

    def alert(self) -> Alert:
        (found,) = self.engine.desk.alerts()
        return found

    async def texts(self) -> list[str]:
        return [event.text for event in reversed(await self.store.events()) if event.kind == "alert"]

    async def subjects(self) -> list[str]:
        return [entry.subject for entry in reversed(await self.store.outbox())]


def written(mail: OutboxEntry) -> str:
    """Return the plain text of a mail, its lines joined."""
    body = message_from_bytes(mail.message, policy=policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


@pytest.fixture
async def house():
    opened = await House().open()
    yield opened
    await opened.engine.stop()


@pytest.fixture
async def named_house(mibs):
    opened = await House(names=mibs).open()
    yield opened
    await opened.engine.stop()


async def test_a_trap_begins_the_polled_rules_alert_at_once_and_asks_for_a_poll(house):
    house.ports(UP, UP)
    house.later(20)

    await house.link(LINK_DOWN)

    alert = house.alert()
    assert house.states() == {PORT: AlertState.FIRING}
    assert (alert.severity, alert.value, alert.labels["ifAlias"]) == ("critical", "down", "uplink")
    assert alert.annotations["summary"] == "Gi1/0/7 on sw1 is down"
    assert "Trap: 1.3.6.1.6.3.1.1.5.3 from 192.0.2.1, at 17:10:41 UTC." in alert.annotations["description"]
    assert house.polled == ["sw1"]


async def test_a_poll_that_confirms_adds_its_line_and_makes_no_second_alert(house):
    house.ports(UP, UP)
    house.later(20)
    await house.link(LINK_DOWN)
    begun = house.alert()
    house.later(1)
    house.ports(DOWN, UP)
    house.later(60)
    house.ports(DOWN, UP)

    alert = house.alert()
    assert (alert.id, alert.state, alert.trap_count) == (begun.id, AlertState.FIRING, 1)
    lines = alert.annotations["description"].splitlines()
    assert [line.partition(":")[0] for line in lines[-2:]] == ["Trap", "Poll"]
    assert lines[-1] == "Poll: read down at 17:10:42 UTC."
    assert await house.texts() == [
        "firing: a trap says so (1.3.6.1.6.3.1.1.5.3 from 192.0.2.1)",
        "confirmed by polling: read down at 17:10:42",
    ]
    (mail,) = await house.store.outbox()
    assert mail.subject.startswith("[DOWN]")
    assert "Trap: 1.3.6.1.6.3.1.1.5.3" in written(mail)
    assert "Poll: read down" in written(mail)


async def test_a_poll_that_reads_up_ends_what_the_trap_began_within_one_poll(house):
    house.ports(UP, UP)
    house.later(10)
    await house.link(LINK_DOWN)
    house.later(5)

    house.ports(UP, UP)

    assert house.states() == {}
    assert (await house.texts())[-1] == "resolved: the expression is no longer true (read up at 17:10:36)"
    house.later(600)
    assert await house.subjects() == []


async def test_the_end_that_a_poll_reads_is_kept_with_what_it_read_and_mailed(house):
    house.ports(UP, UP)
    await house.link(LINK_DOWN)
    house.later(1)
    house.ports(DOWN, UP)
    house.later(60)
    house.ports(UP, UP)
    house.later(300)

    _, over = reversed(await house.store.outbox())
    assert over.subject.startswith("[OK]")
    (alert,) = await house.store.alerts()
    assert alert.annotations["said_by_poll"] == "Poll: read up at 17:11:22 UTC, so it is over."
    assert alert.annotations["description"].endswith(alert.annotations["said_by_poll"])
    assert "read down" not in alert.annotations["description"]


async def test_a_poll_that_was_asked_before_the_trap_cannot_contradict_it(house):
    house.ports(UP, UP)
    house.later(20)
    await house.link(LINK_DOWN)
    house.later(0.3)

    house.ports(UP, UP, asked=0.5)
    assert house.states() == {PORT: AlertState.FIRING}
    house.later(1)
    house.ports(UP, UP)

    assert house.states() == {}


async def test_what_a_poll_saw_first_a_trap_joins_and_fires(house):
    house.ports(UP, UP)
    house.later(60)
    house.ports(DOWN, UP)
    assert house.states() == {PORT: AlertState.PENDING}
    house.later(1)

    await house.link(LINK_DOWN)

    alert = house.alert()
    assert alert.state is AlertState.FIRING
    assert "Poll: seen since 2026-03-01 17:11:21 UTC." in alert.annotations["description"]
    assert house.later(3 * 86400) is not None
    assert house.states() == {PORT: AlertState.FIRING}  # the trap's ttl ends nothing that a poll saw


async def test_a_clearing_trap_waits_for_the_poll_and_is_noted(house):
    house.ports(UP, UP)
    await house.link(LINK_DOWN)
    house.later(1)
    house.ports(DOWN, UP)
    house.later(60)

    await house.link(LINK_UP)
    assert house.states() == {PORT: AlertState.FIRING}
    assert "the next poll decides" in (await house.texts())[-1]
    house.later(1)
    house.ports(UP, UP)

    assert house.states() == {}


async def test_a_clearing_trap_ends_it_where_the_newest_poll_agrees_or_the_table_is_not_read(house):
    house.ports(UP, UP)
    await house.link(LINK_DOWN)
    house.later(1)
    await house.link(LINK_UP)
    assert house.states() == {}
    assert "the newest poll agrees" in (await house.texts())[-1]

    await house.link(LINK_DOWN)
    house.later(1)
    house.ports(DOWN, UP)
    gap = ReadingGap(device="sw1", table="interface", at=house.now, reason="no answer")
    house.board.take_gap(gap)
    house.engine.take_gap(gap)
    await house.link(LINK_UP)

    assert house.states() == {}
    assert "interface is not read at the moment" in (await house.texts())[-1]


async def test_a_device_that_is_not_polled_is_told_by_the_trap_rule_alone(house):
    house.ports(UP, UP)
    await house.link(LINK_DOWN, device="", source="192.0.2.77")
    await house.link(LINK_DOWN, 99)  # the table has no such row
    assert set(house.states()) == {("LinkDown", "192.0.2.77", "ifIndex=7"), ("LinkDown", "sw1", "ifIndex=99")}

    await house.link(LINK_UP, 99)
    await house.link(LINK_UP, device="", source="192.0.2.77")

    assert house.states() == {}


@pytest.mark.parametrize("first_reading", [DOWN, UP], ids=["down", "up"])
async def test_what_was_told_alone_before_the_first_poll_becomes_the_polled_rules_alert(house, first_reading):
    await house.link(LINK_DOWN)
    alone = house.alert()
    assert alone.key.rule == "LinkDown"
    house.later(40)
    assert len(await house.subjects()) == 1

    house.ports(first_reading, UP)
    house.later(400)

    if first_reading is DOWN:
        alert = house.alert()
        assert (alert.id, alert.key) == (alone.id, AlertKey(rule="InterfaceDown", device="sw1", instance=PORT[2]))
        assert await house.store.alerts() == [alert]
        assert len(await house.subjects()) == 1
    else:
        assert house.states() == {}
        assert [subject[:4] for subject in await house.subjects()] == ["[WAR", "[OK]"]


@pytest.mark.parametrize(("role", "told"), [("access", []), ("uplink", ["[DOW"])])
async def test_a_trap_right_after_a_restart_waits_for_what_hangs_on_the_port(house, role, told):
    house.ports(UP, UP)
    again = await house.restarted()
    await again.link(LINK_DOWN)
    assert again.states() == {("LinkDown", "sw1", "ifIndex=7"): AlertState.PENDING}
    assert again.polled == ["sw1"]

    again.later(5)
    roles = replace(PORTS, labels={**PORTS.labels, "role": (role, "")})
    again.ports(DOWN, UP, rows=roles)
    again.later(15)
    again.ports(DOWN, UP, rows=roles)
    again.later(40)

    assert set(again.states()) == ({PORT} if told else set())
    assert [subject[:4] for subject in await again.subjects()] == told
    assert not [event for event in await again.store.events() if "firing" in event.text and "LinkDown" in event.rule]
    await again.engine.stop()


async def test_the_alert_survives_a_restart_between_trap_and_poll(house):
    house.ports(UP, UP)
    house.later(20)
    await house.link(LINK_DOWN)
    begun = house.alert()

    again = await house.restarted()
    await again.link(LINK_DOWN)  # nothing was polled yet
    assert (again.alert().id, again.alert().trap_count) == (begun.id, 2)
    assert set(again.states()) == {PORT}
    again.later(1)
    again.ports(UP, UP)

    assert again.states() == {}
    await again.engine.stop()


async def test_repeats_count_and_a_silence_or_acknowledgement_of_the_polled_rule_holds_for_traps(house):
    house.ports(UP, UP)
    until = house.now + timedelta(hours=1)
    await house.engine.put_silence(
        Silence(
            id="s", matchers=('alertname="InterfaceDown"',), starts_at=house.now, ends_at=until, created_by="ann",
            comment="work", updated_at=house.now,
        )
    )  # fmt: skip
    await house.link(LINK_DOWN)
    await house.engine.acknowledge([house.alert().id], "ann")
    await house.link(LINK_DOWN, count=40, repeated=True)
    house.later(60)

    alert = house.alert()
    assert (alert.trap_count, alert.acked_by) == (41, "ann")
    assert "41 times" in alert.annotations["description"]
    assert await house.subjects() == []


async def test_a_port_that_comes_and_goes_faster_than_polls_is_told_once_as_flapping(house):
    house.ports(UP, UP)
    for _ in range(9):
        await house.link(LINK_DOWN)
        house.later(1)
        house.ports(UP, UP)
        house.later(60)

    assert house.alert().flapping
    assert [subject[:6] for subject in await house.subjects()] == ["[DOWN]"]
    for _ in range(20):
        house.later(60)
        house.ports(UP, UP)
    assert house.states() == {}


async def test_only_what_the_trap_tells_counts_for_whether_it_is_news(house):
    house.ports(UP, UP)

    await house.hear(LINK_DOWN, (f"{IF}.1.7", 7))  # no status: what was read before may be over

    assert set(house.states()) == {PORT}
    assert house.alert().annotations["summary"] == "Gi1/0/7 on sw1 is down"


async def test_a_port_switched_off_on_purpose_is_no_news(house):
    house.ports(UP, UP)

    await house.hear(LINK_DOWN, (f"{IF}.1.7", 7), (f"{IF}.7.7", DOWN), (f"{IF}.8.7", DOWN))

    assert house.states() == {}


def sessions(house: House, *states: int) -> None:
    words = {6: (UP, b"established"), 3: (DOWN, b"active")}
    house.read(
        "peer", PEERS,
        {"peer_state": [*(words[state][0] for state in states), UP],
         "peer_word": [*(words[state][1] for state in states), b"full"]},
    )  # fmt: skip


@pytest.mark.parametrize("with_mibs", [True, False], ids=["MIB modules", "no MIB module"])
async def test_a_bgp_session_is_one_alert_of_its_peer_from_trap_to_poll(house, named_house, with_mibs):
    house = named_house if with_mibs else house
    sessions(house, 6, 6)
    house.later(10)
    await house.bgp(BGP_DOWN, "10.77.0.2", 1)
    for _ in range(3):
        house.later(120)
        await house.bgp(BGP_DOWN, "0.0.0.0", 2)  # noqa: S104
        house.later(1)
        sessions(house, 3, 6)
    await house.bgp(BGP_DOWN, "0.0.0.0", 2, peer="10.77.0.3")  # noqa: S104

    assert set(house.states()) == {("PeerDown", "sw1", "bgp 10.77.0.2"), ("PeerDown", "sw1", "bgp 10.77.0.3")}
    first = house.engine.desk.current("PeerDown", "sw1", "bgp 10.77.0.2")
    assert first.trap_count == 4
    assert first.annotations["summary"] == "sw1 lost BGP with 10.77.0.2 (AS 64500)"
    house.later(1)
    await house.bgp(BGP_UP, "10.77.0.2", 6)
    house.later(1)
    sessions(house, 6, 6)

    assert house.states() == {}


async def test_a_bgp_peer_that_never_was_up_begins_nothing_however_often_it_says_so(house):
    before = REGISTRY.get_sample_value("netwatch_traps_no_news_total") or 0.0
    sessions(house, 3, 6)
    for _ in range(20):
        house.later(120)
        await house.bgp(BGP_DOWN, "0.0.0.0", 2)  # noqa: S104
        sessions(house, 3, 6)

    assert house.states() == {}
    assert len(await house.texts()) == 1
    assert "PeerDown says no of what it tells" in (await house.texts())[0]
    assert REGISTRY.get_sample_value("netwatch_traps_no_news_total") == before + 20


async def test_an_ospf_neighbour_is_found_by_its_address_and_its_vanished_row_is_no_end(named_house):
    house = named_house
    house.read("peer", NEIGHBOURS, {"peer_state": [UP, UP]})
    house.later(1)
    for row in ("10.0.0.1.0", "10.0.0.9.0"):
        address = IPv4Address(row.removesuffix(".0"))
        await house.hear(OSPF_CHANGE, (f"{OSPF}.1.{row}", address), (f"{OSPF}.2.{row}", 0), (f"{OSPF}.6.{row}", 1))
    assert set(house.states()) == {("PeerDown", "sw1", "ospf 10.0.0.1"), ("PeerDown", "sw1", "ospf 10.0.0.9")}
    house.later(1)
    gone = RowSet(
        index=NEIGHBOURS.index[1:], keys=NEIGHBOURS.keys[1:],
        labels={name: texts[1:] for name, texts in NEIGHBOURS.labels.items()},
    )  # fmt: skip
    house.read("peer", gone, {"peer_state": [UP]})

    assert set(house.states()) == {("PeerDown", "sw1", "ospf 10.0.0.1")}
    await house.hear(OSPF_CHANGE, (f"{OSPF}.1.10.0.0.1.0", IPv4Address("10.0.0.1")), (f"{OSPF}.6.10.0.0.1.0", 1))
    assert house.alert().trap_count == 2
    house.later(60)
    house.read("peer", NEIGHBOURS, {"peer_state": [UP, UP]})
    assert house.states() == {}


async def test_a_neighbour_whose_row_vanished_is_lost_without_any_trap_and_well_when_it_is_back(house):
    left = RowSet(index=("10.0.0.9.0",), keys=("ospf 10.0.0.9",),
                  labels={name: texts[1:] for name, texts in NEIGHBOURS.labels.items()})  # fmt: skip
    house.read("peer", NEIGHBOURS, {"peer_state": [UP, UP]})
    for _ in range(3):
        house.later(60)
        house.read("peer", left, {"peer_state": [UP]})

    assert house.states() == {("PeerDown", "sw1", "ospf 10.0.0.1"): AlertState.FIRING}
    assert house.alert().annotations["title"] == "sw1 lost OSPF with 10.0.0.1"
    house.later(60)
    house.read("peer", NEIGHBOURS, {"peer_state": [UP, UP]})
    assert house.states() == {}


async def test_other_firmware_is_a_line_of_the_log_and_nobody_is_mailed(house):
    for version in ("15.2", "15.7", "15.7"):
        rows = RowSet(index=("",), keys=("device",), labels={"version": (version,), "serial": ("SN1",)})
        house.read("identity", rows, {})
        house.later(60)

    (event,) = [event for event in await house.store.events() if event.rule == "FirmwareChanged"]
    assert (event.kind, event.device, event.text) == ("device", "sw1", "its version changed from 15.2 to 15.7")
    assert event.details == {"table": "identity", "what": "version", "before": "15.2", "now": "15.7"}
    assert await house.subjects() == []


@pytest.mark.parametrize(("confirmed", "state"), [(False, AlertState.FIRING), (True, AlertState.GONE)])
async def test_only_what_a_poll_has_seen_too_is_gone_when_its_row_vanishes(house, confirmed, state):
    house.ports(UP, UP)
    house.later(1)
    await house.link(LINK_DOWN)
    house.later(30)
    if confirmed:
        house.ports(DOWN, UP)
    left = RowSet(
        index=("8",), keys=("ifName=Gi1/0/8",), labels={name: texts[1:] for name, texts in PORTS.labels.items()}
    )
    for _ in range(4):
        house.later(60)
        house.read("interface", left, {"interface_admin": [UP], "interface_oper": [UP]})

    assert house.states() == {PORT: state}
    await house.link(LINK_DOWN)
    assert house.states() == {PORT: AlertState.FIRING}
    house.later(60)
    house.ports(UP, UP)
    house.later(600)
    house.ports(UP, UP)
    assert house.states() == {}


async def test_a_restart_of_the_host_is_told_by_trap_and_check_as_one_alert(house):
    house.check(None)
    await house.hear(COLD_START)
    assert house.states() == {("DeviceRebooted", "sw1", ""): AlertState.PENDING}
    house.later(2)

    house.check(30.0)

    assert house.states() == {("DeviceRebooted", "sw1", ""): AlertState.FIRING}
    assert house.alert().annotations["summary"] == "sw1 has restarted"


async def test_a_restart_of_the_agent_alone_is_no_reboot_but_an_agent_restarted(house):
    house.check(None)
    await house.hear(COLD_START)
    house.later(2)

    house.check(30.0, host=50 * 86400.0)
    house.later(300)

    assert house.states() == {("AgentRestarted", "sw1", ""): AlertState.FIRING}
    assert await house.subjects() == ["[INFO] sw1 restarted its SNMP agent only"]
    assert house.alert().annotations["summary"] == "The SNMP agent of sw1 restarted; the host has been up for 50d"


async def test_a_start_on_which_no_check_has_a_word_fires_after_its_hold_time_and_ends_by_its_ttl(house):
    house.check(None)
    await house.hear(COLD_START)
    house.later(15)
    assert house.states() == {("DeviceRebooted", "sw1", ""): AlertState.FIRING}
    house.check(None)
    house.later(585)

    assert house.states() == {}
    (alert,) = await house.store.alerts()
    assert alert.annotations["description"].endswith(
        "It ended by itself, 10m after the last such trap; no poll had a word on it."
    )


async def test_only_a_reading_of_the_same_device_takes_over_what_was_told_alone(house):
    await house.link(LINK_DOWN)
    reading = TableReading(
        device="other", table="interface", at=house.now, rows=PORTS,
        columns={"interface_admin": [UP, UP], "interface_oper": [DOWN, UP]},
    )  # fmt: skip
    house.engine.take_reading(reading)
    assert set(house.states()) == {("LinkDown", "sw1", "ifIndex=7")}
    house.engine.take_reading(replace(reading, device="sw1", partial=True))

    assert set(house.states()) == {PORT}


async def test_explain_has_what_both_said_and_the_trap_rule_says_whom_to_ask_about(house):
    house.ports(UP, UP)
    house.later(10)
    await house.link(LINK_DOWN)
    house.later(1)
    house.ports(DOWN, UP)
    live = LiveEngine(
        house.engine.desk, History(), rules=house.rules, devices=("sw1",), route=house.route, now=lambda: house.now
    )  # fmt: skip

    answer = await explanation_of(house.store, Question(rule="InterfaceDown", device="sw1"), live)
    alone = await explanation_of(house.store, Question(rule="LinkDown", device="sw1"), live)

    told = [line for line in answer.lines if line.kind == "alert"]
    assert [line.text for line in told] == [
        "firing: a trap says so (1.3.6.1.6.3.1.1.5.3 from 192.0.2.1)",
        "confirmed by polling: read down at 17:10:32",
    ]
    assert told[0].details["varbinds"].startswith(f"{IF}.1.7 = 7")
    assert "interface_oper" in told[1].details["shown"]
    assert "in interface it begins InterfaceDown, so ask about that" in alone.verdict
    rule = next(line for line in alone.lines if line.kind == "rule")
    assert rule.details["witness_of"] == "InterfaceDown"


async def test_where_polls_hold_nothing_of_what_a_trap_tells_the_clearing_trap_ends_it(house):
    system = RowSet(index=("",), keys=("",))
    house.read("system", system, {"sysUpTime": [100]})
    await house.hear(APC_ON_BATTERY)
    begun = house.states()
    house.read("system", system, {"sysUpTime": [200]})
    await house.hear(APC_POWER_RESTORED)

    assert begun == {("UpsOnBattery", "sw1", ""): AlertState.FIRING}
    assert house.states() == {}
    assert "what the rule asks about is not read there" in (await house.texts())[-1]


async def test_where_polls_tell_of_the_battery_the_clearing_trap_waits_for_them(house):
    system = RowSet(index=("",), keys=("",))
    house.read("system", system, {"upsBasicOutputStatus": [2]})
    house.later(20)
    await house.hear(APC_ON_BATTERY)
    house.later(20)
    house.read("system", system, {"upsBasicOutputStatus": [3]})
    await house.hear(APC_POWER_RESTORED)
    waiting = house.states()
    house.later(20)
    house.read("system", system, {"upsBasicOutputStatus": [2]})

    assert waiting == {("UpsOnBattery", "sw1", ""): AlertState.FIRING}
    assert house.states() == {}


async def test_what_the_sender_says_in_its_own_words_stands_in_what_people_read(house):
    house.read("system", RowSet(index=("",), keys=("",)), {"upsBasicOutputStatus": [2]})
    house.later(20)
    said = b"UPS: On battery power in response to an input power problem."
    await house.hear(APC_ON_BATTERY, ("1.3.6.1.4.1.318.2.3.3.0", said), ("1.3.6.1.2.1.1.5.0", b"ups one"))

    (line,) = [text for text in house.alert().annotations["description"].split("\n") if text.startswith("Trap: ")]
    assert line.endswith(': "UPS: On battery power in response to an input power problem."')
    assert "ups one" not in line  # a name says nothing
