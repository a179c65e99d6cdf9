"""What the outbox keeps of a notification is read back as it was, and anything else is refused."""

from __future__ import annotations

import json
from ipaddress import IPv4Address

import pytest

from netwatch.model import Oid, Tag, Varbind
from netwatch.notify.snmp.document import from_document, to_document

OID = Oid.parse("1.3.6.1.4.1.32473.1.1.7.0")
VARBINDS = (
    Varbind(oid=OID, tag=Tag.OBJECT_IDENTIFIER, value=Oid.parse("1.3.6.1")),
    Varbind(oid=OID, tag=Tag.INTEGER, value=-2),
    Varbind(oid=OID, tag=Tag.OCTET_STRING, value="Zürich\n☂".encode()),
    Varbind(oid=OID, tag=Tag.OCTET_STRING, value=b"\x07\xea\x0b\x17\xff"),
    Varbind(oid=OID, tag=Tag.OCTET_STRING, value=b""),
)


def test_every_kind_of_value_comes_back_as_it_was():
    assert from_document(to_document(VARBINDS)) == VARBINDS


def test_a_person_can_read_it():
    document = json.loads(to_document(VARBINDS[2:3]))

    assert document == {"varbinds": [{"oid": str(OID), "text": "Zürich\n☂"}]}


def test_a_value_that_no_notification_of_ours_has_is_refused():
    with pytest.raises(ValueError, match="holds what no notification of ours does"):
        to_document([Varbind(oid=OID, tag=Tag.IP_ADDRESS, value=IPv4Address("192.0.2.1"))])


@pytest.mark.parametrize("document", [
    b"", b"Subject: x\r\n\r\nhello", b"[]", b"{}", b'{"varbinds": [{}]}', b'{"varbinds": [{"oid": "x", "text": ""}]}',
    b'{"varbinds": [{"oid": "1.3", "hex": "zz"}]}', b'{"varbinds": 5}', b"\xff\xfe",
])  # fmt: skip
def test_anything_else_is_no_document(document):
    with pytest.raises(ValueError):  # noqa: PT011 - json and ours say it in their own words
        from_document(document)
