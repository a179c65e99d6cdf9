"""Indexes and values become the texts that snmp_exporter writes."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from netwatch.exporter.texts import decoded, part_of_index, plain_float, text_of_value
from netwatch.model import Oid


@pytest.mark.parametrize(
    ("numbers", "kind", "more", "said", "rest"),
    [
        ((7, 8), "gauge", {}, b"7", (8,)),
        ((), "gauge", {}, b"0", ()),  # some leave zeros at the end out
        ((0, 1, 2, 10, 11, 255, 9), "PhysAddress48", {}, b"00:01:02:0A:0B:FF", (9,)),
        ((2, 97, 98, 9), "DisplayString", {}, b"ab", (9,)),
        ((97, 98, 9), "DisplayString", {"fixed_size": 2}, b"ab", (9,)),
        ((97, 98, 99), "DisplayString", {"implied": True}, b"abc", ()),
        ((2, 1, 171), "OctetString", {}, b"0x01AB", ()),
        ((0,), "OctetString", {}, b"", ()),
        ((10, 0, 0, 1, 5), "InetAddressIPv4", {}, b"10.0.0.1", (5,)),
        ((1, 4, 10, 0, 0, 1, 5), "InetAddress", {}, b"10.0.0.1", (5,)),
        ((2, 16, *range(16)), "InetAddress", {}, b"0001:0203:0405:0607:0809:0A0B:0C0D:0E0F", ()),
        ((3, 2, 7, 8, 9), "InetAddress", {}, b"0x03020708", (9,)),
        ((1, 10, 0, 0, 1, 5), "InetAddressMissingSize", {}, b"10.0.0.1", (5,)),
        ((2,), "EnumAsInfo", {"enum": {2: "down"}}, b"down", ()),
        ((9,), "EnumAsInfo", {"enum": {2: "down"}}, b"9", ()),
    ],
)  # fmt: skip
def test_a_part_of_an_index_is_written_by_its_type(numbers, kind, more, said, rest):
    text, _, left = part_of_index(numbers, kind, **more)

    assert (text, left) == (said, rest)


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (b"Gi1/0/1", "DisplayString", "Gi1/0/1"),
        (b"caf\xe9\xe8!", "DisplayString", "caf\ufffd!"),  # a run of bad bytes is one replacement
        (b"\x00\xab", "OctetString", "0x00AB"),
        (b"\x00\xab", "", "0x00AB"),
        (b"\x00\x01\x02\x03\x04\x05", "PhysAddress48", "00:01:02:03:04:05"),
        (b"\x0a\x00\x00\x01", "InetAddressIPv4", "10.0.0.1"),
        (17, "DisplayString", "17"),
        (1.5, "DisplayString", "1.5"),
        (IPv4Address("192.0.2.1"), "InetAddressIPv4", "192.0.2.1"),
        (Oid.parse("1.3.6.1"), "OctetString", "1.3.6.1"),
        (None, "DisplayString", ""),
    ],
)
def test_a_value_is_written_by_its_type(value, kind, said):
    assert text_of_value(value, kind) == said


def test_a_length_that_no_name_has_room_for_costs_no_memory():
    said, _, rest = part_of_index((4_294_967_295, 65), "DisplayString")

    assert len(said) == 65_536
    assert rest == ()


def test_good_utf8_stays_as_it_is():
    assert decoded("Zürich ☃".encode()) == "Zürich ☃"


@pytest.mark.parametrize(
    ("value", "said"), [(1e25, "1" + "0" * 25), (0.1, "0.1"), (2.0, "2"), (1e-7, "0.0000001"), (float("inf"), "+Inf")]
)
def test_a_float_has_no_exponent_in_a_label(value, said):
    assert plain_float(value) == said
