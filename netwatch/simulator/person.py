"""A person who answers a mail from a telephone: a few words on top, the mail quoted below.

May import: netwatch.simulator.mail. Called by: cli (the demo), tests.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from netwatch.simulator.mail import ReceivedMail


def answer_to(mail: ReceivedMail, words: str, *, sender: str) -> bytes:
    """Return the answer that `sender` writes."""
    told, answer = mail.parsed(), EmailMessage(policy=SMTP)
    answer["From"] = sender
    answer["To"] = str(told["Reply-To"] or told["From"])
    answer["Subject"] = f"Re: {mail.subject}"
    answer["Date"] = format_datetime(datetime.now(UTC))
    answer["Message-ID"] = make_msgid(domain="phone.example.net")
    answer["In-Reply-To"] = str(told["Message-ID"])
    answer["References"] = f"{told['References'] or ''} {told['Message-ID']}".strip()
    quoted = "".join(f"> {line}\n" for line in mail.text.splitlines())
    answer.set_content(f"{words}\n\nOn {mail.at:%a, %d %b %Y at %H:%M}, NetWatch wrote:\n\n{quoted}")
    return answer.as_bytes()
