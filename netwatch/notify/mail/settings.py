"""The `email` part of a receiver.

May import: netwatch.model, netwatch.notify.address. Called by: netwatch.notify.{mailer, settings, mail.wordings}.
"""

from __future__ import annotations

from typing import Protocol

from pydantic import Field

from netwatch.model import Section
from netwatch.notify.address import MailboxText


class MailTemplateSettings(Section):
    """Files with templates of one's own; `netwatch check` tries them on sample mails."""

    subject: str | None = Field(default=None, description="file with the template of the subject, one line")
    text: str | None = Field(default=None, description="file with the template of the text part")
    html: str | None = Field(default=None, description="file with the template of the HTML part")


class EmailSettings(Section):
    """Whom a receiver mails."""

    to: list[MailboxText] = Field(min_length=1, description="mail addresses; each gets a mail of its own")
    send_resolved: bool = Field(default=True, description="whether the end of a problem is mailed too")
    notify_success: bool | None = Field(default=None, description="as in smtp, for this receiver alone")
    notify_read: bool | None = Field(default=None, description="as in smtp, for this receiver alone")
    templates: MailTemplateSettings | None = Field(
        default=None, description="how its mails are worded, instead of the shipped way"
    )


class MailedReceiver(Protocol):
    """What writing mails needs to know of a receiver."""

    @property
    def name(self) -> str:
        """What routes call it."""

    @property
    def email(self) -> EmailSettings | None:
        """Whom it mails."""
