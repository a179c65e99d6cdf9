"""A person who answers a mail from a telephone: a few words on top, the mail quoted below; and which mail that is.

May import: netwatch.simulator.mail. Called by: cli (the demo), tests.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from netwatch.simulator.mail import ReceivedMail


class Answering:
    """Chooses the mail that is answered: the first that tells of something down, once somebody is at the telephone.

    Where nothing could be done, since what was told of had ended meanwhile, it is the next.
    """

    def __init__(self) -> None:
        self._is_there = self._is_done = False

    def begin(self) -> None:
        """From now on mails are read; what a busy machine told of before, while all began, is none of the story."""
        self._is_there = True

    def chooses(self, mail: ReceivedMail) -> bool:
        """Return whether this mail is the one to answer."""
        if mail.text.startswith("Nothing was done"):
            self._is_done = False
        if not self._is_there or self._is_done or not mail.subject.startswith("[DOWN"):
            return False
        self._is_done = True
        return True


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
