"""Every value of the model becomes the object that decodes to it again, or is refused in words."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from netwatch.model import Oid, Tag
from netwatch.snmp.general.encoding import asn1_of
from netwatch.snmp.general.values import tag_of, value_of


@pytest.mark.parametrize(("tag", "value"), [
    (Tag.INTEGER, -5), (Tag.OCTET_STRING, b"\x00\xff"), (Tag.OBJECT_IDENTIFIER, Oid.parse("1.3.6.1")),
    (Tag.IP_ADDRESS, IPv4Address("192.0.2.1")), (Tag.COUNTER32, 2**32 - 1), (Tag.GAUGE32, 7),
    (Tag.TIME_TICKS, 123), (Tag.COUNTER64, 2**64 - 1), (Tag.OPAQUE, b"x"), (Tag.NULL, None),
])  # fmt: skip
def test_a_value_comes_back_as_it_was(tag, value):
    asn1 = asn1_of(tag, value)

    assert (tag_of(asn1), value_of(asn1)) == (tag, value)


@pytest.mark.parametrize(("tag", "value"), [
    (Tag.INTEGER, 2**31), (Tag.GAUGE32, -1), (Tag.COUNTER64, 2**64), (Tag.OCTET_STRING, "text"),
    (Tag.OCTET_STRING, b"x" * 70_000), (Tag.NO_SUCH_OBJECT, None), (Tag.INTEGER, None), (0x99, 1),
])  # fmt: skip
def test_what_does_not_fit_its_type_is_said_briefly(tag, value):
    with pytest.raises(ValueError, match=r"fit|type") as caught:
        asn1_of(tag, value)

    assert len(str(caught.value)) < 160
