"""Mail addresses as configuration writes them."""

from __future__ import annotations

import pytest

from netwatch.notify.address import Mailbox, parse_mailbox


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
