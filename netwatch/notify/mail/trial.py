"""Writes the mail that tries a relay: nothing is wrong, and who reads it knows the way is open.

A quiet room but for the id it makes.
May import: netwatch.notify.{address, mail.{mime, thread}}. Called by: netwatch.notify.diagnosis.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from netwatch.notify.address import parse_mailbox
from netwatch.notify.mail.mime import SUPPRESSED, Mail, ascii_header, date_header, mailbox_header, plain, text_header
from netwatch.notify.mail.thread import message_id


def trial_mail(sender: str, to: str, *, relay: str, now: datetime) -> Mail:
    """Return the mail that goes through a relay of this name.

    Raises:
        ValueError: sender or recipient is no mail address.
    """
    origin, recipient = parse_mailbox(sender), parse_mailbox(to)
    headers = [
        date_header(now),
        mailbox_header("From", origin.name, origin.address),
        mailbox_header("To", recipient.name, recipient.address),
        text_header("Subject", f"[TEST] NetWatch through {relay}"),
        ascii_header("Message-ID", message_id(str(uuid.uuid4()), origin.domain)),
        ascii_header("Auto-Submitted", "auto-generated"),
        ascii_header("X-Auto-Response-Suppress", SUPPRESSED),
        ascii_header("MIME-Version", "1.0"),
    ]
    text = (
        f"This is a test mail from NetWatch. It came through {relay}.\n"
        "Nothing is wrong. If you read this, alarms sent through this relay reach you too.\n"
    )
    return plain(headers, text=text)
