"""Addresses to listen on."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from netwatch.web import WebSettings
from netwatch.web.sockets.listen import parse_listen


@pytest.mark.parametrize(
    ("text", "host", "port", "written"),
    [
        ("127.0.0.1:10916", "127.0.0.1", 10916, "127.0.0.1:10916"),
        ("localhost:80", "127.0.0.1", 80, "127.0.0.1:80"),
        ("[::1]:10916", "::1", 10916, "[::1]:10916"),
        (":9100", "", 9100, ":9100"),
        ("0.0.0.0:0", "0.0.0.0", 0, "0.0.0.0:0"),  # noqa: S104 # read, not bound
    ],
)
def test_an_address_is_read_and_written_again(text, host, port, written):
    address = parse_listen(text)

    assert (address.host, address.port, str(address)) == (host, port, written)


@pytest.mark.parametrize(
    "text",
    ["", "10916", "::1:80", "[127.0.0.2]:80", "[]:80", "host.example:80", "1.2.3.4:", "1.2.3.4:70000", "1.2.3.4:-1"],
)
def test_what_is_no_address_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"such as 127\.0\.0\.1:10916"):
        parse_listen(text)


@pytest.mark.parametrize(
    ("text", "loopback"), [("127.0.0.1:1", True), ("[::1]:1", True), (":1", False), ("10.0.0.1:1", False)]
)
def test_an_address_knows_whether_it_is_loopback(text, loopback):
    assert parse_listen(text).is_loopback is loopback


def test_settings_refuse_a_wrong_address_when_they_are_read():
    with pytest.raises(ValidationError, match="not an address to listen on"):
        WebSettings(listen="everywhere")
