"""What routes have alike, whoever asks: the methods of those that only show, and the 400s and 404s of a question.

May import: netwatch.alerts, netwatch.model, netwatch.web. Called by: pages, api, alertmanager, prometheus, app.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

from netwatch.model import DeviceStatus, Matcher
from netwatch.web.matcher_text import read_matchers
from netwatch.web.views import Views
from netwatch.web.words import shortened

Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[Response]])

METHODS = ["GET", "HEAD"]
_EVERY_METHOD = (*METHODS, "POST", "PUT", "PATCH", "DELETE")


def showing(router: APIRouter, path: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
    """Have a function answer GET and HEAD; the description of the API, where HEAD goes without saying, names GET."""

    def add(endpoint: Endpoint) -> Endpoint:
        router.add_api_route(path, endpoint, methods=["GET"], **more)
        router.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)
        return endpoint

    return add


_ERRORS: Mapping[int, str] = {400: "bad_data", 404: "not_found", 405: "bad_data", 422: "execution"}


def is_prometheus(path: str) -> bool:
    """Return whether a path is below the API that Grafana asks as if it were Prometheus'."""
    return path.startswith("/prometheus/")


def query_error(status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error as Prometheus words it."""
    kind = _ERRORS.get(status, "unavailable" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "bad_data")
    return JSONResponse({"status": "error", "errorType": kind, "error": words}, status, headers=headers)


def allowed_methods(routes: Iterable[BaseRoute], scope: Scope) -> list[str]:
    """Return the methods that some route takes for the path of a request."""
    own = [route for route in routes if not isinstance(route, Mount)]  # a mount takes whatever comes
    return [
        method
        for method in _EVERY_METHOD
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in own)
    ]


def matchers_from(texts: Iterable[str]) -> tuple[Matcher, ...]:
    """Return the matchers of a query, or raise the 400."""
    try:
        return tuple(matcher for text in texts for matcher in read_matchers(text))
    except ValueError as exc:
        raise HTTPException(400, f"bad matcher format: {shortened(str(exc))}") from exc


def head_of_a_stream(headers: Mapping[str, str]) -> Response:
    """Return what HEAD says of an answer whose length nobody knows before its end: no length at all."""
    response = Response(headers=headers)
    del response.headers["content-length"]
    return response


def find_device(views: Views, name: str) -> DeviceStatus:
    """Return a device by name, or raise the 404."""
    found = views.device(name)
    if found is None:
        raise HTTPException(404, f"no device is called {name!r}")
    return found
