"""Reports: each counter has its words, and only those are believed unsigned that no engine can sign."""

from __future__ import annotations

import pytest

from netwatch.model import Oid, Tag, Varbind
from netwatch.snmp.codec.message import Pdu, PduKind
from netwatch.snmp.v3.message import ScopedPdu
from netwatch.snmp.v3.reports import kind_of


def report(*oids: str) -> ScopedPdu:
    varbinds = tuple(Varbind(oid=Oid.parse(oid), tag=Tag.COUNTER32, value=1) for oid in oids)
    return ScopedPdu(pdu=Pdu(kind=PduKind.REPORT, request_id=0, varbinds=varbinds))


@pytest.mark.parametrize(
    ("oid", "words", "believed_unsigned"),
    [
        ("1.3.6.1.6.3.15.1.1.1.0", "unsupported security level", True),
        ("1.3.6.1.6.3.15.1.1.2.0", "not in time window", False),
        ("1.3.6.1.6.3.15.1.1.3.0", "unknown user", True),
        ("1.3.6.1.6.3.15.1.1.4.0", "engine id not found", True),
        ("1.3.6.1.6.3.15.1.1.5.0", "wrong auth passphrase", True),
        ("1.3.6.1.6.3.15.1.1.6.0", "wrong privacy passphrase", True),
        ("1.3.6.1.6.3.11.2.1.1.0", "unknown security model", True),
        ("1.3.6.1.6.3.11.2.1.3.0", "unknown PDU handler", False),
        ("1.3.6.1.6.3.12.1.4.0", "unavailable context", False),
        ("1.3.6.1.6.3.12.1.5.0", "unknown context", False),
        ("1.3.6.1.2.1.1.3.0", "other report", False),
    ],
)
def test_a_report_is_said_in_words(oid, words, believed_unsigned):
    kind = kind_of(report(oid))

    assert (kind.words, kind.believed_unsigned) == (words, believed_unsigned)


def test_a_report_without_a_counter_says_nothing():
    assert kind_of(report()).words == "other report"
