"""The page of what sweeps found: which devices wait for somebody, which were taken by themselves.

It changes nothing: nobody logs in here, and what is watched is not for everybody to say.
May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.views import Views

FOUND_ON_A_PAGE = 500


def discovery_router(views: Views, templates: Templates) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/discovery", methods=METHODS)
    async def discovery() -> Response:
        state = views.discovery()
        found = sorted(state.devices, key=lambda one: (one.taken_at is not None, one.name))
        return await templates.page(
            "discovery.html", state=state, found=found[:FOUND_ON_A_PAGE], most=FOUND_ON_A_PAGE
        )

    return router
