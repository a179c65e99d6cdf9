"""Datagrams are taken from a socket the same way, one by one or many in one system call."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from netwatch.snmp.fast.datagrams import one_by_one
from tests.compiled.twins import COMPILED, needs_compiled


def at_once(udp: socket.socket, most: int) -> list[tuple[bytes, tuple[object, ...]]]:
    return COMPILED.receive(udp.fileno(), most)


either = pytest.mark.parametrize(
    "receive",
    [pytest.param(one_by_one, id="python"), pytest.param(at_once, id="compiled", marks=needs_compiled)],
)


@contextlib.contextmanager
def pair(host: str = "127.0.0.1") -> Iterator[tuple[socket.socket, socket.socket]]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with (
        socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as here,
        socket.socket(family, socket.SOCK_DGRAM) as there,
    ):
        try:
            here.bind((host, 0))
            there.bind((host, 0))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        yield here, there


@either
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_datagrams_come_whole_in_their_order_and_with_their_source(receive, host):
    sent = [b"", b"a", bytes(range(256)) * 200, b"last"]
    with pair(host) as (here, there):
        for datagram in sent:
            there.sendto(datagram, here.getsockname())

        assert list(receive(here, 10)) == [(datagram, there.getsockname()) for datagram in sent]


@either
def test_no_more_are_taken_than_were_asked_for_and_none_is_lost(receive):
    with pair() as (here, there):
        for number in range(5):
            there.sendto(bytes([number]), here.getsockname())

        assert [[data[0] for data, _ in receive(here, 2)] for _ in range(4)] == [[0, 1], [2, 3], [4], []]


@needs_compiled
@pytest.mark.parametrize("most", [-1, 0, 1_000_000])
def test_a_number_out_of_bounds_is_brought_within_them(most):
    with pair() as (here, there):
        for _ in range(70):
            there.sendto(b"x", here.getsockname())

        assert len(at_once(here, most)) == (64 if most > 64 else 1)


@either
def test_a_trouble_of_the_socket_is_raised(receive):
    with pair() as (here, there):
        here.connect(there.getsockname())
        there.close()
        here.send(b"to nobody")

        with pytest.raises(ConnectionRefusedError):
            list(receive(here, 10))
        assert list(receive(here, 10)) == []
