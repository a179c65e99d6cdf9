"""Answers are read as their authors meant them, whichever program they wrote with."""

from __future__ import annotations

import base64
import quopri
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.mailbox.reading.mail import read_mail
from netwatch.mailbox.reading.outcome import Answer, Authentication
from tests.mailbox.samples import ANSWERS, TAG, TRUSTED, Meant, as_meant, meant_by
from tests.mailbox.twin import command_of

WRITTEN_BY_PEOPLE = [path for path in ANSWERS if not meant_by(path.read_bytes()).command.startswith(("ign", "unr"))]


def listed(meant: Meant) -> Meant:
    return replace(meant, command=meant.command.replace("1-2", "1,2"))


def named(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", ANSWERS, ids=named)
def test_a_mail_says_what_its_author_meant(path):
    octets = path.read_bytes()

    assert as_meant(read_mail(octets, authserv_id=TRUSTED)) == listed(meant_by(octets))


@pytest.mark.parametrize("path", WRITTEN_BY_PEOPLE, ids=named)
def test_a_second_reader_that_shares_nothing_with_the_first_reads_the_same(path):
    octets = path.read_bytes()

    assert command_of(octets) == as_meant(read_mail(octets)).command


@pytest.mark.parametrize("path", WRITTEN_BY_PEOPLE, ids=named)
def test_every_answer_can_be_told_to_its_incident(path):
    mail = read_mail(path.read_bytes())

    assert isinstance(mail.said, Answer)
    assert mail.said.tags == (TAG,) or "<told.7f3a@netwatch.example.org>" in mail.references


@pytest.mark.parametrize("path", WRITTEN_BY_PEOPLE, ids=named)
def test_an_answer_without_references_has_its_tag_in_its_address(path):
    octets = path.read_bytes().replace(b"In-Reply-To:", b"X-Dropped:").replace(b"References:", b"X-Dropped-Too:")
    mail = read_mail(octets)

    assert mail.references == ()
    assert isinstance(mail.said, Answer)
    assert mail.said.tags == (TAG,)


def test_what_a_sender_claims_below_the_servers_own_results_is_not_believed():
    forged = next(path for path in ANSWERS if "forged" in path.stem).read_bytes()
    said = read_mail(forged, authserv_id=TRUSTED).said

    assert isinstance(said, Answer)
    assert said.authentication is Authentication.NONE


COMMANDS = (
    "ack", "Ack.", "ACK working on it", "ack 2", "ack 1,3 on my way", "unack", "silence 2h", "Silence 30m",
    "silence 1h30m", "silence until 08:00", "silence until 9:15 pm", "silence alert 2 for 3h", "status", "why?",
    "help", "nothing known here",
)  # fmt: skip
QUOTE = "> CRITICAL: edge1 does not answer\n> status silence 9h\n"
AROUND = (
    "{}\n",
    "{}\n\nOn Mon, 30 Nov 2026 at 03:04, NetWatch <netwatch@example.org> wrote:\n\n" + QUOTE,
    "{}\n\nAm 30.11.26 um 03:04 schrieb NetWatch:\n" + QUOTE,
    "NetWatch wrote on 30/11/2026 03:04:\n" + QUOTE + "\n{}\n\n-- \nAnn\n",
    "{}\n\nSent from my iPhone\n\n> On 30 Nov 2026, at 03:04, NetWatch <n@example.org> wrote:\n" + QUOTE,
    "{}\n\n-----Original Message-----\nFrom: NetWatch\nSent: 03:04\nTo: Ann\nSubject: edge1\n\nsilence 9h\n",
    "{}\n________________________________\nVon: NetWatch\nGesendet: 03:04\nAn: Ann\nBetreff: edge1\n",
    "Hello,\n\n{}\n\nKind regards\nAnn\n",
)
ENCODINGS = {
    "8bit": lambda octets: octets,
    "base64": base64.encodebytes,
    "quoted-printable": quopri.encodestring,
}


@settings(max_examples=120, deadline=None)
@given(
    command=st.sampled_from(COMMANDS), around=st.sampled_from(AROUND), encoding=st.sampled_from(sorted(ENCODINGS)),
    charset=st.sampled_from(("us-ascii", "utf-8", "iso-8859-1", "utf-16", "iso-2022-jp", "gb18030")),
    line_end=st.sampled_from((b"\n", b"\r\n")), html=st.booleans(),
)  # fmt: skip
def test_both_readers_read_the_same_whatever_a_mail_travels_in(command, around, encoding, charset, line_end, html):
    octets = travelling(around.format(command), encoding, charset, html=html)
    if encoding != "8bit":
        octets = octets.replace(b"\n", line_end)

    assert as_meant(read_mail(octets)).command == command_of(octets)


def travelling(text: str, encoding: str, charset: str, *, html: bool) -> bytes:
    if html:
        escaped = text.replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
        text = f"<html><body><div>{escaped}</div></body></html>"
    if charset == "utf-16":
        encoding = "base64"
    head = [
        "From: ann@example.net", "Subject: Re: edge1", "MIME-Version: 1.0",
        f"Content-Type: text/{'html' if html else 'plain'}; charset={charset}",
        f"Content-Transfer-Encoding: {encoding}",
    ]  # fmt: skip
    return "\n".join((*head, "", "")).encode() + ENCODINGS[encoding](text.encode(charset))
