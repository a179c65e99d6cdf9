"""A log-in that was not taken, in words without the password.

A quiet room. May import: netwatch.errors, netwatch.mailbox.settings. Called by: netwatch.mailbox.{imap, pop3}.
"""

from __future__ import annotations

from netwatch.errors import MailboxError
from netwatch.mailbox.settings import MailboxSettings

_SOON_OVER = ("[UNAVAILABLE]", "[INUSE]", "[IN-USE]", "[SYS/TEMP]", "[LOGIN-DELAY]")
"""Response codes of what has nothing to do with who we are (RFC 5530, RFC 2449, RFC 3206)."""


def refusal(settings: MailboxSettings, why: str) -> MailboxError:
    """Return the trouble; `refused` is set but where the server says that it will pass."""
    if settings.password is not None and (secret := settings.password.get_secret_value()):
        why = why.replace(secret, "***")
    refused = not any(code in why.upper() for code in _SOON_OVER)
    return MailboxError(f"the log-in of {settings.username} was not taken: {why}", refused=refused)
