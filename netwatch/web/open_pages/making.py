"""Makes a page for those who have it open, by asking the app as a browser would, for a role and not for a person.

What belongs to a session, the token of forms, is in no page that several share: their browsers put in their own.
May import: netwatch.model, netwatch.web. Called by: netwatch.web.live, netwatch.web.app.
"""

from __future__ import annotations

import asyncio
from urllib.parse import quote, unquote, urlsplit

from starlette.types import ASGIApp, Message

from netwatch.web.open_pages.rooms import PageKey, Render
from netwatch.web.sockets.seats import PASSED
from netwatch.web.users.callers import CALLER, LOGINS, Caller, Way
from netwatch.web.users.roles import Role
from netwatch.web.users.table import needed

LONGEST_PAGE = 2000
_PAGES = ("/", "/devices", "/alerts", "/silences", "/exceptions", "/traps", "/outbox", "/explain", "/history",
          "/discovery", "/search", "/map", "/mailbox", "/sessions")  # fmt: skip
"""Where pages stand that refresh themselves; what begins so and has more behind a slash is one too."""
_HOST = b"localhost"


def key_of(page: str) -> PageKey | None:
    """Return which page somebody has open, by its path and query; None where that is none he may see.

    It is asked while the request is answered by which he wants to hear of it: who he is is known then.
    """
    split = urlsplit(page) if len(page) <= LONGEST_PAGE and page.isprintable() else urlsplit("")
    path = unquote(split.path)
    if split.netloc or split.scheme or not any(path == one or path.startswith(f"{one}/") for one in _PAGES):
        return None
    caller, role = CALLER.get(), needed("GET", path)
    if LOGINS.get() and role is not None and (caller is None or not caller.role.may(role)):
        return None
    return PageKey(path=path, query=split.query, role=caller.role if caller is not None else None)


def renderer(app: ASGIApp) -> Render:
    """Return what makes pages of an app; one that breaks off is empty, and was told as a fault by the app itself."""

    async def render(key: PageKey) -> str:
        who = CALLER.set(None if key.role is None else _nobody(key.role))
        logins = LOGINS.set(key.role is not None)
        status, body, kind = 0, bytearray(), b""

        asked = False

        async def receive() -> Message:
            nonlocal asked
            if asked:  # nobody leaves
                await asyncio.Event().wait()
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status, kind
            if message["type"] == "http.response.start":
                status = message["status"]
                kind = dict(message["headers"]).get(b"content-type", b"")
            else:
                body.extend(message.get("body", b""))

        try:
            await app(_scope(key), receive, send)
        except Exception:  # noqa: BLE001  # the app has logged and counted it; whoever has the page open asks by himself
            return ""
        finally:
            CALLER.reset(who)
            LOGINS.reset(logins)
        return body.decode("utf-8", "replace") if status == 200 and kind.startswith(b"text/html") else ""

    return render


def _nobody(role: Role) -> Caller:
    return Caller(name="", role=role, way=Way.LOCAL)


def _scope(key: PageKey) -> dict[str, object]:
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": key.path, "raw_path": quote(key.path).encode(), "root_path": "",
        "query_string": key.query.encode(), "headers": [(b"host", _HOST), (b"accept", b"text/html")],
        "client": None, "server": None, "state": {PASSED: True},
    }  # fmt: skip
