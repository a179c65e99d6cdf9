"""Logs in with a token instead of a password: SASL XOAUTH2, as Google defined it and Microsoft took it over.

The exchange: Google, "OAuth 2.0 Mechanism" (Gmail's XOAUTH2 protocol); Microsoft, "Authenticate an IMAP, POP or SMTP
connection using OAuth". The token: client credentials grant, RFC 6749, section 4.4, id and secret in the body. A
token is used until shortly before it expires; one that a server refuses is fetched anew once. The initial response
goes into the AUTH line only where that stays within 512 octets (RFC 4954, section 4; RFC 5321, section 4.5.3.1.4).
May import: netwatch.notify.{smtp.failures, guard, http.words, smtp.replies, settings}.
Called by: netwatch.notify.smtp.session, smtp.pool, diagnosis.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
import ssl
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import aiosmtplib
import httpx
from aiosmtplib import SMTPResponse, SMTPResponseException

from netwatch.model import is_loopback
from netwatch.notify.guard import clean_line
from netwatch.notify.http.words import http_words
from netwatch.notify.settings import OAuth2Settings
from netwatch.notify.smtp.failures import SmtpFailure
from netwatch.notify.smtp.replies import Phase

TOKEN_SECONDS = 10.0
EARLY_SECONDS = 60.0
"""How long before its end a token is no longer used."""
USUAL_SECONDS = 300.0
"""How long a token is used whose end the service does not say."""
MOST_OCTETS = 65_536
MOST_IN_LINE = 512
_TOKEN = re.compile(r"[\x21-\x7e]+")


class TokenSource:
    """Fetches tokens, one at a time, and keeps the last one while it is good."""

    def __init__(self, settings: OAuth2Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._token, self._good_until = "", 0.0
        self._one_at_a_time = asyncio.Lock()

    async def token(self, *, instead_of: str = "") -> str:
        """Return a token that is not `instead_of`, which a server refused.

        Raises:
            SmtpFailure: there is none to be had; in phase AUTH, for that is what cannot be done.
        """
        async with self._one_at_a_time:
            if self._token in ("", instead_of) or self._clock() >= self._good_until:
                self._token = ""
                self._token, seconds = await self._fetched()
                self._good_until = self._clock() + max(seconds - EARLY_SECONDS, seconds / 2)
            return self._token

    async def _fetched(self) -> tuple[str, float]:
        try:
            async with asyncio.timeout(TOKEN_SECONDS):
                status, body = await self._asked()
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as exc:
            raise self._failure(http_words(exc, TOKEN_SECONDS)) from exc
        answer = _object(body)
        if status != 200:
            said = " ".join(str(answer[key]) for key in ("error", "error_description") if answer.get(key))
            raise self._failure(f"{status} {said}".strip())
        token, kind = answer.get("access_token"), str(answer.get("token_type", "bearer"))
        if not isinstance(token, str) or not _TOKEN.fullmatch(token) or kind.lower() != "bearer":
            raise self._failure("the answer holds no bearer token")
        return token, _seconds(answer.get("expires_in"))

    async def _asked(self) -> tuple[int, bytes]:
        settings = self._settings
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.get_secret_value(),
            **({"scope": settings.scope} if settings.scope else {}),
        }
        local = is_loopback(urlsplit(settings.token_url).hostname or "")
        context = await asyncio.to_thread(ssl.create_default_context)  # reads a few hundred certificates
        async with (
            httpx.AsyncClient(
                verify=context, timeout=TOKEN_SECONDS, follow_redirects=False, trust_env=not local
            ) as client,
            client.stream("POST", settings.token_url, data=form, headers={"Accept": "application/json"}) as response,
        ):
            body = b""
            async for chunk in response.aiter_bytes(4096):
                body += chunk
                if len(body) > MOST_OCTETS:
                    break  # and what was read so far is no JSON
            return response.status_code, body

    def _failure(self, why: str) -> SmtpFailure:
        words = clean_line(why.replace(self._settings.client_secret.get_secret_value(), "***"), 300)
        place = urlsplit(self._settings.token_url)
        return SmtpFailure(Phase.AUTH, f"no token from {place.hostname}: {words}")


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
        said = _object(base64.b64decode(challenge, validate=True))
    except (binascii.Error, ValueError):
        return ""
    return ", ".join(f"{key} {said[key]}" for key in ("status", "scope") if said.get(key))


def _object(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _seconds(expires_in: Any) -> float:
    try:
        return min(max(float(expires_in), 0.0), 86_400.0)
    except (TypeError, ValueError):
        return USUAL_SECONDS
