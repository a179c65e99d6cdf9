"""The person at the telephone answers the mail that the story is about, in a form that a reply is known by."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from netwatch.simulator import Answering, ReceivedMail, answer_to

DOWN, WARN, OK = "[DOWN] sw1 Gi1 is down", "[WARN] sw1 is busy", "[OK] sw1 Gi1 is down"
NOTHING = "Nothing was done: what the mail told of is over."


def mail(subject: str, text: str = "DOWN: sw1\n") -> ReceivedMail:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Reply-To"] = "n@example.net", "you@example.net", "answers@example.net"
    letter["Subject"], letter["Message-ID"] = subject, "<1@example.net>"
    letter.set_content(text)
    return ReceivedMail(
        at=datetime(2026, 3, 2, tzinfo=UTC), envelope_sender="n@example.net", recipients=("you@example.net",),
        message=letter.as_bytes(),
    )  # fmt: skip


def chosen(*mails: ReceivedMail) -> list[bool]:
    answering = Answering()
    answering.begin()
    return [answering.chooses(one) for one in mails]


def test_the_first_mail_about_something_down_is_answered_and_no_other():
    assert chosen(mail(WARN), mail(OK), mail(DOWN), mail(DOWN)) == [False, False, True, False]


def test_what_was_told_before_the_story_began_is_not_answered():
    answering = Answering()

    assert not answering.chooses(mail(DOWN))
    answering.begin()
    assert answering.chooses(mail(DOWN))


@pytest.mark.parametrize("reply", [f"Re: {DOWN}", "Re: something else"])
def test_where_nothing_could_be_done_the_next_is_answered(reply):
    assert chosen(mail(DOWN), mail(reply, NOTHING), mail(DOWN), mail(DOWN)) == [True, False, True, False]


def test_an_answer_names_the_mail_it_answers_and_goes_where_answers_go():
    told = message_from_bytes(answer_to(mail(DOWN), "ack", sender="you@example.net"), policy=default)

    assert (told["To"], told["In-Reply-To"], told["Subject"]) == (
        "answers@example.net",
        "<1@example.net>",
        f"Re: {DOWN}",
    )
    assert told.get_content().splitlines()[0] == "ack"
