"""Holds every request against the table of routes: who is not known is sent to sign in, who may not is told so.

Stands behind the guard, before everything that answers. It is here that nothing can be forgotten: whatever a browser
sends on its own, a cookie or what a proxy adds, changes something only with the token of a form of ours.
May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netwatch.web.bodies import MOST_BYTES, MOST_FIELDS
from netwatch.web.metrics import REFUSED_CALLERS
from netwatch.web.sockets.seats import PASSED
from netwatch.web.users.callers import CALLER, LOGINS, Caller, Way
from netwatch.web.users.gatekeeper import Gatekeeper, NotKnown
from netwatch.web.users.origin import READING
from netwatch.web.users.refusals import refusal
from netwatch.web.users.roles import Role
from netwatch.web.users.table import NOBODYS, OPEN, is_asking, is_link, needed

FORM_FIELD, FORM_HEADER = "form_token", "x-netwatch-form"
SIGN_IN = "/sign-in"
_STREAM = "/events"
_CHALLENGE = 'Basic realm="NetWatch", charset="UTF-8"'

ErrorPage = Callable[[int, str], Awaitable[Response]]
"""Makes a page of a status and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _No:
    """Why a request is not let through; `place` is where a browser is sent instead."""

    status: int
    words: str
    headers: Mapping[str, str] = field(default_factory=dict)
    place: str = ""


class Access:
    """Lets through who may; without a gatekeeper everybody."""

    def __init__(self, app: ASGIApp, keeper: Gatekeeper | None, page: ErrorPage) -> None:
        """Stand before an app; `page` says no to who looks with a browser."""
        self._app, self._keeper, self._page = app, keeper, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        keeper = self._keeper
        if keeper is None or scope["type"] != "http" or _is_nobodys(scope):
            await self._app(scope, receive, send)
            return
        caller, no = await _known(keeper, scope)
        role = _needed(keeper, scope)
        no = None if role is OPEN else no or _refusal(scope, caller, role)
        if no is None and caller is not None and caller.way.is_ambient and not _needs_no_form(scope):
            body = await _body_of(scope, receive)
            no, receive = _form_refusal(scope, caller, body), _again(body or b"", receive)
        if scope["path"] == _STREAM and caller is not None and caller.way is Way.SESSION:
            send = _while_signed_in(keeper, scope, send)
        await self._answer(keeper, caller, no, scope, receive, send)

    async def _answer(
        self, keeper: Gatekeeper, caller: Caller | None, no: _No | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        who, logins = CALLER.set(caller), LOGINS.set(True)
        try:
            if no is not None:
                await (await self._said(no, scope))(scope, receive, send)
                return
            if caller is not None and not is_asking(scope["method"], scope["path"]):
                keeper.audit.changed(caller.name, caller.way, scope["method"], scope["path"])
            await self._app(scope, receive, send)
        finally:
            CALLER.reset(who)
            LOGINS.reset(logins)

    async def _said(self, no: _No, scope: Scope) -> Response:
        """Return a no as a page to who looks at pages, to others as the words alone."""
        if not _wants_a_page(scope):
            return refusal(scope["path"], no.status, no.words, no.headers)
        if no.place:
            return RedirectResponse(no.place, 303)
        page = await self._page(no.status, no.words)
        page.headers.update({name: text for name, text in no.headers.items() if name != "WWW-Authenticate"})
        return page


def _needed(keeper: Gatekeeper, scope: Scope) -> Role | None:
    if keeper.links_act and is_link(scope["path"]):
        return OPEN
    return needed(scope["method"], scope["path"])


def _needs_no_form(scope: Scope) -> bool:
    """Return whether it changes nothing, or is the form to sign in, which has a token of its own."""
    return is_asking(scope["method"], scope["path"]) or scope["path"] == SIGN_IN


def _is_nobodys(scope: Scope) -> bool:
    """Return whether it is all the same who asks, or the listener for scrapes has asked already."""
    looks = scope["method"] in READING and scope["path"].startswith(NOBODYS)
    return looks or bool(scope.get("state", {}).get(PASSED))


def _wants_a_page(scope: Scope) -> bool:
    return "text/html" in Headers(scope=scope).get("accept", "") and not scope["path"].startswith("/api/")


async def _known(keeper: Gatekeeper, scope: Scope) -> tuple[Caller | None, _No | None]:
    """Return who asks, or what he is told who says that he is somebody and is not."""
    try:
        return await keeper.caller_of(scope), None
    except NotKnown as exc:
        REFUSED_CALLERS.labels(exc.why).inc()
        headers = {"Retry-After": str(math.ceil(exc.wait_seconds))} if exc.wait_seconds else {}
        if exc.status == 401:
            headers["WWW-Authenticate"] = _CHALLENGE
        return None, _No(status=exc.status, words=exc.words, headers=headers)


def _refusal(scope: Scope, caller: Caller | None, role: Role) -> _No | None:
    if caller is None:
        REFUSED_CALLERS.labels("unknown").inc()
        return _sign_in_first(scope)
    if caller.role.may(role):
        return None
    REFUSED_CALLERS.labels("role").inc()
    return _No(status=403, words=f"{caller.name} is {caller.role} here, and this is for {role}s")


def _sign_in_first(scope: Scope) -> _No:
    """Send a browser that wants a page to sign in; tell a program what it must show."""
    headers = Headers(scope=scope)
    challenge = {} if "sec-fetch-mode" in headers else {"WWW-Authenticate": _CHALLENGE}  # no dialog of the browser's
    words = "sign in first: with a token (Authorization: Bearer nw_...) or a name and a password"
    place = f"{SIGN_IN}?next={quote(_place_of(scope, headers), safe='')}"
    return _No(status=401, words=words, headers=challenge, place=place)


def _place_of(scope: Scope, headers: Headers) -> str:
    """Return where to go on after signing in: a page that was asked for, or the one whose form was sent."""
    if scope["method"] in READING:
        query = scope.get("query_string", b"").decode("ascii", "replace")
        return quote(scope["path"]) + (f"?{query}" if query else "")
    split = urlsplit(headers.get("referer", ""))
    return split.path + (f"?{split.query}" if split.query else "") or "/"


async def _body_of(scope: Scope, receive: Receive) -> bytes | None:
    """Return the body of a request, None where it is longer than anybody reads."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BYTES:
            return None
    return body


def _form_refusal(scope: Scope, caller: Caller, body: bytes | None) -> _No | None:
    if body is None:
        words = f"more than {MOST_BYTES // 1024} KiB is more than NetWatch reads"
        return _No(status=413, words=words, headers={"Connection": "close"})
    headers = Headers(scope=scope)
    shown = headers.get(FORM_HEADER, "")
    if not shown and headers.get("content-type", "").partition(";")[0].strip().lower().endswith("urlencoded"):
        shown = _field_of(body)
    if hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), caller.form_token.encode()):
        return None
    REFUSED_CALLERS.labels("form").inc()
    words = "this did not come from a form of this session; go back, load the page again, and send it again"
    return _No(status=403, words=words)


def _field_of(body: bytes) -> str:
    try:
        return parse_qs(body.decode(), max_num_fields=MOST_FIELDS).get(FORM_FIELD, [""])[0]
    except ValueError:
        return ""


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a way to read a body that was read already."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return left.pop() if left else await receive()

    return receive_again


def _while_signed_in(keeper: Gatekeeper, scope: Scope, send: Send) -> Send:
    """Return a way to send that ends with the session; a stream would go on for as long as a page is open."""

    async def sending(message: Message) -> None:
        if keeper.signed_in(scope) is None:
            raise ClientDisconnect
        await send(message)

    return sending
