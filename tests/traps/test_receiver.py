"""The trap port as a whole: what is believed, counted, acknowledged, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from netwatch.errors import PartlyWrittenError, StoreError
from netwatch.model import Tag
from netwatch.snmp import decode_message
from netwatch.traps import TrapReceiver
from netwatch.traps.settings import TrapSettings
from tests.patience import PATIENCE_SECONDS

from .messages import LINK_DOWN, LINK_UP, named, pdu_of, v1, v2c
from .peers import device, dropped, total, until

INFORM = v2c(pdu_of(inform=True, request_id=77))


class Sender:
    """A socket that informs and waits."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.udp.setblocking(False)

    def send(self, datagram: bytes) -> None:
        self.udp.sendto(datagram, ("127.0.0.1", self._port))

    async def answer(self) -> bytes:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.udp, 65535), PATIENCE_SECONDS)

    def silent(self) -> bool:
        try:
            return not self.udp.recv(65535)
        except BlockingIOError:
            return True


@pytest.fixture
def sender(udp_port):
    one = Sender(udp_port)
    yield one
    one.udp.close()


async def test_an_inform_is_acknowledged_after_it_was_written_and_not_before(start, sink, sender):
    await start()
    sink.hold = True
    sender.send(INFORM)
    await sink.heard(1)
    assert sender.silent()

    sink.held[0].set_result(None)
    answer = decode_message(await sender.answer())

    asked = decode_message(INFORM)
    assert (answer.pdu.kind.name, answer.pdu.request_id, answer.pdu.error_status) == ("RESPONSE", 77, 0)
    assert answer.pdu.varbinds == asked.pdu.varbinds


async def test_an_inform_that_could_not_be_written_is_not_acknowledged_and_may_come_again(start, sink, sender):
    await start()
    sink.fail = StoreError("the disk is full")
    before = dropped("not_written")
    sender.send(INFORM)
    await until(lambda: dropped("not_written") == before + 1)
    assert sender.silent()

    sink.fail = None
    sender.send(INFORM)
    await sender.answer()

    assert [event.count for event in sink.events] == [1, 1]
    assert not sink.events[1].repeated


async def test_of_informs_written_together_those_are_acknowledged_that_were_not_refused(start, sink, sender):
    await start()
    before = dropped("not_written")
    shared = asyncio.get_running_loop().create_future()
    sink.take_trap = lambda event: sink.events.append(event) or shared
    sender.send(INFORM)
    sender.send(v2c(pdu_of(LINK_UP)))
    await until(lambda: len(sink.events) == 2)
    (of_up,) = [event.at for event in sink.events if event.trap_oid == LINK_UP]

    shared.set_exception(PartlyWrittenError("not this one", frozenset({of_up})))

    assert decode_message(await sender.answer()).pdu.request_id == 77
    await until(lambda: dropped("not_written") == before + 1)


async def test_a_repeated_inform_is_acknowledged_again_and_counted_once(start, sink, sender):
    await start()
    again = total("netwatch_traps_informs_total", outcome="acknowledged_again")
    for _ in range(3):
        sender.send(INFORM)
        await sender.answer()

    assert [event.count for event in sink.events] == [1]
    await until(lambda: total("netwatch_traps_informs_total", outcome="acknowledged_again") == again + 2)


async def test_an_inform_repeated_while_it_is_written_gets_one_answer(start, sink, sender):
    await start()
    sink.hold = True
    sender.send(INFORM)
    sender.send(INFORM)
    sender.send(v2c(pdu_of(LINK_UP)))
    await sink.heard(2)
    for one in sink.held:
        one.set_result(None)

    await sender.answer()
    assert sender.silent()
    assert len(sink.events) == 2


async def test_a_sink_that_raises_costs_only_that_event(start, send, sink):
    await start()
    before = dropped("not_written")
    take, raised = sink.take_trap, []

    def raises_once(event):
        if not raised:
            raised.append(event)
            raise RuntimeError("not this one")
        return take(event)

    sink.take_trap = raises_once
    send(v2c(), v2c(pdu_of(LINK_UP)))

    assert [event.trap_oid for event in await sink.heard(1)] == [LINK_UP]
    await until(lambda: dropped("not_written") == before + 1)


@pytest.mark.parametrize(
    ("datagram", "source", "cause"),
    [
        (v2c(), "127.0.0.9", "wrong_source"),
        (v2c(community=b"other"), "127.0.0.1", "wrong_community"),
        (v1(community=b""), "127.0.0.1", "wrong_community"),
        (b"", "127.0.0.1", "malformed"),
        (b"\x30\x82\xff\xff\x02\x01\x01", "127.0.0.1", "malformed"),
        (v2c()[:-3], "127.0.0.1", "malformed"),
    ],
)
async def test_what_is_not_accepted_raises_nothing_and_is_counted_by_cause(
    start, send, sink, datagram, source, cause
):  # fmt: skip
    receiver = await start()
    before = dropped(cause)

    send(datagram, source=source)
    await until(lambda: dropped(cause) == before + 1)

    assert not sink.events
    listed = [(one.source, one.cause, one.count) for one in receiver.refused()]
    assert listed == [(source, cause, 1)]


async def test_no_list_of_the_refused_and_no_event_shows_a_community(start, send, sink):
    told = named("1.3.6.1.6.3.18.1.4.0", b"told-secret", Tag.OCTET_STRING)
    receiver = await start()
    send(v2c(community=b"wrong-secret"), v2c(pdu_of(LINK_DOWN, 7, told)))
    await sink.heard(1)

    assert "secret" not in f"{receiver.refused()} {sink.events}"


async def test_an_agent_address_is_believed_of_a_relay_only(start, send, sink):
    devices = [device("router", "127.0.0.1"), device("far", "192.0.2.77")]
    await start(devices, relays=["127.0.0.2"])

    send(v1(agent="192.0.2.77"), source="127.0.0.1")
    send(v1(agent="192.0.2.77"), source="127.0.0.2")
    await sink.heard(2)

    assert sorted((event.source, event.device, event.relay) for event in sink.events) == [
        ("127.0.0.1", "router", ""),
        ("192.0.2.77", "far", "127.0.0.2"),
    ]


async def test_a_proxys_words_are_believed_of_a_relay_only_and_its_origins_community_is_checked(start, send, sink):
    origin = named("1.3.6.1.6.3.18.1.3.0", IPv4Address("192.0.2.77"), Tag.IP_ADDRESS)
    right = named("1.3.6.1.6.3.18.1.4.0", b"public", Tag.OCTET_STRING)
    wrong = named("1.3.6.1.6.3.18.1.4.0", b"guessed", Tag.OCTET_STRING)
    await start(relays=["127.0.0.2"])
    before = dropped("wrong_community")

    send(v2c(pdu_of(LINK_DOWN, 1, origin, wrong)), v2c(pdu_of(LINK_DOWN, 2, origin, right)), source="127.0.0.2")
    send(v2c(pdu_of(LINK_DOWN, 3, origin, wrong)), source="127.0.0.1")
    await sink.heard(2)

    assert sorted((event.source, event.relay) for event in sink.events) == [
        ("127.0.0.1", ""), ("192.0.2.77", "127.0.0.2"),
    ]  # fmt: skip
    assert dropped("wrong_community") == before + 1


async def test_repeats_arrive_as_counts_and_the_last_of_them_at_the_end(start, send, sink):
    receiver = await start(summary_interval="1h")
    before = total("netwatch_traps_received_total", version="2c")
    send(*(v2c(pdu_of(ticks=ticks, request_id=ticks)) for ticks in range(1, 501)))
    await until(lambda: total("netwatch_traps_received_total", version="2c") >= before + 500)
    await receiver.stop()

    assert [(event.count, event.repeated) for event in sink.events] == [(1, False), (499, True)]
    assert sink.events[-1].uptime.total_seconds() == 5.0


async def test_ipv6_is_heard_beside_ipv4(sink, udp_port):
    settings = TrapSettings(
        listen=[f"127.0.0.1:{udp_port}", f"[::1]:{udp_port}"], communities=["public"], allow=["::1"]
    )
    receiver = TrapReceiver(settings, [device()], sink)
    await receiver.start()
    if receiver.refused_ports:
        await receiver.stop()
        pytest.skip("this machine has no IPv6 on loopback")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp:
        udp.sendto(v2c(), ("::1", udp_port))
        await sink.heard(1)
    await receiver.stop()

    assert sink.events[0].source == "::1"


async def test_an_address_in_use_is_said_and_heard_on_as_soon_as_it_is_free(start, send, sink, udp_port, monkeypatch):
    monkeypatch.setattr("netwatch.traps.receiver.TRY_PORTS_EVERY_SECONDS", 0.05)
    listening = f"127.0.0.1:{udp_port}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", udp_port))
        receiver = await start()

        (words,) = receiver.refused_ports
        assert listening in words
        assert "something else listens there" in words.lower()
        assert receiver.is_alive()
        assert total("netwatch_traps_listening", address=listening) == 0

    await until(lambda: not receiver.refused_ports)
    send(v2c())

    await sink.heard(1)
    assert receiver.addresses == [("127.0.0.1", udp_port)]
    assert total("netwatch_traps_listening", address=listening) == 1


async def test_without_an_address_nothing_is_heard_and_nothing_is_wrong(sink):
    receiver = TrapReceiver(TrapSettings(), [], sink)
    await receiver.start()

    assert receiver.is_alive()
    assert receiver.addresses == []
    await receiver.stop()


async def test_it_can_be_stopped_and_started_again(start, send, sink):
    receiver = await start()
    assert receiver.is_alive()
    await receiver.stop()
    await receiver.start()
    send(v2c())

    await sink.heard(1)


HANDED_OVER = """
import asyncio, os, socket, sys
os.environ["LISTEN_PID"] = str(os.getpid())
from netwatch.traps import TrapReceiver
from netwatch.traps.settings import TrapSettings

class Sink:
    def take_trap(self, event):
        print(event.source, event.trap_oid, flush=True)
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

async def main():
    port = int(sys.argv[1])
    settings = TrapSettings(listen=[f"127.0.0.1:{port}"], communities=["public"], allow=["127.0.0.1"])
    receiver = TrapReceiver(settings, [], Sink())
    await receiver.start()
    assert receiver.addresses == [("127.0.0.1", port)], receiver.addresses
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await receiver.stop()

asyncio.run(main())
"""


def test_a_socket_that_systemd_hands_over_is_used(udp_port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as given:
        given.bind(("127.0.0.1", udp_port))
        given.sendto(v2c(), ("127.0.0.1", udp_port))  # waits in the queue, as while systemd starts us

        def as_first_descriptor() -> None:
            os.dup2(given.fileno(), 3)

        with subprocess.Popen(
            [sys.executable, "-c", HANDED_OVER, str(udp_port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, preexec_fn=as_first_descriptor, close_fds=False, env={**os.environ, "LISTEN_FDS": "1"},
            cwd=Path(__file__).parents[2],
        ) as process, contextlib.ExitStack() as at_the_end:  # fmt: skip
            at_the_end.callback(process.kill)  # or a failure would wait for it for ever
            lines = [process.stdout.readline().strip() for _ in range(3)]
            process.stdin.close()
            assert process.wait(PATIENCE_SECONDS) == 0

    assert f"127.0.0.1 {LINK_DOWN}" in lines
