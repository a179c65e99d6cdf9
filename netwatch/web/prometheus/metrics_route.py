"""/metrics, /-/healthy and /-/ready: what other programs watch NetWatch by.

May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse

from netwatch.web.prometheus.negotiation import DOTS, content_type_of, streamed_with_dots
from netwatch.web.routes import METHODS, head_of_a_stream
from netwatch.web.slots import Slots, Slotted
from netwatch.web.views import MetricsRenderer, Views
from netwatch.web.words import shortened

MAX_SCRAPES = 8
"""Scrapes answered at the same time; one who asks more often than we answer gets 503."""

MAX_DEVICE_SCRAPES = 64
"""Scrapes of one device, each of which is short."""


def metrics_router(views: Views, renderer: MetricsRenderer) -> APIRouter:
    """Return the routes for other programs."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)
    scrapes, of_devices = Slots(MAX_SCRAPES), Slots(MAX_DEVICE_SCRAPES)

    @router.api_route("/metrics", methods=METHODS)
    async def metrics(request: Request) -> Response:
        gzip = wants_gzip(request.headers.get("accept-encoding", ""))
        device = request.query_params.get("device", "")
        if device and not renderer.knows(device):
            return PlainTextResponse(f"no device is called {shortened(device)!r}\n", 404)
        accept = request.headers.get("accept", "")
        rendering = renderer.render(accept, device=device)
        content_type, escaping = content_type_of(rendering.content_type, accept)
        if gzip and escaping != DOTS:
            rendering = renderer.render(accept, gzip=True, device=device)
        chunks = streamed_with_dots(rendering.chunks) if escaping == DOTS else rendering.chunks
        headers = {"Content-Type": content_type, "Vary": "Accept, Accept-Encoding"}
        if rendering.content_encoding:
            headers["Content-Encoding"] = rendering.content_encoding
        if request.method == "HEAD":
            return head_of_a_stream(headers)
        return Slotted(
            of_devices if device else scrapes,
            lambda: StreamingResponse(chunks, headers=headers),
            "too many scrapes at once",
        )

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
