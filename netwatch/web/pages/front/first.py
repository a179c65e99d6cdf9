"""The first page: the whole house in one sentence, and the newest of everything below it.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from netwatch.model import ObjectNames
from netwatch.web.actions import Actions
from netwatch.web.pages.overview import overview_of, shown
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.trap_words import shown_traps
from netwatch.web.views import TrapLog, Views

ALERTS_SHOWN = 30
DEVICES_SHOWN = 50


def first_router(
    views: Views, templates: Templates, trap_log: TrapLog, names: ObjectNames, actions: Actions
) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/", methods=METHODS)
    async def first() -> Response:
        seen = overview_of(views.stand(), await views.alerts(), views.problems(), views.severities)
        firing = seen.firing[:ALERTS_SHOWN]
        return await templates.page(
            "overview.html",
            overview=seen,
            rows=shown(seen.rows[:DEVICES_SHOWN], views.device),
            firing=firing,
            mutings=await actions.mutings_of(firing),
            not_ready=views.not_ready(),
            relays=views.relays(),
            counts=await views.outbox_counts(),
            mails=await views.outbox(6),
            traps=shown_traps(await trap_log.traps(6), names),
            events=await views.events(10),
        )

    return router
