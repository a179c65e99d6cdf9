"""Stands before every request: refuses foreign names and pages, sets the security headers, counts, catches.

Why Host is checked: a web page anywhere may make its own name resolve to this server's address and then read it with
its visitor's browser (DNS rebinding). Such an attacker needs a name of his own in the public DNS, so these are let
in: IP addresses, names without a dot, `localhost`, this machine's own name, that of `web.external_url`, and
`web.hosts`. Everything else gets 421 and is told which setting to change. /metrics is no exception: it names every
device.

What changes something is refused where it comes from another site's page (see netwatch.web.users.origin), and from
everywhere where `web.read_only` is set. What can be read in two ways is refused too (netwatch.web.shape), and on a
connection in a reserved place everything but /metrics, /-/healthy and /-/ready. It is here that nothing can be
forgotten.

May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netwatch.web.metrics import REFUSED_CHANGES, REFUSED_HOSTS, REQUESTS
from netwatch.web.page_faults import PageFaults
from netwatch.web.settings import WebSettings
from netwatch.web.shape import in_origin_form, what_is_wrong
from netwatch.web.sockets.seats import RESERVED
from netwatch.web.users.origin import READING, is_foreign
from netwatch.web.users.refusals import refusal

WATCHERS = frozenset({"/metrics", "/-/healthy", "/-/ready"})
"""The paths by which other programs watch NetWatch itself."""
SIGNING = frozenset({"/sign-in", "/sign-out"})
"""What `web.read_only` does not refuse: it changes nothing but who somebody is here."""
ASKING = "/prometheus/api/v1/"
"""Below this a POST asks too, and changes nothing: Grafana sends its longer questions so."""
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CLIENT_LEFT = 499
"""What is counted where nobody was there any more to be answered."""
_CLOSE = {"Connection": "close"}


def own_names(settings: WebSettings) -> frozenset[str]:
    """Return the names with a dot under which this server may be asked."""
    external = urlsplit(settings.external_url or "").hostname or ""
    return frozenset(name.lower() for name in (socket.gethostname(), external, *settings.hosts) if name)


def is_own_host(host: str, names: Collection[str]) -> bool:
    """Return whether a Host header can be meant for us; an absent one (HTTP/1.0) comes from no browser."""
    name = (urlsplit(f"//{host}").hostname or "").rstrip(".") if _is_sane(host) else None
    if name is None:
        return False
    if "." not in name and ":" not in name:
        return True
    return name in names or name.endswith(".localhost") or _is_address(name)


def _is_sane(host: str) -> bool:
    try:
        urlsplit(f"//{host}").port  # noqa: B018 # a port that is no number raises here
    except ValueError:
        return False
    return not set(host) & set("/?#@\\ ")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


class Guard:
    """The outermost ASGI layer of ours."""

    def __init__(self, app: ASGIApp, settings: WebSettings, faults: PageFaults) -> None:
        self._app = app
        self._faults = faults
        self._names = own_names(settings)
        self._read_only = settings.read_only
        self._external_url = settings.external_url or ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = in_origin_form(scope)
        answer = _Answer(send)
        try:
            await self._app_or_refusal(scope)(scope, receive, answer.send)
            self._faults.settle(_route(scope))
        except ClientDisconnect:
            answer.status = answer.status or CLIENT_LEFT
        except Exception as exc:  # noqa: BLE001 # the top of the loop: whatever escaped is logged, counted, answered
            self._faults.note(_route(scope), exc)
            if not answer.status:
                await PlainTextResponse("NetWatch failed to answer; its log says why.\n", 500)(
                    scope, receive, answer.send
                )
        finally:
            REQUESTS.labels(route=_route(scope), code=str(answer.status or CLIENT_LEFT)).inc()

    def _app_or_refusal(self, scope: Scope) -> ASGIApp:
        headers = Headers(scope=scope)
        status, wrong = what_is_wrong(scope)
        if status:
            return refusal(scope["path"], status, wrong, _CLOSE)
        if not is_own_host(headers.get("host", ""), self._names):
            REFUSED_HOSTS.inc()
            return PlainTextResponse(
                "NetWatch does not know itself by this name. If it should, put the name into web.hosts.\n", 421
            )
        if scope.get("state", {}).get(RESERVED) and scope["path"] not in WATCHERS:
            return refusal(scope["path"], 503, _NO_PLACE, {**_CLOSE, "Retry-After": "20"})
        if scope["method"] in READING or scope["path"].startswith(ASKING):
            return self._app
        if is_foreign(headers, self._external_url):
            REFUSED_CHANGES.labels("foreign_page").inc()
            words = (
                "another site's page may not change anything here; if this was NetWatch's own, set web.external_url"
            )
            return refusal(scope["path"], 403, words)
        if self._read_only and scope["path"] not in SIGNING:
            REFUSED_CHANGES.labels("read_only").inc()
            return refusal(scope["path"], 403, "nothing can be changed here: web.read_only is set")
        return self._app


_NO_PLACE = (
    "every connection NetWatch has for pages is taken, or this is the listener of web.health_listen; here only"
    " /metrics, /-/healthy and /-/ready are answered"
)


class _Answer:
    """Adds the headers on the way out and remembers the status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


def _route(scope: Scope) -> str:
    """Return the route's template, so that hostile paths make no label values."""
    if scope["path"].startswith("/static/"):
        return "/static"
    return getattr(scope.get("route"), "path", "none")
