"""Logs in with a token instead of a password: SASL XOAUTH2, as Google defined it and Microsoft took it over.

The initial response goes into the AUTH line only where that stays within 512 octets
(RFC 4954, section 4; RFC 5321, section 4.5.3.1.4). Where the token comes from is netwatch.oauth's business.
May import: netwatch.oauth. Called by: netwatch.notify.smtp.session.
"""

from __future__ import annotations

import aiosmtplib
from aiosmtplib import SMTPResponse, SMTPResponseException

from netwatch.oauth import login_blob, refusal_words

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
        why = refusal_words(reply.message)
        reply = await smtp.execute_command(b"")
    if reply.code != 235:
        raise SMTPResponseException(reply.code, f"{reply.message} ({why})" if why else reply.message)
    return reply
