"""Names for OIDs, words for values."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from netwatch.mib import load_index
from netwatch.model import NUMBERS, Missing, Oid, Value, plain_text, trap_name


@pytest.mark.parametrize(("value", "text"), [
    (7, "7"), (1.5, "1.5"), (None, ""), (Missing.NO_SUCH_OBJECT, "noSuchObject"), (Oid((1, 3, 6)), "1.3.6"),
    (IPv4Address("192.0.2.9"), "192.0.2.9"), ("Süd".encode(), "Süd"), (b"a\r\n\tb", "a\r\n\tb"),
    (b"\x00\x1b", "0x001b"), (b"\xff", "0xff"), ("\u202e".encode(), "0xe280ae"),
])  # fmt: skip
def test_a_value_is_written_by_its_type_alone(value: Value, text: str):
    assert plain_text(value) == NUMBERS.format((1, 3), value) == text


@pytest.mark.parametrize(("oid", "name"), [
    ("1.3.6.1.6.3.1.1.5.3", "IF-MIB::linkDown"),
    ("1.3.6.1.2.1.47.2.0.1", "ENTITY-MIB::entConfigChange"),
    ("1.3.6.1.2.1.33.2.0.1", "UPS-MIB::upsTrapOnBattery"),  # as RFC 3584 maps it from v1
    ("1.3.6.1.2.1.33.2.0.99", "UPS-MIB::upsTraps.0.99"),
    ("1.3.6.1.4.1.99999.0.1", "SNMPv2-SMI::enterprises.99999.0.1"),
])  # fmt: skip
def test_a_trap_has_its_name_in_whichever_version_it_came(oid: str, name: str):
    assert trap_name(load_index(), Oid.parse(oid)) == name
    assert trap_name(NUMBERS, Oid.parse(oid)) == oid


@pytest.mark.parametrize("oid", [(), (1,), (0, 1), (1, 0, 0)])
def test_whatever_comes_as_a_trap_has_a_name(oid: tuple[int, ...]):
    assert trap_name(NUMBERS, oid) == ".".join(map(str, oid))
