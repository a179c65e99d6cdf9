from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.errors import MailboxError
from netwatch.mailbox.imap.replies import Reply, fields_of, literal_octets, moment, quoted


def test_a_fetched_mail_is_taken_apart_whatever_its_octets_are():
    octets = b'a) (" {3}\r\n\x00\xff'
    reply = Reply(
        lines=(b'* 12 FETCH (UID 7 FLAGS (\\Seen $x) ENVELOPE ("a \\"b\\"" NIL) BODY[]<0> {13}', b" RFC822.SIZE 13)"),
        literals=(octets,),
    )

    fields = fields_of(reply.tokens())

    assert (reply.kind, reply.number) == (b"FETCH", 12)
    assert fields[b"BODY[]<0>"] == octets
    assert (fields[b"UID"], fields[b"RFC822.SIZE"], fields[b"FLAGS"]) == (b"7", b"13", [b"\\Seen", b"$x"])
    assert fields[b"ENVELOPE"] == [b'a "b"', b"NIL"]


@pytest.mark.parametrize("line", [b"* 1 FETCH (", b"* 1 FETCH )", b"* 1 FETCH " + b"(" * 1000])
def test_what_is_no_imap_is_said_to_be_none(line):
    with pytest.raises(MailboxError):
        Reply(lines=(line,)).tokens()


def test_response_codes_are_found_whatever_their_case():
    reply = Reply(lines=(b"* OK [uidvalidity 857529045] UIDs valid",))

    assert (reply.code(b"UIDVALIDITY"), reply.code(b"UIDNEXT")) == (b"857529045", None)


@pytest.mark.parametrize(("line", "octets"), [
    (b"* 1 FETCH (BODY[] {12}", 12), (b"x {0}", 0), (b"x {12} ", None), (b"x {99999999999}", None), (b"x {12+}", 12),
])  # fmt: skip
def test_a_literal_is_announced_at_the_end_of_a_line(line, octets):
    assert literal_octets(line) == octets


@pytest.mark.parametrize(("text", "at"), [
    (b"30-Nov-2026 03:12:00 +0100", datetime(2026, 11, 30, 2, 12, tzinfo=UTC)),
    (b" 1-jan-2026 00:00:00 -0530", datetime(2026, 1, 1, 5, 30, tzinfo=UTC)),
    (b"31-Feb-2026 00:00:00 +0000", None), (b"01-Jan-0001 00:00:00 +2300", None), (b"yesterday", None),
])  # fmt: skip
def test_the_moment_of_arrival_is_read(text, at):
    assert moment(text) == at


def test_a_string_that_cannot_be_quoted_goes_as_a_literal():
    assert quoted(b'a"b\\c') == b'"a\\"b\\\\c"'
    assert quoted("pässword".encode()) is None
    assert quoted(b"a\r\nb") is None


@given(st.binary(max_size=200))
def test_no_line_does_more_harm_than_to_be_said_to_be_no_imap(line):
    reply = Reply(lines=(line,))
    assert isinstance(reply.words, str)
    assert reply.number is None or reply.number >= 0
    reply.code(b"X")
    with suppress(MailboxError):
        fields_of(reply.tokens())
