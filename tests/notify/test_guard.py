"""Text from devices stays text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.notify.guard import clean_block, clean_line, faults_of, plain_ascii

GOOD = [("From", "a@b.example"), ("Subject", "hello")]
HOSTILE = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            ["\r\n", "\n", "\r", "\0", "=?", "?=", "=?utf-8?q?one_two?=", "X-Other: y\r\n", "\u202e", "\u200b",
             "\u2028", "\x85", "\x1b[31m", "\ud800", "=\u200b?", "\U000e0041", "\ufeff", "<b>", "--=_netwatch_"]
        ),
    ),
    max_size=12,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Gi1/0/7", "Gi1/0/7"),
        ("uplink\r\nX-Other: yes", "uplink X-Other: yes"),
        ("a\tb\x0bc\x85d\u2028e", "a b c d e"),
        ("nul\0bell\x07escape\x1b[31m", "nulbellescape[31m"),
        ("=?utf-8?q?one?=", "= ?utf-8?q?one?="),
        ("=\u200b?utf-8?q?x?=", "= ?utf-8?q?x?="),
        ("\u202eone\u2066", "one"),
        ("zero\u200b\ufeffwidth", "zerowidth"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("Zürich 東京 🔥", "Zürich 東京 🔥"),
        ("   ", ""),
    ],
)
def test_a_line_keeps_what_can_be_seen_and_nothing_else(text, line):
    assert clean_line(text) == line


def test_a_line_is_capped_and_says_so():
    assert clean_line("x" * 500, 20) == "x" * 19 + "…"


def test_marks_piled_on_a_letter_are_taken_down():
    assert clean_line("e" + "\u0301" * 50) == "e" + "\u0301" * 3


def test_a_block_keeps_its_lines_but_not_too_many():
    assert clean_block("one\r\n\r\ntwo\x00\u2028three") == "one\ntwo\nthree"
    assert clean_block("\n".join("abcdef"), lines=3) == "a\nb\nc…"


@settings(deadline=None)
@given(HOSTILE)
def test_no_text_leaves_a_line_that_could_end_or_hide_or_be_decoded(text):
    line = clean_line(text)

    assert "=?" not in line
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in line)
    assert len(line) <= 200
    assert clean_line(line) == line


@settings(deadline=None)
@given(HOSTILE)
def test_plain_ascii_is_printable_and_holds_no_encoded_word(text):
    plain = plain_ascii(text)

    assert plain.isascii()
    assert plain.isprintable()
    assert "=?" not in plain


def test_finished_bytes_that_are_what_was_meant_have_no_faults():
    assert faults_of(b"From: a@b.example\r\nSubject: hello\r\n\r\nbody\r\n", GOOD) == []


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (b"From: a@b.example\r\nSubject: hello\r\nX-Other: yes\r\n\r\n", "header lines"),
        (b"From: a@b.example\r\nSubject: =?utf-8?q?other?=\r\n\r\n", "headers"),
        (b"From: a@b.example\nSubject: hello\n\n", "bare CR or LF"),
        (b"From: a@b.example\r\nSubject: hello\r\n\r\n" + b"x" * 999, "998"),
        ("From: a@b.example\r\nSubject: hello\r\n\r\nü".encode(), "outside ASCII"),
        (b"From: a@b.example\r\n\r\nSubject: hello\r\n", "header lines"),
    ],
)
def test_every_departure_from_what_was_meant_is_a_fault(message, fault):
    assert any(fault in found for found in faults_of(message, GOOD))


MULTIPART = (
    b'From: a@b.example\r\nSubject: hello\r\nContent-Type: multipart/alternative; boundary="=_x"\r\n\r\n'
    b"--=_x\r\nContent-Type: text/plain\r\n\r\none\r\n--=_x\r\nContent-Type: text/html\r\n\r\ntwo\r\n--=_x--\r\n"
)


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        (b"one", b"one"),
        (b"one", b"one\r\n--=_xy"),  # readers compare only the beginning of a line
        (b"one", b"one\r\n--=_x--"),
        (b"two\r\n--=_x--\r\n", b"two\r\n"),
        (b"--=_x--\r\n", b"--=_x--\r\nmore\r\n"),
        (b"\r\n\r\n--=_x", b"\r\n\r\nbefore\r\n--=_x"),
        (b"text/html\r\n\r\ntwo", b"text/html\r\nno colon here\r\ntwo"),
        (b" text/html", b" multipart/related"),
    ],
)
def test_where_parts_do_not_begin_and_end_as_meant_is_a_fault(was, is_now):
    headers = [*GOOD, ("Content-Type", 'multipart/alternative; boundary="=_x"')]
    assert (faults_of(MULTIPART.replace(was, is_now, 1), headers) == []) is (was == is_now)
