"""Changes somebody's own password, and ends sessions: each user his own, an admin any.

May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from netwatch.web.bodies import first_of, form_body
from netwatch.web.metrics import CHANGES
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.users.callers import CALLER, Caller, Way
from netwatch.web.users.cookies import SESSION, set_cookie
from netwatch.web.users.gatekeeper import Gatekeeper
from netwatch.web.users.own_password import NotChanged, change_password, why_not_here
from netwatch.web.users.sessions import Session, key_of

SESSIONS_SHOWN = 500
_WAY = "page"
Key = Annotated[str, Path(max_length=64)]
Changed = Annotated[bool, Query()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A session in a list; `is_this` where it is that of the browser that looks."""

    key: str
    session: Session
    is_this: bool


def account_router(keeper: Gatekeeper | None, templates: Templates, *, read_only: bool) -> APIRouter:
    """Return the routes; `keeper` is None where nobody signs in."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    def who_asks() -> tuple[Gatekeeper, Caller]:
        caller = CALLER.get()
        if keeper is None or caller is None:
            raise HTTPException(404, "nobody signs in here: no users are configured")
        return keeper, caller

    async def account(request: Request, wrong: NotChanged | None = None, *, changed: bool = False) -> Response:
        keeper, caller = who_asks()
        own = [one for one in _sessions(keeper, request) if one.session.user == caller.name and _is_person(caller)]
        page = await templates.page(
            "account.html", wrong.status if wrong else 200,
            wrong=wrong.words if wrong else "", changed=changed, sessions=own, read_only=read_only,
            why_not=_READ_ONLY if read_only else why_not_here(keeper, caller),
        )  # fmt: skip
        if wrong is not None and wrong.wait_seconds:
            page.headers["Retry-After"] = str(math.ceil(wrong.wait_seconds))
        return page

    @router.api_route("/account", methods=METHODS)
    async def shown(request: Request, changed: Changed = False) -> Response:
        return await account(request, changed=changed)

    @router.post("/account/password")
    async def password(request: Request) -> Response:
        keeper, caller = who_asks()
        fields = await form_body(request)
        old, new, again = (first_of(fields, name) for name in ("old", "new", "again"))
        try:
            if new != again:
                raise NotChanged("the new password was not typed twice alike")
            session_id = await change_password(keeper, request, caller, old, new)
        except NotChanged as exc:
            return await account(request, exc)
        CHANGES.labels("password", _WAY).inc()
        answer = RedirectResponse("/account?changed=true", 303)
        set_cookie(answer, SESSION, session_id, secure=keeper.is_secure(request.scope))
        return answer

    @router.post("/account/sessions/{key}/end")
    async def end_own(request: Request, key: Key) -> Response:
        keeper, caller = who_asks()
        await form_body(request)
        found = keeper.sessions.standing(keeper.people.users).get(key)
        if found is None or found.user != caller.name or not _is_person(caller):
            raise HTTPException(404, "you have no such session; it may have ended by itself")
        return _ended(keeper, caller, key, "/account")

    @router.api_route("/sessions", methods=METHODS)
    async def everybodys(request: Request) -> Response:
        keeper, _ = who_asks()
        every = list(_sessions(keeper, request))
        return await templates.page(
            "sessions.html", sessions=every[:SESSIONS_SHOWN], total=len(every), read_only=read_only
        )

    @router.post("/sessions/{key}/end")
    async def end_any(request: Request, key: Key) -> Response:
        keeper, caller = who_asks()
        await form_body(request)
        return _ended(keeper, caller, key, "/sessions")

    return router


_READ_ONLY = "nothing can be changed here: web.read_only is set"


def _sessions(keeper: Gatekeeper, request: Request) -> Iterator[Shown]:
    this = key_of(keeper.session_id_of(request.scope))
    for key, session in keeper.sessions.standing(keeper.people.users).items():
        yield Shown(key=key, session=session, is_this=key == this)


def _is_person(caller: Caller) -> bool:
    """Return whether the name is that of a user: a token's is its own, though it may be written the same."""
    return caller.way in (Way.SESSION, Way.PASSWORD, Way.PROXY)


def _ended(keeper: Gatekeeper, caller: Caller, key: str, place: str) -> Response:
    session = keeper.sessions.drop(key)
    if session is None:
        raise HTTPException(404, "there is no such session; it may have ended by itself")
    keeper.audit.ended_session(caller.name, session.user, session.address)
    CHANGES.labels("end_session", _WAY).inc()
    return RedirectResponse(place, 303)
