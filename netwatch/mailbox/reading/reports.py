"""Reads reports on mails of ours.

May import: netwatch.mailbox.reading.*. Called by: netwatch.mailbox.reading.mail.
"""

from __future__ import annotations

from collections.abc import Sequence

from netwatch.mailbox.reading.outcome import Bounce
from netwatch.mailbox.reading.parts import Part


def report_in(mail: Part, recipients: Sequence[str]) -> Bounce | None:
    """Return the report that a mail is, None if it is none."""
    return None
