"""Posts one body to one place and tells what came back, whatever the other side does.

Redirects are not followed, answers are read up to a few kilobytes, and the whole of it ends in bounded time; how far
it came is known at every moment, since a request that had left may have been taken.
May import: netwatch.model, netwatch.oauth, netwatch.notify.{guard, http.{outcomes, urls}}.
Called by: netwatch.notify.http.sender.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from netwatch.model import is_loopback, refuse_what_is_no_file
from netwatch.notify.guard import clean_line
from netwatch.notify.http.outcomes import Answer, WebPhase, retry_after
from netwatch.notify.http.urls import HIDDEN, without_hidden
from netwatch.oauth import http_words

MOST_READ = 2_048
READ_SECONDS = 1.0
MAX_CA_BYTES = 16 * 2**20
_STEPS = {
    "http11.send_request_headers.started": WebPhase.SEND,
    "http11.receive_response_headers.started": WebPhase.ANSWER,
}

# They log every URL, and a URL may be a secret.
for _library in ("httpx", "httpcore"):
    logging.getLogger(_library).setLevel(logging.WARNING)


class WebClient:
    """Connections to one place, from the first post to `close()`. `ca_file` is read when it is made."""

    def __init__(
        self, url: str, *, timeout: timedelta, ca_file: str | None = None, login: tuple[str, str] | None = None
    ) -> None:
        """Keep what is needed.

        Raises:
            OSError: the certificates cannot be read.
        """
        self._url, self._seconds = url, timeout.total_seconds()
        self._password = login[1] if login is not None else ""
        host = urlsplit(url).hostname or ""
        self._client = httpx.AsyncClient(
            auth=login,
            follow_redirects=False,
            timeout=self._seconds,
            trust_env=not is_loopback(host),  # a proxy for the way out is none for this machine
            verify=_context(ca_file) if url.startswith("https") else False,
            headers={"User-Agent": "NetWatch", "Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def post(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Answer:
        """Post, and return what came back; raises nothing but CancelledError."""
        progress = _Progress()
        started = time.monotonic()
        try:
            response = await self._sent(body, headers, progress)
            answer = await self._read(response, now)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as exc:
            answer = Answer(words=http_words(exc, self._seconds), phase=progress.phase)
        except asyncio.CancelledError:
            if progress.phase is not WebPhase.ANSWER:
                raise
            answer = Answer(words="NetWatch stopped before the server answered")
        return replace(answer, took=time.monotonic() - started)

    async def _sent(self, body: bytes, headers: Mapping[str, str], progress: _Progress) -> httpx.Response:
        """Return the answer as soon as its status is there."""
        request = self._client.build_request(
            "POST", self._url, content=body, headers=headers, extensions={"trace": progress.note}
        )
        async with asyncio.timeout(self._seconds):
            return await self._client.send(request, stream=True)

    async def _read(self, response: httpx.Response, now: datetime) -> Answer:
        """Return what the answer says: its status counts, its text is for people."""
        try:
            words = self._harmless(f"{response.status_code} {response.reason_phrase}".strip())
            if 300 <= response.status_code <= 399:
                words += ", and redirects are not followed"
            text = "" if response.is_success else clean_line(self._harmless(await _beginning(response)), 200)
            return Answer(
                words=f"{words}: {text}" if text else words,
                status=response.status_code,
                retry_after=retry_after(response.headers.get("retry-after", ""), now),
            )
        finally:
            with contextlib.suppress(httpx.HTTPError, OSError):
                await response.aclose()

    def _harmless(self, said: str) -> str:
        """Return a server's words without what only it and we are to know; some repeat the address they refuse."""
        said = without_hidden(said, self._url)
        return said.replace(self._password, HIDDEN) if self._password else said


class _Progress:
    """How far a post came; httpx tells its steps by name."""

    def __init__(self) -> None:
        self.phase = WebPhase.CONNECT

    async def note(self, step: str, _about: Mapping[str, Any]) -> None:
        self.phase = _STEPS.get(step, self.phase)


def _context(ca_file: str | None) -> ssl.SSLContext:
    if ca_file is not None:
        refuse_what_is_no_file(ca_file, MAX_CA_BYTES)
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _beginning(response: httpx.Response) -> str:
    """Return the first kilobytes of an answer, in little time."""
    read = b""
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in response.aiter_raw():
                read += chunk
                if len(read) >= MOST_READ:
                    break
    except (httpx.HTTPError, TimeoutError, OSError):
        pass
    return read[:MOST_READ].decode("utf-8", "replace")
