"""The form of what NetWatch mails about its own mail: plain text alone, urgent, proven before it is kept.

A quiet room. May import: netwatch.notify.{address, guard, mail.{letter, mime, thread}}.
Called by: netwatch.notify.mail.{fallback, last_resort}.
"""

from __future__ import annotations

from datetime import datetime

from netwatch.notify.address import Mailbox
from netwatch.notify.guard import clean_line, plain_ascii
from netwatch.notify.mail.letter import proven
from netwatch.notify.mail.mime import SUPPRESSED, Mail, ascii_header, date_header, mailbox_header, plain, text_header
from netwatch.notify.mail.thread import message_id


def own_mail(
    subject: str, text: str, *, origin: Mailbox, to: Mailbox, now: datetime, own_id: str, thread: str
) -> Mail:
    """Return the mail; one in plain ASCII where a parser would read from it what was not meant."""

    def written(subject: str, text: str, from_: str, for_: str) -> Mail:
        root = message_id(thread, origin.domain)
        headers = [
            date_header(now),
            mailbox_header("From", from_, origin.address),
            mailbox_header("To", for_, to.address),
            text_header("Subject", subject),
            ascii_header("Message-ID", own_id),
            ascii_header("In-Reply-To", root),
            ascii_header("References", root),
            ascii_header("Auto-Submitted", "auto-generated"),
            ascii_header("X-Auto-Response-Suppress", SUPPRESSED),
            ascii_header("Importance", "high"),
            ascii_header("MIME-Version", "1.0"),
        ]
        return plain(headers, text=text)

    def bare() -> Mail:
        return written(plain_ascii(subject), "\n".join(plain_ascii(line) for line in text.split("\n")), "", "")

    return proven(written(subject, text, clean_line(origin.name, 80), clean_line(to.name, 80)), instead=bare)
