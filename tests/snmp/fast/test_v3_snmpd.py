"""The fast lane's v3 against a real snmpd: every pair of protocols it was built with, and every way to be refused."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Credential, Device, Missing, Oid
from netwatch.snmp import FastLane
from netwatch.snmp.v3.engine import EngineMemory
from netwatch.snmp.v3.message import Flag
from tests.patience import PATIENCE_SECONDS

SYSTEM = Oid.parse("1.3.6.1.2.1.1")
SYS_NAME, SYS_CONTACT = SYSTEM.child(5, 0), SYSTEM.child(4, 0)
NO_SUCH = Oid.parse("1.3.6.1.2.1.2.2.1.2.99999")
OR_TABLE = SYSTEM.child(9, 1)
AUTH = ("MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512")
PRIVACY = (None, "DES", "AES", "AES-192", "AES-256")
PAIRS = [(None, None), *((auth, privacy) for auth in AUTH for privacy in PRIVACY)]
CREDENTIAL_FAILURES = "netwatch_snmp_credential_failures_total"
CLOCK_STEPS = "netwatch_snmp_v3_clock_steps_total"


def user(auth, privacy, **more) -> Credential:
    name = f"u-{auth}-{privacy}".lower()
    return Credential(
        **{
            "name": name, "version": "3", "user": name, "auth_protocol": auth, "privacy_protocol": privacy,
            "auth_passphrase": SecretStr(f"auth-{auth}"), "privacy_passphrase": SecretStr(f"priv-{privacy}"),
            **more,
        }
    )  # fmt: skip


def lines() -> str:
    """The users as snmpd wants them."""
    text = []
    for auth, privacy in PAIRS:
        one = user(auth, privacy)
        secrets = f" {auth} auth-{auth}" if auth else ""
        secrets += f" {privacy} priv-{privacy}" if privacy else ""
        text.append(f"createUser {one.user}{secrets}\nrouser {one.user} noauth")
    return "\n".join(text)


def identity(boots: int, engine_id: bytes = b"the first engine") -> str:
    """What decides which engine an snmpd is, and how often it has booted; it counts one more at its start."""
    number = f"0x80001f8804{engine_id.hex()}"
    return f"exactEngineID {number}\noldEngineID {number}\nengineBoots {boots}\n"


def restart(agent, before: str, after: str) -> None:
    """Kill an agent and start it with another line in its configuration."""
    config = agent._directory / "snmpd.conf"
    agent.kill()
    config.write_text(config.read_text().replace(before, after))
    agent.start()


@pytest.fixture
def told() -> list[EngineMemory]:
    """What the lane wants remembered."""
    return []


@pytest.fixture
async def lane(told):
    lane = FastLane()
    lane.recall([], told.append)
    await lane.start()
    yield lane
    await lane.stop()


def device(port: int, credential: Credential, **more) -> Device:
    defaults = {"name": credential.name, "timeout": timedelta(seconds=PATIENCE_SECONDS), "retries": 1}
    return Device(address="127.0.0.1", port=port, credential=credential, **{**defaults, **more})


async def test_every_user_reads_what_the_community_reads(lane, snmpd):
    port = snmpd(lines()).port
    community = Credential(name="v2c", version="2c", community=SecretStr("public"))
    asked, columns = [SYS_NAME, SYS_CONTACT, NO_SUCH], [OR_TABLE.child(2), OR_TABLE.child(3)]
    everybody = [community, *(user(*pair) for pair in PAIRS)]

    read = {}
    for credential in everybody:
        one = device(port, credential)
        plan = lane.compile(one, asked)
        read[credential.name] = (
            await lane.run_plan(one, plan),
            await lane.run_plan(one, plan),
            await lane.get(one, asked),
            await lane.get_next(one, asked),
            await lane.walk(one, columns),
        )

    assert len(read) == 32
    assert read["v2c"][0] == [b"snmpd-under-test", b"noc@example.net", Missing.NO_SUCH_INSTANCE]
    assert len(read["v2c"][4].columns[0].values) > 3
    assert [name for name, answers in read.items() if answers != read["v2c"]] == []


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        (user("SHA", "AES", user="nobody"), "unknown user"),
        (user("SHA", "AES", auth_passphrase=SecretStr("wrong one")), "wrong auth passphrase"),
        (user("SHA-512", None, auth_passphrase=SecretStr("wrong one")), "wrong auth passphrase"),
        (user("SHA", "AES", auth_protocol="MD5"), "wrong auth passphrase"),
        (user("SHA", None, privacy_protocol="AES"), "unsupported security level"),
        (user("SHA", "AES", privacy_passphrase=SecretStr("wrong one")), "wrong privacy passphrase"),
        (user("SHA", "DES", privacy_passphrase=SecretStr("wrong one")), "wrong privacy passphrase"),
        (user("SHA", "AES-256", privacy_protocol="AES-256-C"), "wrong privacy passphrase"),
    ],
)
async def test_what_is_wrong_with_a_credential_is_said_in_words(lane, snmpd, counted, credential, words):
    port = snmpd(lines()).port
    one = device(port, credential, timeout=timedelta(seconds=1), retries=0)  # three silences tell a wrong privacy

    with pytest.raises(PollError, match=words) as refused:
        await lane.get(one, [SYS_NAME])

    assert "wrong one" not in str(refused.value)
    assert counted(CREDENTIAL_FAILURES, reason=words) == 1


class Busy(asyncio.DatagramProtocol):
    """A way to an agent on which encrypted requests are lost until one comes that is only signed."""

    def __init__(self, port: int) -> None:
        self.port, self.is_busy, self.lost, self.passed = port, True, 0, 0

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, octets, sender):
        if sender[1] == self.port:
            self.transport.sendto(octets, self.asker)
            return
        self.asker = sender
        (flags,) = re.findall(rb"\x04\x01(.)\x02\x01\x03", octets, re.DOTALL)[:1]  # and security model 3
        level = flags[0] & 3
        self.is_busy = self.is_busy and level != Flag.AUTH
        if level == Flag.AUTH | Flag.PRIVACY:
            self.lost, self.passed = self.lost + self.is_busy, self.passed + (not self.is_busy)
            if self.is_busy:
                return
        self.transport.sendto(octets, ("127.0.0.1", self.port))


@asynccontextmanager
async def busy(port):
    loop = asyncio.get_running_loop()
    transport, way = await loop.create_datagram_endpoint(lambda: Busy(port), local_addr=("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")[1], way
    finally:
        transport.close()


async def test_a_device_that_was_slow_for_a_while_is_not_said_to_refuse(lane, snmpd, counted):
    agent = snmpd(lines())
    async with busy(agent.port) as (port, way):
        one = device(port, user("SHA", "AES"), timeout=timedelta(seconds=1), retries=0)

        with pytest.raises(RequestTimedOut):
            await lane.get(one, [SYS_NAME])

        assert (way.lost >= 2, way.passed >= 1) == (True, True)
        assert counted(CREDENTIAL_FAILURES, reason="wrong privacy passphrase") == 0
        assert [varbind.value for varbind in await lane.get(one, [SYS_NAME])] == [b"snmpd-under-test"]


async def test_a_device_that_booted_again_is_asked_on(lane, told, snmpd, counted):
    agent = snmpd(identity(7) + lines())
    pairs = (("SHA", "AES"), ("MD5", "DES"), ("SHA", None))
    boxes = [device(agent.port, user(*pair)) for pair in pairs]
    for one in boxes:
        await lane.get(one, [SYS_NAME])

    restart(agent, identity(7), identity(48))

    for one in boxes:
        assert (await lane.get(one, [SYS_NAME]))[0].value == b"snmpd-under-test"
    assert [engine.boots for engine in told] == [8, 8, 8, 49, 49, 49]
    assert counted(CLOCK_STEPS, direction="forward") == 3


async def test_a_device_that_forgot_its_boots_is_asked_on(lane, told, snmpd, counted):
    agent = snmpd(identity(1000) + lines())
    one = device(agent.port, user("SHA-256", "AES"))
    plan = lane.compile(one, [SYS_NAME])
    await lane.run_plan(one, plan)

    restart(agent, identity(1000), identity(1))

    assert await lane.run_plan(one, plan) == [b"snmpd-under-test"]
    assert [engine.boots for engine in told] == [1001, 2]
    assert counted(CLOCK_STEPS, direction="back") == 1


async def test_a_device_that_became_another_engine_is_asked_on(lane, told, snmpd):
    agent = snmpd(identity(7) + lines())
    one = device(agent.port, user("SHA-256", "AES"))
    plan = lane.compile(one, [SYS_NAME, SYS_CONTACT])
    await lane.run_plan(one, plan)

    restart(agent, identity(7), identity(1, b"another engine"))

    assert await lane.run_plan(one, plan) == [b"snmpd-under-test", b"noc@example.net"]
    assert await lane.run_plan(one, plan) == [b"snmpd-under-test", b"noc@example.net"]
    assert [engine.engine_id[5:] for engine in told] == [b"the first engine", b"another engine"]
    assert not (await lane.walk(one, [OR_TABLE.child(2)])).partial


async def test_engines_are_remembered_over_a_restart_of_ours(snmpd, counted):
    one = device(snmpd(lines()).port, user("SHA-256", "AES"))
    told = []
    first = FastLane()
    first.recall([], told.append)
    await first.start()
    await first.get(one, [SYS_NAME])
    await first.get(one, [SYS_NAME])
    await first.stop()

    second = FastLane()
    second.recall(told, told.append)
    await second.start()
    assert (await second.get(one, [SYS_NAME]))[0].value == b"snmpd-under-test"
    await second.stop()

    assert len(told) == 1
    assert counted("netwatch_snmp_v3_engines_total", how="discovered") == 1
    assert counted("netwatch_snmp_v3_engines_total", how="remembered") == 1
    assert counted("netwatch_snmp_v3_reports_total", report="unknown_engine_id") == 0


async def test_a_memory_that_is_ahead_of_the_device_is_set_right(snmpd, counted):
    one = device(snmpd(lines()).port, user("SHA-256", "AES"))
    told = []
    first = FastLane()
    first.recall([], told.append)
    await first.start()
    await first.get(one, [SYS_NAME])
    await first.stop()

    second = FastLane()
    second.recall([replace(told[0], boots=told[0].boots + 1000)], told.append)
    await second.start()
    assert (await second.get(one, [SYS_NAME]))[0].value == b"snmpd-under-test"
    await second.stop()

    assert counted(CLOCK_STEPS, direction="back") == 1
    assert told[-1].boots == told[0].boots
