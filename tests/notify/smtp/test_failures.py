"""What went wrong, in words that name no secret."""

from __future__ import annotations

import base64
import errno

import pytest
from aiosmtplib import SMTPReadTimeoutError, SMTPServerDisconnected

from netwatch.notify import Phase, RelaySettings
from netwatch.notify.smtp.failures import SmtpFailure, in_words, without_secrets
from netwatch.notify.smtp.replies import Verdict


@pytest.mark.parametrize(
    ("exc", "words"),
    [
        (SMTPServerDisconnected("Unexpected EOF received"), "the server closed the connection"),
        (SMTPReadTimeoutError("Timed out waiting for server response"), "no answer within 1.5 s"),
        (OSError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 25)"), "Connection refused"),
    ],
)
def test_each_silence_has_its_words(exc, words):
    assert in_words(exc, 1.5) == words


def test_a_failure_reads_as_phase_code_and_words():
    failure = SmtpFailure(Phase.RCPT, "5.1.1 no such mailbox", code=550)

    assert (str(failure), failure.words, failure.permanent) == (
        "rcpt: 550 5.1.1 no such mailbox", "550 5.1.1 no such mailbox", True
    )  # fmt: skip
    assert not SmtpFailure(Phase.CONNECT, "Connection refused").permanent


def test_a_password_is_taken_out_in_every_form_it_crosses_the_wire():
    relay = RelaySettings(host="localhost", username="u", password="hunter22")
    forms = ["hunter22", base64.b64encode(b"hunter22").decode(), base64.b64encode(b"\0u\0hunter22").decode()]

    assert without_secrets(" and ".join(forms), relay) == "*** and *** and ***"


@pytest.mark.parametrize("login", [{}, {"username": "u", "password": ""}])
def test_where_there_is_no_password_words_stay_as_they_are(login):
    assert without_secrets("535 try again", RelaySettings(host="localhost", **login)) == "535 try again"


@pytest.mark.parametrize(("phase", "code", "text", "large"), [
    (Phase.MAIL, 552, "message size exceeds fixed maximum", True),
    (Phase.DATA, 552, "5.3.4 too big", True),
    (Phase.END_OF_DATA, 554, "5.3.4 too big", True),
    (Phase.END_OF_DATA, 552, "5.2.3 over the limit", True),
    (Phase.END_OF_DATA, 552, "5.2.2 mailbox full", False),
    (Phase.RCPT, 552, "mailbox full", False),
    (Phase.MAIL, 452, "4.3.1 no space", False),
    (Phase.MAIL, 550, "go away", False),
])  # fmt: skip
def test_a_message_too_large_is_told_from_a_mailbox_that_is_full(phase, code, text, large):
    failure = SmtpFailure(phase, text, code=code)

    assert failure.too_large is large
    if large:
        assert (failure.meaning.verdict, failure.meaning.relay_in_trouble) == (Verdict.DEAD, False)
