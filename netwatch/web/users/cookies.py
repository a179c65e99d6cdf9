"""The cookies of a session and of the sign-in form, and where a browser may be sent after signing in.

A quiet room. May import: nothing. Called by: gatekeeper, netwatch.web.pages.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

SESSION, FORM = "netwatch_session", "netwatch_form"
HOST_PREFIX = "__Host-"
"""A browser takes a cookie of such a name from this very host by TLS alone: no neighbour in the domain can set it."""


def read_cookie(request: Request, name: str, *, secure: bool) -> str:
    """Return a cookie of ours, empty where there is none."""
    return request.cookies.get(f"{HOST_PREFIX}{name}" if secure else name, "")


def set_cookie(response: Response, name: str, value: str, *, secure: bool, seconds: int | None = None) -> None:
    """Give a browser a cookie that no script reads and no other site's form sends."""
    response.set_cookie(
        f"{HOST_PREFIX}{name}" if secure else name, value,
        max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax",
    )  # fmt: skip


def drop_cookie(response: Response, name: str, *, secure: bool) -> None:
    """Have a browser forget a cookie."""
    response.delete_cookie(
        f"{HOST_PREFIX}{name}" if secure else name, path="/", secure=secure, httponly=True, samesite="lax"
    )


def safe_place(place: str) -> str:
    """Return a path of this server to go on to, `/` where something else was asked for."""
    if not place.startswith("/") or place.startswith(("//", "/\\")) or len(place) > 2000:
        return "/"
    if not place.isascii() or not place.isprintable() or "\\" in place or " " in place:
        return "/"
    split = urlsplit(place)
    return "/" if split.scheme or split.netloc or split.path in ("/sign-in", "/sign-out") else place
