"""Fetches tokens from a token service, and keeps the last one while it is good.

The client credentials grant, RFC 6749, section 4.4, id and secret in the body. A token is used until shortly before
it expires; one that a server refuses is fetched anew.
May import: netwatch.errors, netwatch.model, netwatch.oauth.{settings, words}.
Called by: whoever logs in by token, such as netwatch.notify.smtp.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from netwatch.errors import TokenError
from netwatch.model import is_loopback
from netwatch.oauth.settings import OAuth2Settings
from netwatch.oauth.words import http_words

TOKEN_SECONDS = 10.0
EARLY_SECONDS = 60.0
"""How long before its end a token is no longer used."""
USUAL_SECONDS = 300.0
"""How long a token is used whose end the service does not say."""
MOST_OCTETS = 65_536
MOST_WORDS = 300
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
            TokenError: there is none to be had.
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

    def _failure(self, why: str) -> TokenError:
        words = why.replace(self._settings.client_secret.get_secret_value(), "***")
        return TokenError(f"no token from {urlsplit(self._settings.token_url).hostname}: {_one_line(words)}")


def _one_line(text: str) -> str:
    """Return a service's words as one line of visible characters, and not too many."""
    visible = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * MOST_WORDS])
    line = " ".join(visible.split())
    return line if len(line) <= MOST_WORDS else line[: MOST_WORDS - 1] + "…"


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
