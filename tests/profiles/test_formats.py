"""Values of label columns, written as people do."""

from ipaddress import IPv4Address

import pytest

from netwatch.model import Missing, Oid
from netwatch.profiles import written


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("lldp_capabilities", b"\x28\x00", "bridge router"),
        ("lldp_capabilities", b"\x28", "bridge router"),  # lldpd 1.0.16 writes one octet
        ("lldp_capabilities", b"\x00\x14", "bridge router"),  # as it crossed the wire
        ("lldp_capabilities", b"28 2 4", "bridge router"),  # Dell's OS10
        ("lldp_capabilities", b"20 00 2", "bridge"),
        (
            "lldp_capabilities",
            b"36 38 20 31 20 32 20 34 2 3 5 6 10 11 12 18 26 27 31 34 42 43 46 50 58 59 61",
            "repeater bridge router",
        ),  # the same, and recorded by snmpwalk: 68 1 2 4
        ("lldp_capabilities", b"00", ""),
        ("lldp_capabilities", b"30 30 2 3 10 11", ""),
        ("lldp_capabilities", b"\x00\x00", ""),
        ("lldp_capabilities", b"", ""),
        ("cdp_capabilities", b"\x00\x00\x00\x29", "router bridge"),
        ("cdp_capabilities", b"\x90", "station phone"),
        ("mac_address", b"PLANET", "50:4c:41:4e:45:54"),  # six octets are an address here, whatever they spell
        ("mac_address", b"\x00\x1b\x21\x0a\x0b\x0c", "00:1b:21:0a:0b:0c"),
        ("mac_address", b"00-1B-21-0A-0B-0C", "00:1b:21:0a:0b:0c"),
        ("mac_address", b"0:1b:21:a:b:c", "00:1b:21:0a:0b:0c"),
        ("mac_address", b"001b.210a.0b0c", "00:1b:21:0a:0b:0c"),
        ("mac_address", b"GigabitEthernet1", "GigabitEthernet1"),
        ("ip_address", b"\xc0\x00\x02\x01", "192.0.2.1"),
        ("ip_address", b"\x20\x01\x0d\xb8" + bytes(11) + b"\x01", "2001:db8::1"),
        ("ip_address", b"\x01\xc0\x00\x02\x01", "192.0.2.1"),  # LLDP: the family stands before the address
        ("ip_address", b"2001:0DB8::0001", "2001:db8::1"),
        ("ip_address", b"\xfe\x80" + bytes(13) + b"\x01\x00\x00\x00\x07", "fe80::1%7"),
        ("ip_address", IPv4Address("192.0.2.1"), "192.0.2.1"),
        ("ip_address", b"", ""),
        ("prefix_length", IPv4Address("255.255.255.0"), "24"),
        ("prefix_length", IPv4Address(0), ""),  # nobody has all of the Internet on a port
        ("prefix_length", IPv4Address("255.0.255.0"), ""),  # no prefix at all
        ("prefix_length", Oid.parse("1.3.6.1.2.1.4.32.1.5.3.1.4.192.0.2.0.24"), "24"),
        ("prefix_length", Oid.parse("0.0"), ""),  # the pointer that points nowhere
        ("prefix_length", 64, "64"),
        ("natural_prefix", b"10.1.2.3", "8"),
        ("natural_prefix", b"172.16.0.1", "16"),
        ("natural_prefix", b"192.0.2.1", "24"),
        ("natural_prefix", b"224.0.0.5", ""),
        ("natural_prefix", b"2001:db8::1", ""),
        ("sys_id", b"\x19\x21\x68\x00\x10\x01", "1921.6800.1001"),
        ("hex", b"\x00\xff", "00ff"),
        ("hex", Missing.NO_SUCH_INSTANCE, ""),
        ("ip_address", None, ""),
        ("", b"plain\n", "plain"),
    ],
)
def test_a_label_is_written_as_its_profile_says(form, value, text):
    assert written(value, form) == text
