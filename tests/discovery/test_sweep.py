"""A sweep over a network of the test's own: whom it asks what, in which order, and what it makes of the answers."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta

import pytest
from pydantic import SecretStr

from netwatch.discovery import Progress, Sweep, devices_of, parse_ranges
from netwatch.discovery.pace import MOST_UNREAD, Pace
from netwatch.errors import FastLaneRefused
from netwatch.model import Credential, Missing, Oid, Tag, Varbind
from netwatch.polling import PollingSettings
from netwatch.snmp import (
    NO_KEYS,
    SEQUENCE,
    Message,
    Pdu,
    PduKind,
    decode_message,
    encode_context,
    encode_message,
    encode_pdu,
    encode_tlv,
    open_header,
    seal,
)
from tests.far_network import FarNetwork, run_with_time_enough

RIGHT, WRONG = (
    Credential(name=name, version="2c", community=SecretStr(community))
    for name, community in (("right", "letmein"), ("wrong", "public"))
)
ENGINE = bytes.fromhex("80001f88040102030405")
SYS_NAME = Oid.parse("1.3.6.1.2.1.1.5.0")


def of_version_3(payload):
    try:
        return open_header(payload)
    except FastLaneRefused:
        return None


def engine(payload):
    """Answer the discovery of an engine, as RFC 3414 has it."""
    header = of_version_3(payload)
    if header is None:
        return b""
    report = encode_pdu(Pdu(kind=PduKind.REPORT, request_id=int.from_bytes(header.msg_id)))
    scoped = encode_tlv(SEQUENCE, encode_context(b"", b"") + report)
    return seal(
        scoped,
        msg_id=int.from_bytes(header.msg_id),
        flags=0,
        engine_id=ENGINE,
        boots=1,
        time=1,
        user=b"",
        keys=NO_KEYS,
    )


def agent(payload, name=b"sw", community=b"letmein"):
    """Answer as an agent of version 2c does that has a name and nothing else."""
    if of_version_3(payload) is not None:
        return b""
    asked = decode_message(payload)
    if asked.community != community:
        return b""
    varbinds = tuple(_varbind(asked.pdu.kind, one.oid, name) for one in asked.pdu.varbinds)
    pdu = Pdu(kind=PduKind.RESPONSE, request_id=asked.pdu.request_id, varbinds=varbinds)
    return encode_message(Message(version="2c", community=asked.community, pdu=pdu))


def _varbind(kind, oid, name):
    if kind is not PduKind.GET:
        return Varbind(oid=oid, tag=Tag.END_OF_MIB_VIEW, value=Missing.END_OF_MIB_VIEW)
    if oid == SYS_NAME:
        return Varbind(oid=oid, tag=Tag.OCTET_STRING, value=name)
    return Varbind(oid=oid, tag=Tag.NO_SUCH_INSTANCE, value=Missing.NO_SUCH_INSTANCE)


def sweep_of(seconds, *texts, exclude=(), credentials=(RIGHT,), tell=lambda _: None, rate=5000):
    ranges = parse_ranges(texts, exclude)
    timeout = timedelta(seconds=seconds)
    sweep = Sweep(ranges, credentials, limits=PollingSettings(), rate=rate, timeout=timeout, tell=tell)
    return sweep, Progress.of(ranges)


def swept(steps):
    run_with_time_enough(steps)


def communities(network: FarNetwork):
    """Return to whom a community was sent, and which, once for each datagram."""
    return [
        (to, decode_message(payload).community.decode())
        for to, payload in network.datagrams
        if to.startswith("10.9.1.") and of_version_3(payload) is None
    ]


def test_nobody_is_sent_a_community_who_has_not_answered_something_or_says_that_nothing_listens():
    async def steps(network, seconds):
        network.lose = lambda address, _: address in ("10.9.1.1", "10.9.1.2")
        network.listens = lambda to, payload: None if to in ("10.9.1.2", "10.9.1.3") else b""
        sweep, progress = sweep_of(seconds, "10.9.1.0/29", credentials=[WRONG, RIGHT])
        found = await sweep.run(progress)

        assert {host.address for host in found.hosts} == {f"10.9.1.{n}" for n in (2, 3, 4, 5, 6)}
        assert {to for to, _ in communities(network)} == {"10.9.1.4", "10.9.1.5", "10.9.1.6"}

    swept(steps)


def test_each_credential_is_tried_once_a_host_with_one_repeat_and_none_after_the_one_that_fits():
    async def steps(network, seconds):
        network.listens = lambda to, payload: agent(payload) if to == "10.9.1.1" else b""
        sweep, progress = sweep_of(seconds, "10.9.1.1", "10.9.1.2", credentials=[WRONG, RIGHT, WRONG_2])
        found = await sweep.run(progress)

        said = communities(network)
        assert [text for to, text in said if to == "10.9.1.2"] == ["public"] * 2 + ["letmein"] * 2 + ["private"] * 2
        assert {text for to, text in said if to == "10.9.1.1"} == {"public", "letmein"}
        assert [host.credential for host in found.hosts] == ["right", ""]

    WRONG_2 = Credential(name="wrong 2", version="2c", community=SecretStr("private"))
    swept(steps)


def test_users_of_version_3_are_tried_before_communities_and_only_where_an_engine_answers():
    user = Credential(name="core", version="3", user="netwatch")

    async def steps(network, seconds):
        network.listens = lambda to, payload: engine(payload) or agent(payload) if to == "10.9.1.1" else b""
        sweep, progress = sweep_of(seconds, "10.9.1.1", "10.9.1.2", credentials=[RIGHT, user])
        found = await sweep.run(progress)

        users = [(to, of_version_3(payload).user) for to, payload in network.datagrams if of_version_3(payload)]
        assert ("10.9.1.1", b"netwatch") in users
        assert ("10.9.1.2", b"netwatch") not in users
        kinds = [of_version_3(payload) is not None for to, payload in network.datagrams if to == "10.9.1.1"]
        assert kinds == sorted(kinds, reverse=True)
        assert found.hosts[0].engine_id == ENGINE.hex()
        assert found.hosts[0].credential == "right"

    swept(steps)


def test_ranges_are_never_left_whatever_a_device_says_and_what_is_excluded_is_never_asked():
    async def steps(network, seconds):
        network.listens = lambda to, payload: agent(payload)
        sweep, progress = sweep_of(seconds, "10.9.1.0/28", exclude=["10.9.1.4/30", "10.9.1.9"])
        found = await sweep.run(progress)

        asked = {f"10.9.1.{n}" for n in range(1, 15)} - {f"10.9.1.{n}" for n in (4, 5, 6, 7, 9)}
        assert {host.address for host in found.hosts} == asked
        assert {to for to in network.requests if to.startswith("10.9.1.")} == asked
        assert {to for to, _ in network.datagrams if to.startswith("10.9.1.")} == asked
        assert not [to for to in network.requests if not to.startswith("10.9.1.")]

    swept(steps)


def test_a_packet_that_is_lost_costs_no_device():
    async def steps(network, seconds):
        heard: dict[str, int] = {}

        def listens(to, payload):
            heard[to] = heard.get(to, 0) + 1
            return b"" if heard[to] % 2 else agent(payload)

        network.lose, network.listens = (lambda _, before: before == 0), listens
        sweep, progress = sweep_of(seconds, "10.9.1.0/27")
        found = await sweep.run(progress)

        assert len([host for host in found.hosts if host.credential]) == 30

    swept(steps)


def test_who_is_there_is_asked_again_before_who_is_silent_and_nobody_more_than_twice():
    async def steps(network, seconds):
        network.lose = lambda address, before: address != "10.9.1.2"
        sweep, progress = sweep_of(seconds, "10.9.1.0/29", credentials=[])
        await sweep.run(progress)

        order = [to for to, _ in network.datagrams if to.startswith("10.9.1.")]
        assert order == [f"10.9.1.{n}" for n in (1, 2, 3, 4, 5, 6, 2, 1, 3, 4, 5, 6)]
        assert network.requests == {f"10.9.1.{n}": 1 if n == 2 else 2 for n in range(1, 7)}

    swept(steps)


def test_who_answers_a_credential_late_is_listened_to_while_the_next_one_is_tried():
    async def steps(network, seconds):
        first: list[bytes] = []

        def listens(to, payload):
            if (told := engine(payload)) or decode_message(payload).community == b"public":
                first.extend([payload] * (not told))
                return told
            return agent(first[0], community=b"public")  # what it was asked before comes now

        network.listens = listens
        sweep, progress = sweep_of(seconds, "10.9.1.1", credentials=[WRONG, RIGHT])
        (host,) = (await sweep.run(progress)).hosts

        assert host.credential == "wrong"
        assert [text for _, text in communities(network)].index("letmein") == 2

    swept(steps)


def test_who_answers_for_others_or_to_nothing_that_was_asked_is_not_believed():
    async def steps(network, seconds):
        kept: list[bytes] = []

        def listens(to, payload):
            kept.append(engine(payload))
            return kept[0] if to != "10.9.1.1" else b""  # what another address was asked

        network.lose, network.listens = (lambda *_: True), listens
        sweep, progress = sweep_of(seconds, "10.9.1.0/29", credentials=[])

        assert (await sweep.run(progress)).hosts == []

    swept(steps)


def spoiled(payload, change):
    """Return the answer to the discovery of an engine with something wrong about it."""
    header = of_version_3(payload)
    if header is None:
        return b""
    told = {"msg_id": int.from_bytes(header.msg_id), "flags": 0, "engine_id": ENGINE} | change
    report = encode_pdu(Pdu(kind=PduKind.REPORT, request_id=told["msg_id"]))
    scoped = encode_tlv(SEQUENCE, encode_context(b"", b"") + report)
    return seal(scoped, boots=1, time=1, user=b"", keys=NO_KEYS, **told)


ODD = {
    "cut short": lambda payload: engine(payload)[:40],
    "one octet": lambda payload: b"\x30",
    "nothing but its own question": lambda payload: payload,
    "giant": lambda payload: b"\x30\x82\x75\x30" + bytes(30_000),
    "random": lambda payload: bytes(range(256)) * 4,
    "another number": lambda payload: spoiled(payload, {"msg_id": 2**30 + 7}),
    "without an engine": lambda payload: spoiled(payload, {"engine_id": b""}),
    "an engine of 200 octets": lambda payload: spoiled(payload, {"engine_id": bytes(200)}),
    "said to be signed": lambda payload: engine(payload).replace(b"\x04\x01\x00", b"\x04\x01\x01"),
}


def test_answers_that_are_none_say_nothing_and_cost_nobody_else_anything():
    async def steps(network, seconds):
        odd = {f"10.9.1.{number}": answer for number, answer in enumerate(ODD.values(), start=1)}
        network.lose = lambda *_: True
        network.listens = lambda to, payload: odd[to](payload) if to in odd else engine(payload)
        sweep, progress = sweep_of(seconds, "10.9.1.0/28", credentials=[])
        found = await sweep.run(progress)

        assert {host.address for host in found.hosts} == {f"10.9.1.{n}" for n in range(len(ODD) + 1, 15)}
        assert {host.engine_id for host in found.hosts} == {ENGINE.hex()}

    swept(steps)


@pytest.mark.parametrize("text", [
    "", "{", "null", "[]", "7", '{"networks": 7}', '{"networks": ["10.9.1.0/28"]}',
    '{"networks": ["10.9.1.0/28"], "blocks": ["x"], "asked": 1, "hosts": []}',
    '{"networks": ["10.9.1.0/28"], "blocks": [1], "asked": 1, "hosts": [{"address": "10.9.1.1"}]}',
    '{"networks": ["10.9.1.0/28"], "blocks": [1], "asked": 1, "hosts": [{"address": 1, "addresses": [], "x": 1}]}',
])  # fmt: skip
def test_a_state_that_is_damaged_begins_the_sweep_anew(tmp_path, text):
    (tmp_path / "state.json").write_text(text)

    assert Progress.read(tmp_path / "state.json", parse_ranges(["10.9.1.0/28"])).blocks == set()


def test_a_sweep_that_is_broken_off_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr("netwatch.discovery.sweep.BLOCK", 4)
    monkeypatch.setattr("netwatch.discovery.sweep.BLOCKS_AT_ONCE", 1)
    state = tmp_path / "state.json"

    async def steps(network, seconds):
        def tell(now):
            now.write(state)
            raise OSError("no space left")

        sweep, progress = sweep_of(seconds, "10.9.1.0/28", tell=tell, credentials=[])
        with pytest.raises(OSError, match="no space left"):
            await sweep.run(progress)
        assert set(network.requests) == {f"10.9.1.{n}" for n in range(1, 5)}
        network.requests.clear()
        sweep, progress = sweep_of(seconds, "10.9.1.0/28", credentials=[])
        found = await sweep.run(Progress.read(state, parse_ranges(["10.9.1.0/28"])))
        assert set(network.requests) == {f"10.9.1.{n}" for n in range(5, 15)}
        assert len(found.hosts) == found.asked == 14

    swept(steps)
    assert state.stat().st_mode & 0o077 == 0
    assert Progress.read(state, parse_ranges(["10.9.2.0/28"])).hosts == []


def test_both_families_may_stand_in_one_block_and_each_is_asked_in_its_own_way():
    async def steps(network, seconds):
        network.listens = lambda *_: None
        sweep, progress = sweep_of(seconds, "10.9.1.0/30", "fd09::10/125", "10.9.2.9", exclude=["fd09::12"])
        found = await sweep.run(progress)

        six = [f"fd09::1{number}" for number in (1, 3, 4, 5, 6, 7)]
        assert sorted(host.address for host in found.hosts) == sorted(["10.9.1.1", "10.9.1.2", "10.9.2.9", *six])
        assert found.asked == 9
        assert {host.address for host in found.hosts if host.pinged} == {host.address for host in found.hosts}
        assert not [to for to in network.requests if to == "fd09::12"]

    swept(steps)


def room_for_packets():
    """Return how many packets this machine has room for at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as udp:
        udp.setsockopt(socket.IPPROTO_IP, 11, 1)  # without it a packet without room is lost, and nothing said
        for sent in range(100_000):
            try:
                udp.sendto(bytes(60), ("10.9.200.200", 9))
            except OSError:
                return sent
    raise AssertionError("there is room for everything")


def test_packets_that_this_machine_has_no_room_for_are_sent_when_it_has_some():
    async def steps(network, seconds):
        network.listens = lambda *_: None
        network.slow_down()
        assert room_for_packets() < 900
        sweep, progress = sweep_of(max(2.0, seconds), "10.9.4.0/22", rate=200_000, credentials=[])
        found = await sweep.run(progress)

        assert len(found.hosts) == 1022
        assert all(host.pinged and host.closed for host in found.hosts)
        assert (
            len([to for to in network.requests if to.startswith(("10.9.4.", "10.9.5.", "10.9.6.", "10.9.7."))])
            == 1022
        )

    swept(steps)


def test_it_sends_no_faster_than_it_is_told_to():
    async def steps(network, seconds):
        loop = asyncio.get_running_loop()
        sweep, progress = sweep_of(seconds, "10.9.1.0/26", rate=200, credentials=[])
        begun = loop.time()
        await sweep.run(progress)

        assert loop.time() - begun >= (62 * 3 - 20) / 200

    swept(steps)


def test_a_real_agent_is_found_by_its_user(snmpd):
    """net-snmp's own snmpd, on loopback."""
    real = snmpd()
    user = Credential(
        name="core", version="3", user="sha256aes",
        auth_protocol="SHA-256", auth_passphrase=SecretStr("authpass-256"),
        privacy_protocol="AES", privacy_passphrase=SecretStr("privpass-256"),
    )  # fmt: skip
    community = Credential(name="campus", version="2c", community=SecretStr("public"))
    ranges = parse_ranges(["127.0.0.0/29"])
    sweep = Sweep(
        ranges, [community, user], limits=PollingSettings(), rate=5000, timeout=timedelta(seconds=2), port=real.port
    )

    found = asyncio.run(sweep.run(Progress.of(ranges)))

    (device,) = devices_of(found.hosts, {})
    assert (device.name, device.host.address, device.host.credential) == ("snmpd-under-test", "127.0.0.1", "core")
    assert device.host.engine_id.startswith("80001f88")
    assert all(host.closed for host in found.hosts if host is not device.host)


async def test_a_rate_beyond_this_machine_leaves_the_loop_its_turns_to_read_answers():
    pace, turns = Pace(100_000), 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    for _ in range(20 * MOST_UNREAD):
        await pace.wait()
    task.cancel()

    assert turns >= 20
