"""Sockets: what the kernel dropped is counted, addresses are as configured."""

from __future__ import annotations

import errno
import socket
import sys
from pathlib import Path

import pytest

from netwatch.traps.sockets import KeptPorts, TrapSocket, open_all, remedy


@pytest.fixture
def trap_socket():
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    one = TrapSocket(udp)
    yield one
    one.close()


@pytest.fixture
def sender():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        yield udp


def test_what_the_kernel_had_to_drop_is_counted_exactly(trap_socket, sender):
    trap_socket.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    address = trap_socket.udp.getsockname()
    for _ in range(200):
        sender.sendto(b"x" * 100, address)
    read = len(trap_socket.read(1000))
    sender.sendto(b"after", address)  # the kernel tells with the first that it has room for again
    read += len(trap_socket.read(1000))

    assert 0 < read < 201
    assert read + trap_socket.newly_dropped == 201


def test_no_more_is_read_at_once_than_asked_for(trap_socket, sender):
    for number in range(5):
        sender.sendto(bytes((number,)), trap_socket.udp.getsockname())

    assert [data for data, _ in trap_socket.read(3)] == [b"\0", b"\1", b"\2"]
    assert [data for data, _ in trap_socket.read(3)] == [b"\3", b"\4"]
    assert trap_socket.read(3) == []


def test_an_answer_that_the_system_does_not_take_is_no_error(trap_socket):
    assert not trap_socket.send(b"x" * 70_000, ("127.0.0.1", 9))


def test_an_address_that_is_not_ours_is_named_and_the_others_are_heard(udp_port):
    opened = open_all(["192.0.2.1:1162", f"127.0.0.1:{udp_port}"])

    assert [one.udp.getsockname() for one in opened.sockets] == [("127.0.0.1", udp_port)]
    words = opened.refused["192.0.2.1:1162"]
    assert words.startswith("traps.listen: cannot listen on 192.0.2.1:1162: ")
    assert words.endswith("this shows those it has: ip -brief address")
    opened.sockets[0].close()


def test_a_port_that_somebody_else_has_is_told_with_the_line_that_shows_who(trap_socket):
    host, port = trap_socket.udp.getsockname()

    opened = open_all([f"{host}:{port}"])

    assert opened.sockets == ()
    assert opened.refused[f"{host}:{port}"].endswith(f"ss -lunp 'sport = :{port}'")


@pytest.mark.parametrize(
    ("under_systemd", "line"),
    [
        (True, "systemctl enable --now netwatch.socket && systemctl restart netwatch"),
        (False, f"sudo setcap cap_net_bind_service=+ep {Path(sys.executable).resolve()}"),
    ],
)
def test_a_port_that_this_user_may_not_have_is_told_with_the_line_to_type(monkeypatch, under_systemd, line):
    monkeypatch.delenv("INVOCATION_ID", raising=False)
    if under_systemd:
        monkeypatch.setenv("INVOCATION_ID", "0123456789abcdef")

    assert remedy(PermissionError(errno.EACCES, "Permission denied"), 162).endswith(line)


def test_what_comes_while_one_receiver_takes_over_from_another_waits_for_it(udp_port):
    listen = [f"127.0.0.1:{udp_port}"]
    (before,) = open_all(listen).sockets
    kept = KeptPorts([before])
    before.close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"meanwhile", ("127.0.0.1", udp_port))

    (after,) = open_all(listen, kept).sockets

    assert [data for data, _ in after.read(10)] == [b"meanwhile"]
    after.close()
    kept.close()
    (once_more,) = open_all(listen).sockets  # nobody holds it any more
    once_more.close()


def test_a_port_that_nobody_takes_over_is_given_back(udp_port):
    (before,) = open_all([f"127.0.0.1:{udp_port}"]).sockets
    kept = KeptPorts([before])
    before.close()

    assert kept.take(("127.0.0.2", udp_port)) is None
    kept.close()

    (after,) = open_all([f"127.0.0.1:{udp_port}"]).sockets
    after.close()


def test_what_the_kernel_dropped_is_told_once_over_a_change(trap_socket, sender):
    trap_socket.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    address = trap_socket.udp.getsockname()
    for _ in range(200):
        sender.sendto(b"x" * 100, address)
    read = len(trap_socket.read(1000))
    sender.sendto(b"after", address)
    read += len(trap_socket.read(1000))

    after = trap_socket.kept_open()
    sender.sendto(b"later", address)

    assert [data for data, _ in after.read(10)] == [b"later"]
    assert trap_socket.newly_dropped == 201 - read > 0
    assert after.newly_dropped == 0
    after.close()
