"""A mail is taken apart as it was put together, or as far as that goes; text comes out of what it travelled in."""

from __future__ import annotations

import pytest

from netwatch.mailbox.reading.body import body_lines, is_sealed
from netwatch.mailbox.reading.charsets import decoded
from netwatch.mailbox.reading.encodings import base64_octets, header_text, transferred
from netwatch.mailbox.reading.head import read_head, split_head
from netwatch.mailbox.reading.parts import content_type, take_apart


def mixed(*parts: str, kind: str = "mixed", end: str = "--b--\n") -> bytes:
    head = f'Content-Type: multipart/{kind}; boundary="b"\n\npreamble\n'
    return (head + "".join(f"--b\n{part}\n" for part in parts) + end).encode()


def text(mail: bytes) -> str:
    return "|".join(line.text for line in body_lines(take_apart(mail)) if line.text)


HTML = "Content-Type: text/html\n\n<p>html</p>"


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        (b"\nplain", "plain"),
        (b"Subject: x\n\nplain", "plain"),
        (b"Subject: x", ""),
        (b"Content-Type: nonsense\n\nplain", "plain"),
        (mixed("\none", "\ntwo"), "one|two"),
        (mixed("\none", "\ntwo", end=""), "one|two"),
        (mixed(HTML, "\nplain", kind="alternative"), "plain"),
        (mixed(HTML, "\n  \n", kind="alternative"), "html"),
        (mixed(HTML, "Content-Type: image/png\n\nx", kind="related"), "html"),
        (mixed("\none", "Content-Disposition: attachment; filename=a.txt\n\ntwo"), "one"),
        (mixed("\none", "Content-Type: application/pkcs7-signature\n\nx", kind="signed"), "one"),
        (mixed("Content-Type: message/rfc822\n\nSubject: y\n\nack", "\none"), "one"),
        (mixed("\n--b-not\none"), "--b-not|one"),
        (mixed("\none --b\ntwo"), "one --b|two"),
        (b"Content-Type: multipart/mixed\n\nno boundary", ""),
        (mixed(), ""),
    ],
)
def test_the_text_that_people_see_first_is_found(mail, said):
    assert text(mail) == said
    assert text(mail.replace(b"\n", b"\r\n")) == said


def test_what_needs_a_key_is_known_for_that():
    assert is_sealed(take_apart(b"Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx"))
    assert is_sealed(take_apart(mixed("Content-Type: application/pgp-encrypted\n\nx", kind="encrypted")))
    assert not is_sealed(take_apart(b"\nack"))


@pytest.mark.parametrize(
    ("value", "kind", "parameters"),
    [
        ("text/plain; charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ('TEXT/HTML;Charset = "UTF-8" ; x=y', "text/html", {"charset": "UTF-8", "x": "y"}),
        ('multipart/mixed; boundary="a;b\\"c"', "multipart/mixed", {"boundary": 'a;b"c'}),
        ("", "text/plain", {}),
        ("text", "text/plain", {}),
        ("text/plain; charset", "text/plain", {}),
        ('a/b; c="unclosed', "a/b", {"c": "unclosed"}),
        ("a/b; c=1; c=2", "a/b", {"c": "1"}),
    ],
)
def test_a_content_type_is_read_with_its_parameters(value, kind, parameters):
    assert content_type(value) == (kind, parameters)


@pytest.mark.parametrize(
    ("octets", "charset", "said"),
    [
        ("grün".encode(), "utf-8", "grün"),
        ("grün".encode("latin-1"), "ISO-8859-1", "grün"),
        (b"\x93ack\x94", "iso-8859-1", "“ack”"),
        ("grün".encode(), "", "grün"),
        ("grün".encode("latin-1"), "", "grün"),
        ("grün".encode(), "us-ascii", "grün"),
        ("対応".encode("iso-2022-jp"), "iso-2022-jp", "対応"),
        ("対応".encode("shift-jis"), "Shift_JIS", "対応"),
        ("对".encode("gbk"), "GB2312", "对"),
        ("ack".encode("utf-16"), "utf-16", "ack"),
        (b"+AOQ-", "utf-7", "ä"),
        (b"\xef\xbb\xbfack", "utf-8", "ack"),
        (b"\xff", "utf-8", "\ufffd"),
        (b"ack", "zip", "ack"),
        (b"ack", "punycode", "ack"),
        (b"ack", "unknown-8bit", "ack"),
        ("שלום".encode("iso-8859-8"), "iso-8859-8-i", "שלום"),
    ],
)
def test_text_is_read_by_its_charset_or_the_likeliest(octets, charset, said):
    assert decoded(octets, charset) == said


@pytest.mark.parametrize(
    ("octets", "encoding", "said"),
    [
        (b"YWNr", "base64", b"ack"),
        (b"YW\r\nNr", "BASE64 ", b"ack"),
        (b"YWN", "base64", b"ac"),
        (b"YWNrx", "base64", b"ack"),
        (b"Y!W*N=r", "base64", b"ack"),
        (b"a=63k", "quoted-printable", b"ack"),
        (b"a=\nck", "quoted-printable", b"ack"),
        (b"a=zzck=", "quoted-printable", b"a=zzck"),
        (b"ack", "7bit", b"ack"),
        (b"ack", "x-unknown", b"ack"),
        (b"", "base64", b""),
    ],
)
def test_what_text_travels_in_is_undone(octets, encoding, said):
    assert transferred(octets, encoding) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?gr=C3=BCn?=", "grün"),
        ("=?UTF-8?B?Z3LDvG4=?=", "grün"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?b?Z3LD?=\t=?utf-8?b?vG4=?=", "grün"),
        ("=?utf-8?q?a_b?=", "a b"),
        ("=?utf-8*de?q?gr=C3=BCn?=", "grün"),
        ("=?x?q?ack?=", "ack"),
        ("=?utf-8?z?ack?=", "=?utf-8?z?ack?="),
        ("=?", "=?"),
    ],
)
def test_headers_are_read_as_people_read_them(value, said):
    assert header_text(value) == said


def test_headers_are_unfolded_and_what_is_none_is_left_out():
    head, body = split_head(b"From x Mon\nA: one\n\ttwo\nb : three\nno header\nA: four\r\nC:\r\n\r\nbody")

    assert head.fields == (("a", "one two"), ("b", "three"), ("a", "four"), ("c", ""))
    assert (head.first("a"), head.every("a"), head.has("c"), head.has("d")) == (
        "one two",
        ("one two", "four"),
        True,
        False,
    )
    assert body == b"body"


def test_a_bare_carriage_return_begins_no_header_that_the_server_did_not_see():
    assert read_head(b"A: x\rFrom: boss@example.net\n").fields == (("a", "xFrom: boss@example.net"),)


def test_a_long_base64_text_of_strange_characters_is_read():
    assert base64_octets(b"\0\xffYWNr\n" * 1_000) == b"ack" * 1_000
