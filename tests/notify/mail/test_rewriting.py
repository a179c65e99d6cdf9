"""A finished mail gets a note on top, or becomes one short text; it stays a mail of its incident."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import default as modern

import pytest

from netwatch.model import Curve, Elsewhere, OutboxState
from netwatch.notify.mail.compose import compose
from netwatch.notify.mail.letter import Letterhead
from netwatch.notify.mail.rewriting import Rewriter, is_short, shortened, with_note

from ..conftest import NOW

OTHER = Elsewhere(subject="[OK] core-sw1 <Gi1/0/8>", at=datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC), alert_ids=("2",))


def read(message: bytes):
    return BytesParser(policy=modern).parsebytes(message)


def parts(message: bytes) -> tuple[str, str]:
    mail = read(message)
    return mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()


@pytest.fixture
def entry(make_notification, make_alert):
    def make(summary: str = "Gi1/0/7 on core-sw1 is down", *, chart: bool = False):
        one = make_alert(1, annotations={"summary": summary})
        points = tuple((NOW, float(number)) for number in range(9))
        curves = {"1": Curve(points=points, threshold=5.0)} if chart else {}
        (row,) = compose(
            make_notification(one, curves=curves), recipients=["NOC <noc@example.net>"],
            letterhead=Letterhead(sender="NetWatch <netwatch@example.net>"),
        ).entries  # fmt: skip
        return row

    return make


@pytest.mark.parametrize("chart", [False, True])
@pytest.mark.parametrize("summary", ["is down", "Tür ☂ ist offen", "Связь потеряна " * 9])
def test_a_late_mail_says_in_both_its_parts_what_is_newer(entry, summary, chart):
    row = replace(entry(summary, chart=chart), overtaken=(OTHER,))

    before, after = read(row.message), read(with_note(row).message)

    text, html = parts(with_note(row).message)
    assert text.startswith("This mail comes late. Newer ones were sent before it")
    assert "  [OK] core-sw1 <Gi1/0/8> (04:05:06 UTC)" in text
    assert "[OK] core-sw1 &lt;Gi1/0/8&gt; (04:05:06 UTC)" in html
    assert summary.strip() in text
    assert [item for item in after.items() if item[0] != "X-NetWatch-Note"] == before.items()
    assert with_note(replace(row, message=with_note(row).message)).message == with_note(row).message
    assert [one.get_content_type() for one in after.walk()] == [one.get_content_type() for one in before.walk()]
    assert not any(one.defects for one in after.walk())
    assert [one.get_content() for one in after.walk() if one.get_content_type() == "image/png"] == [
        one.get_content() for one in before.walk() if one.get_content_type() == "image/png"
    ]


def test_a_newer_mail_says_which_older_ones_are_not_sent_any_more(entry):
    text, _ = parts(with_note(replace(entry(), instead_of=(OTHER,) * 30)).message)

    assert "could not be delivered and are not sent any more" in text
    assert "  and 10 more" in text


def test_a_mail_with_nothing_to_add_is_sent_as_it_is(entry):
    row = entry()

    assert with_note(row) is row


@pytest.mark.parametrize("message", [b"", b"Subject: x\r\n\r\nhello\r\n", b"Content-Type: multipart/mixed\r\n\r\nx"])
def test_what_is_no_mail_of_ours_still_leaves(entry, message):
    row = with_note(replace(entry(), message=message, overtaken=(OTHER,)))

    assert message.partition(b"\r\n\r\n")[2].strip() in row.message


def test_the_short_version_is_plain_and_small_and_in_the_same_thread(entry):
    row = entry("Fehler ☂ " * 2_000, chart=True)

    short = shortened(row, NOW)

    mail, whole = read(short.message), read(row.message)
    assert (mail.get_content_type(), len(short.message) < 12_000) == ("text/plain", True)
    assert (mail["Subject"], short.subject) == (f"[short] {whole['Subject']}", f"[short] {row.subject}")
    assert (mail["References"], mail["To"], mail["Date"]) == (whole["References"], whole["To"], whole["Date"])
    assert mail["Message-ID"] == short.message_id != row.message_id
    assert f"`netwatch outbox show {row.id}`" in mail.get_content()
    assert (short.state, short.attempts, short.news) == (OutboxState.QUEUED, 0, ())
    assert shortened(row, NOW) == short
    assert (is_short(short), is_short(row)) == (True, False)
    assert Rewriter().shorter(short, NOW) is None
