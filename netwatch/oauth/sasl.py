"""How a token logs in: the SASL mechanism XOAUTH2, as Google defined it and Microsoft took it over.

The exchange: Google, "OAuth 2.0 Mechanism" (Gmail's XOAUTH2 protocol); Microsoft, "Authenticate an IMAP, POP or SMTP
connection using OAuth". A quiet room.
May import: nothing. Called by: netwatch.notify.smtp, netwatch.mailbox.
"""

from __future__ import annotations

import base64
import binascii
import json


def login_blob(username: str, token: str) -> bytes:
    """Return what crosses the wire, base64 and all."""
    return base64.b64encode(f"user={username}\x01auth=Bearer {token}\x01\x01".encode())


def refusal_words(challenge: str) -> str:
    """Return why a server refuses a token, from the challenge it sends then; empty where that says nothing."""
    try:
        said = json.loads(base64.b64decode(challenge, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    return ", ".join(f"{key} {said[key]}" for key in ("status", "scope") if said.get(key))
