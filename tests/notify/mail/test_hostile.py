"""Whatever a device, a trap, a person's comment or a name says, a mail of ours stays the mail that was meant.

The bytes are read back by three readers that share nothing with the writer: a small one of this test suite, Python's
`email`, and Perl's modules; and once more after a real smtp-sink has taken them.
"""

from __future__ import annotations

import email
import email.policy
import re
import shutil
import smtplib
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.model import Notification
from netwatch.notify import (
    EmailSettings,
    Letterhead,
    Mailer,
    Manner,
    Place,
    ReceiverSettings,
    SmtpSettings,
    compose,
    metrics,
)
from netwatch.notify.mail.samples import AT, HOSTILE, hostile_notification
from tests.patience import PATIENCE_SECONDS

from ..mail_parser import Part, read_mail

HEADERS = [
    "Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "Thread-Topic", "Thread-Index",
    "List-Id", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
]  # fmt: skip
KINDS = ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
TEXTS = {
    "everything at once": HOSTILE,
    "a header": "x\r\nX-Other: yes\r\n\r\nanother body",
    "a header by bare CR": "x\rX-Other: yes",
    "a header by bare LF": "x\nX-Other: yes",
    "odd line ends": "x\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029y",
    "an encoded word": "=?utf-8?q?one_two?=",
    "an encoded word in base64": "=?utf-8?b?b25lIHR3bw==?=",
    "an encoded word with an invisible letter in it": "=\u200b?utf-8?q?one?= =\u00ad?iso-8859-1?q?two?=",
    "directions": "\u202eone\u202c \u2066two\u2069 \u200f\u061c",
    "markup": "<b>bold</b><img src=x><script>one</script>",
    "an end of everything": "</td></tr></table></body></html>",
    "an end of an attribute": "\" title=\"one\" lang='two'",
    "a link that is none of the web": "mailto:noc@example.net",
    "a link in a link": "https://wiki.example.net/\"><b>one</b>",
    "sixty-four kilobytes": "A" * 65_536,
    "sixty-four kilobytes of lines": "line\r\n" * 10_923,
    "sixty-four kilobytes without ASCII": "\u6771" * 21_845,
    "zeros": "a\0b\0\0",
    "lone surrogates": "\ud800x\udfff",
    "the end of DATA": "x\r\n.\r\ny",
    "a boundary": "\r\n--=_netwatch--\r\n--=_netwatch\r\n",
    "our templates' signs": "{{ 7 * 7 }}{% raw %}{# #}",
    "addresses": "<other@example.net>, \"x\" <y@example.net>;:,\\",
    "escape sequences": "\x1b]0;title\x07\x1b[2J",
    "piled marks": "e" + "\u0301" * 5_000,
    "letters nobody sees": "a\u200b\u2060\ufeff\U000e0041b",
    "nothing": "",
    "blanks": " \t\u00a0\u3000 ",
}  # fmt: skip
LETTERHEAD = Letterhead(sender="NetWatch <netwatch@example.net>", page="https://netwatch.example.net/")
TAGS = {
    "html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td", "div", "span", "br", "a", "img",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "name", "content", "class", "style", "role", "width", "height", "cellpadding", "cellspacing",
    "align", "href", "src", "alt",
}  # fmt: skip


class Markup(HTMLParser):
    """Notes what HTML would make a reader's program do."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def messages(notification: Notification) -> Iterator[bytes]:
    """Yield every mail that can come of it: itself, in an earlier one's place, and as a digest."""
    letterhead = replace(LETTERHEAD, manner=hostile_manner(notification))
    composition = compose(
        notification, recipients=["NOC <noc@example.net>"], letterhead=letterhead, now=notification.at
    )
    yield composition.entries[0].message
    yield composition.supersessions[0].message


def hostile_manner(notification: Notification) -> Manner:
    """Return what is known of the device, all of it as hostile as its alert; the unit is in the alert itself."""
    text = notification.firing[0].key.device
    place = Place(address=text, location=text, labels={text: text, "site": text}, parents=(text,))
    return Manner(place_of=lambda device: place, units={text: text})


def digest(notification: Notification) -> bytes:
    settings = SmtpSettings.model_validate(
        {"from": LETTERHEAD.sender, "storm": {"mails": 1, "critical_mails": 1, "digest_after": "1m"}}
    )
    receiver = ReceiverSettings(name="noc", email=EmailSettings(to=["NOC <noc@example.net>"]))
    manner = hostile_manner(notification)
    mailer = Mailer(settings, [receiver], external_url=LETTERHEAD.page, manner=manner)
    for_noc = replace(notification, group=replace(notification.group, receiver="noc"))
    for _ in range(4):
        mailer.compose(for_noc)
    return mailer.digests_due(AT + timedelta(minutes=2)).entries[0].message


def harmless(mail: Part) -> None:
    """Assert that a mail says what it should and can do nothing."""
    assert mail.header("To") == "NOC <noc@example.net>"
    assert mail.header("From") == "NetWatch <netwatch@example.net>"
    assert re.fullmatch(r"<[a-z0-9-]+\.netwatch\.example\.net>", mail.header("List-Id"), re.IGNORECASE)
    assert visible(mail.header("Subject"))
    assert "=?" not in mail.header("Subject")
    for part in (mail.leaf("text/plain"), mail.leaf("text/html")):
        text = part.decode("utf-8").replace("\r\n", "").replace("\u00a0", " ")
        assert visible(text)
        assert "=?" not in text
    markup = Markup(mail.leaf("text/html").decode("utf-8"))
    assert markup.tags <= TAGS
    assert {name for name, _ in markup.attributes} <= ATTRIBUTES
    for name, value in markup.attributes:
        assert name != "href" or value.startswith("https://")
        assert name != "src" or value.startswith("cid:")
        assert name != "style" or "url" not in value


def visible(text: str) -> bool:
    """Return whether a reader sees all of it, in the order it stands there."""
    return not any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Co"} for one in text)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_no_text_makes_a_mail_another_mail(text):
    guarded = metrics.GUARDED._value.get()

    for message in messages(hostile_notification(text)):
        mail = read_mail(message)
        assert mail.names() == HEADERS
        assert mail.kinds() == KINDS
        harmless(mail)
        known = email.message_from_bytes(message, policy=email.policy.default)
        assert known.keys() == HEADERS
        assert str(known["Subject"]) == mail.header("Subject")
        assert [part.get_content_type() for part in known.walk()] == KINDS
        assert not any(part.defects for part in known.walk())
        assert len(message) < 200_000
    assert metrics.GUARDED._value.get() == guarded


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_digest_of_such_mails_is_no_worse(text):
    mail = read_mail(digest(hostile_notification(text)))

    assert [name for name in mail.names() if name != "Importance"] == HEADERS
    assert mail.kinds() == ["multipart/alternative", "text/plain", "text/html"]
    harmless(mail)


PERL = shutil.which("perl")


def read_by_perl(message: bytes) -> list[str]:
    program = [PERL, str(Path(__file__).parents[1] / "read_mail.pl")]
    return (
        subprocess.run(program, input=message, capture_output=True, check=True, timeout=PATIENCE_SECONDS)
        .stdout.decode()
        .split("\n")
    )


@pytest.mark.skipif(PERL is None, reason="perl is missing: install the Debian package perl")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_perl_reads_the_same_mail(text):
    message = next(iter(messages(hostile_notification(text))))

    lines = read_by_perl(message)

    ours = read_mail(message)
    headers = [line.split(" ", 3)[2:] for line in lines if line.startswith("header 0 ")]
    assert [name for name, *_ in headers] == HEADERS
    assert ["Subject", ours.header("Subject")] in headers
    parts = [line.split(" ")[1:4] for line in lines if line.startswith("part ")]
    assert [kind for _, kind, _ in parts] == ["text/plain", "text/html", "image/png"]


def test_a_real_mail_server_passes_them_on_unchanged(smtp_sink):
    sink = smtp_sink()
    sent = [message for text in TEXTS.values() for message in messages(hostile_notification(text))]

    with smtplib.SMTP("127.0.0.1", sink.port, timeout=PATIENCE_SECONDS) as server:
        for message in sent:
            server.sendmail("netwatch@example.net", ["noc@example.net"], message)

    taken = sink.mails
    assert len(taken) == len(sent)
    bodies = {mail[mail.index(b"Date: ") :].replace(b"\r\n", b"\n").rstrip(b"\n") for mail in taken}
    assert bodies == {message.replace(b"\r\n", b"\n").rstrip(b"\n") for message in sent}


EVIL = st.lists(
    st.one_of(st.text(max_size=20), st.sampled_from(sorted(text for text in TEXTS.values() if len(text) < 300))),
    max_size=6,
).map("".join)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(EVIL)
def test_no_mixture_of_them_does_either(text):
    for message in messages(hostile_notification(text)):
        mail = read_mail(message)
        assert mail.names() == HEADERS
        assert mail.kinds() == KINDS
        harmless(mail)
