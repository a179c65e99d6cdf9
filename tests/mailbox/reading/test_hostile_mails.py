"""Whatever octets come, they are read in little time, within bounds, and without an exception."""

from __future__ import annotations

import base64
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.mailbox.reading.limits import MOST_OCTETS, MOST_PARTS, MOST_WORDS
from netwatch.mailbox.reading.mail import read_mail
from netwatch.mailbox.reading.outcome import Answer, Mail, Unreadable
from netwatch.mailbox.reading.parts import take_apart
from tests.cpu import spent
from tests.mailbox.mutations import SAMPLES, mutated

FROM = b"From: ann@example.net\n"
MEGA = 1_000_000
SECONDS_OF_CPU = 5.0
"""Of one mail, many times what the slowest here takes; what grows with the square of a length is beyond it."""


def html(body: bytes) -> bytes:
    return FROM + b"Content-Type: text/html\n\n" + body


def nested(depth: int) -> bytes:
    heads = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(depth))
    return FROM + heads + b"\n\nack\n"


HOSTILE = {
    "nothing": b"",
    "NUL alone": b"\0" * 1_000,
    "no headers at all": b"\n\nack",
    "one header of 50 MB": b"From: " + b"a" * 50 * MEGA,
    "50 MB of text": FROM + b"\nack\n\n" + b"x" * 76 * 10 + b"\n" + b"y" * 50 * MEGA,
    "a line of 2 MB": FROM + b"\n" + b"z" * 2 * MEGA,
    "200,000 headers": b"X: y\n" * 200_000 + FROM + b"\nack",
    "one header of 200,000 lines": FROM + b"X: y\n" + b" z\n" * 200_000 + b"\nack",
    "multiparts a thousand deep": nested(1_000),
    "a hundred thousand parts": FROM + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nack\n" * 100_000,
    "a boundary that is everywhere": FROM + b"Content-Type: multipart/mixed; boundary=-\n\n" + b"-" * MEGA,
    "a mail within a mail, without end": FROM + b"Content-Type: message/rfc822\n\n" * 20_000,
    "addresses that never end": b"From: " + b"<" * 15_000 + b"\n\nack",
    "quotation marks in From": b"From: " + b'"\\' * 8_000 + b"\n\nack",
    "an atom without an @": b"From: x@y.example\nTo: " + b"a." * 8_000 + b"\n\nack",
    "comments in comments": FROM + b"Authentication-Results: " + b"(" * 8_000 + b"\n\nack",
    "results by the thousand": FROM + b"Authentication-Results: mx; " + b"dkim=pass header.d=a; " * 400 + b"\n\nack",
    "encoded words by the thousand": FROM + b"Subject: " + b"=?a?q?=?=" * 1_800 + b"\n\nack",
    "elements never closed": html(b"<style>" * 150_000),
    "tags never closed": html(b"<a " * 300_000),
    "quotation marks in a tag": html(b"<a " + b"\"'" * 100_000),
    "comments never closed": html(b"<!--" * 200_000),
    "blockquotes without end": html(b"<blockquote>" * 80_000 + b"ack"),
    "a number of 5,000 digits": html(b"&#" + b"9" * 5_000 + b"; ack"),
    "quotes in quotes": FROM + b"\n" + b"> " * MEGA + b"\nack",
    "colons by the thousand": FROM + b"\n" + b"From: a@b\nSent: x\n" * 50_000,
    "attributions by the thousand": FROM + b"\n" + b"On Mon, 1 Jan 2026 at 03:04, x wrote:\n" * 30_000,
    "tags by the thousand": FROM + b"\nack\n" + (b"nw-" + b"a" * 44 + b"\n") * 20_000,
    "flowed lines that never end": FROM + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 90_000,
    "base64 of nothing": FROM + b"Content-Transfer-Encoding: base64\n\n" + b"=" * MEGA,
    "a charset that packs": FROM + b"Content-Type: text/plain; charset=zip\n\nack",
    "a charset that does not exist": FROM + b"Content-Type: text/plain; charset=" + b"x" * 3_000 + b"\n\nack",
    "an ack for 10,000 alerts": FROM + b"\nack 1-9999",
    "a silence without end": FROM + b"\nsilence 9999d 9999d 9999d",
    "spaces": FROM + b"\n" + b" " * MEGA + b"ack",
    "dashes": FROM + b"\n" + (b"-" * 1_900 + b"\n") * 500 + b"ack",
}


@pytest.mark.parametrize("octets", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_mail_costs_little_and_breaks_nothing(octets):
    with spent() as cpu:
        mail = read_mail(octets, authserv_id="mx")

    assert cpu.seconds < SECONDS_OF_CPU
    assert not (isinstance(mail.said, Unreadable) and mail.said.failed), mail.said
    assert lengths_of(mail) <= MOST_WORDS + 10


def lengths_of(mail: Mail) -> int:
    """Return the longest text of a mail that others will show."""
    shown = [mail.sender_text, mail.subject]
    if isinstance(mail.said, Answer):
        shown += [mail.said.command.text, mail.said.command.comment, mail.said.evidence]
    return max(map(len, shown))


def test_of_a_hundred_thousand_parts_the_first_are_read():
    leaves = list(take_apart(HOSTILE["a hundred thousand parts"]).leaves())

    assert len(leaves) == MOST_PARTS
    assert as_answer(HOSTILE["a hundred thousand parts"]).command.verb == "ack"


def test_of_a_large_mail_the_beginning_is_read():
    large = FROM + b"\nack\n\n" + b"x" * MOST_OCTETS

    assert as_answer(large).command == as_answer(large[: MOST_OCTETS // 2]).command
    assert as_answer(large).command.verb == "ack"


def test_a_mail_that_was_cut_in_its_attachment_says_what_it_said():
    picture = base64.encodebytes(b"x" * 1_000)
    mail = (
        FROM + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nack 2\n--b\n"
        b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + picture
    )

    assert as_answer(mail).command.numbers == (2,)


def as_answer(octets: bytes) -> Answer:
    said = read_mail(octets).said
    assert isinstance(said, Answer)
    return said


@settings(max_examples=300, deadline=None)
@given(st.integers(min_value=0))
def test_no_mutation_of_a_mail_breaks_the_reader(seed):
    mail = mutated([path.read_bytes() for path in SAMPLES[::5]], random.Random(seed))

    said = read_mail(mail, authserv_id="mx.example.org").said

    assert not (isinstance(said, Unreadable) and said.failed)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2_000))
def test_no_octets_break_the_reader(octets):
    for said in (read_mail(octets).said, read_mail(FROM + b"\n" + octets).said, read_mail(html(octets)).said):
        assert not (isinstance(said, Unreadable) and said.failed)
