"""What went wrong in an SMTP dialogue, in words that name no secret.

May import: netwatch.errors, netwatch.model, netwatch.notify.smtp.{replies, settings}.
Called by: netwatch.notify.{diagnosis, smtp.*}.
"""

from __future__ import annotations

import base64

from aiosmtplib import SMTPServerDisconnected

from netwatch.errors import DeliveryError
from netwatch.model import network_words
from netwatch.notify.smtp.replies import Phase
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
