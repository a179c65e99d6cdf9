"""Stands before the listener for scrapes: what Prometheus asks for and nothing else, and only to who may.

May import: netwatch.web.prometheus. Called by: netwatch.web.server.
"""

from __future__ import annotations

import base64
import binascii

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from netwatch.web.metrics import REFUSED_SCRAPES
from netwatch.web.prometheus.passwords import Passwords, TooMany
from netwatch.web.prometheus.web_config import WebConfig

SCRAPED = frozenset({"/metrics", "/snmp", "/sd/prometheus", "/-/healthy", "/-/ready"})


class Gate:
    """Lets through who has a password, where passwords are set, to what is scraped."""

    def __init__(self, app: ASGIApp, config: WebConfig) -> None:
        self._app = app
        self._passwords = Passwords(config.users) if config.users else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        refused = await self._refusal(scope) if scope["type"] == "http" else None
        await (self._app if refused is None else refused)(scope, receive, send)

    async def _refusal(self, scope: Scope) -> Response | None:
        if self._passwords is not None:
            user, password = credentials_in(Headers(scope=scope).get("authorization", ""))
            try:
                right = await self._passwords.is_right(user, password)
            except TooMany:
                REFUSED_SCRAPES.labels("too_many").inc()
                return PlainTextResponse("too many passwords are looked at\n", 503, headers={"Retry-After": "5"})
            if not right:
                REFUSED_SCRAPES.labels("password").inc()
                return PlainTextResponse("Unauthorized\n", 401, headers={"WWW-Authenticate": "Basic"})
        if scope["path"] not in SCRAPED:
            return PlainTextResponse(f"here only {', '.join(sorted(SCRAPED))} are answered\n", 404)
        return None


def credentials_in(header: str) -> tuple[str, str]:
    """Return name and password of an Authorization header, both empty where it is none of Basic."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
