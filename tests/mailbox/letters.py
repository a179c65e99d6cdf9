"""Answers as people's mail programs write them, to mails that were sent."""

from __future__ import annotations

import email.policy
import itertools
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

_NUMBERS = itertools.count(1)


def answer_to(
    mail: EmailMessage,
    words: str,
    *,
    sender: str = "",
    message_id: str = "",
    refers: bool = True,
    quotes: bool = True,
) -> bytes:
    """Return an answer to a mail: what was typed on top, the mail quoted below; `refers` is false where a program
    says nothing of what it answers to."""
    answer = EmailMessage(policy=email.policy.SMTP)
    answer["From"] = sender or str(mail["To"])
    answer["To"] = str(mail["Reply-To"] or mail["From"])
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["Date"] = format_datetime(datetime.now(UTC))
    answer["Message-ID"] = (
        message_id or f"<answer-{next(_NUMBERS)}-{datetime.now(UTC).timestamp()}@phone.example.net>"
    )
    if refers:
        answer["In-Reply-To"] = str(mail["Message-ID"])
        answer["References"] = f"{mail['References']} {mail['Message-ID']}"
    body = mail.get_body(("plain",))
    quoted = "".join(f"> {line}\n" for line in str(body.get_content() if body else "").splitlines())
    above = f"{words}\n\nOn Mon, 30 Nov 2026 at 03:12, NetWatch <{mail['From']}> wrote:\n\n"
    answer.set_content(above + quoted if quotes else f"{words}\n")
    return answer.as_bytes()
