"""v3 through the fast lane against engines that do on purpose what real ones seldom do."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from netwatch.errors import FastLaneRefused, PollError, RequestTimedOut
from netwatch.model import Credential, Device, Oid, Tag, Varbind
from netwatch.snmp import FastLane, Message, Pdu, PduKind
from netwatch.snmp.v3.hot import open_header
from netwatch.snmp.v3.keys import NO_KEYS, keys_at
from netwatch.snmp.v3.message import LEVEL, Flag, ScopedPdu, decode_scoped, encode_scoped
from netwatch.snmp.v3.seal import seal, unseal
from tests.patience import PATIENCE_SECONDS

ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")
ROWS = [
    Varbind(oid=ENTRY.child(column, row), tag=Tag.COUNTER32, value=column * 1000 + row)
    for column in (10, 16) for row in range(1, 41)
]  # fmt: skip
OIDS = [varbind.oid for varbind in ROWS]
VALUES = [varbind.value for varbind in ROWS]
USM = Oid.parse("1.3.6.1.6.3.15.1.1")
NOT_IN_TIME, UNKNOWN_ENGINE, WRONG_DIGEST = USM.child(2, 0), USM.child(4, 0), USM.child(5, 0)
IGNORED = "netwatch_snmp_datagrams_ignored_total"
REPORTS = "netwatch_snmp_v3_reports_total"
CREDENTIAL = Credential(
    name="core", version="3", user="netwatch", auth_protocol="SHA-256", auth_passphrase=SecretStr("auth-passphrase"),
    privacy_protocol="AES", privacy_passphrase=SecretStr("privacy-passphrase"),
)  # fmt: skip


class Engine(asyncio.DatagramProtocol):
    """An SNMP engine; `misbehave` may take a request's sealed answers and give others."""

    def __init__(
        self, table, credential=CREDENTIAL, engine_id=b"\x80\x00\x1f\x88\x04engine", boots=7, time=1000
    ) -> None:
        self.table, self.credential = table, credential
        self.engine_id, self.boots, self.time = engine_id, boots, time
        self.keeps_time = True
        self.misbehave = lambda answers: answers
        self.discoveries = self.requests = 0
        self.transport: asyncio.DatagramTransport
        self.port = 0
        self.asker = None

    def connection_made(self, transport) -> None:
        self.transport, self.port = transport, transport.get_extra_info("sockname")[1]

    def datagram_received(self, data, addr) -> None:
        self.asker = addr
        for answer in self.misbehave([self.answer(data)]):
            self.transport.sendto(answer, addr)

    def answer(self, data: bytes) -> bytes:
        header = open_header(data)
        if header.engine_id != self.engine_id:
            self.discoveries += 1
            return self.report(header, UNKNOWN_ENGINE)
        self.requests += 1
        level = header.flags & LEVEL
        keys = keys_at(self.credential, self.engine_id)
        scoped = decode_scoped(unseal(data, header, keys))
        in_time = header.boots == self.boots and abs(header.time - self.time) <= 150
        if level and self.keeps_time and not in_time:
            return self.report(header, NOT_IN_TIME, Flag.AUTH)
        reply = self.table(Message(version="2c", community=b"", pdu=scoped.pdu))
        return self.sealed(header, replace(scoped, pdu=reply.pdu), level)

    def report(self, header, oid: Oid, level: int = 0) -> bytes:
        counter = (Varbind(oid=oid, tag=Tag.COUNTER32, value=1),)
        pdu = Pdu(kind=PduKind.REPORT, request_id=0, varbinds=counter)
        return self.sealed(header, ScopedPdu(context_engine_id=self.engine_id, pdu=pdu), level)

    def sealed(self, header, scoped: ScopedPdu, level: int) -> bytes:
        keys = keys_at(self.credential, self.engine_id) if level else NO_KEYS
        return seal(
            encode_scoped(scoped), msg_id=int.from_bytes(header.msg_id), flags=level, engine_id=self.engine_id,
            boots=self.boots, time=self.time, user=header.user, keys=keys,
        )  # fmt: skip


@pytest.fixture
async def engine(table):
    """A factory of engines: `await engine(boots=3)`."""
    engines = []

    async def start(host="127.0.0.1", **more) -> Engine:
        loop = asyncio.get_running_loop()
        _, one = await loop.create_datagram_endpoint(lambda: Engine(table(ROWS), **more), local_addr=(host, 0))
        engines.append(one)
        return one

    yield start
    for one in engines:
        one.transport.close()


SHORT = timedelta(seconds=0.05)
"""For a device that keeps silent."""


def box(one: Engine, **more) -> Device:
    defaults = {
        "name": f"box-{one.port}", "address": "127.0.0.1", "credential": one.credential,
        "timeout": timedelta(seconds=PATIENCE_SECONDS), "retries": 2,
    }  # fmt: skip
    return Device(port=one.port, **{**defaults, **more})


async def test_plans_gets_and_walks_are_those_of_v2c(lane, engine):
    one = await engine()
    plan = lane.compile(box(one), OIDS)

    assert await lane.run_plan(box(one), plan) == VALUES
    assert await lane.run_plan(box(one), plan) == VALUES
    assert await lane.get(box(one), OIDS) == ROWS
    assert await lane.get_next(box(one), OIDS[:1]) == [ROWS[1]]
    walk = await lane.walk(box(one), [ENTRY.child(10), ENTRY.child(16)])
    assert [list(column.values) for column in walk.columns] == [VALUES[:40], VALUES[40:]]
    assert one.discoveries == 1


async def test_those_who_ask_a_new_device_at_once_wait_for_one_discovery(lane, engine):
    one = await engine()

    answers = await asyncio.gather(*(lane.get(box(one), OIDS[:1]) for _ in range(10)))

    assert answers == [ROWS[:1]] * 10
    assert one.discoveries == 1


async def test_answers_fit_a_frame_although_they_are_sealed(lane, engine):
    one = await engine()
    sizes = []
    one.misbehave = lambda answers: sizes.extend(map(len, answers)) or answers

    await lane.run_plan(box(one), lane.compile(box(one), OIDS))

    assert max(sizes) <= 1472


async def test_forged_answers_before_the_good_one_are_only_counted(lane, engine, counted):
    one = await engine()
    await lane.get(box(one), OIDS[:1])
    forger = Engine(one.table, replace(CREDENTIAL, auth_passphrase=SecretStr("a guess, no more")))

    def misbehave(answers):
        header = open_header(answers[0])
        scoped = ScopedPdu(context_engine_id=one.engine_id, pdu=Pdu(kind=PduKind.RESPONSE, request_id=1))
        return [
            forger.sealed(header, scoped, 3),
            forger.sealed(header, scoped, 0),
            answers[0][:-1],
            *answers,
            *answers,
        ]

    one.misbehave = misbehave

    assert await lane.get(box(one), OIDS[:1]) == ROWS[:1]
    assert counted(IGNORED, cause="wrong_digest") == 1
    assert counted(IGNORED, cause="wrong_level") == 1
    assert counted(IGNORED, cause="truncated") == 1
    assert counted(IGNORED, cause="late_or_duplicate") == 1


async def test_a_replayed_answer_is_no_answer(lane, engine, counted):
    one = await engine()
    kept = []
    one.misbehave = lambda answers: kept.extend(answers) or answers
    await lane.get(box(one), OIDS[:1])

    one.misbehave = lambda answers: kept[-1:]
    with pytest.raises(RequestTimedOut):
        await lane.get(box(one, timeout=SHORT, retries=0), OIDS[:1])

    assert counted(IGNORED, cause="late_or_duplicate") >= 1


async def test_an_unsigned_report_of_a_wrong_time_is_not_believed(lane, engine, counted):
    one = await engine()
    await lane.get(box(one), OIDS[:1])
    one.misbehave = lambda answers: [one.report(open_header(answers[0]), NOT_IN_TIME), *answers]

    assert await lane.get(box(one), OIDS[:1]) == ROWS[:1]
    assert counted(IGNORED, cause="unsigned_report") == 1


async def test_a_report_from_elsewhere_disturbs_nobody(lane, engine, counted):
    one, other = await engine(), await engine(host="127.0.0.2", engine_id=b"\x80\x00\x1f\x88\x04other")
    await lane.get(box(one), OIDS[:1])

    def misbehave(answers):
        other.transport.sendto(other.report(open_header(answers[0]), WRONG_DIGEST), one.asker)
        other.transport.sendto(other.report(open_header(answers[0]), UNKNOWN_ENGINE), one.asker)
        asyncio.get_running_loop().call_later(0.01, one.transport.sendto, answers[0], one.asker)
        return []

    one.misbehave = misbehave

    assert await lane.get(box(one), OIDS[:1]) == ROWS[:1]
    assert counted(IGNORED, cause="wrong_source") == 2
    assert counted(REPORTS, report="wrong_digest") == 0


async def test_a_device_whose_clock_never_fits_is_given_up_in_words(lane, engine, counted):
    one = await engine()
    await lane.get(box(one), OIDS[:1])
    one.misbehave = lambda answers: [one.report(open_header(answers[0]), NOT_IN_TIME, Flag.AUTH)]

    with pytest.raises(PollError, match="not in time window"):
        await lane.get(box(one), OIDS[:1])

    assert counted(REPORTS, report="not_in_time_window") == 5
    one.misbehave = lambda answers: answers
    assert await lane.get(box(one), OIDS[:1]) == ROWS[:1]


async def test_a_device_that_is_ever_another_engine_is_given_up_in_words(lane, engine):
    one = await engine()

    def misbehave(answers):
        one.engine_id = b"\x80\x00\x1f\x88\x04" + random.randbytes(8)
        return [one.report(open_header(answers[0]), UNKNOWN_ENGINE)]

    one.misbehave = misbehave

    with pytest.raises(PollError, match="engine id not found"):
        await lane.get(box(one), OIDS[:1])


async def test_two_devices_with_one_engine_id_do_not_disturb_each_other(lane, engine):
    one, clone = await engine(boots=7, time=1000), await engine(boots=900, time=5)

    for _ in range(3):
        assert await lane.get(box(one), OIDS[:1]) == ROWS[:1]
        assert await lane.get(box(clone), OIDS[:1]) == ROWS[:1]

    assert (one.discoveries, clone.discoveries) == (1, 1)


async def test_a_device_is_looked_for_again_after_silence(lane, engine):
    one = await engine()
    await lane.get(box(one), OIDS[:1])
    one.misbehave = lambda answers: []
    with pytest.raises(RequestTimedOut):
        await lane.get(box(one, timeout=SHORT), OIDS[:1])

    one.misbehave, one.engine_id, one.boots = (lambda answers: answers), b"\x80\x00\x1f\x88\x04replaced", 1

    assert await lane.get(box(one), OIDS[:1]) == ROWS[:1]
    assert one.discoveries == 2


async def test_a_dead_device_is_silent_in_words(lane, udp_port):
    dead = Device(
        name="dead", address="127.0.0.1", port=udp_port, credential=CREDENTIAL, retries=1,
        timeout=timedelta(seconds=0.05),
    )  # fmt: skip

    with pytest.raises(RequestTimedOut, match="no answer to 2 requests"):
        await lane.get(dead, OIDS[:1])


async def test_a_changed_credential_is_used_at_once(lane, engine):
    one = await engine()
    before = box(one)
    plan = lane.compile(before, OIDS)
    await lane.run_plan(before, plan)

    one.credential = replace(CREDENTIAL, user="another", auth_protocol="SHA-512", privacy_protocol="AES-256")
    after = replace(before, credential=one.credential)

    assert await lane.run_plan(after, plan) == VALUES


async def test_a_device_may_change_from_v2c_to_v3_and_back(lane, engine, agent, table, device):
    one, old = await engine(), await agent(table(ROWS))
    community = device(old.port, name="moving")
    user = box(one, name="moving")
    plan = lane.compile(community, OIDS)

    for _ in range(2):
        assert await lane.run_plan(community, plan) == VALUES
        assert await lane.run_plan(user, plan) == VALUES


async def test_an_engine_id_beyond_the_standard_is_refused(lane, engine):
    one = await engine(engine_id=b"odd")

    with pytest.raises(FastLaneRefused, match="odd_engine_id"):
        await lane.get(box(one), OIDS[:1])


async def test_version_2c_answers_to_version_3_requests_are_ignored(lane, engine, agent, device, counted):
    old = await agent(lambda request: None)
    one = await engine()
    one.misbehave = lambda answers: [
        bytes.fromhex("302602010104067075626c6963a219020400") + open_header(answers[0]).msg_id[1:]
    ]

    with pytest.raises(RequestTimedOut):
        await lane.get(box(one, timeout=SHORT, retries=0), OIDS[:1])
    assert old.requests == []


async def test_stopping_ends_a_discovery(udp_port):
    lane = FastLane()
    await lane.start()
    dead = Device(name="dead", address="127.0.0.1", port=udp_port, credential=CREDENTIAL)
    asking = asyncio.create_task(lane.get(dead, OIDS[:1]))
    while not lane.endpoint.in_flight:  # noqa: ASYNC110  # nothing tells when a request is on its way
        await asyncio.sleep(0.001)

    await lane.stop()

    with pytest.raises(PollError, match="stopped"):
        await asyncio.wait_for(asking, PATIENCE_SECONDS)


async def test_junk_at_the_socket_disturbs_nobody(lane, engine, counted):
    one = await engine()
    await lane.get(box(one), OIDS[:1])
    noise = random.Random(3)

    def misbehave(answers):
        junk = []
        for _ in range(100):
            mutated = bytearray(answers[0])
            for _ in range(noise.randint(1, 5)):
                mutated[noise.randrange(min(len(mutated), 200))] = noise.randrange(256)
            junk.append(bytes(mutated)[: noise.choice([len(mutated), noise.randrange(len(mutated))])])
        return [*junk, *answers]

    one.misbehave = misbehave
    for _ in range(20):
        assert await lane.get(box(one), OIDS[:5]) == ROWS[:5]
