"""The small rules of SMTP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.notify.smtp.wire import best_mechanism, own_name, stuffed


@pytest.mark.parametrize(
    ("offered", "used"),
    [
        ("PLAIN LOGIN CRAM-MD5", "PLAIN"),
        ("CRAM-MD5 LOGIN", "LOGIN"),
        ("CRAM-MD5 XOAUTH2", "CRAM-MD5"),
        ("NTLM", None),
    ],
)
def test_the_best_mechanism_offered_is_used(offered, used):
    assert best_mechanism(offered.split()) == used


@pytest.mark.parametrize(
    ("sockname", "name"),
    [(("192.0.2.1", 5), "[192.0.2.1]"), (("2001:db8::1%eth0", 5, 0, 0), "[IPv6:2001:db8::1]"), (None, "localhost")],
)
def test_without_a_full_host_name_ehlo_says_the_address(sockname, name, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "vm")

    assert own_name(sockname) == name


def test_a_full_host_name_is_said_as_it_is(monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "watch.example.net")

    assert own_name(("192.0.2.1", 5)) == "watch.example.net"


@given(st.binary(max_size=200))
def test_a_message_can_neither_end_early_nor_end_a_line_otherwise_than_with_crlf(message):
    wire = stuffed(message)

    assert wire.endswith(b"\r\n")
    assert b"\r\n.\r\n" not in b"\r\n" + wire
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert b"\r" not in wire.replace(b"\r\n", b"")
