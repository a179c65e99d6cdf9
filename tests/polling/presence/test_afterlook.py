"""Who was plugged in is found soon after the port went up, and a port that flaps makes no storm of walks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from netwatch.model import RowSet, TableReading
from netwatch.polling import Poller, PollingSettings
from netwatch.polling import poller as poller_module
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.polling.presence import afterlook
from netwatch.polling.presence.afterlook import AFTER_SECONDS, APART_SECONDS, MOST_AN_HOUR, Afterlook
from netwatch.profiles import load_library
from tests.odd_agent import OddAgent

OPER = "1.3.6.1.2.1.2.2.1.8"
REMOTE = "1.0.8802.1.1.2.1.4.1.1"
SWITCH = [
    "1.3.6.1.2.1.1.1.0|4|a switch", "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1", "1.3.6.1.2.1.1.3.0|67|8640000",
    "1.3.6.1.2.1.1.5.0|4|access-sw1",
    *(f"1.3.6.1.2.1.31.1.1.1.1.{port}|4|Gi0/{port}" for port in (1, 2)),
    *(f"1.3.6.1.2.1.2.2.1.{column}.{port}|2|{value}"
      for column, value in ((1, 0), (3, 6), (7, 1), (8, 2)) for port in (1, 2)),
    "1.0.8802.1.1.2.1.3.1.0|2|4", "1.0.8802.1.1.2.1.3.2.0|4x|00005E005301", "1.0.8802.1.1.2.1.3.3.0|4|access-sw1",
    "1.3.6.1.6.3.1.1.6.1.0|2|1",
]  # fmt: skip


def heard(port: int, name: str) -> list[str]:
    """Return what LLDP says of an access point at a port."""
    where = f"900.{port}.1"
    return [
        f"{REMOTE}.4.{where}|2|4", f"{REMOTE}.5.{where}|4x|00005E0053{port:02X}", f"{REMOTE}.6.{where}|2|5",
        f"{REMOTE}.7.{where}|4|eth0", f"{REMOTE}.9.{where}|4|{name}", f"{REMOTE}.11.{where}|4x|1000",
        f"{REMOTE}.12.{where}|4x|1000",
    ]  # fmt: skip


@pytest.fixture
def poller_of(client, clock, basket, device):
    def make(agent: OddAgent) -> DevicePoller:
        tools = Tools(library=load_library([]), client=client, sink=basket, clock=clock)
        at = replace(device, port=agent.port, retries=0, timeout=timedelta(seconds=5), interval=timedelta(minutes=5))
        return DevicePoller(at, tools)

    return make


def names(basket) -> list[list[str]]:
    return [list(reading.rows.labels.get("neighbour", ())) for reading in basket.of("neighbour")]


async def test_an_access_point_is_known_with_the_polls_after_its_port_went_up(poller_of, basket, clock):
    with OddAgent(SWITCH) as agent:
        poller = poller_of(agent)
        await poller.check()
        await poller.poll()
        assert poller.seconds_to_look() is None
        clock.turn(60)
        await poller.poll()
        agent.put(f"{OPER}.2|2|1")
        clock.turn(60)
        await poller.poll()  # sees the port
        assert poller.seconds_to_look() == AFTER_SECONDS[0]
        clock.turn(60)
        await poller.poll()  # looks: the access point still boots
        for line in heard(2, "ap-7"):
            agent.put(line)
        clock.turn(60)
        await poller.poll()

    assert names(basket)[-1] == ["ap-7"]
    assert basket.of("neighbour")[-1].rows.labels["capabilities"] == ("access-point",)


async def test_who_began_to_speak_lldp_after_he_was_looked_through_is_asked_for_it_with_the_second_look(
    poller_of, basket, clock
):
    with OddAgent([line for line in SWITCH if not line.startswith("1.0.8802")]) as agent:
        poller = poller_of(agent)
        await poller.check()
        await poller.poll()
        agent.put(f"{OPER}.2|2|1")
        clock.turn(60)
        await poller.poll()  # sees the port
        for line in (*SWITCH, *heard(2, "ap-7")):
            if line.startswith("1.0.8802"):
                agent.put(line)
        found = []
        for _ in range(3):  # looks at what is known, asks anew, and has it
            clock.turn(60)
            await poller.poll()
            found.append(names(basket)[-1] if names(basket) else [])

    assert found[-1] == ["ap-7"], found


async def test_where_no_port_goes_up_nobody_is_asked_for_neighbours(poller_of, basket, clock):
    with OddAgent([*SWITCH, *heard(1, "core")]) as agent:
        agent.put(f"{OPER}.1|2|1")
        poller = poller_of(agent)
        await poller.check()
        await poller.poll()
        agent.put(f"{OPER}.1|2|2")
        agent.requests.clear()
        for _ in range(5):
            clock.turn(60)
            await poller.poll()
        asked = [name for one in agent.requests for name in one.names]

    assert asked
    assert not [name for name in asked if name[:5] == (1, 0, 8802, 1, 1)]


async def test_a_device_that_is_polled_seldom_is_polled_out_of_turn_to_look(client, basket, device, monkeypatch):
    monkeypatch.setattr(afterlook, "AFTER_SECONDS", (0.0, 0.3, 0.6))
    monkeypatch.setattr(afterlook, "APART_SECONDS", 0.1)
    monkeypatch.setattr(poller_module, "APART_SECONDS", 0.1)
    with OddAgent(SWITCH) as agent:
        seldom = replace(
            device, port=agent.port, retries=2, timeout=timedelta(seconds=5), interval=timedelta(hours=1)
        )
        poller = Poller([seldom], load_library([]), client, basket, PollingSettings())
        await poller.start()
        try:
            await basket.until(lambda: bool(basket.of("interface")))
            agent.put(f"{OPER}.2|2|1")
            assert poller.poll_now(seldom.name)
            await basket.until(lambda: basket.of("interface")[-1].columns["interface_oper"][-1] == 1)
            for line in heard(2, "ap-7"):
                agent.put(line)
            await basket.until(lambda: names(basket)[-1] == ["ap-7"])
        finally:
            await poller.stop()


def ports(*states: int | None, first: int = 1) -> TableReading:
    keys = tuple(f"port {number}" for number in range(first, first + len(states)))
    rows = RowSet(index=keys, keys=keys)
    return TableReading(
        device="sw", table="interface", at=datetime(2026, 1, 1, tzinfo=UTC), rows=rows,
        columns={"interface_oper": list(states)},
    )  # fmt: skip


def looks(looking: Afterlook, seconds: range) -> list[int]:
    return [now for now in seconds if looking.is_due(now)]


def test_it_looks_further_and_further_apart_and_then_no_more():
    looking = Afterlook()
    looking.take(ports(2, 2), 0)
    looking.take(ports(2, 1), 1000)

    assert looks(looking, range(990, 5000)) == [1000 + int(after) for after in AFTER_SECONDS]
    assert looking.next_at is None


@pytest.mark.parametrize(("before", "after"), [
    ((1, 1), (1, 1)), ((1, 1), (2, 1)), ((2, 2), (7, None)), ((2,), (2, 1)),
])  # fmt: skip
def test_what_is_no_port_that_went_up_has_nothing_looked_at(before, after):
    looking = Afterlook()
    looking.take(ports(*before), 0)
    looking.take(ports(*after), 10)

    assert not looks(looking, range(500))


def test_ports_are_told_apart_by_their_keys_where_rows_moved():
    looking = Afterlook()
    looking.take(ports(1, 2), 0)
    looking.take(ports(2, 1, first=2), 10)
    assert not looks(looking, range(500))
    looking.take(ports(1, first=2), 1000)

    assert looks(looking, range(1000, 1001)) == [1000]


def test_the_second_look_and_the_last_ask_anew_what_there_is():
    looking, thorough = Afterlook(), []
    looking.take(ports(2), 0)
    looking.take(ports(1), 0)
    for now in range(300):
        if looking.is_due(now):
            thorough.append(looking.is_thorough)

    assert thorough == [False, True, False, True]


def test_a_port_that_flaps_has_a_few_looks_a_minute_and_so_many_an_hour():
    looking, done = Afterlook(), []
    for now in range(7200):
        looking.take(ports(now % 2 + 1), now)
        done += [now] if looking.is_due(now) else []

    assert min(later - earlier for earlier, later in pairwise(done)) >= APART_SECONDS
    assert len([now for now in done if now < 3600]) == MOST_AN_HOUR
    assert len(done) <= 2 * MOST_AN_HOUR
