"""The general engine reads a real net-snmp agent as net-snmp's own tools do, and says in words what is wrong."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address

import pytest
from pydantic import SecretStr

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Credential, Device, Missing, Oid, Tag, Varbind
from netwatch.simulator import Port, SimulatedDevice, SimulatedNetwork
from netwatch.snmp.general.engine import GeneralEngine
from netwatch.snmp.general.request import Answer
from netwatch.snmp.general.values import opaque_value
from netwatch.snmp.general.walk import WalkState
from netwatch.snmp.metrics import credential_failures, general_datagrams_ignored
from tests.net_snmp import by_oid, printed_by
from tests.patience import PATIENCE_SECONDS

PAIRS = [
    ("MD5", None), ("SHA", None), ("MD5", "DES"), ("SHA", "DES"), ("SHA", "AES"), ("SHA-224", "AES"),
    ("SHA-256", "AES"), ("SHA-384", "AES-192"), ("SHA-512", "AES-256"), ("MD5", "AES-256"), ("SHA", "AES-192-C"),
    ("MD5", "AES-256-C"),
]  # fmt: skip
"""Every protocol, and the short digests with the long keys, where the key extensions differ."""
SYSTEM = Oid.parse("1.3.6.1.2.1.1")
SYS_DESCR, SYS_UP_TIME, SYS_NAME = (SYSTEM.child(number, 0) for number in (1, 3, 5))
NAME = b"snmpd-under-test"
IF_ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")


def user_name(auth: str | None, privacy: str | None) -> str:
    return f"user{auth or ''}{privacy or ''}".replace("-", "")


def user(auth: str | None = None, privacy: str | None = None, **changes: object) -> Credential:
    given = {
        "name": "v3", "version": "3", "user": user_name(auth, privacy), "auth_protocol": auth,
        "privacy_protocol": privacy, "auth_passphrase": SecretStr("authentic" if auth else ""),
        "privacy_passphrase": SecretStr("intimately" if privacy else ""),
    }  # fmt: skip
    return Credential(**{**given, **changes})


def community(version: str = "2c", text: str = "public") -> Credential:
    return Credential(name=version, version=version, community=SecretStr(text))


def device(port: int, credential: Credential, **settings: object) -> Device:
    settings = {"timeout": timedelta(seconds=PATIENCE_SECONDS), "retries": 1, **settings}
    return Device(name="box", address="127.0.0.1", port=port, credential=credential, **settings)


def create_user(auth: str, privacy: str | None, secrets: tuple[str, str] = ("authentic", "intimately")) -> str:
    more = f" {privacy} {secrets[1]}" if privacy else ""
    name = user_name(auth, privacy)
    return f"createUser {name} {auth} {secrets[0]}{more}\nrouser {name} {'priv' if privacy else 'auth'}"


USERS = "\n".join(create_user(*pair) for pair in PAIRS) + "\ncreateUser user\nrouser user noauth"


@pytest.fixture
def agent_port(snmpd) -> int:
    """Where a net-snmp agent listens that knows a user for each of PAIRS."""
    return snmpd(USERS).port


@pytest.fixture
async def engine() -> AsyncIterator[GeneralEngine]:
    engine = GeneralEngine()
    await engine.start()
    yield engine
    await engine.stop()


async def test_a_get_gives_the_values_in_the_order_asked(engine, agent_port):
    for version in ("1", "2c"):
        box = device(agent_port, community(version))
        values = await engine.run_plan(box, engine.compile(box, [SYS_NAME, SYSTEM.child(99, 0), SYS_DESCR]))

        assert values[0] == NAME
        assert values[1] in (Missing.NO_SUCH_OBJECT, Missing.NO_SUCH_INSTANCE)
        assert isinstance(values[2], bytes)


async def test_every_pair_of_v3_protocols_is_spoken(engine, agent_port):
    for auth, privacy in [(None, None), *PAIRS]:
        found = await engine.get(device(agent_port, user(auth, privacy)), [SYS_NAME])

        assert [varbind.value for varbind in found] == [NAME], (auth, privacy)


@pytest.mark.parametrize("version", ["1", "2c", "3"])
async def test_a_walk_finds_what_snmpwalk_finds(engine, agent_port, version):
    credential = user("SHA-256", "AES") if version == "3" else community(version)
    columns = [IF_ENTRY.child(number) for number in (1, 2, 3, 4, 6, 22)]

    walk = await engine.walk(device(agent_port, credential), columns)

    for column in walk.columns:
        theirs = by_oid(printed_by("snmpbulkwalk", "v2c", agent_port, str(column.oid), options=("-On", "-Oe", "-Ox")))
        assert [f".{column.oid.join(suffix)}" for suffix in column.suffixes] == list(theirs)
        assert [as_net_snmp(value) for value in column.values] == [
            text.replace("\n", "").partition(": ")[2] or '""' for text in theirs.values()
        ]
    assert not walk.partial


def as_net_snmp(value: object) -> str:
    if isinstance(value, bytes):
        return "".join(f"{byte:02X} " for byte in value) or '""'
    return f".{value}" if isinstance(value, Oid) else str(value)


async def test_a_walk_of_whole_groups_ends_and_finds_every_type(engine, agent_port):
    groups = [Oid.parse(f"1.3.6.1.2.1.{number}") for number in (1, 2, 4)]
    walk = await engine.walk(device(agent_port, community()), groups)

    assert not walk.partial
    values = [value for column in walk.columns for value in column.values]
    assert {type(value) for value in values} >= {int, bytes, Oid, IPv4Address}


async def test_get_next_finds_successors_and_the_end(engine, agent_port):
    last = Oid.parse("1.3.6.1.6.3.16.1.5.2.1.99")
    for version in ("1", "2c"):
        found = await engine.get_next(device(agent_port, community(version)), [SYSTEM, Oid.parse("2.0"), last])

        assert found[0].oid == SYS_DESCR
        assert found[1].value is Missing.END_OF_MIB_VIEW


REFUSED = [
    (user("SHA", user="nobody"), "unknown user"),
    (user("SHA", "AES", auth_passphrase=SecretStr("wrong one")), "wrong auth passphrase"),
    (user("SHA", "AES", auth_protocol="MD5"), "wrong auth passphrase"),
    (user("SHA", "AES", privacy_passphrase=SecretStr("wrong one")), "wrong privacy passphrase"),
    (user("SHA", "DES", privacy_passphrase=SecretStr("wrong one")), "wrong privacy passphrase"),
    (user("SHA", privacy_protocol="AES", privacy_passphrase=SecretStr("wrong one")), "unsupported security level"),
    (user("SHA", "AES", privacy_passphrase=SecretStr("")), "privacy passphrase has fewer than 8"),
    (user("SHA", auth_passphrase=SecretStr("7 chars")), "auth passphrase has fewer than 8"),
    (user("SHA", "AES", auth_protocol=None), "privacy needs authentication"),
]


async def test_a_credential_that_is_refused_is_explained_and_counted(engine, agent_port):
    for credential, words in REFUSED:
        before = sum(sample.value for sample in credential_failures.collect()[0].samples)
        box = device(agent_port, credential, timeout=timedelta(seconds=1), retries=0)

        with pytest.raises(PollError, match=words) as failed:
            await engine.get(box, [SYS_NAME])

        assert "wrong one" not in repr(failed.value)
        assert sum(sample.value for sample in credential_failures.collect()[0].samples) > before


async def test_users_of_one_name_with_other_keys_do_not_disturb_each_other(engine, agent_port, snmpd):
    other_port = snmpd(create_user("SHA", "AES", ("another1", "another2"))).port
    other = user("SHA", "AES", auth_passphrase=SecretStr("another1"), privacy_passphrase=SecretStr("another2"))

    for _ in range(2):
        here, there = await asyncio.gather(
            engine.get(device(agent_port, user("SHA", "AES")), [SYS_NAME]),
            engine.get(device(other_port, other), [SYS_NAME]),
        )
        assert here[0].value == there[0].value == NAME


@pytest.mark.parametrize("credential", [community("1"), community(), user(), user("SHA", "AES")])
async def test_silence_is_a_time_out_in_words(engine, udp_port, credential):
    with pytest.raises(RequestTimedOut, match=r"no answer to 2 requests in 0\.2 s"):
        await engine.get(device(udp_port, credential, timeout=timedelta(seconds=0.1)), [SYS_NAME])


async def test_a_device_that_starts_again_is_known_again_at_once(engine, snmpd):
    agent = snmpd(USERS)
    box = device(agent.port, user("SHA-256", "AES"), retries=0)
    for forgetful in (False, True, True):  # without its state it has another engine id, and boots count from 1
        assert (await engine.get(box, [SYS_NAME]))[0].value == NAME
        agent.kill()
        if forgetful:
            shutil.rmtree(agent._directory / "state")
        agent.start()

    assert (await engine.get(box, [SYS_NAME]))[0].value == NAME


async def test_a_name_is_resolved_and_an_unknown_one_is_said(engine, agent_port):
    local = Device(name="box", address="localhost", port=agent_port, credential=community())
    nowhere = Device(name="box", address="nowhere.invalid", credential=community())

    assert (await engine.get(local, [SYS_NAME]))[0].value == NAME
    with pytest.raises(PollError, match=r"nowhere\.invalid"):
        await engine.get(nowhere, [SYS_NAME])


async def test_an_engine_that_is_not_running_says_so(agent_port):
    with pytest.raises(PollError, match="not running"):
        await GeneralEngine().get(device(agent_port, community()), [SYS_NAME])


async def test_many_requests_leave_nothing_behind(engine, agent_port):
    box = device(agent_port, user("SHA", "AES"))
    wrong = device(agent_port, user("SHA", "AES", auth_passphrase=SecretStr("wrong one")))
    silent = device(agent_port, user("SHA", "AES", user="x"), timeout=timedelta(seconds=0))
    for _ in range(10):
        await asyncio.gather(
            *(engine.get(box, [SYS_NAME]) for _ in range(5)),
            engine.get(wrong, [SYS_NAME]),
            engine.get(silent, [SYS_NAME]),
            return_exceptions=True,
        )

    assert engine._users is not None
    assert not engine._users._asking
    for engines in engine._users._engines.values():
        for made in engines:
            cache = made.engine.message_processing_subsystems[3]._cache
            assert not cache._Cache__msgIdIndex
            assert not cache._Cache__sendPduHandleIdx
            assert not made.engine.message_dispatcher._MsgAndPduDispatcher__cache._Cache__cacheRepository
            assert made.engine.security_models[3]._cache.is_empty()


class Liar(asyncio.DatagramProtocol):
    """Answers every datagram with the datagrams a function makes of it."""

    def __init__(self, answers) -> None:
        self.answers = answers

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data, addr) -> None:
        for answer in self.answers(data):
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def liar(answers) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Liar(answers), local_addr=("127.0.0.1", 0))
    yield transport.get_extra_info("sockname")[1]
    transport.close()


def response(request: bytes) -> bytes:
    """Return a request to `public` with nothing changed but that it calls itself a response."""
    place = request.find(b"public") + len(b"public")
    return request[:place] + b"\xa2" + request[place + 1 :]


@pytest.mark.parametrize(
    "answers",
    [
        lambda request: [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", os.urandom(100), request],
        lambda request: [response(request)[:-1], response(request)[:20]],
        lambda request: [response(request).replace(b"public", b"secret"), request],
        lambda request: [response(request)[:20] + bytes([request[20] ^ 1]) + response(request)[21:]],
        lambda request: [b"\x30\x82\x10\x00" + b"\x30\x82\x10\x00" * 1000],
    ],
)
async def test_junk_and_answers_to_others_are_ignored_and_counted(engine, answers):
    before = sum(sample.value for sample in general_datagrams_ignored.collect()[0].samples)
    async with liar(answers) as port:
        for credential in (community(), user("SHA", "AES")):
            with pytest.raises(PollError):
                await engine.get(device(port, credential, timeout=timedelta(seconds=0.1)), [SYS_NAME])

    assert sum(sample.value for sample in general_datagrams_ignored.collect()[0].samples) > before


async def test_an_answer_that_comes_twice_or_after_junk_is_taken_once(engine):
    async with liar(lambda request: [b"junk", response(request), response(request)]) as port:
        assert (await engine.get(device(port, community()), [SYS_NAME]))[0].value is None


async def test_an_answer_with_other_objects_is_an_error(engine):
    swapped = lambda request: [response(request).replace(b"\x01\x05\x00\x05\x00", b"\x01\x06\x00\x05\x00")]  # noqa: E731
    async with liar(swapped) as port:
        with pytest.raises(PollError, match="other objects"):
            await engine.get(device(port, community()), [SYS_NAME])


async def test_a_device_that_always_answers_the_same_does_not_keep_a_walk_going(engine):
    async with liar(lambda request: [response(request)]) as port:
        walk = await engine.walk(device(port, community()), [SYSTEM])

    assert walk.partial
    assert "do not increase" in walk.reason


def test_a_name_that_comes_twice_within_an_answer_is_taken_once_and_the_walk_goes_on():
    state = WalkState([SYSTEM], bulk=True, max_varbinds=100)
    said = [Varbind(oid=SYSTEM.child(row), tag=2, value=row) for row in (1, 2, 2, 2, 3)]

    assert state.request() is not None
    state.take(Answer(varbinds=said))
    assert state.request() is not None
    state.take(Answer(varbinds=[said[-1]] * 3))

    walk = state.result()
    assert list(walk.columns[0].values) == [1, 2, 3]
    assert "do not increase" in walk.reason
    assert state.request() is None


def test_a_walk_that_is_refused_asks_for_less_and_goes_on():
    state = WalkState([SYSTEM.child(1), SYSTEM.child(2)], bulk=True, max_varbinds=100)
    sizes = []
    while (request := state.request()) is not None:
        sizes.append(len(request.oids) * request.repetitions)
        state.take(Answer(varbinds=[], error_status=1))

    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1
    assert state.result().partial
    assert "tooBig" in state.result().reason


def test_a_walk_that_finds_more_than_allowed_is_partial():
    state = WalkState([SYSTEM], bulk=False, max_varbinds=0)
    state.request()
    state.take(Answer(varbinds=[varbind(SYS_DESCR)]))

    assert state.request() is None
    assert state.result().reason == "more values than allowed"


def varbind(oid: Oid):
    return Varbind(oid=oid, tag=Tag.OCTET_STRING, value=b"")


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"\x9f\x78\x04\x3f\xc0\x00\x00", 1.5),
        (b"\x9f\x79\x08\x3f\xf8\x00\x00\x00\x00\x00\x00", 1.5),
        (b"\x9f\x78\x04\x3f\xc0", b"\x9f\x78\x04\x3f\xc0"),
        (b"anything", b"anything"),
    ],
)
def test_an_opaque_float_of_net_snmp_becomes_a_float(content, value):
    assert opaque_value(content) == value


@pytest.fixture
async def simulated() -> AsyncIterator[SimulatedNetwork]:
    ports = [Port(index=index, name=f"Gi0/{index}") for index in range(1, 9)]
    network = SimulatedNetwork([SimulatedDevice("v3", user("SHA-256", "AES"), ports=ports),
                                SimulatedDevice("v2", community(), ports=ports)])  # fmt: skip
    await network.start()
    yield network
    await network.stop()


def watched(network: SimulatedNetwork, name: str, **settings: object) -> Device:
    return replace(device(network[name].port, network[name].credential, **settings), name=name)


OPER_STATUS = [IF_ENTRY.child(8, index) for index in range(1, 9)]


@pytest.mark.parametrize("name", ["v2", "v3"])
async def test_a_device_that_bears_little_is_asked_for_little_and_that_is_remembered(engine, simulated, name):
    simulated[name].too_big(3)
    box = watched(simulated, name)

    assert await engine.run_plan(box, engine.compile(box, OPER_STATUS)) == [1] * 8
    walk = await engine.walk(box, [IF_ENTRY.child(1), IF_ENTRY.child(8)])

    assert [list(column.values) for column in walk.columns] == [list(range(1, 9)), [1] * 8]
    assert engine._known[name].get_size.value <= 3
    assert engine._known[name].walk_size.value <= 3


async def test_an_instance_that_gives_only_errors_has_no_value_and_the_others_have(engine, simulated):
    simulated["v2"].broken(OPER_STATUS[4])
    box = watched(simulated, "v2")

    assert await engine.run_plan(box, engine.compile(box, OPER_STATUS)) == [1, 1, 1, 1, None, 1, 1, 1]
    walk = await engine.walk(box, [IF_ENTRY.child(1), IF_ENTRY.child(8)])
    assert [len(column.values) for column in walk.columns] == [8, 4]
    assert walk.partial
    assert "genErr" in walk.reason


async def test_a_v3_device_that_restarts_is_read_on_through_its_new_time_window(engine, simulated):
    box = watched(simulated, "v3", retries=0)
    for _ in range(3):
        assert (await engine.get(box, [SYS_NAME]))[0].value == b"v3"
        simulated["v3"].reboot()


async def test_a_slow_answer_to_an_earlier_try_is_taken(engine, simulated):
    simulated["v3"].slow(0.3)
    box = watched(simulated, "v3", timeout=timedelta(seconds=0.2), retries=6)

    assert (await engine.get(box, [SYS_NAME]))[0].value == b"v3"


async def test_a_device_that_falls_silent_in_mid_walk_leaves_a_partial_walk(engine, simulated):
    box = watched(simulated, "v2", timeout=timedelta(seconds=0.3), retries=3)
    simulated["v2"].too_big(4)
    walking = asyncio.create_task(engine.walk(box, [IF_ENTRY]))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while engine._known.get("v2") is None or engine._known["v2"].walk_size.value > 4:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.005)
    simulated["v2"].silence()
    walk = await walking

    assert walk.partial
    assert "no answer" in walk.reason
    assert len(walk.columns[0].values) < 100


async def test_no_more_than_two_requests_are_on_their_way_to_a_device(engine, simulated):
    simulated["v2"].slow(0.05)
    box, began = watched(simulated, "v2"), asyncio.get_running_loop().time()
    await asyncio.gather(*(engine.get(box, [SYS_NAME]) for _ in range(6)))

    assert asyncio.get_running_loop().time() - began >= 3 * 0.05


async def test_passphrases_and_communities_are_utf_8(engine, snmpd):
    port = snmpd("rocommunity größe\n" + create_user("SHA", "AES", ("schlüssel", "geheimnisvoll-ö"))).port
    secrets = {"auth_passphrase": SecretStr("schlüssel"), "privacy_passphrase": SecretStr("geheimnisvoll-ö")}

    assert (await engine.get(device(port, user("SHA", "AES", **secrets)), [SYS_NAME]))[0].value == NAME
    assert (await engine.get(device(port, community(text="größe")), [SYS_NAME]))[0].value == NAME


async def test_a_context_is_asked_for_and_given_back(engine, simulated):
    box = watched(simulated, "v3")
    box = replace(box, credential=replace(box.credential, context="vlan-7"))

    assert (await engine.get(box, [SYS_NAME]))[0].value == b"v3"


@pytest.mark.parametrize("credential", [community(), user("SHA", "AES")])
async def test_a_device_is_asked_over_ipv6(engine, credential):
    network = SimulatedNetwork([SimulatedDevice("six", credential, address="::1")])
    try:
        await network.start()
    except OSError:
        pytest.skip("this machine has no IPv6 on loopback")
    try:
        box = replace(watched(network, "six"), address="::1")
        assert (await engine.get(box, [SYS_NAME]))[0].value == b"six"
    finally:
        await network.stop()


class Elsewhere(asyncio.DatagramProtocol):
    """Hears on one address and answers from another, as devices with several interfaces do."""

    def __init__(self, mouth: asyncio.DatagramTransport) -> None:
        self.mouth = mouth

    def datagram_received(self, data, addr) -> None:
        self.mouth.sendto(response(data), addr)


async def test_an_answer_from_another_address_counts_only_where_the_configuration_says_so(engine, udp_port):
    loop = asyncio.get_running_loop()
    mouth, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.2", udp_port))
    ear, _ = await loop.create_datagram_endpoint(lambda: Elsewhere(mouth), local_addr=("127.0.0.1", udp_port))
    box = device(udp_port, community(), timeout=timedelta(seconds=0.2), retries=0)
    try:
        with pytest.raises(RequestTimedOut):
            await engine.get(box, [SYS_NAME])
        assert len(await engine.get(replace(box, accept_from=("127.0.0.2",)), [SYS_NAME])) == 1
    finally:
        mouth.close()
        ear.close()


@pytest.mark.parametrize("index_of", [lambda _: 0, lambda place: place, lambda place: place + 1],
                         ids=["always 0", "counts from 0", "counts from 1"])  # fmt: skip
async def test_what_a_v1_device_has_not_is_known_whatever_its_error_index(engine, agent, device, table, index_of):
    names = [Oid.parse(f"1.3.6.1.2.1.2.2.1.{column}.{row}") for column in (10, 16) for row in range(1, 7)]
    gone = {names[0], names[1], names[9]}
    good = table([Varbind(oid=oid, tag=Tag.COUNTER32, value=oid[-1]) for oid in names if oid not in gone])

    def behave(request):
        answer = good(request)
        missing = [at for at, one in enumerate(answer.pdu.varbinds) if isinstance(one.value, Missing)]
        return table.error(request, 2, index_of(missing[0])) if missing else answer

    peer = await agent(behave)
    one = device(peer.port, version="1")

    (alone,) = await engine.get(one, [names[0]])
    values = [varbind.value for varbind in await engine.get(one, names)]
    after = await engine.get_next(one, [names[-1], names[2]])
    walk = await engine.walk(one, [Oid.parse("1.3.6.1.2.1.2.2.1.10"), Oid.parse("1.3.6.1.2.1.2.2.1.16")])

    assert alone.value is Missing.NO_SUCH_INSTANCE
    assert values == [Missing.NO_SUCH_INSTANCE if oid in gone else oid[-1] for oid in names]
    assert [varbind.value for varbind in after] == [Missing.END_OF_MIB_VIEW, 4]
    assert [list(column.values) for column in walk.columns] == [[3, 4, 5, 6], [1, 2, 3, 5, 6]]
    assert not walk.partial


@pytest.mark.parametrize("status", [1, 5], ids=["tooBig", "genErr"])
async def test_successors_that_are_too_many_at_once_are_asked_for_in_halves(engine, agent, device, table, status):
    names = [Oid.parse(f"1.3.6.1.2.1.2.2.1.10.{row}") for row in range(1, 9)]
    cells = [Varbind(oid=oid, tag=Tag.COUNTER32, value=oid[-1]) for oid in names]
    good = table(cells)

    def behave(request):
        return table.error(request, status, 0) if len(request.pdu.varbinds) > 2 else good(request)

    peer = await agent(behave)

    assert await engine.get_next(device(peer.port), names[:7]) == cells[1:]


async def test_the_one_name_whose_successor_cannot_be_had_does_not_cost_the_others(engine, agent, device, table):
    names = [Oid.parse(f"1.3.6.1.2.1.2.2.1.10.{row}") for row in range(1, 9)]
    cells = [Varbind(oid=oid, tag=Tag.COUNTER32, value=oid[-1]) for oid in names]
    good = table(cells)

    def behave(request):
        broken = names[2] in [varbind.oid for varbind in request.pdu.varbinds]
        return table.error(request, 5, 1) if broken else good(request)

    peer = await agent(behave)
    found = await engine.get_next(device(peer.port), names[:7])

    assert [varbind.value for varbind in found] == [2, 3, None, 5, 6, 7, 8]
