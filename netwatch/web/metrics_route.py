"""/metrics, /-/healthy and /-/ready: what other programs watch NetWatch by.

May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse

from netwatch.web.routes import METHODS
from netwatch.web.views import MetricsRenderer, RenderedMetrics, Views

MAX_SCRAPES = 8
"""Scrapes answered at the same time; one who asks more often than we answer gets 503."""


def metrics_router(views: Views, renderer: MetricsRenderer) -> APIRouter:
    """Return the routes for other programs."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)
    scrapes = _Scrapes()

    @router.api_route("/metrics", methods=METHODS)
    async def metrics(request: Request) -> Response:
        if scrapes.running >= MAX_SCRAPES:
            return PlainTextResponse("too many scrapes at once\n", 503, headers={"Retry-After": "5"})
        gzip = wants_gzip(request.headers.get("accept-encoding", ""))
        rendering = renderer.render(request.headers.get("accept", ""), gzip=gzip)
        headers = {"Content-Type": rendering.content_type, "Vary": "Accept, Accept-Encoding"}
        if rendering.content_encoding:
            headers["Content-Encoding"] = rendering.content_encoding
        if request.method == "HEAD":
            return Response(headers=headers)
        return StreamingResponse(scrapes.counted(rendering), headers=headers)

    @router.api_route("/-/healthy", methods=METHODS)
    async def healthy() -> Response:
        return PlainTextResponse("NetWatch is healthy.\n")

    @router.api_route("/-/ready", methods=METHODS)
    async def ready() -> Response:
        why_not = views.not_ready()
        if why_not:
            return PlainTextResponse(f"{why_not}\n", 503)
        return PlainTextResponse("\n".join(["NetWatch is ready.", *views.problems(), ""]))

    return router


def wants_gzip(accept_encoding: str) -> bool:
    """Return whether gzip is asked for by name and not with `q=0`."""
    for item in accept_encoding.lower().split(","):
        coding, *parameters = (part.strip() for part in item.split(";"))
        if coding == "gzip":
            return not any(part.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000") for part in parameters)
    return False


class _Scrapes:
    """Counts the scrapes being answered."""

    def __init__(self) -> None:
        self.running = 0

    async def counted(self, rendering: RenderedMetrics) -> AsyncIterator[bytes]:
        self.running += 1
        try:
            async for chunk in rendering.chunks:
                yield chunk
        finally:
            self.running -= 1
