"""Stands before the listeners that a web configuration file is for: that for scrapes answers only what is scraped.

May import: netwatch.web.prometheus. Called by: netwatch.web.server.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netwatch.web.metrics import REFUSED_CALLERS, REFUSED_SCRAPES
from netwatch.web.prometheus.watched import WatchedConfig
from netwatch.web.prometheus.web_config import WebConfig
from netwatch.web.sockets.seats import PASSED, PEER
from netwatch.web.users.basic import credentials_in
from netwatch.web.users.passwords import Passwords, TooMany

SCRAPED = frozenset({"/metrics", "/snmp", "/sd/prometheus", "/-/healthy", "/-/ready"})


class Headed:
    """Lets through whose certificate may come, and gives every answer the headers of the web configuration file."""

    def __init__(self, app: ASGIApp, watched: WatchedConfig) -> None:
        self._app, self._watched = app, watched

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        config = self._watched.now
        if scope["type"] != "http" or (not config.headers and not config.allowed_sans):
            await self._app(scope, receive, send)
            return
        telling = _with_headers(send, config.headers) if config.headers else send
        if _may_come(scope, config.allowed_sans):
            await self._app(scope, receive, telling)
            return
        REFUSED_CALLERS.labels("certificate").inc()
        await PlainTextResponse("this certificate is of nobody who may ask here\n", 403)(scope, receive, telling)


class Gate:
    """Lets through who has a password, where passwords are set, to what is scraped."""

    def __init__(self, app: ASGIApp, watched: WatchedConfig) -> None:
        self._app, self._watched = app, watched
        self._config = watched.now
        self._passwords = _passwords_of(self._config)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        config = self._watched.now
        if config is not self._config:
            if config.users != self._config.users:
                self._passwords = _passwords_of(config)
            self._config = config
        refused = await self._refusal(scope)
        telling = _with_headers(send, config.headers) if config.headers else send
        await (self._app if refused is None else refused)(scope, receive, telling)

    async def _refusal(self, scope: Scope) -> Response | None:
        if not _may_come(scope, self._config.allowed_sans):
            REFUSED_SCRAPES.labels("certificate").inc()
            return PlainTextResponse("this certificate is of nobody who may ask here\n", 403)
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
        scope["state"] = {**scope.get("state", {}), PASSED: True}
        if scope["path"] not in SCRAPED:
            return PlainTextResponse(f"here only {', '.join(sorted(SCRAPED))} are answered\n", 404)
        return None


def _passwords_of(config: WebConfig) -> Passwords | None:
    return Passwords(config.users) if config.users else None


def _may_come(scope: Scope, allowed: frozenset[str]) -> bool:
    """Return whether a client's certificate, where it has one, has a name that may ask."""
    peer = scope.get("state", {}).get(PEER)
    certificate = peer.transport.get_extra_info("peercert") if allowed and peer is not None else None
    return not certificate or any(name in allowed for _, name in certificate.get("subjectAltName", ()))


def _with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    more = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
    names = {name for name, _ in more}

    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [pair for pair in message.get("headers", ()) if pair[0].lower() not in names]
            message = {**message, "headers": [*own, *more]}
        await send(message)

    return telling
