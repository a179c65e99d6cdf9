"""Writes the marked mail that walks a relay's way to our own mailbox; nobody else is to read it.

A quiet room.
May import: netwatch.notify.{address, mail.{mime, thread}}. Called by: netwatch.notify.probing.
"""

from __future__ import annotations

from datetime import datetime

from netwatch.notify.address import parse_mailbox
from netwatch.notify.mail.mime import SUPPRESSED, Mail, ascii_header, date_header, mailbox_header, plain, text_header
from netwatch.notify.mail.thread import message_id


def probe_id(number: str, sender: str) -> str:
    """Return the Message-ID of the probe with this number, which nobody is to be able to guess."""
    return message_id(f"probe.{number}", parse_mailbox(sender).domain)


def probe_mail(sender: str, to: str, *, relay: str, own_id: str, now: datetime) -> Mail:
    """Return the mail that goes through a relay of this name."""
    origin, recipient = parse_mailbox(sender), parse_mailbox(to)
    headers = [
        date_header(now),
        mailbox_header("From", origin.name, origin.address),
        mailbox_header("To", recipient.name, recipient.address),
        text_header("Subject", f"[PROBE] NetWatch through {relay}"),
        ascii_header("Message-ID", own_id),
        ascii_header("Auto-Submitted", "auto-generated"),
        ascii_header("X-Auto-Response-Suppress", SUPPRESSED),
        ascii_header("MIME-Version", "1.0"),
    ]
    text = (
        f"NetWatch sent this mail through {relay} to see how long it takes to arrive.\n"
        "NetWatch reads it and puts it away by itself; there is nothing to do.\n"
    )
    return plain(headers, text=text)
