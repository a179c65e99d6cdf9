"""Finished mails as bytes, read back by a parser that is not ours."""

from __future__ import annotations

import email
import email.policy
import quopri
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.notify.mail.mime import (
    Picture,
    alternative,
    ascii_header,
    date_header,
    encoded_words,
    mailbox_header,
    plain,
    quoted_line,
    text_header,
    text_part,
)

VISIBLE = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=30)


def parsed(message: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(message, policy=email.policy.default)


@settings(deadline=None)
@given(st.lists(VISIBLE, min_size=1, max_size=20).map(" ".join).filter(lambda text: "=?" not in text))
def test_a_subject_comes_back_as_it_was(text):
    message = plain([text_header("Subject", text)], text="x").message

    assert str(parsed(message)["Subject"]) == text
    assert all(len(line) <= 998 for line in message.split(b"\r\n"))


@pytest.mark.parametrize("name", ["NOC", "NOC, Zürich", 'the "night" shift', "O'Brien & Söhne", "back\\slash", "a.b"])
def test_a_display_name_comes_back_as_it_was(name):
    message = plain([mailbox_header("To", name, "noc@example.net")], text="x").message

    (address,) = parsed(message)["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "noc@example.net")


@settings(deadline=None)
@given(st.text(min_size=1))
def test_no_encoded_word_is_longer_than_rfc_2047_allows(text):
    assert all(len(word) <= 75 and word.isascii() for word in encoded_words(text))


def test_a_long_message_id_is_never_made_an_encoded_word():
    long = f"<{'a' * 60}@{'b' * 60}.example>"

    message = plain([ascii_header("Message-ID", long), ascii_header("References", long)], text="x").message

    assert f"Message-ID: {long}\r\nReferences: {long}\r\n".encode() in message


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200), max_size=10))
def test_both_bodies_come_back_as_they_were(lines):
    text = "\n".join(["first", *lines, "last"])
    mail = alternative([ascii_header("MIME-Version", "1.0")], text=text, html=f"<p>{text}", boundary="=_netwatch_1")

    found = parsed(mail.message)
    assert mail.message.isascii()
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    contents = [part.get_content().replace("\r\n", "\n") for part in found.iter_parts()]
    assert contents == [text, f"<p>{text}"]
    assert all(len(line) <= 76 for line in mail.message.split(b"\r\n"))


def test_a_boundary_that_somebody_writes_into_the_text_ends_no_part():
    text = "before\n--=_netwatch--\n--=_netwatch\nafter"
    mail = alternative([ascii_header("MIME-Version", "1.0")], text=text, html="<p>well", boundary="=_netwatch")

    plain_part, html_part = parsed(mail.message).iter_parts()
    assert plain_part.get_content().replace("\r\n", "\n") == text
    assert html_part.get_content().strip() == "<p>well"


def test_text_that_is_plain_stays_readable_on_the_wire():
    message = plain([ascii_header("MIME-Version", "1.0")], text="Nothing is wrong.\n").message

    assert message.endswith(b"Content-Transfer-Encoding: 7bit\r\n\r\nNothing is wrong.\r\n")


def test_a_date_is_written_in_utc():
    noon = datetime(2026, 11, 23, 13, 0, 0, 999, tzinfo=timezone(timedelta(hours=1)))

    assert date_header(noon).value == "Mon, 23 Nov 2026 12:00:00 +0000"
    assert parsed(plain([date_header(noon)], text="").message)["Date"].datetime == datetime(
        2026, 11, 23, 12, tzinfo=UTC
    )


def test_a_text_in_another_script_takes_less_room_in_base64():
    text = "\n".join(["\u6771\u4eac\u306e\u5f53\u76f4" * 6] * 40)

    message = plain([ascii_header("MIME-Version", "1.0")], text=text).message

    assert b"Content-Transfer-Encoding: base64" in message
    assert len(message) < 1.5 * len(text.encode())
    assert parsed(message).get_content().replace("\r\n", "\n") == text


def test_no_boundary_is_the_beginning_of_another():
    picture = Picture(content_id="a@b.example", words="x", png=b"png")
    mail = alternative([ascii_header("MIME-Version", "1.0")], text="x", html="y", boundary="=_a", pictures=[picture])

    outer, inner = re.findall(rb'boundary="([^"]+)"', mail.message)
    assert not inner.startswith(outer)
    assert not outer.startswith(inner)


LINES = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            ["<td>", "\n", "\r", " ", "\t", ".", "=", "=_netwatch", "\ud800", "ü" * 3, "x" * 75, "y" * 1_001]
        ),
    ),
    max_size=10,
).map("".join)


@settings(deadline=None)
@given(LINES)
def test_a_body_of_lines_written_before_has_the_octets_of_one_written_afresh(text):
    lines = text.rstrip("\n").split("\n")
    first, again = text_part(text), text_part(text)

    assert first == again
    if first[0] == "quoted-printable":
        assert first[1] == b"".join(map(quoted_line, lines))
        assert quopri.decodestring(first[1]) == "".join(f"{line}\n" for line in lines).encode(
            "utf-8", "replace"
        ).replace(b"\n", b"\r\n")
