"""Is the device there?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr

from netwatch.model import REACHABILITY, SCALARS, Credential
from netwatch.polling.metrics import CHECKS
from netwatch.polling.reachability import Probe, reachability_reading


def counted(outcome):
    return CHECKS.of(outcome)


async def test_a_device_that_answers_is_up(device, client, agent, clock):
    before = counted("up")

    sight = await Probe(device, client, clock).look(was_up=True)

    assert sight.up
    assert sight.ticks == 360_000
    assert sight.round_trip_seconds is not None
    assert len(agent.asked) == 1
    assert counted("up") == before + 1


async def test_silence_is_confirmed_by_retries(device, client, agent, clock):
    agent.silent = True

    sight = await Probe(replace(device, retries=3), client, clock).look(was_up=True)

    assert not sight.up
    assert sight.trouble.startswith("no answer to 4 requests")


async def test_a_reading_says_why_a_device_is_not_up(device, client, agent, clock):
    up = await Probe(device, client, clock).look(was_up=True)
    agent.silent = True
    down = await Probe(device, client, clock).look(was_up=True)

    assert reachability_reading("sw1", up, None).columns["trouble"] == [None]
    assert b"no answer to" in reachability_reading("sw1", down, None).columns["trouble"][0]


async def test_what_a_check_says_as_before_is_the_very_same_column(device, client, agent, clock):
    probe = Probe(device, client, clock)

    first, second = [reachability_reading("sw1", await probe.look(was_up=True), None) for _ in range(2)]

    moved = {name for name, column in second.columns.items() if column is not first.columns[name]}
    assert moved == {"round_trip_seconds", "uptime_seconds"}


async def test_a_check_knows_when_it_began_and_when_it_ended(device, client, agent, clock):
    agent.silent = True
    begun = clock.now()
    looking = asyncio.create_task(Probe(device, client, clock).look(was_up=True))
    await asyncio.sleep(0)

    clock.turn(3)
    reading = reachability_reading("sw1", await looking, None)

    assert (reading.asked_at, reading.at) == (begun, begun + timedelta(seconds=3))


async def test_a_device_known_to_be_down_is_asked_twice(device, client, agent, clock):
    agent.silent = True

    sight = await Probe(replace(device, retries=3), client, clock).look(was_up=False)

    assert sight.trouble.startswith("no answer to 2 requests")


async def test_one_lost_answer_does_not_make_a_device_down(device, client, agent, clock):
    agent.lost = 1

    assert (await Probe(device, client, clock).look(was_up=True)).up


async def test_a_device_without_sysuptime_is_up(device, client, agent, clock):
    agent.remove("1.3.6.1.2.1.1.3.0")

    sight = await Probe(device, client, clock).look(was_up=True)

    assert sight.up
    assert sight.ticks is None


async def test_a_wrong_community_is_silence(device, client, agent, clock):
    wrong = Credential(name="wrong", version="2c", community=SecretStr("other"))

    sight = await Probe(replace(device, credential=wrong), client, clock).look(was_up=True)

    assert not sight.up


async def test_wrong_v3_credentials_are_said_in_words(snmpd, client, clock, device):
    agent = snmpd()
    wrong = Credential(
        name="core", version="3", user="sha256aes", auth_protocol="SHA-256", auth_passphrase=SecretStr("not-the-one"),
        privacy_protocol="AES", privacy_passphrase=SecretStr("privpass-256"),
    )  # fmt: skip

    sight = await Probe(replace(device, port=agent.port, credential=wrong), client, clock).look(was_up=True)

    assert not sight.up
    assert "auth" in sight.trouble
    assert "no answer" not in sight.trouble


async def test_the_reading_holds_every_column_that_is_promised(device, client, agent, clock):
    sight = await Probe(device, client, clock).look(was_up=True)

    reading = reachability_reading("sw1", sight, 12.0)

    assert reading.rows is SCALARS
    assert set(reading.columns) == set(REACHABILITY.columns)
    assert reading.columns["up"] == [1]
    assert reading.columns["uptime_seconds"] == [3600.0]
    assert reading.columns["seconds_since_restart"] == [12.0]


async def test_a_device_that_is_down_has_no_uptime(device, client, agent, clock):
    agent.silent = True
    sight = await Probe(device, client, clock).look(was_up=True)

    reading = reachability_reading("sw1", sight, 12.0)

    known = {name: column[0] for name, column in reading.columns.items() if column[0] is not None}
    assert known == {"up": 0, "snmp_up": 0, "trouble": sight.trouble.encode()}
