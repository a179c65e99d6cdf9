"""When a device is asked what it has, and what becomes of the answers: one device's poller over a real socket."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.model import Memory, Oid
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.polling.metrics import SWEEPS
from netwatch.polling.presence.findings import SCOPE
from netwatch.profiles import load_library
from tests.odd_agent import GET_NEXT, OddAgent

SENSORS = "1.3.6.1.2.1.99.1.1"
NEIGHBOURS = "1.3.6.1.2.1.14.10"
FAN = "1.3.6.1.4.1.9.9.13.1.4.1"
SYSTEM = [
    "1.3.6.1.2.1.1.1.0|4|Test device",
    "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1",
    "1.3.6.1.2.1.1.3.0|67|8640000",
    "1.3.6.1.2.1.1.5.0|4|case1",
]
SENSOR = [f"{SENSORS}.1.{column}.1|2|{value}" for column, value in ((1, 8), (2, 9), (3, 0), (4, 41), (5, 1))]
NEIGHBOUR = [f"{NEIGHBOURS}.1.6.192.0.2.1.0|2|8", f"{NEIGHBOURS}.1.1.192.0.2.1.0|64|192.0.2.1"]


@pytest.fixture(scope="module")
def shipped():
    return load_library()


@pytest.fixture
def tools(shipped, client, basket, clock):
    return Tools(library=shipped, client=client, sink=basket, clock=clock)


@pytest.fixture
def met(device, tools):
    """Return a way to make the poller of an agent."""

    def poller(agent, remembered=None, **changes):
        one = replace(device, port=agent.port, **{"timeout": timedelta(seconds=5), **changes})
        return DevicePoller(one, tools, None, remembered)

    return poller


def sweeps(agent):
    """Return the GETNEXT requests of many names."""
    return [request for request in agent.requests if request.kind == GET_NEXT and len(request.names) > 1]


def remembered(basket):
    return next((memory for memory in reversed(basket.memories) if memory.scope == SCOPE), None)


async def polled(poller):
    await poller.check()
    await poller.poll()


async def test_standard_tables_are_read_wherever_they_are_answered(met, basket):
    with OddAgent([*SYSTEM, *SENSOR]) as agent:
        poller = met(agent)
        await polled(poller)

    assert poller.status().profile == "generic"
    assert basket.of("entPhySensorTable")[0].columns["entPhySensorValue"] == [41]
    assert poller.status().trouble == ""


async def test_the_scalars_of_a_device_that_does_not_say_its_uptime_are_read_too(met, basket):
    with OddAgent([line for line in SYSTEM if "1.1.3.0" not in line]) as agent:
        poller = met(agent)
        await polled(poller)

    (system,) = [reading for reading in basket.readings if reading.table == "system"]
    assert system.columns["sysName"] == [b"case1"]


async def test_a_device_that_says_no_more_than_net_snmp_is_known_by_the_enterprises_it_answers(met, basket):
    system = [line.replace("99999.1", "8072.3.2.10") for line in SYSTEM]
    other = ["1.3.6.1.4.1.2021.11.11.0|2|97", "1.3.6.1.4.1.99999.7.0|2|1"]
    with OddAgent([*system, f"{FAN}.2.1|4|Fan 1", f"{FAN}.3.1|2|1", *other]) as agent:
        poller = met(agent)
        await polled(poller)
        asked = [str(Oid(request.names[0])) for request in agent.requests if len(request.names) == 1]
        again = met(agent, remembered(basket))
        agent.requests.clear()
        await polled(again)
        asked_again = sweeps(agent)

    fans = basket.of("ciscoEnvMonFanStatusTable")
    assert [reading.columns["ciscoEnvMonFanState"] for reading in fans] == [[1], [1]]
    numbers = ["1.3.6.1.4.1", "1.3.6.1.4.1.10", "1.3.6.1.4.1.2022", "1.3.6.1.4.1.100000"]
    assert [name for name in asked if name in numbers] == numbers
    assert asked_again == []


async def test_enterprise_tables_are_asked_of_the_enterprises_devices_alone(met, basket):
    fan = [f"{FAN}.2.1|4|Fan 1", f"{FAN}.3.1|2|3"]
    with OddAgent([*SYSTEM, *fan]) as agent:
        await polled(met(agent))
        assert basket.of("ciscoEnvMonFanStatusTable") == []
        agent.put("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.1")
        await polled(met(agent, profile="generic"))

    assert basket.of("ciscoEnvMonFanStatusTable")[0].columns["ciscoEnvMonFanState"] == [3]


async def test_a_table_of_the_profile_that_the_device_does_not_have_is_not_walked_for(met, basket, shipped):
    with OddAgent([*SYSTEM, "1.3.6.1.2.1.31.1.1.1.1.1|4|GE1", *SENSOR, "1.3.6.1.6.3.1.1.6.1.0|2|1"]) as agent:
        poller = met(agent, profile="cisco")
        await polled(poller)
        walked = {
            name for request in agent.requests if request.kind not in (0xA0, GET_NEXT) for name in request.names
        }

    bgp = (1, 3, 6, 1, 2, 1, 15, 3)
    assert "bgpPeerTable" in poller.tables
    assert not any(name[: len(bgp)] == bgp for name in walked)
    assert any(reading.lacking for reading in basket.of("bgpPeerTable"))


async def test_after_netwatchs_own_restart_a_remembered_sweep_is_used_without_asking(met, basket):
    with OddAgent([*SYSTEM, *SENSOR]) as agent:
        await polled(met(agent))
        kept = remembered(basket)
        agent.requests.clear()
        basket.readings.clear()
        await polled(met(agent, kept))

    assert sweeps(agent) == []
    assert basket.of("entPhySensorTable")[0].columns["entPhySensorValue"] == [41]
    assert kept.key == "sw1"


@pytest.mark.parametrize(
    "line", ["1.3.6.1.2.1.1.1.0|4|Test device, Release 2", "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.2"]
)
async def test_a_device_that_says_it_is_another_is_swept_again(met, basket, line):
    with OddAgent([*SYSTEM, *SENSOR]) as agent:
        await polled(met(agent))
        agent.put(line)
        agent.requests.clear()
        await polled(met(agent, remembered(basket)))

    assert sweeps(agent)


async def test_a_device_is_swept_again_when_it_restarted_and_at_the_slow_interval_and_not_with_every_poll(
    met, basket, clock
):
    with OddAgent([*SYSTEM, *SENSOR]) as agent:
        poller = met(agent)
        await polled(poller)
        agent.requests.clear()
        await polled(poller)
        assert sweeps(agent) == []

        agent.put(f"{NEIGHBOURS}.1.6.192.0.2.1.0|2|8")
        clock.turn(60)
        agent.put("1.3.6.1.2.1.1.3.0|67|1500")
        await polled(poller)
        assert basket.of("ospfNbrTable")[0].columns["ospfNbrState"] == [8]

        agent.requests.clear()
        poller.rediscover()
        await polled(poller)
        assert sweeps(agent)


async def test_other_questions_than_those_of_the_sweep_remembered_are_asked(met, basket):
    with OddAgent([*SYSTEM, *SENSOR]) as agent:
        await polled(met(agent))
        kept = remembered(basket)
        facts = json.loads(kept.text)
        agent.requests.clear()
        await polled(met(agent, replace(kept, text=json.dumps({**facts, "questions": "others"}))))

    assert sweeps(agent)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"object": 1, "descr": 2, "questions": 3, "has": 4}', "nonsense"])
async def test_a_memory_that_nobody_can_read_is_none(met, basket, text):
    with OddAgent([*SYSTEM, *SENSOR]) as agent:
        await polled(met(agent, Memory(scope=SCOPE, key="sw1", text=text)))

    assert basket.of("entPhySensorTable")


async def test_a_table_that_lost_all_its_rows_stays_among_what_is_read_over_sweeps_and_our_restart(
    met, basket, clock
):
    with OddAgent([*SYSTEM, *NEIGHBOUR, "1.3.6.1.6.3.1.1.6.1.0|2|1"]) as agent:
        poller = met(agent)
        await polled(poller)
        agent.remove(NEIGHBOURS)
        poller.rediscover()
        clock.turn(3600)
        await polled(poller)
        emptied = basket.of("ospfNbrTable")[-1]
        successor = met(agent, remembered(basket))
        await polled(successor)
        for line in NEIGHBOUR:
            agent.put(line)
        clock.turn(3600)
        successor.rediscover()
        await polled(successor)

    assert emptied.columns["ospfNbrState"] == ()
    assert not emptied.lacking
    assert "ospfNbrTable" in successor.tables
    assert basket.of("ospfNbrTable")[-1].columns["ospfNbrState"] == [8]


async def test_a_sweep_that_is_refused_is_the_devices_trouble_and_its_profile_is_read_nevertheless(
    met, basket, clock
):
    def refuses(request):
        return 16 if request.kind == GET_NEXT else 0

    before = SWEEPS.labels("failed")._value.get()
    with OddAgent(
        [*SYSTEM, "1.3.6.1.2.1.2.2.1.8.1|2|1", *SENSOR, "1.3.6.1.6.3.1.1.6.1.0|2|1"], manners=refuses
    ) as agent:
        poller = met(agent)
        await polled(poller)
        trouble = poller.status().trouble
        agent.requests.clear()
        await polled(poller)
        asked_at_once_again = sweeps(agent)
        agent.manners = lambda _: 0
        clock.turn(61)
        await polled(poller)

    assert basket.of("ifTable")[0].columns["ifOperStatus"] == [1]
    assert trouble.startswith("what it has beside its profile's tables could not be asked: the device answers ")
    assert asked_at_once_again == []
    assert SWEEPS.labels("failed")._value.get() == before + 1
    assert poller.status().trouble == ""
    assert basket.of("entPhySensorTable")


async def test_a_device_that_dies_of_a_question_is_asked_it_three_times_and_no_more(met, basket, clock):
    deadly = (*(int(part) for part in SENSORS.split(".")), 1)
    with OddAgent([*SYSTEM, "1.3.6.1.2.1.2.2.1.8.1|2|1", *NEIGHBOUR]) as agent:
        dead = False

        def dies(request):
            nonlocal dead
            dead = dead or (request.kind == GET_NEXT and deadly in request.names)
            return None if dead else 0

        agent.manners = dies
        poller = met(agent, retries=0, timeout=timedelta(seconds=0.2))
        deaths = 0
        for _ in range(8):
            dead = False
            await poller.check()
            await poller.poll()
            deaths += dead
            clock.turn(3600)

    assert deaths <= 3
    assert poller.status().trouble == ""
    assert basket.of("ospfNbrTable")[-1].columns["ospfNbrState"] == [8]
