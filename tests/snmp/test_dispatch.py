"""Who answers: the fast lane what it can, the general engine whatever that refuses."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Credential, Device, Memory, Missing, Oid, Tag, Varbind
from netwatch.polling.settings import PollingSettings
from netwatch.snmp import Snmp
from tests.patience import PATIENCE_SECONDS

ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")
OIDS = [ENTRY.child(10, number) for number in (1, 2, 3)]
KNOWN = [Varbind(oid=oid, tag=Tag.COUNTER32, value=oid[-1]) for oid in OIDS]
FALLBACK = "netwatch_snmp_fallback_total"
SYS_NAME = Oid.parse("1.3.6.1.2.1.1.5.0")


@pytest.fixture
async def snmp():
    snmp = Snmp(PollingSettings())
    await snmp.start()
    yield snmp
    await snmp.stop()


@pytest.fixture
def patient(device):
    return lambda port, **more: device(port, timeout=timedelta(seconds=PATIENCE_SECONDS), retries=1, **more)


async def test_what_the_fast_lane_knows_it_answers_itself(snmp, agent, patient, table, counted):
    peer = await agent(table(KNOWN))
    one = patient(peer.port)

    assert await snmp.run_plan(one, snmp.compile(one, OIDS)) == [1, 2, 3]
    assert await snmp.get(one, OIDS) == KNOWN
    assert (await snmp.get_next(one, OIDS[:1]))[0] == KNOWN[1]
    assert (await snmp.walk(one, [ENTRY.child(10)])).columns[0].values == [1, 2, 3]
    assert counted(FALLBACK, reason="other_varbinds") == 0
    assert counted("netwatch_snmp_general_requests_total", version="2c", outcome="answered") == 0


async def test_what_the_fast_lane_refuses_is_counted_and_asked_by_the_general_engine(
    snmp, agent, patient, table, counted
):
    good = table(KNOWN)

    def behave(request):
        answer = good(request)
        first = len(peer.requests) == 1
        return table.reply(request, answer.pdu.varbinds[::-1]) if first else answer

    peer = await agent(behave)
    one = patient(peer.port)

    assert await snmp.run_plan(one, snmp.compile(one, OIDS)) == [1, 2, 3]
    assert counted(FALLBACK, reason="other_varbinds") == 1
    assert len(peer.requests) == 2


async def test_what_cannot_be_compiled_for_the_fast_lane_is_compiled_for_the_other(
    snmp, agent, patient, table, counted
):
    peer = await agent(table(KNOWN))
    one = patient(peer.port, community="x" * 200)
    plan = snmp.compile(one, OIDS)

    assert await snmp.run_plan(one, plan) == [1, 2, 3]
    assert counted(FALLBACK, reason="long_community") >= 1


async def test_silence_is_no_refusal(snmp, agent, device):
    peer = await agent(lambda _: None)
    one = device(peer.port, timeout=timedelta(seconds=0.02), retries=0)

    with pytest.raises(RequestTimedOut):
        await snmp.get(one, OIDS)

    assert len(peer.requests) == 1


def v3(**more) -> Credential:
    return Credential(
        **{
            "name": "v3", "version": "3", "user": "sha256aes",
            "auth_protocol": "SHA-256", "auth_passphrase": SecretStr("authpass-256"),
            "privacy_protocol": "AES", "privacy_passphrase": SecretStr("privpass-256"), **more,
        }
    )  # fmt: skip


async def test_version_3_is_answered_by_the_fast_lane_too(snmp, snmpd, counted):
    one = Device(name="v3", address="127.0.0.1", port=snmpd().port, credential=v3())

    values = await snmp.run_plan(one, snmp.compile(one, [SYS_NAME, ENTRY.child(1, 9999)]))

    assert values == [b"snmpd-under-test", Missing.NO_SUCH_INSTANCE]
    assert counted("netwatch_snmp_general_requests_total", version="3", outcome="answered") == 0


async def test_what_was_learned_of_engines_outlives_a_restart(snmpd, counted):
    one = Device(name="v3", address="127.0.0.1", port=snmpd().port, credential=v3())
    kept = [Memory(scope="snmp", key="gone", text="no JSON"), Memory(scope="snmp", key="forgotten", text=None)]

    for _ in range(2):
        snmp = Snmp(PollingSettings())
        snmp.recall(kept, kept.append)
        await snmp.start()
        assert (await snmp.get(one, [SYS_NAME]))[0].value == b"snmpd-under-test"
        await snmp.stop()

    assert {(memory.scope, memory.key) for memory in kept[2:]} == {("snmp", "v3")}
    assert counted("netwatch_snmp_v3_engines_total", how="discovered") == 1
    assert counted("netwatch_snmp_v3_engines_total", how="remembered") == 1


async def test_triple_des_is_for_the_general_engine(snmp, udp_port, counted):
    one = Device(
        name="old", address="127.0.0.1", port=udp_port, credential=v3(privacy_protocol="3DES"),
        timeout=timedelta(seconds=0.05), retries=0,
    )  # fmt: skip

    with pytest.raises(RequestTimedOut):
        await snmp.run_plan(one, snmp.compile(one, [SYS_NAME]))

    assert counted(FALLBACK, reason="triple_des") == 2
    assert counted("netwatch_snmp_general_requests_total", version="3", outcome="timeout") == 1


async def test_what_makes_a_credential_unusable_is_said_by_the_general_engine(snmp, udp_port):
    short = v3(auth_passphrase=SecretStr("short"))

    with pytest.raises(PollError, match="fewer than 8"):
        await snmp.get(Device(name="short", address="127.0.0.1", port=udp_port, credential=short), [SYS_NAME])


async def test_a_plan_of_one_engine_serves_a_device_that_moved_to_the_other(snmp, snmpd):
    port = snmpd().port
    old = Credential(name="v2", version="2c", community=SecretStr("public"))
    passphrase = SecretStr("authpass-sha")
    new = Credential(name="v3", version="3", user="sha", auth_protocol="SHA", auth_passphrase=passphrase)
    before, after = (
        Device(name="moving", address="127.0.0.1", port=port, credential=credential) for credential in (old, new)
    )

    assert await snmp.run_plan(after, snmp.compile(before, [SYS_NAME])) == [b"snmpd-under-test"]
    assert await snmp.run_plan(before, snmp.compile(after, [SYS_NAME])) == [b"snmpd-under-test"]


async def test_the_general_engine_stops_and_starts_again_with_the_fast_lane(snmp, udp_port, counted):
    one = Device(
        name="old", address="127.0.0.1", port=udp_port, credential=v3(privacy_protocol="3DES"),
        timeout=timedelta(seconds=0.05), retries=0,
    )  # fmt: skip

    async def asked() -> None:
        await snmp.get(one, [SYS_NAME])

    with pytest.raises(RequestTimedOut):
        await asked()
    await snmp.stop()
    with pytest.raises(PollError, match="the SNMP engine is not running"):
        await asked()
    await snmp.start()
    with pytest.raises(RequestTimedOut):
        await asked()

    assert counted("netwatch_snmp_general_requests_total", version="3", outcome="timeout") == 2


async def test_many_refused_at_once_are_all_asked_by_one_general_engine(snmp, snmpd, counted):
    port = snmpd().port
    old = Credential(name="v2", version="2c", community=SecretStr("c" * 200))
    several = [
        Device(
            name=f"d{number}",
            address="127.0.0.1",
            port=port,
            credential=old,
            timeout=timedelta(seconds=0.05),
            retries=0,
        )
        for number in range(5)
    ]

    answers = await asyncio.gather(*(snmp.get(one, [SYS_NAME]) for one in several), return_exceptions=True)

    assert [type(answer) for answer in answers] == [RequestTimedOut] * 5
    assert counted("netwatch_snmp_general_requests_total", version="2c", outcome="timeout") == 5
