"""`POST /-/reload`: the configuration is read again, as Prometheus has it; whoever asks learns what came of it.

It changes what NetWatch does, so the guard refuses it from foreign pages and where `web.read_only` is set.
May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from netwatch.web.bodies import no_body
from netwatch.web.metrics import CHANGES

Reload = Callable[[], Awaitable[str]]
"""Reads the configuration again; returns what is wrong with it, empty where it is taken."""


def reload_router(reload: Reload | None) -> APIRouter:
    """Return the route; `reload` is None where nothing was read from a file."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/-/reload", methods=["POST", "PUT"])
    async def reread(request: Request) -> Response:
        await no_body(request)
        if reload is None:
            return PlainTextResponse("this NetWatch was not started from a file that it could read again\n", 404)
        wrong = await reload()
        if wrong:
            return PlainTextResponse(f"the configuration is not taken, NetWatch goes on as before:\n{wrong}\n", 500)
        CHANGES.labels("reload", "api").inc()
        return PlainTextResponse("the configuration is taken, and NetWatch changes over to it\n")

    return router
