"""Whom a mail is from is read strictly: what two readers could read differently is nobody."""

from __future__ import annotations

import pytest

from netwatch.mailbox.reading.addresses import addresses_in, details_of, likely_addresses


@pytest.mark.parametrize(("header", "address", "name"), [
    ("ann@example.net", "ann@example.net", ""), ("<ann@example.net>", "ann@example.net", ""),
    ("Ann Noc <ann@example.net>", "ann@example.net", "Ann Noc"),
    ('"Noc, Ann" <Ann@EXAMPLE.net>', "Ann@example.net", "Noc, Ann"),
    ("ann@example.net (Ann Noc)", "ann@example.net", ""),
    ("Ann (the (real) one) <ann@example.net>", "ann@example.net", "Ann"),
    ("=?utf-8?q?J=C3=BCrgen?= <j@example.net>", "j@example.net", "Jürgen"),
    ('"boss@example.org" <ann@example.net>', "ann@example.net", "boss@example.org"),
    ("a.b+c@sub.example.net", "a.b+c@sub.example.net", ""), ("a@[192.0.2.1]", "a@[192.0.2.1]", ""),
    ('"say \\"hi\\"" <ann@example.net>', "ann@example.net", "say 'hi'"), ("ann@example.net.", "ann@example.net", ""),
])  # fmt: skip
def test_one_author_is_known(header, address, name):
    assert addresses_in(header) is not None
    assert [(one.address, one.name) for one in addresses_in(header) or ()] == [(address, name)]


@pytest.mark.parametrize("header", [
    "Ann Noc", "ann@", "@example.net", "<>", "<ann@example.net", "ann@example.net>",
    "<a@example.net> <b@example.net>",
    "boss@example.org <ann@example.net> x", "<@relay.example:ann@example.net>", "ann@example.net\x00",
    "a b@example.net",
    "=?utf-8?q?boss=40example.org?=", '"ann"@example.net', "(ann@example.net", "ann@exa mple.net",
    "ann@example.net)",
    '"ann <ann@example.net>', "<<ann@example.net>>", "ann@@example.net", "änn@example.net", "x" * 3_000,
    "=?utf-8?q?=3Cboss=40example.org=3E?= ann@example.net",
])  # fmt: skip
def test_what_is_doubtful_is_nobody(header):
    assert not addresses_in(header)


def test_several_authors_and_groups_are_seen_as_such():
    assert [one.address for one in addresses_in("a@x.example, b@x.example") or ()] == ["a@x.example", "b@x.example"]
    assert [one.address for one in addresses_in("team: a@x.example, b@x.example;") or ()] == [
        "a@x.example",
        "b@x.example",
    ]
    assert addresses_in("undisclosed-recipients:;") == ()


def test_recipients_are_whatever_looks_like_an_address():
    value = "NetWatch <netwatch+nw-1@Example.org>, 'b@x.example', broken@, (c@x.example)"

    assert likely_addresses(value) == ("netwatch+nw-1@example.org", "b@x.example", "c@x.example")
    assert details_of(likely_addresses(value)) == ("nw-1",)
