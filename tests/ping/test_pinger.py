"""Real ICMP: on loopback, and in a network of the test's own where packets are lost, late or lies as one likes."""

import asyncio
import shlex
import subprocess
import sys

import pytest

from netwatch.ping.metrics import FOREIGN, LATE, STALE_ERROR
from netwatch.ping.pinger import Pinger
from netwatch.ping.sockets import CURE
from tests.far_network import ROUTER_V4, ROUTER_V6, echo_reply, icmp_error, run_in_far_network, run_with_time_enough
from tests.patience import PATIENCE_SECONDS

BY_DATAGRAM, BY_RAW = "0 2147483647", "1 0"
both_sockets = pytest.mark.parametrize("groups", [BY_DATAGRAM, BY_RAW], ids=["datagram socket", "raw socket"])
both_families = pytest.mark.parametrize(
    ("address", "router"), [("10.9.0.7", ROUTER_V4), ("fd09::7", ROUTER_V6)], ids=["IPv4", "IPv6"]
)


async def echo_of(pinger, address):
    came = asyncio.get_running_loop().create_future()
    pinger.ping(address, came.set_result)
    return await asyncio.wait_for(came, PATIENCE_SECONDS)


class running:
    """A pinger between start and stop."""

    def __init__(self, timeout_seconds=PATIENCE_SECONDS):
        self.pinger = Pinger(timeout_seconds)

    async def __aenter__(self):
        await self.pinger.start()
        return self.pinger

    async def __aexit__(self, *_):
        await self.pinger.stop()


@both_sockets
@both_families
def test_an_address_that_answers_says_how_long_it_took(address, router, groups):
    async def work(_network, seconds):
        async with running(seconds) as pinger:
            echo = await echo_of(pinger, address)
            assert echo.round_trip_seconds is not None
            assert 0.0 <= echo.round_trip_seconds < PATIENCE_SECONDS
            assert not pinger.trouble

    run_with_time_enough(work, groups)


@both_sockets
@both_families
def test_what_is_not_answered_is_told_after_the_time_out_and_an_answer_after_that_counts_as_late(
    address, router, groups
):
    async def work(network, seconds):
        async with running(seconds) as pinger:
            kept, late = [], LATE._value.get()
            network.liars[address] = lambda packet: kept.append(packet) or []
            echo = await echo_of(pinger, address)
            assert echo == (None, "", True)
            network.liars[address] = lambda packet: [echo_reply(kept[0]), echo_reply(packet)]
            assert (await echo_of(pinger, address)).round_trip_seconds is not None
            assert LATE._value.get() == late + 1

    run_with_time_enough(work, groups)


@both_sockets
@both_families
def test_an_answer_that_comes_twice_counts_once(address, router, groups):
    async def work(network, seconds):
        network.liars[address] = lambda packet: [echo_reply(packet), echo_reply(packet)]
        async with running(seconds) as pinger:
            late, told = LATE._value.get(), []
            pinger.ping(address, told.append)
            other = "10.9.0.8" if "." in address else "fd09::8"
            await echo_of(pinger, other)
            assert len(told) == 1
            assert LATE._value.get() == late + 1

    run_with_time_enough(work, groups)


@both_sockets
@both_families
@pytest.mark.parametrize(
    "lie",
    [
        lambda packet, other: echo_reply(packet, source=other),
        lambda packet, _: echo_reply(packet, change=lambda it: it[:8] + bytes(8) + it[16:]),
        lambda packet, _: echo_reply(packet, change=lambda it: it[:6] + bytes([it[6] ^ 1]) + it[7:]),
        lambda packet, _: echo_reply(packet, change=lambda it: it[:12]),
    ],
    ids=["from another address", "with another secret", "with another sequence number", "cut short"],
)
def test_what_is_no_answer_of_the_address_to_the_packet_is_counted_and_not_believed(address, router, groups, lie):
    async def work(network, seconds):
        other = "10.9.0.9" if "." in address else "fd09::9"
        network.liars[address] = lambda packet: [lie(packet, other)]
        async with running(seconds) as pinger:
            foreign = FOREIGN._value.get()
            assert (await echo_of(pinger, address)).round_trip_seconds is None
            assert FOREIGN._value.get() == foreign + 1

    run_with_time_enough(work, groups)


@both_sockets
@pytest.mark.parametrize(
    ("address", "kind", "code", "words"),
    [
        ("10.9.0.7", 3, 1, f"{ROUTER_V4} says: host unreachable"),
        ("10.9.0.7", 3, 13, f"{ROUTER_V4} says: prohibited by a filter"),
        ("10.9.0.7", 3, 14, f"{ROUTER_V4} says: unreachable, code 14"),
        ("10.9.0.7", 11, 0, f"{ROUTER_V4} says: hop limit exceeded on the way (a loop of routes?)"),
        ("fd09::7", 1, 3, f"{ROUTER_V6} says: host unreachable"),
        ("fd09::7", 1, 0, f"{ROUTER_V6} says: no route"),
        ("fd09::7", 3, 0, f"{ROUTER_V6} says: hop limit exceeded on the way (a loop of routes?)"),
    ],
)
def test_what_a_router_says_of_a_packet_stands_in_words_beside_the_loss(groups, address, kind, code, words):
    async def work(network, seconds):
        network.liars[address] = lambda packet: [icmp_error(packet, kind, code)]
        async with running(seconds) as pinger:
            assert await echo_of(pinger, address) == (None, words, True)

    run_with_time_enough(work, groups)


@both_sockets
@both_families
def test_who_says_unreachable_of_an_address_that_answers_is_not_believed(address, router, groups):
    async def work(network, seconds):
        unreachable = (1, 3) if ":" in address else (3, 1)
        network.liars[address] = lambda packet: [icmp_error(packet, *unreachable), echo_reply(packet)]
        async with running(seconds) as pinger:
            assert (await echo_of(pinger, address)).round_trip_seconds is not None
            other = "10.9.0.8" if "." in address else "fd09::8"
            for _ in range(5):  # nor does it spoil what is sent to others
                assert (await echo_of(pinger, other)).round_trip_seconds is not None

    run_with_time_enough(work, groups)


@both_sockets
def test_a_flood_of_errors_about_packets_nobody_waits_for_holds_up_nobody(groups):
    async def work(network, seconds):
        network.liars["10.9.0.7"] = lambda packet: [icmp_error(packet, 3, 1)] * 300
        async with running(seconds) as pinger:
            stale = STALE_ERROR._value.get()
            lost = asyncio.create_task(echo_of(pinger, "10.9.0.7"))
            for number in range(20):
                assert (await echo_of(pinger, f"10.9.1.{number}")).round_trip_seconds is not None
            assert (await lost).words.endswith("host unreachable")
            assert STALE_ERROR._value.get() - stale < 300

    run_with_time_enough(work, groups)


@both_sockets
def test_a_thousand_addresses_are_told_apart_on_one_socket(groups):
    async def work(network, seconds):
        network.lose = lambda address, _: int(address.rpartition(".")[2]) % 10 == 0
        addresses = [f"10.9.{high}.{low}" for high in range(1, 5) for low in range(250)]
        async with running(seconds * 5) as pinger:
            echoes = await asyncio.gather(*(echo_of(pinger, address) for address in addresses))
            lost = {
                address for address, echo in zip(addresses, echoes, strict=True) if echo.round_trip_seconds is None
            }
            assert lost == {address for address in addresses if int(address.rpartition(".")[2]) % 10 == 0}

    run_with_time_enough(work, groups)


def test_an_address_without_a_route_is_told_at_once_and_in_words():
    async def work(_network):
        async with running() as pinger:
            echo = await echo_of(pinger, "198.51.100.1")
            assert echo == (None, "this machine says: Network is unreachable", True)

    run_in_far_network(work, BY_RAW)


async def test_loopback_answers_where_ping_is_permitted():
    async with running(10.0) as pinger:
        if not pinger.can_ping("127.0.0.1"):
            pytest.skip(pinger.trouble)
        echoes = [await echo_of(pinger, "127.0.0.1") for _ in range(3)]  # one may be lost where others flood loopback
        assert any(echo.round_trip_seconds is not None for echo in echoes)


UNABLE = """
import asyncio
from netwatch.ping import Pinger

async def main():
    pinger = Pinger(1.0)
    await pinger.start()
    told = []
    for address in ("10.9.0.7", "10.9.0.8", "fd09::7"):
        pinger.ping(address, told.append)
    await asyncio.sleep(0)
    print(pinger.trouble)
    print([echo.sent for echo in told])
    await pinger.stop()

asyncio.run(main())
"""


async def run_without_raw_sockets():
    """Return what the program writes where it has no capability to open a raw socket."""
    able = ("setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw", sys.executable, "-c", UNABLE)
    ran = await asyncio.create_subprocess_exec(*able, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = await ran.communicate()
    assert ran.returncode == 0, err.decode()
    return out.decode(), err.decode()


def test_where_ping_is_not_permitted_it_says_once_what_to_type():
    async def work(_network):
        out, err = await run_without_raw_sockets()
        trouble, sent = out.splitlines()[-2:]
        assert CURE in trouble
        assert trouble.count("sysctl") == 1
        assert sent == "[False, False, False]"
        assert (out + err).count("no ping") == 1

    run_in_far_network(work, BY_RAW)


def test_the_line_that_is_given_lets_it_ping():
    async def work(_network):
        typed = await asyncio.create_subprocess_exec(*shlex.split(CURE), stdout=subprocess.DEVNULL)
        assert await typed.wait() == 0
        out, _ = await run_without_raw_sockets()
        assert "sysctl" not in out

    run_in_far_network(work, BY_RAW)
