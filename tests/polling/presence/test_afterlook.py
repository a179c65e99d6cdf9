"""Who was plugged in is found soon after the port went up, and a port that flaps makes no storm of walks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from netwatch.model import RowSet, TableReading
from netwatch.polling.device_poller import DevicePoller, Tools
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


def ports(*states: int | None, first: int = 1) -> TableReading:
    keys = tuple(f"port {number}" for number in range(first, first + len(states)))
    rows = RowSet(index=keys, keys=keys)
    return TableReading(
        device="sw", table="interface", at=datetime(2026, 1, 1, tzinfo=UTC), rows=rows,
        columns={"interface_oper": list(states)},
    )  # fmt: skip


def looks(afterlook: Afterlook, seconds: range) -> list[int]:
    return [now for now in seconds if afterlook.is_due(now)]


def test_it_looks_further_and_further_apart_and_then_no_more():
    afterlook = Afterlook()
    afterlook.take(ports(2, 2), 0)
    afterlook.take(ports(2, 1), 1000)

    assert looks(afterlook, range(990, 5000)) == [1000 + int(after) for after in AFTER_SECONDS]
    assert afterlook.next_at is None


@pytest.mark.parametrize(("before", "after"), [
    ((1, 1), (1, 1)), ((1, 1), (2, 1)), ((2, 2), (7, None)), ((2,), (2, 1)),
])  # fmt: skip
def test_what_is_no_port_that_went_up_has_nothing_looked_at(before, after):
    afterlook = Afterlook()
    afterlook.take(ports(*before), 0)
    afterlook.take(ports(*after), 10)

    assert not looks(afterlook, range(500))


def test_ports_are_told_apart_by_their_keys_where_rows_moved():
    afterlook = Afterlook()
    afterlook.take(ports(1, 2), 0)
    afterlook.take(ports(2, 1, first=2), 10)
    assert not looks(afterlook, range(500))
    afterlook.take(ports(1, first=2), 1000)

    assert looks(afterlook, range(1000, 1001)) == [1000]


def test_a_port_that_flaps_has_a_few_looks_a_minute_and_so_many_an_hour():
    afterlook, done = Afterlook(), []
    for now in range(7200):
        afterlook.take(ports(now % 2 + 1), now)
        done += [now] if afterlook.is_due(now) else []

    assert min(later - earlier for earlier, later in pairwise(done)) >= APART_SECONDS
    assert len([now for now in done if now < 3600]) == MOST_AN_HOUR
    assert len(done) <= 2 * MOST_AN_HOUR
