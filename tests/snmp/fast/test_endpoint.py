"""The socket all devices share: what is no answer is counted and ignored, and good polls go on beside it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from netwatch.errors import FastLaneRefused, PollError, RequestTimedOut
from netwatch.model import Oid, Tag, Varbind
from netwatch.snmp import FastLane, Message, Pdu, PduKind, encode_message, null_varbinds, resolver
from netwatch.snmp.fast.readers import Varbinds
from tests.patience import PATIENCE_SECONDS

UPTIME = Oid.parse("1.3.6.1.2.1.1.3.0")
IGNORED = "netwatch_snmp_datagrams_ignored_total"
KNOWN = [Varbind(oid=UPTIME, tag=Tag.TIME_TICKS, value=4711)]


def with_id(message: Message, step: int) -> Message:
    return replace(message, pdu=replace(message.pdu, request_id=(message.pdu.request_id + step) % 2**31))


@pytest.mark.parametrize(("spoil", "cause"), [
    (lambda good: encode_message(good)[:-3], "truncated"),
    (lambda good: encode_message(good)[:1], "truncated"),
    (lambda _: b"\x00" * 40, "malformed"),
    (lambda good: with_id(good, 1), "unknown_request_id"),
    (lambda good: replace(good, community=b"private"), "wrong_community"),
    (lambda good: replace(good, version="1"), "wrong_version"),
    (lambda good: replace(good, pdu=replace(good.pdu, kind=PduKind.GET)), "wrong_pdu"),
])  # fmt: skip
async def test_what_is_no_answer_is_counted_and_the_answer_behind_it_taken(
    lane, agent, device, table, counted, spoil, cause
):
    def behave(request):
        good = table(KNOWN)(request)
        return [spoil(good), good]

    peer = await agent(behave)

    found = await lane.get(device(peer.port), [UPTIME])

    assert found == KNOWN
    assert counted(IGNORED, cause=cause) == 1
    assert len(peer.requests) == 1


async def test_a_second_answer_to_the_same_request_is_counted_and_ignored(lane, agent, device, table, counted):
    peer = await agent(lambda request: [table(KNOWN)(request)] * 2)

    await lane.get(device(peer.port), [UPTIME])
    await eventually(lambda: counted(IGNORED, cause="late_or_duplicate") == 1)


async def test_an_answer_from_another_address_is_ignored(lane, agent, device, table, counted):
    elsewhere = await agent(lambda _: None, "127.0.0.2")
    peer = await agent(lambda _: None)

    def send_from_elsewhere(request):
        elsewhere.transport.sendto(encode_message(table(KNOWN)(request)), peer.askers[-1])

    peer.behave = send_from_elsewhere

    advice = r"; 127\.0\.0\.2 answers instead of 127\.0\.0\.1: add accept_from: \[127\.0\.0\.2\]"
    with pytest.raises(RequestTimedOut, match=advice):
        await lane.get(device(peer.port, timeout=timedelta(seconds=1), retries=0), [UPTIME])

    assert counted(IGNORED, cause="wrong_source") == 1


async def test_a_device_may_answer_from_where_its_configuration_says(lane, agent, device, table):
    elsewhere = await agent(lambda _: None, "127.0.0.2")
    peer = await agent(lambda _: None)

    def send_from_elsewhere(request):
        elsewhere.transport.sendto(encode_message(table(KNOWN)(request)), peer.askers[-1])

    peer.behave = send_from_elsewhere

    assert await lane.get(device(peer.port, accept_from=("127.0.0.2",)), [UPTIME]) == KNOWN


async def test_a_lost_request_is_sent_again_under_a_new_request_id(lane, agent, device, table, counted):
    peer = await agent(lambda request: table(KNOWN)(request) if len(peer.requests) == 3 else None)

    assert await lane.get(device(peer.port, timeout=timedelta(seconds=0.3)), [UPTIME]) == KNOWN

    assert len({request.pdu.request_id for request in peer.requests}) == 3
    assert counted("netwatch_snmp_retries_total") == 2


async def test_a_late_answer_to_the_first_try_still_counts(lane, agent, device, table):
    peer = await agent(lambda _: None)
    peer.behave = lambda request: table(KNOWN)(peer.requests[0]) if len(peer.requests) == 2 else None

    assert await lane.get(device(peer.port, timeout=timedelta(seconds=0.3)), [UPTIME]) == KNOWN
    assert len(peer.requests) == 2


async def test_a_silent_device_is_given_up_after_its_retries_and_said_so(lane, agent, device, counted):
    peer = await agent(lambda _: None)

    with pytest.raises(RequestTimedOut, match=r"no answer to 4 requests in (0\.[2-9]|[1-9][0-9.]*) s"):
        await lane.get(device(peer.port, timeout=timedelta(seconds=0.05)), [UPTIME])

    assert len(peer.requests) == 4
    assert counted("netwatch_snmp_timeouts_total") == 1


async def test_a_quick_device_that_falls_silent_is_given_the_whole_time_out_in_every_try(lane, agent, device, table):
    peer = await agent(table(KNOWN))
    asked = device(peer.port, timeout=timedelta(seconds=0.5))
    for _ in range(10):
        await lane.get(asked, [UPTIME])
    peer.requests.clear()
    peer.behave = lambda _: None
    began = asyncio.get_running_loop().time()

    with pytest.raises(RequestTimedOut, match="no answer to 4 requests"):
        await lane.get(asked, [UPTIME])

    assert asyncio.get_running_loop().time() - began >= 4 * 0.5
    assert len(peer.requests) == 5  # and one more, as soon as its answer was late, in case it was lost


async def test_a_quick_device_that_becomes_slow_is_not_down(lane, agent, device, table):
    peer = await agent(table(KNOWN))
    asked = device(peer.port, timeout=timedelta(seconds=0.5))
    for _ in range(10):
        await lane.get(asked, [UPTIME])
    peer.requests.clear()
    # 1.6 s: retries by what was learned (0.25, 0.5, 0.5) and one whole time-out would be over by then in part.
    loop, begun = asyncio.get_running_loop(), asyncio.get_running_loop().time()
    peer.behave = lambda request: table(KNOWN)(request) if loop.time() - begun > 1.45 else None

    assert await lane.get(asked, [UPTIME]) == KNOWN


async def test_a_lost_datagram_of_a_quick_device_costs_a_moment_and_no_try(lane, agent, device, table, counted):
    peer = await agent(table(KNOWN))
    asked = device(peer.port)  # waits a minute for an answer
    for _ in range(10):
        await lane.get(asked, [UPTIME])
    peer.requests.clear()
    peer.behave = lambda request: table(KNOWN)(request) if len(peer.requests) == 2 else None
    began = asyncio.get_running_loop().time()

    assert await lane.get(asked, [UPTIME]) == KNOWN

    assert asyncio.get_running_loop().time() - began < PATIENCE_SECONDS / 2
    assert counted("netwatch_snmp_retries_total") == 1


@pytest.fixture
async def names(monkeypatch) -> dict[str, list[str]]:
    """What the name server says: name -> addresses."""
    known: dict[str, list[str]] = {}

    async def look_up(host: str, _port: object, **_more: object) -> list[object]:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", (address, 0)) for address in known[host]]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    return known


async def test_every_address_of_a_name_is_tried_and_the_one_that_answers_kept(lane, agent, device, table, names):
    peer = await agent(table(KNOWN), "127.0.0.3")
    names["sw1.example"] = ["127.0.0.2", "127.0.0.3"]
    asked = device(peer.port, address="sw1.example", timeout=timedelta(seconds=0.2))

    assert await lane.get(asked, [UPTIME]) == KNOWN
    peer.requests.clear()
    assert await lane.get(replace(asked, retries=0, timeout=timedelta(seconds=PATIENCE_SECONDS)), [UPTIME]) == KNOWN
    assert len(peer.requests) == 1


async def test_a_device_that_moved_is_found_while_it_is_asked(lane, agent, device, table, names, monkeypatch):
    there = await agent(table(KNOWN), "127.0.0.2")
    names["sw1.example"] = ["127.0.0.2"]
    asked = device(there.port, address="sw1.example", timeout=timedelta(seconds=0.2))
    assert await lane.get(asked, [UPTIME]) == KNOWN

    there.behave = lambda _: None
    moved = await agent(table(KNOWN), "127.0.0.3", there.port)
    names["sw1.example"] = ["127.0.0.3"]
    monkeypatch.setattr(resolver, "ANEW_AFTER_SECONDS", 0.0)

    assert await lane.get(asked, [UPTIME]) == KNOWN
    assert moved.requests


async def test_an_answer_from_the_address_a_name_had_when_it_was_asked_still_counts(
    lane, agent, device, table, names
):
    first = await agent(lambda _: None, "127.0.0.2")
    second = await agent(lambda _: None, "127.0.0.3", first.port)
    second.behave = lambda _: first.transport.sendto(encode_message(table(KNOWN)(first.requests[0])), first.askers[0])
    names["sw1.example"] = ["127.0.0.2", "127.0.0.3"]

    found = await lane.get(device(first.port, address="sw1.example", timeout=timedelta(seconds=0.3)), [UPTIME])

    assert found == KNOWN


async def test_nothing_is_left_behind_by_who_no_longer_waits(lane, agent, device):
    peer = await agent(lambda _: None)
    waiting = asyncio.create_task(lane.get(device(peer.port, timeout=timedelta(seconds=30)), [UPTIME]))
    await eventually(lambda: peer.requests)

    waiting.cancel()
    await asyncio.wait([waiting])

    assert lane.endpoint.in_flight == 0


async def test_a_device_never_has_more_requests_to_answer_than_its_window(lane, agent, device, table):
    held = []
    oids = [Oid.parse(f"1.3.6.1.2.1.2.2.1.10.{number}") for number in range(300)]
    peer = await agent(held.append)
    one = device(peer.port, timeout=timedelta(seconds=30))
    asking = asyncio.create_task(lane.run_plan(one, lane.compile(one, oids)))
    answered = 0
    while not asking.done():
        await eventually(lambda: len(held) > 0 or asking.done())
        assert len(held) <= 2
        while held:
            answered += 1
            peer.transport.sendto(encode_message(table([])(held.pop())), peer.askers[-1])
        await asyncio.sleep(0)

    assert answered >= 5
    assert len(await asking) == 300


async def test_devices_take_turns_where_the_global_limit_is_reached(agent, device, table):
    lane = FastLane(max_in_flight=2)
    await lane.start()
    oids = [Oid.parse(f"1.3.6.1.2.1.2.2.1.10.{number}") for number in range(500)]
    big, small = await agent(table([])), await agent(table([]))
    one, other = device(big.port), device(small.port)
    first = asyncio.create_task(lane.run_plan(one, lane.compile(one, oids)))
    await asyncio.sleep(0)

    await lane.run_plan(other, lane.compile(other, [UPTIME]))

    assert len(big.requests) < 5
    assert len(await first) == 500
    await lane.stop()


async def test_ipv6_devices_are_asked_over_ipv6(lane, agent, device, table):
    try:
        peer = await agent(table(KNOWN), "::1")
    except OSError:
        pytest.skip("this machine has no IPv6")

    assert await lane.get(device(peer.port, address="::1"), [UPTIME]) == KNOWN
    assert await lane.get(device(peer.port, address="[::1]", name="bracketed"), [UPTIME]) == KNOWN


async def test_a_network_that_cannot_be_reached_is_a_silent_device_with_a_reason(lane, device, counted):
    broadcast = device(161, address="255.255.255.255", timeout=timedelta(seconds=0.05), retries=1)

    with pytest.raises(RequestTimedOut, match="Permission denied"):
        await lane.get(broadcast, [UPTIME])

    assert counted("netwatch_snmp_send_errors_total", error="EACCES") == 2


async def test_an_endpoint_that_stops_tells_who_still_waits(agent, device):
    lane = FastLane()
    await lane.start()
    peer = await agent(lambda _: None)
    waiting = asyncio.create_task(lane.get(device(peer.port, timeout=timedelta(seconds=30)), [UPTIME]))
    await eventually(lambda: peer.requests)

    await lane.stop()

    with pytest.raises(PollError, match="stopped"):
        await waiting
    with pytest.raises(PollError, match="not running"):
        await lane.get(device(peer.port), [UPTIME])


async def test_who_waits_behind_another_is_told_of_the_end_too(agent, device):
    lane = FastLane(max_in_flight=1)
    await lane.start()
    peer = await agent(lambda _: None)
    patient = timedelta(seconds=30)
    devices = [device(peer.port, timeout=patient, name=name) for name in ("first", "first", "second", "third")]
    waiting = [asyncio.create_task(lane.get(one, [UPTIME])) for one in devices]
    await eventually(lambda: peer.requests)

    await lane.stop()

    outcomes = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), PATIENCE_SECONDS)
    assert [type(outcome) for outcome in outcomes] == [PollError] * 4


async def test_a_full_send_buffer_only_delays(lane, agent, device, table):
    peer = await agent(table(KNOWN))
    family = socket.AF_INET
    real = lane.endpoint._sockets[family]

    class Full:
        """The same socket, once without room: loopback never has a full buffer of its own."""

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        def sendto(self, *_: object) -> None:
            lane.endpoint._sockets[family] = real
            raise BlockingIOError

    lane.endpoint._sockets[family] = Full()

    assert await lane.get(device(peer.port, timeout=timedelta(seconds=5)), [UPTIME]) == KNOWN
    assert len(peer.requests) == 1


async def test_a_fault_of_our_own_hands_the_request_on_and_leaves_the_endpoint_serving(
    lane, agent, device, table, monkeypatch
):
    peer = await agent(table(KNOWN))
    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(Varbinds, "read", lambda *_: 1 // 0)
        with pytest.raises(FastLaneRefused) as refused:
            await lane.get(device(peer.port), [UPTIME])

    assert refused.value.reason == "fault"
    assert [line["event"] for line in logs] == ["snmp_datagram_failed"]
    assert await lane.get(device(peer.port), [UPTIME]) == KNOWN


JUNK = int(os.environ.get("NETWATCH_JUNK", "100000"))
"""Mutated datagrams sent; NETWATCH_JUNK=1000000 is the full count."""


async def test_junk_is_counted_while_good_polls_go_on(lane, agent, device, table, counted, captures):
    peer = await agent(table(KNOWN))
    one = device(peer.port, timeout=timedelta(seconds=1))
    plan = lane.compile(one, [UPTIME])
    port = lane.endpoint.ports[socket.AF_INET]
    noise, seeds = random.Random(20240229), [*captures, *own_packets()]
    total, polls, sizes = JUNK, 0, []
    with capture_logs() as logs, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as junk:
        for sent in range(0, total, 50):
            for _ in range(50):
                junk.sendto(mutated(noise, seeds), ("127.0.0.1", port))
            await asyncio.sleep(0)
            if sent % 2000 == 0:
                assert await lane.run_plan(one, plan) == [4711]
                polls += 1
                sizes.append(resident_bytes())
    causes = ("malformed", "truncated", "unknown_request_id", "wrong_pdu", "wrong_source", "late_or_duplicate")
    await eventually(lambda: sum(counted(IGNORED, cause=cause) for cause in causes) >= 0.9 * total)

    assert logs == []
    assert polls == total // 2000
    assert sizes[-1] - sizes[5] < 8 * 2**20
    assert lane.endpoint.in_flight == 0


async def test_junk_in_the_place_of_an_answer_never_reaches_the_loop(lane, agent, device, table):
    noise = random.Random(7)

    def behave(request):
        good = encode_message(table(KNOWN)(request))
        return [damaged(noise, good) for _ in range(5)]

    peer = await agent(behave)
    with capture_logs() as logs:
        for number in range(300):
            one = device(peer.port, name=f"junk-{number}", timeout=timedelta(seconds=0.005), retries=0)
            with contextlib.suppress(PollError):
                await lane.run_plan(one, lane.compile(one, [UPTIME]))

    assert logs == []
    assert lane.endpoint.in_flight == 0


async def test_devices_that_are_silent_take_no_place_away_from_those_that_answer(agent, device, table):
    lane = FastLane(max_in_flight=1)
    await lane.start()
    silent, good = await agent(lambda request: None), await agent(table(KNOWN))
    deaf = device(silent.port, name="deaf", timeout=timedelta(seconds=0.3), retries=1000)
    waiting = asyncio.create_task(lane.get(deaf, [UPTIME]))
    while not lane.endpoint.in_flight:  # noqa: ASYNC110  # nothing tells when a request is on its way
        await asyncio.sleep(0)

    found = await asyncio.wait_for(lane.get(device(good.port, name="good"), [UPTIME]), PATIENCE_SECONDS)

    waiting.cancel()
    assert found == KNOWN
    assert silent.requests
    await lane.stop()


@pytest.fixture
def captures(request):
    """Captured packets, where the corpus is at hand; the test runs without them too."""
    try:
        directory = request.getfixturevalue("corpus") / "packets"
    except pytest.skip.Exception:
        return []
    texts = [path.read_text().splitlines() for path in sorted(directory.glob("*.hex"))]
    return [bytes.fromhex("".join(line for line in text if not line.startswith("#"))) for text in texts]


def own_packets() -> list[bytes]:
    kinds = (PduKind.RESPONSE, PduKind.GET, PduKind.GET_BULK, PduKind.TRAP_V2, PduKind.REPORT)
    oids = [UPTIME.child(number) for number in range(20)]
    return [
        encode_message(
            Message(version="2c", community=b"public", pdu=Pdu(kind=kind, request_id=2**24, varbinds=asked))
        )
        for kind in kinds
        for asked in (null_varbinds(oids), tuple(KNOWN), ())
    ]


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def mutated(noise: random.Random, seeds: list[bytes]) -> bytes:
    return damaged(noise, seeds[noise.randrange(len(seeds))])


def damaged(noise: random.Random, packet: bytes) -> bytes:
    data = bytearray(packet)
    for _ in range(noise.choice((1, 1, 2, 8))):
        if data:
            data[noise.randrange(len(data))] = noise.randrange(256)
    if noise.random() < 0.2:
        del data[noise.randrange(len(data) + 1) :]
    return bytes(data)


async def eventually(condition) -> None:
    """Wait until it holds, a few seconds at most."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110  # no event tells of a counter or of another's list
            await asyncio.sleep(0.002)
