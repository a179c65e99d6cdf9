"""Reads what comes back: answers to mails, bounces, probes.

`MailboxReader` keeps a conversation with the mail server going (imap/, pop3/) and hands every new mail to a `Taker`,
once. What a mail says is read in reading/. What is done about it is decided in deciding; who does it is app.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.mailbox.allowance import ReplyAllowance
    from netwatch.mailbox.arrived import Arrived
    from netwatch.mailbox.book import MAILBOX_MEMORY, Book, Record, flat_record, read_records
    from netwatch.mailbox.dead_addresses import DEAD_ADDRESSES_MEMORY, DeadAddresses, Refusals
    from netwatch.mailbox.deciding import Answered, Decision, Outcome, decide
    from netwatch.mailbox.echoes import is_echo
    from netwatch.mailbox.probe_settings import MailProbeSettings
    from netwatch.mailbox.probes import Probes, Walked, lost_words, slow_words
    from netwatch.mailbox.reading.mail import read_mail
    from netwatch.mailbox.reading.outcome import Answer, Bounce, Fate, Mail, Verb
    from netwatch.mailbox.replying import help_text, reply_text
    from netwatch.mailbox.returns import Returned, returned, rows_named
    from netwatch.mailbox.session import MailboxPace, MailboxReader, MailboxState, Taker, conversation
    from netwatch.mailbox.settings import MailboxSettings
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "Arrived", "MailboxPace", "MailboxReader", "MailboxSettings", "MailboxState", "Taker", "conversation",
    "read_mail", "Mail", "Answer", "Bounce", "Fate", "Verb",
    "MailProbeSettings", "Probes", "Walked", "lost_words", "slow_words",
    "Returned", "returned", "rows_named", "DeadAddresses", "DEAD_ADDRESSES_MEMORY", "Refusals",
    "Answered", "Decision", "Outcome", "decide", "is_echo", "ReplyAllowance", "reply_text", "help_text",
    "MAILBOX_MEMORY", "Book", "Record", "flat_record", "read_records",
]  # fmt: skip
