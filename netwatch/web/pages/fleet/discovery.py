"""The pages of what sweeps found: which devices wait for somebody and which were taken, and the form that takes some.

What is taken comes into a file of NetWatch's own, after it was shown what would be written; the configuration is not
the agent's to write.
May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from netwatch.web.actions import Actions, NotThere
from netwatch.web.bodies import first_of, form_body
from netwatch.web.metrics import CHANGES
from netwatch.web.pages.author import author_of, done
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.users.callers import caller_or
from netwatch.web.views import Views

FOUND_ON_A_PAGE = 500
MOST_TICKS = 200
"""So many can be taken at once: a form has no more fields than it can hold."""


def discovery_router(views: Views, actions: Actions, templates: Templates) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/discovery", methods=METHODS)
    async def discovery() -> Response:
        state = views.discovery()
        found = sorted(state.devices, key=lambda one: (one.taken_at is not None, one.name))
        return await templates.page(
            "discovery.html", state=state, found=found[:FOUND_ON_A_PAGE], most=FOUND_ON_A_PAGE, ticks=MOST_TICKS
        )

    @router.post("/discovery/take")
    async def take(request: Request) -> Response:
        """Show what would be written of those that were ticked; do it where that was seen."""
        fields = await form_body(request)
        addresses = fields.get("address", [])[:MOST_TICKS]
        if "seen" not in fields:
            entries = actions.found_entries(addresses)
            if not entries:
                raise NotThere("none of the devices was chosen, or those that were wait no more")
            return await templates.page(
                "discovery_take.html", entries=entries, addresses=addresses, author=author_of(request)
            )
        author = first_of(fields, "author")
        names = await actions.take_found(addresses, caller_or(author))
        CHANGES.labels("take", "page").inc(len(names))
        return done("/discovery", author)

    return router
