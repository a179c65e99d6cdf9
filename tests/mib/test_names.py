"""Names as people type them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.errors import NetWatchError
from netwatch.mib import MibIndex, UnknownName


@pytest.mark.parametrize(
    ("name", "oid"),
    [
        ("IF-MIB::ifDescr.3", "1.3.6.1.2.1.2.2.1.2.3"),
        ("ifDescr.3", "1.3.6.1.2.1.2.2.1.2.3"),
        (" ifDescr ", "1.3.6.1.2.1.2.2.1.2"),
        (".1.3.6.1.2.1", "1.3.6.1.2.1"),
        ("1.3.6", "1.3.6"),
        ("iso", "1"),
        ("iso.3.6.1", "1.3.6.1"),
        ("mib-2.1", "1.3.6.1.2.1.1"),
        (".iso.org.dod.internet.mgmt.mib-2.system.sysUpTime.0", "1.3.6.1.2.1.1.3.0"),
        ("system.sysName.0", "1.3.6.1.2.1.1.5.0"),
        ("IF-MIB::ifTable.ifEntry.ifDescr.3", "1.3.6.1.2.1.2.2.1.2.3"),
        ('ipAddressIfIndex.ipv4."10.0.0.1"', "1.3.6.1.2.1.4.34.1.3.1.4.10.0.0.1"),
        ('ipAddressIfIndex.ipv6."::1"', "1.3.6.1.2.1.4.34.1.3.2.16.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1"),
        ('dot1dTpFdbPort."00:1a:2b:3c:4d:5e"', "1.3.6.1.2.1.17.4.3.1.2.0.26.43.60.77.94"),
        ("usmUserStatus.2.1.2.'bob'", "1.3.6.1.6.3.15.1.2.2.1.13.2.1.2.98.111.98"),
        ('usmUserStatus.2.1.2."bob"', "1.3.6.1.6.3.15.1.2.2.1.13.2.1.2.3.98.111.98"),
        (r'usmUserStatus.2.1.2."a\"b"', "1.3.6.1.6.3.15.1.2.2.1.13.2.1.2.3.97.34.98"),
        ("ipAdEntAddr.10.0.0.1", "1.3.6.1.2.1.4.20.1.1.10.0.0.1"),
        ("linkDown", "1.3.6.1.6.3.1.1.5.3"),
    ],
)
def test_a_name_means_its_oid(index: MibIndex, name: str, oid: str):
    assert str(index.oid_of(name)) == oid


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ifDescrr.3", "no loaded module defines ifDescrr; did you mean ifDescr?"),
        ("IF-MIB::sysName", "IF-MIB defines no sysName"),
        ("NO-MIB::sysName", "no module NO-MIB is loaded"),
        ("", "is no name"),
        ("::", "is no name"),
        ("ifDescr..3", "is no name"),
        ("ifDescr.-3", "is no name"),
        ("if Descr", "is no name"),
        ('"ifDescr"', "is no name"),
        ("ifDescr.99999999999", "is no part of an OID"),
        ("ifDescr.4294967296", "holds a number above"),
        ("1." * 200 + "1", "2 to 128 numbers"),
        ("3.1.1", "does not start like an OID"),
        ("ifDescr.sysName", "is no value of ifIndex"),
        ('dot1dTpFdbPort."00:1a"', "has 6 octets, not 2"),
        ("sysName.foo", "stands nowhere below"),
        ("a" * 5000, "length"),
        ("ifDescr.\u0663", "is no name"),
        ("\u0661.3.6", "is no name"),
    ],
)
def test_what_is_no_name_is_refused_with_a_reason(index: MibIndex, name: str, words: str):
    with pytest.raises(UnknownName, match=re.escape(words)) as caught:
        index.oid_of(name)

    assert isinstance(caught.value, NetWatchError)


@given(st.text(max_size=60) | st.text("ifDescr.:\"'0123456789\\", max_size=30))
def test_no_text_raises_anything_else(index: MibIndex, text: str):
    try:
        oid = index.oid_of(text)
    except UnknownName:
        return
    assert all(number >= 0 for number in oid)


def test_every_object_is_found_by_its_full_name(index: MibIndex):
    for module in index.modules:
        for obj in index.objects_of(module):
            assert index.oid_of(obj.full_name) == obj.oid
