"""Mail addresses as configuration writes them."""

from __future__ import annotations

import re

import pytest

from netwatch.notify.address import Mailbox, host_name_fault, parse_mailbox


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("noc@example.net", Mailbox(address="noc@example.net")),
        ("NOC <noc@example.net>", Mailbox(address="noc@example.net", name="NOC")),
        ('"NOC, Zürich" <noc+a.b@mail.example.net>', Mailbox(address="noc+a.b@mail.example.net", name="NOC, Zürich")),
        ("netwatch@localhost", Mailbox(address="netwatch@localhost")),
    ],
)
def test_an_address_may_have_a_name_before_it(text, mailbox):
    assert parse_mailbox(text) == mailbox


@pytest.mark.parametrize(
    "text",
    [
        "", "noc", "noc@", "@example.net", "a b@example.net",
        "noc@exa mple.net", "noc@-x.example", "a..b@example.net",
        "noc@example.net, b@example.net", "<a@b.example> <c@d.example>", "noc@example.net\r\nX-Other: yes",
        "NOC\r\nX-Other: <x@y.example>", "a@b@c.example", f"{'a' * 65}@example.net", f"a@{'b' * 63}.{'c.' * 100}net",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match=r"mail|printed"):
        parse_mailbox(text)


def test_an_address_outside_ascii_is_refused_in_words():
    with pytest.raises(ValueError, match="non-ASCII"):
        parse_mailbox("büro@example.net")


def test_the_domain_is_what_stands_behind_the_at():
    assert parse_mailbox("NOC <noc@mail.example.net>").domain == "mail.example.net"


@pytest.mark.parametrize(
    "name", ["localhost", "mail.example.net", "a-b.c3", "[192.0.2.1]", "[IPv6:2001:db8::1]", "x" * 63 + ".de"]
)
def test_a_host_name_to_announce(name):
    assert host_name_fault(name) == ""


@pytest.mark.parametrize(("name", "words"), [
    ("net_watch.example.net", "must be letters, digits and hyphens"),
    ("-a.example.net", "no hyphen at an end"),
    ("a-.example.net", "no hyphen at an end"),
    ("a..net", "an empty part"),
    ("example.net.", "an empty part"),
    ("", "an empty part"),
    ("x" * 64 + ".net", "longer than 63"),
    (".".join(["x" * 60] * 5), "longer than 255"),
    ("192.0.2.1", r"mail servers want it as \[192.0.2.1\]"),
    ("2001:db8::1", r"mail servers want it as \[IPv6:2001:db8::1\]"),
    ("[2001:db8::1]", "no address in brackets"),
    ("[192.0.2.1", "no address in brackets"),
    ("[mail.example.net]", "no address in brackets"),
    ("host.1", "its last part is a number"),
])  # fmt: skip
def test_what_is_no_host_name_is_refused_in_words(name, words):
    assert re.search(words, host_name_fault(name))


@pytest.mark.parametrize("domain", ["x" * 64 + ".net", "example.1"])
def test_an_address_has_a_domain_that_may_stand_in_a_message_id(domain):
    with pytest.raises(ValueError, match="is no mail address"):
        parse_mailbox(f"netwatch@{domain}")
