"""Addresses as net-snmp writes them."""

from __future__ import annotations

import pytest

from netwatch.cli.addresses import address_of


@pytest.mark.parametrize(
    ("typed", "host", "port"),
    [
        ("192.0.2.7", "192.0.2.7", 161),
        ("192.0.2.7:1161", "192.0.2.7", 1161),
        ("udp:192.0.2.7", "192.0.2.7", 161),
        ("UDP:192.0.2.7:1161", "192.0.2.7", 1161),
        ("udp:sw1.example.net", "sw1.example.net", 161),
        ("udp:sw1.example.net:1161", "sw1.example.net", 1161),
        ("sw1.example.net:1161", "sw1.example.net", 1161),
        ("2001:db8::1", "2001:db8::1", 161),
        ("[2001:db8::1]", "2001:db8::1", 161),
        ("[2001:db8::1]:1161", "2001:db8::1", 1161),
        ("udp6:2001:db8::1", "2001:db8::1", 161),
        ("udp6:[2001:db8::1]:1161", "2001:db8::1", 1161),
        ("udpv6:[2001:db8::1]", "2001:db8::1", 161),
        ("[fe80::1%eth0]:161", "fe80::1%eth0", 161),
        ("tcp.example.net:161", "tcp.example.net", 161),
    ],
)
def test_an_address_may_say_its_way_and_its_port(typed, host, port):
    assert address_of(typed) == (host, port)


@pytest.mark.parametrize("way", ["tcp", "TCP6", "dtlsudp", "tlstcp", "ssh", "unix", "alias"])
def test_another_way_than_udp_is_refused_with_a_word_about_what_to_type(way):
    with pytest.raises(ValueError, match=f"^{way}: is not spoken here; SNMP goes over UDP, as sw1 or udp:sw1$"):
        address_of(f"{way}:sw1")


@pytest.mark.parametrize("typed", ["sw1:0", "sw1:65536", "[2001:db8::1]:99999", "udp:sw1:0"])
def test_a_port_is_one_that_there_is(typed):
    with pytest.raises(ValueError, match="a port is 1 to 65535"):
        address_of(typed)
