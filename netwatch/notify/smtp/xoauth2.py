"""Logs in with a token instead of a password: SASL XOAUTH2, as Google defined it and Microsoft took it over.

The exchange: Google, "OAuth 2.0 Mechanism" (Gmail's XOAUTH2 protocol); Microsoft, "Authenticate an IMAP, POP or SMTP
connection using OAuth". The initial response goes into the AUTH line only where that stays within 512 octets
(RFC 4954, section 4; RFC 5321, section 4.5.3.1.4). Where the token comes from is netwatch.oauth's business.
May import: nothing. Called by: netwatch.notify.smtp.session.
"""

from __future__ import annotations

import base64
import binascii
import json

import aiosmtplib
from aiosmtplib import SMTPResponse, SMTPResponseException

MOST_IN_LINE = 512


async def log_in_with_token(smtp: aiosmtplib.SMTP, username: str, token: str) -> SMTPResponse:
    """Carry out AUTH XOAUTH2.

    Raises:
        SMTPResponseException: the server refused; with what it said in between.
    """
    blob = login_blob(username, token)
    if len(b"AUTH XOAUTH2 \r\n") + len(blob) <= MOST_IN_LINE:
        reply = await smtp.execute_command(b"AUTH", b"XOAUTH2", blob)
    else:
        reply = await smtp.execute_command(b"AUTH", b"XOAUTH2")
        if reply.code == 334:
            reply = await smtp.execute_command(blob)
    why = ""
    if reply.code == 334:  # why it is refused, as JSON; an empty line asks for the refusal itself
        why = _reason(reply.message)
        reply = await smtp.execute_command(b"")
    if reply.code != 235:
        raise SMTPResponseException(reply.code, f"{reply.message} ({why})" if why else reply.message)
    return reply


def login_blob(username: str, token: str) -> bytes:
    """Return what crosses the wire, base64 and all."""
    return base64.b64encode(f"user={username}\x01auth=Bearer {token}\x01\x01".encode())


def _reason(challenge: str) -> str:
    try:
        said = json.loads(base64.b64decode(challenge, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    return ", ".join(f"{key} {said[key]}" for key in ("status", "scope") if said.get(key))
