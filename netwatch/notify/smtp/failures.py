"""What went wrong in an SMTP dialogue, in words that name no secret.

May import: netwatch.errors, netwatch.model, netwatch.notify.smtp.{replies, settings}.
Called by: netwatch.notify.{diagnosis, smtp.*}.
"""

from __future__ import annotations

import base64
import re

from aiosmtplib import SMTPServerDisconnected

from netwatch.errors import DeliveryError
from netwatch.model import network_words
from netwatch.notify.smtp.replies import TOO_LARGE, Meaning, Phase, meaning_of
from netwatch.notify.smtp.settings import RelaySettings


class SmtpFailure(DeliveryError):
    """A step did not succeed. `code` is None where no reply came; `text` says in words what happened.

    `dropped` tells a closed connection from a time-out.
    """

    def __init__(self, phase: Phase, text: str, *, code: int | None = None, dropped: bool = False) -> None:
        super().__init__(f"{phase}: {code} {text}" if code else f"{phase}: {text}", permanent=(code or 0) >= 500)
        self.phase, self.code, self.text, self.dropped = phase, code, text, dropped

    @property
    def words(self) -> str:
        """Return the reply as it came, or our own words where none did."""
        return f"{self.code} {self.text}" if self.code else self.text

    @property
    def too_large(self) -> bool:
        """Return whether the message is larger than the server takes (RFC 1870); a full mailbox is another thing."""
        if self.phase not in _OF_THE_MESSAGE or not 500 <= (self.code or 0) <= 599:
            return False
        status = _STATUS.match(self.text)
        return self.code == TOO_LARGE if status is None else status[0] in _LARGE

    @property
    def meaning(self) -> Meaning:
        """Return what it means for the message, and for the relay."""
        return meaning_of(Phase.END_OF_DATA if self.too_large else self.phase, self.code)


_OF_THE_MESSAGE = frozenset({Phase.MAIL, Phase.DATA, Phase.END_OF_DATA})
_STATUS = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")
_LARGE = frozenset({"5.3.4", "5.2.3"})
"""Message too big for the system; message length exceeds an administrative limit (RFC 3463)."""


def in_words(exc: BaseException, seconds: float) -> str:
    """Return what happened where no reply came; `seconds` is how long we were ready to wait for one."""
    return (
        "the server closed the connection" if isinstance(exc, SMTPServerDisconnected) else network_words(exc, seconds)
    )


def without_secrets(text: str, relay: RelaySettings, token: str = "") -> str:
    """Return the text without the relay's password or token, in any form it may have crossed the wire."""
    password = relay.password.get_secret_value() if relay.password else ""
    sent = [f"\0{relay.username}\0{password}", password] if password else []
    sent += [f"user={relay.username}\x01auth=Bearer {token}\x01\x01"] if token else []
    encoded = (base64.b64encode(part.encode()).decode() for part in sent)
    for secret in filter(None, (*encoded, password, token)):
        text = text.replace(secret, "***")
    return text
