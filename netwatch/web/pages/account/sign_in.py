"""The page to sign in by, and signing out.

May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import hmac
import math
import secrets
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from netwatch.web.bodies import first_of, form_body
from netwatch.web.metrics import SIGN_INS
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.users.callers import CALLER, FORM_TOKEN
from netwatch.web.users.cookies import FORM, SESSION, drop_cookie, read_cookie, safe_place, set_cookie
from netwatch.web.users.gatekeeper import Gatekeeper, NotKnown
from netwatch.web.users.sessions import form_token_of

_STATUS = {401: 403}
"""401 would have the browser ask in a dialog of its own."""
_OLD_FORM = "this page was open for too long, or your browser takes no cookies; please try again"
Place = Annotated[str, Query(max_length=4000)]


def sign_in_router(keeper: Gatekeeper | None, templates: Templates) -> APIRouter:
    """Return the routes; `keeper` is None where nobody signs in."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    def who_keeps() -> Gatekeeper:
        if keeper is None:
            raise HTTPException(404, "nobody signs in here: no users are configured")
        return keeper

    async def shown(
        request: Request, place: str, *, status: int = 200, wrong: str = "", name: str = "", wait: float = 0
    ) -> Response:
        secure = who_keeps().is_secure(request.scope)
        secret = read_cookie(request, FORM, secure=secure) or secrets.token_urlsafe(32)
        FORM_TOKEN.set(form_token_of(secret))
        page = await templates.page(
            "sign_in.html", _STATUS.get(status, status), next=safe_place(place), wrong=wrong, who=name
        )
        set_cookie(page, FORM, secret, secure=secure)
        if wait:
            page.headers["Retry-After"] = str(math.ceil(wait))
        return page

    @router.api_route("/sign-in", methods=METHODS)
    async def form(request: Request, next: Place = "/") -> Response:
        if who_keeps() and CALLER.get() is not None:
            return RedirectResponse(safe_place(next), 303)
        return await shown(request, next)

    @router.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        keeper = who_keeps()
        secure, fields = keeper.is_secure(request.scope), await form_body(request)
        place, name = first_of(fields, "next") or "/", first_of(fields, "name").strip()
        secret, token = read_cookie(request, FORM, secure=secure), first_of(fields, "form_token")
        if not secret or not hmac.compare_digest(form_token_of(secret).encode(), token.encode()):
            SIGN_INS.labels("form").inc()
            return await shown(request, place, status=403, wrong=_OLD_FORM, name=name)
        try:
            session_id = await keeper.sign_in(request, name, first_of(fields, "password"))
        except NotKnown as exc:
            return await shown(request, place, status=exc.status, wrong=exc.words, name=name, wait=exc.wait_seconds)
        answer = RedirectResponse(safe_place(place), 303)
        set_cookie(answer, SESSION, session_id, secure=secure)
        drop_cookie(answer, FORM, secure=secure)
        return answer

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        keeper = who_keeps()
        await form_body(request)
        keeper.sign_out(request)
        answer = RedirectResponse("/sign-in", 303)
        drop_cookie(answer, SESSION, secure=keeper.is_secure(request.scope))
        return answer

    return router
