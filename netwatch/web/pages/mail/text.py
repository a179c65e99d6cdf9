"""Shows a mail as text: the headers people know and the plain part, whatever the bytes hold.

A quiet room; the HTML part is never shown, as the page would have to trust it.
May import: nothing. Called by: outbox, cli through the door.
"""

from __future__ import annotations

import email
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage

LONGEST_TEXT = 100_000
_SHOWN_HEADERS = ("From", "To", "Date", "Subject", "Message-ID", "In-Reply-To", "Auto-Submitted", "List-Id")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailText:
    """What is shown of a mail; `others` names the parts that are not."""

    headers: tuple[tuple[str, str], ...]
    text: str
    others: tuple[str, ...] = ()


def text_of_mail(message: bytes) -> MailText:
    """Read a mail; bytes that are none are shown as they are."""
    try:
        return _read(email.message_from_bytes(message, policy=policy.default))
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):  # what the email package raises on junk
        return MailText(headers=(), text=message[:LONGEST_TEXT].decode("utf-8", "replace"))


def _read(mail: EmailMessage) -> MailText:
    headers = tuple((name, str(value)) for name in _SHOWN_HEADERS for value in mail.get_all(name, []))
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body is not None else "(this mail has no plain text part)"
    others = tuple(part.get_content_type() for part in mail.walk() if part is not body and not part.is_multipart())
    return MailText(headers=headers, text=text[:LONGEST_TEXT], others=others)
