"""Values as net-snmp's -On writes them; tests/scenarios/test_values.py holds them against a real one."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from netwatch.cli.names.values import format_ticks, format_value, type_name
from netwatch.model import Missing, Oid, Tag


@pytest.mark.parametrize(
    ("tag", "value", "text"),
    [
        (Tag.INTEGER, -7, "INTEGER: -7"),
        (Tag.OCTET_STRING, b"sw1", 'STRING: "sw1"'),
        (Tag.OCTET_STRING, b'a "b" \\', 'STRING: "a \\"b\\" \\\\"'),
        (Tag.OCTET_STRING, b"", '""'),
        (Tag.OCTET_STRING, b"one\r\ntwo", 'STRING: "one\r\ntwo"'),
        (Tag.OCTET_STRING, b"real\rfake", "Hex-STRING: 72 65 61 6C 0D 66 61 6B 65 "),
        (Tag.OCTET_STRING, b"\x1b[2J", "Hex-STRING: 1B 5B 32 4A "),
        (Tag.OCTET_STRING, b"\x00\x1b\xff", "Hex-STRING: 00 1B FF "),
        (Tag.OBJECT_IDENTIFIER, Oid((1, 3, 6)), "OID: .1.3.6"),
        (Tag.IP_ADDRESS, IPv4Address("192.0.2.1"), "IpAddress: 192.0.2.1"),
        (Tag.COUNTER32, 2**32 - 1, "Counter32: 4294967295"),
        (Tag.COUNTER64, 2**64 - 1, "Counter64: 18446744073709551615"),
        (Tag.GAUGE32, 5, "Gauge32: 5"),
        (Tag.TIME_TICKS, 123, "Timeticks: (123) 0:00:01.23"),
        (Tag.OPAQUE, 0.5, "Opaque: Float: 0.500000"),
        (Tag.NULL, None, "NULL"),
        (Tag.NO_SUCH_OBJECT, Missing.NO_SUCH_OBJECT, "No Such Object available on this agent at this OID"),
    ],
)
def test_a_value_is_written_as_net_snmp_writes_it(tag, value, text):
    assert format_value(tag, value) == text


@pytest.mark.parametrize(
    ("ticks", "text"),
    [
        (0, "0:00:00.00"),
        (8_639_999, "23:59:59.99"),
        (8_640_000, "1 day, 0:00:00.00"),
        (2**32 - 1, "497 days, 2:27:52.95"),
    ],
)
def test_ticks_are_days_hours_minutes_seconds(ticks, text):
    assert format_ticks(ticks) == text


def test_a_tag_nobody_knows_is_named_by_its_number():
    assert type_name(0x99) == "tag 0x99"
