"""Remembers in the browser who somebody said to be, so that it need not be typed again; it proves nothing.

May import: nothing. Called by: netwatch.web.pages.many.alerts, netwatch.web.pages.silences.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

_COOKIE = "netwatch_author"
_SECONDS = 180 * 86_400
_LONGEST = 200


def author_of(request: Request) -> str:
    """Return the name given last, empty where there is none."""
    return unquote(request.cookies.get(_COOKIE, ""), errors="replace")[:_LONGEST]


def done(place: str, author: str = "") -> Response:
    """Send the browser on to a page of ours, so that a reload does nothing twice; remember who it was."""
    answer = RedirectResponse(place, 303)
    if author:
        answer.set_cookie(
            _COOKIE, quote(author[:_LONGEST], safe=""), max_age=_SECONDS, httponly=True, samesite="strict"
        )
    return answer
