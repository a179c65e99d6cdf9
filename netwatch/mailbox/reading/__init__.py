"""What a mail says, from its octets: an answer, a bounce, nothing for us, nothing readable."""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.mailbox.reading.limits import MOST_OCTETS
    from netwatch.mailbox.reading.mail import read_mail
    from netwatch.mailbox.reading.outcome import (
        Answer,
        Authentication,
        Bounce,
        Command,
        Fate,
        Ignored,
        IgnoredKind,
        Mail,
        Reported,
        ReportForm,
        Unreadable,
        Verb,
    )
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "MOST_OCTETS", "read_mail", "Mail", "Answer", "Command", "Verb", "Authentication",
    "Bounce", "Reported", "ReportForm", "Fate", "Ignored", "IgnoredKind", "Unreadable",
]  # fmt: skip
