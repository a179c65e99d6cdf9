"""Asks for one HTTP address and says whether it answered well; the address itself is a secret and is never told.

May import: nothing. Called by: netwatch.app.health.heartbeat.
"""

from __future__ import annotations

import asyncio
import logging
import ssl

import httpx
from pydantic import SecretStr

TIMEOUT_SECONDS = 10.0


class Ping:
    """One address; building it does nothing."""

    def __init__(self, url: SecretStr, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._url, self._timeout_seconds = url, timeout_seconds
        for name in ("httpx", "httpcore"):  # they log whole addresses
            logging.getLogger(name).setLevel(logging.WARNING)

    async def send(self) -> str:
        """Ask once; return why it did not go well, in words without the address, and empty when it did."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._ask()
        except (TimeoutError, httpx.TimeoutException):
            return f"no answer within {self._timeout_seconds:g} s"
        except httpx.ConnectError:
            return "no connection to the server"
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as exc:
            return f"the request failed ({type(exc).__name__})"

    async def _ask(self) -> str:
        context = await asyncio.to_thread(ssl.create_default_context)  # reads a few hundred certificates
        async with (
            httpx.AsyncClient(verify=context, timeout=self._timeout_seconds) as client,
            client.stream("GET", self._url.get_secret_value(), headers={"user-agent": "netwatch"}) as answer,
        ):  # what it says is of no interest, and may be endless
            return "" if answer.is_success else f"the server answers with {answer.status_code}"
