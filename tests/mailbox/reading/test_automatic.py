"""What no person wrote is known by its marks; what a person wrote is not taken for it."""

from __future__ import annotations

import pytest

from netwatch.mailbox.reading.automatic import ignored
from netwatch.mailbox.reading.outcome import IgnoredKind
from netwatch.mailbox.reading.parts import take_apart

SENDER = "ann@example.net"


def kind_of(
    *headers: str, sender: str = SENDER, lists: frozenset[str] = frozenset(), own: str = ""
) -> IgnoredKind | None:
    mail = take_apart(("\n".join(headers) + "\n\nack\n").encode())
    found = ignored(mail, sender, lists=lists, own=frozenset(filter(None, [own])))
    assert found is None or found.reason
    return found.kind if found else None


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Auto-Submitted: auto-replied", "auto_reply"),
        ("Auto-Submitted: auto-generated (failure)", "auto_reply"),
        ("auto-submitted: AUTO-NOTIFIED; owner-email=x", "auto_reply"),
        ("X-Autoreply: yes", "auto_reply"),
        ("X-MS-Exchange-Inbox-Rules-Loop: x", "auto_reply"),
        ("Precedence: auto_reply", "auto_reply"),
        ("Subject: Automatic reply: edge1", "out_of_office"),
        ("Subject: =?utf-8?q?R=C3=A9ponse_automatique?=", "out_of_office"),
        ("Subject: [Abwesenheit] edge1", "out_of_office"),
        ("Subject: Out of Office: back on Monday", "out_of_office"),
        ("List-Id: NOC <noc.example.net>", "list"),
        ("List-Unsubscribe: <x>", "list"),
        ("Precedence: list", "list"),
        ("Precedence: bulk", "bulk"),
        ("Precedence: junk", "bulk"),
        ("Return-Path: <>", "auto_reply"),
        ("Return-Path: < >", "auto_reply"),
        ("Content-Type: multipart/report; report-type=feedback-report; boundary=b", "report"),
        ("\n".join(["Received: by x"] * 51), "loop"),
    ],
)
def test_a_mark_of_a_machine_is_known(header, kind):
    assert kind_of(header) == kind


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "Auto-Submitted:",
        "Subject: Re: Automatic reply: edge1",
        "Subject: Re: out of office",
        "Precedence: first-class",
        "Return-Path: <ann@example.net>",
        "X-Auto-Response-Suppress: All",
        "Importance: high",
        "\n".join(["Received: by x"] * 50),
        "Subject: office hours",
    ],
)
def test_what_people_send_too_is_no_mark(header):
    assert kind_of(header) is None


@pytest.mark.parametrize(
    "sender", ["MAILER-DAEMON@x.example", "no-reply@x.example", "noreply+1@x.example", "noc-bounces@x.example"]
)
def test_an_address_of_a_machine_is_nobodys(sender):
    assert kind_of(sender=sender) is IgnoredKind.AUTO_REPLY


def test_an_address_that_only_looks_like_one_is_somebodys():
    assert kind_of(sender="norepl@x.example") is None
    assert kind_of(sender="request@x.example") is None


def test_our_own_address_is_a_loop():
    assert kind_of(own=SENDER) is IgnoredKind.LOOP


def test_a_list_through_which_people_answer_may_be_named():
    header = "List-Id: NOC <NOC.example.net>"

    assert kind_of(header, lists=frozenset({"noc.example.net"})) is None
    assert kind_of(header, lists=frozenset({"other.example.net"})) is IgnoredKind.LIST
    assert (
        kind_of(header, "Auto-Submitted: auto-replied", lists=frozenset({"noc.example.net"}))
        is IgnoredKind.AUTO_REPLY
    )
