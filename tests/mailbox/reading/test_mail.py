"""A mail is read from its octets: who writes, what to, and what he wants."""

from __future__ import annotations

from datetime import UTC, datetime

from netwatch.mailbox.reading.mail import read_mail
from netwatch.mailbox.reading.outcome import Answer, Authentication, Verb

TAG = "nw-" + "abcdefghijklmnopqrstuvwxyz234567abcdefghijkl"
ANSWER = f"""Return-Path: <ann@example.net>
Authentication-Results: mx.example.org; dkim=pass header.d=example.net
Received: from mail.example.net by mx.example.org; Mon, 30 Nov 2026 03:12:04 +0100
From: "Ann (NOC)" <Ann@Example.NET>
To: netwatch+{TAG.upper()}@example.org
Subject: =?utf-8?Q?Re:_[CRITICAL]_K=C3=B6ln_is_down?=
Message-ID: <answer-1@example.net>
In-Reply-To: <told-2@example.org>
References: <incident-1@example.org> <told-2@example.org>
Date: Mon, 30 Nov 2026 03:12:00 +0100

Hi,

Ack 1, 3 working on it

On Mon, 30 Nov 2026 at 03:11, NetWatch
<netwatch@example.net> wrote:
> It is down.
"""


def test_an_answer_says_who_wrote_it_what_it_answers_and_what_is_wanted():
    mail = read_mail(ANSWER.replace("\n", "\r\n").encode(), authserv_id="mx.example.org")

    assert isinstance(mail.said, Answer)
    assert (mail.said.command.verb, mail.said.command.numbers) == (Verb.ACK, (1, 3))
    assert mail.said.command.comment == "working on it"
    assert mail.said.tags == (TAG,)
    assert mail.said.authentication is Authentication.PASS
    assert (mail.sender, mail.sender_text) == ("Ann@example.net", "Ann (NOC)")
    assert mail.subject == "Re: [CRITICAL] Köln is down"
    assert mail.references == ("<told-2@example.org>", "<incident-1@example.org>")
    assert mail.recipients == (f"netwatch+{TAG.upper()}@example.org",)
    assert mail.identity == mail.message_id == "<answer-1@example.net>"
    assert mail.sent_at == datetime(2026, 11, 30, 2, 12, tzinfo=UTC)


def test_a_mail_without_a_message_id_is_known_by_its_octets():
    octets = ANSWER.replace("Message-ID: <answer-1@example.net>\n", "").encode()

    assert read_mail(octets).identity == read_mail(octets).identity != read_mail(octets + b" ").identity
    assert read_mail(octets).message_id == ""
