"""What people type behind `netwatch set DEVICE` becomes varbinds, or a sentence that says what is wrong with it."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from netwatch.cli.ask.assignments import Assignment, Target, assignments_of, by_name, numeric, varbind_of
from netwatch.mib import LoadOptions, load_index
from netwatch.model import Missing, Oid, Tag, Varbind, shipped_directory

ADMIN = "1.3.6.1.2.1.2.2.1.7.3"
OID = Oid.parse(ADMIN)
TEXT = Varbind(oid=OID, tag=Tag.OCTET_STRING, value=b"old")
NOTHING = Varbind(oid=OID, tag=Tag.NO_SUCH_INSTANCE, value=Missing.NO_SUCH_INSTANCE)
STATUS = Target(oid=OID, tag=Tag.INTEGER, names={"up": 1, "down": 2})


def set_to(letter: str, text: str, now: Varbind = NOTHING, target: Target | None = None) -> tuple[int, object]:
    varbind = varbind_of(Assignment(target=target or Target(oid=OID), letter=letter, text=text), now, numeric)
    return varbind.tag, varbind.value


@pytest.mark.parametrize(("letter", "text", "tag", "value"), [
    ("i", "-5", Tag.INTEGER, -5), ("i", "0x10", Tag.INTEGER, 16), ("u", "4294967295", Tag.GAUGE32, 2**32 - 1),
    ("c", "7", Tag.COUNTER32, 7), ("t", "100", Tag.TIME_TICKS, 100), ("a", "192.0.2.1", Tag.IP_ADDRESS,
     IPv4Address("192.0.2.1")), ("o", ".1.3.6.1", Tag.OBJECT_IDENTIFIER, Oid((1, 3, 6, 1))),
    ("s", "Zürich", Tag.OCTET_STRING, "Zürich".encode()), ("s", "", Tag.OCTET_STRING, b""),
    ("x", "0x00FF a0:1b", Tag.OCTET_STRING, b"\x00\xff\xa0\x1b"), ("d", "1.2 255", Tag.OCTET_STRING, b"\x01\x02\xff"),
    ("n", "", Tag.NULL, None),
])  # fmt: skip
def test_the_types_are_those_of_snmpset(letter, text, tag, value):
    assert set_to(letter, text) == (tag, value)


@pytest.mark.parametrize(("letter", "text"), [
    ("i", "five"), ("i", "1.5"), ("a", "2001:db8::1"), ("o", "sysName"), ("x", "0xfg"), ("d", "256"), ("u", ""),
])  # fmt: skip
def test_a_text_that_is_no_such_value_is_refused(letter, text):
    with pytest.raises(ValueError, match=f"^{ADMIN}: .*is no"):
        set_to(letter, text)


def test_without_a_type_it_is_that_of_the_value_there_is():
    assert set_to("", "5", TEXT) == (Tag.OCTET_STRING, b"5")
    with pytest.raises(ValueError, match="say OBJECT TYPE VALUE"):
        set_to("", "5", NOTHING)


def test_a_known_object_has_its_own_type_and_names_for_its_numbers():
    assert set_to("", "down", NOTHING, STATUS) == (Tag.INTEGER, 2)
    assert set_to("", "1", NOTHING, STATUS) == (Tag.INTEGER, 1)
    with pytest.raises(ValueError, match="'sideways' is no number; it takes up, down"):
        set_to("", "sideways", NOTHING, STATUS)


def test_names_of_mib_modules_bring_type_and_enumeration_with_them():
    modules = ("SNMPv2-SMI", "SNMPv2-TC", "SNMPv2-CONF", "SNMPv2-MIB", "IANAifType-MIB", "IF-MIB")
    paths = [shipped_directory("mibs") / module for module in modules]
    resolve = by_name(load_index(paths, options=LoadOptions(cache=None, shipped=False)))

    status, name = (resolve(text) for text in ("IF-MIB::ifAdminStatus.3", "sysName.0"))

    assert (status.oid, status.tag) == (OID, Tag.INTEGER)
    assert status.names == {"up": 1, "down": 2, "testing": 3}
    assert (str(name.oid), name.tag, dict(name.names)) == ("1.3.6.1.2.1.1.5.0", Tag.OCTET_STRING, {})
    with pytest.raises(ValueError, match="ifAdminStatsu"):
        resolve("ifAdminStatsu.3")


def test_pairs_and_triples_are_told_apart():
    pair = assignments_of([ADMIN, "i"], numeric)
    triples = assignments_of([ADMIN, "i", "1", ADMIN, "=", "x"], numeric)

    assert [(one.letter, one.text) for one in pair] == [("", "i")]
    assert [(one.letter, one.text) for one in triples] == [("i", "1"), ("", "x")]


@pytest.mark.parametrize(("words", "said"), [
    ([], "say OBJECT VALUE"), ([ADMIN], "say OBJECT VALUE"), ([ADMIN] * 4, "say OBJECT VALUE"),
    ([ADMIN, "z", "1"], "'z' is no type"), (["sysName.0", "x"], "is not a numeric OID"),
])  # fmt: skip
def test_what_cannot_be_understood_is_said(words, said):
    with pytest.raises(ValueError, match=said):
        assignments_of(words, numeric)
