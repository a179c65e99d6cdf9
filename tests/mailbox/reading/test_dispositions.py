"""A report that a mail was opened is what RFC 8098 says it is, and names the mail by its id."""

from __future__ import annotations

import pytest

from netwatch.mailbox.reading.mail import read_mail
from netwatch.mailbox.reading.outcome import Bounce, Fate, ReportForm
from netwatch.mailbox.returns import returned, rows_named
from tests.mailbox.test_returns import NOW, ROW, ROWS

MDN = """\
From: ann@example.net
To: netwatch@example.org
Subject: Displayed: [CRITICAL] edge1
Message-ID: <mdn.1@example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

--b
Content-Type: text/plain

ack - the mail was displayed. This is no guarantee that it was read.
--b
Content-Type: message/disposition-notification

Reporting-UA: laptop; Mail 1.0
Final-Recipient: rfc822;{recipient}
{names}
Disposition: {disposition}

--b--
"""
OURS = f"Original-Message-ID: {ROW.message_id}"


def said(*, recipient: str = "Ann@example.net", names: str = OURS, disposition: str = "") -> Bounce:
    disposition = disposition or "manual-action/MDN-sent-manually; displayed"
    octets = MDN.format(recipient=recipient, names=names, disposition=disposition).encode()
    read = read_mail(octets.replace(b"\n", b"\r\n")).said
    assert isinstance(read, Bounce)  # never an answer, though its first word is one
    assert read.form is ReportForm.MDN
    return read


@pytest.mark.parametrize("disposition", [
    "manual-action/MDN-sent-manually; displayed", "automatic-action/MDN-sent-automatically;displayed",
    "MANUAL-ACTION/mdn-sent-manually ; Displayed/warning",
])  # fmt: skip
def test_a_mail_that_was_shown_is_opened(disposition):
    told = returned(said(disposition=disposition), ROWS, NOW)

    assert told is not None
    assert (told.report.fate, told.is_new, told.is_dead) == (Fate.READ, True, False)
    assert told.entry.last_reply == f"opened: {disposition}"


@pytest.mark.parametrize("disposition", [
    "manual-action/MDN-sent-manually; deleted", "manual-action/MDN-sent-manually; deleted (was not displayed)",
    "automatic-action/MDN-sent-automatically; dispatched", "displayed", "x; y; displayed", "; displayed", "\0",
    "manual-action/MDN-sent-manually; displayedness",
])  # fmt: skip
def test_what_was_not_shown_is_not_opened(disposition):
    assert returned(said(disposition=disposition), ROWS, NOW) is None


@pytest.mark.parametrize("names", [
    "Original-Message-ID: <guessed@netwatch.example.org>",
    f"Original-Message-ID: <{ROW.id}@elsewhere.example>",  # a row of that id, and not our name for the mail
    f"X-Original: {ROW.message_id}",
    f"Original-Envelope-Id: {ROW.message_id[:-1]}",
    "Error: none",
])  # fmt: skip
def test_one_by_somebody_who_does_not_know_the_mail_is_about_none(names):
    assert returned(said(names=names), ROWS, NOW) is None


def test_one_that_names_a_thousand_mails_is_looked_up_for_a_few():
    ids = " ".join(f"<{number}@example.org>" for number in range(1_000))

    assert len(rows_named(said(names=f"Original-Message-ID: {ids}"))) <= 50


@pytest.mark.parametrize("recipient", ["", "   ", "nobody at all", "a@b, c@d"])
def test_one_that_is_for_nobody_or_for_somebody_else_opens_no_mail_of_our_recipient(recipient):
    told = returned(said(recipient=recipient), ROWS, NOW)

    assert told is None or told.elsewhere
