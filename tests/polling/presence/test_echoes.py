"""Ping beside SNMP, and alone: which of them answers, in readings of `reachability`."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from netwatch.model import NO_CREDENTIAL, Device, Memory
from netwatch.ping import Pinger
from netwatch.polling import Poller, PollingSettings
from netwatch.polling.presence.echoes import Echoes
from netwatch.snmp import Snmp
from tests.far_network import run_in_far_network
from tests.polling.conftest import Basket, ScriptedAgent

FAR = "10.9.0.7"


@pytest.fixture
def pinged(library):
    """Run steps with a poller of one device in a network of its own: network, basket, agent, poller."""

    def run(device, steps, memories=()):
        async def work(network):
            agent, basket, client, pinger = ScriptedAgent(), Basket(), Snmp(PollingSettings()), Pinger(0.2)
            agent.ticks = 360_000
            await asyncio.get_running_loop().create_datagram_endpoint(lambda: agent, local_addr=("127.0.0.1", 0))
            await client.start()
            await pinger.start()
            one = replace(device, port=agent.port)
            poller = Poller([one], library, client, basket, PollingSettings(), memories, pinger=pinger)
            await poller.start()
            try:
                await steps(network, basket, agent, poller)
            finally:
                await poller.stop()
                await pinger.stop()
                await client.stop()
                agent.close()

        run_in_far_network(work)

    return run


def ignore_echoes(value):
    Path("/proc/sys/net/ipv4/icmp_echo_ignore_all").write_text(value)


def last(basket):
    reading = basket.of("reachability")[-1]
    return {name: column[0] for name, column in reading.columns.items()}


def says(basket, **values):
    return bool(basket.of("reachability")) and values.items() <= last(basket).items()


ONLY_PINGED = Device(
    name="modem",
    address=FAR,
    credential=NO_CREDENTIAL,
    methods=("ping",),
    ping_interval=timedelta(seconds=0.3),
    retries=1,
)


def test_a_device_without_snmp_is_up_while_it_answers_ping_and_is_asked_for_nothing_else(pinged):
    async def steps(network, basket, agent, poller):
        await basket.until(lambda: says(basket, up=1, ping_up=1, snmp_up=None))
        assert last(basket)["round_trip_seconds"] == last(basket)["ping_round_trip_seconds"] > 0
        assert poller.status_of("modem").up is True
        network.lose = lambda *_: True
        await basket.until(lambda: says(basket, up=0, ping_up=0, trouble=b"no answer to 2 pings"))
        assert (poller.status_of("modem").up, poller.status_of("modem").trouble) == (False, "no answer to 2 pings")
        network.lose = lambda *_: False
        await basket.until(lambda: says(basket, up=1, trouble=None))
        assert {reading.table for reading in basket.readings} == {"reachability"}
        assert not basket.gaps
        assert not agent.asked

    pinged(ONLY_PINGED, steps)


def test_a_host_whose_agent_is_silent_is_up_and_its_tables_are_gaps(pinged, device):
    async def steps(_network, basket, _agent, poller):
        await basket.until(lambda: says(basket, up=1, snmp_up=0, ping_up=1))
        assert b"; it answers ping" in last(basket)["trouble"]
        assert poller.status_of("sw1").up is True
        assert "it answers ping" in poller.status_of("sw1").trouble
        assert poller.signs()[0].up is True

    pinged(far(device), steps)


def test_where_neither_answers_it_is_down(pinged, device):
    async def steps(network, basket, _agent, poller):
        network.lose = lambda *_: True
        await basket.until(lambda: says(basket, up=0, snmp_up=0, ping_up=0))
        assert b"; nor does it answer ping" in last(basket)["trouble"]
        assert poller.status_of("sw1").up is False

    pinged(far(device), steps)


def test_when_the_echo_stops_snmp_is_asked_at_once(pinged, device):
    near = replace(far(device), address="127.0.0.1", reachability_interval=timedelta(hours=1))

    async def steps(_network, basket, agent, _poller):
        await basket.until(lambda: says(basket, up=1, snmp_up=1))
        ignore_echoes("1")
        asked = len(agent.asked)
        await basket.until(lambda: says(basket, up=1, snmp_up=1, ping_up=0))
        assert len(agent.asked) > asked
        agent.silent = True
        ignore_echoes("0")
        await basket.until(lambda: says(basket, up=1, snmp_up=0, ping_up=1))

    pinged(near, steps)


def test_a_device_that_is_not_pinged_has_no_echo(pinged, device):
    near = replace(device, reachability_interval=timedelta(seconds=0.3))

    async def steps(_network, basket, _agent, _poller):
        await basket.until(lambda: len(basket.of("reachability")) >= 3)
        assert says(basket, up=1, snmp_up=1, ping_up=None, loss_ratio=None, ping_round_trip_seconds=None)

    pinged(near, steps)


def test_columns_that_are_as_before_are_the_very_same_objects(pinged):
    async def steps(_network, basket, _agent, _poller):
        await basket.until(lambda: len(basket.of("reachability")) >= 7)
        *_, one, two = basket.of("reachability")
        moved = {name for name, column in two.columns.items() if column is not one.columns[name]}
        assert moved <= {"round_trip_seconds", "ping_round_trip_seconds", "usual_round_trip_seconds"}

    pinged(ONLY_PINGED, steps)


def test_what_is_usual_is_remembered_and_taken_back(pinged, basket, clock):
    memory = Memory(scope="ping", key="modem", text=json.dumps({"usual_seconds": 0.04, "answers": 5000}))

    async def steps(_network, basket, _agent, _poller):
        await basket.until(lambda: says(basket, up=1))
        assert last(basket)["usual_round_trip_seconds"] == pytest.approx(0.04, rel=0.01)

    pinged(ONLY_PINGED, steps, [memory])


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"usual_seconds": "x", "answers": 1}'])
async def test_a_memory_of_another_version_does_no_harm(text, basket, clock):
    pinger = Pinger(1.0)
    memory = Memory(scope="ping", key="modem", text=text)

    assert Echoes(ONLY_PINGED, pinger, basket, clock, memory, lambda: None).up is None


def far(device):
    quick = timedelta(seconds=0.3)
    return replace(
        device, address=FAR, methods=("snmp", "ping"), ping_interval=quick, reachability_interval=quick,
        timeout=timedelta(seconds=0.2), retries=1,
    )  # fmt: skip


def test_what_is_usual_of_a_device_that_is_gone_is_forgotten(pinged):
    gone = Memory(scope="ping", key="old-modem", text=json.dumps({"usual_seconds": 0.04, "answers": 5000}))

    async def steps(_network, basket, _agent, _poller):
        assert basket.memories == [replace(gone, text=None)]

    pinged(ONLY_PINGED, steps, [gone])
