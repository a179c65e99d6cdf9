"""The first page: is anything wrong, what, since when, who knows of it, and is NetWatch itself well; the worst first.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

from netwatch.model import OutboxState
from netwatch.web.actions import Actions
from netwatch.web.pages.front.answers import answers_of, knowing
from netwatch.web.pages.front.last_day import LastDay
from netwatch.web.pages.front.sites import sites_of
from netwatch.web.pages.overview import overview_of, shown
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.views import Views

ALERTS_SHOWN: Final = 30
ALERTS_LOOKED_AT: Final = 500
"""Of so many, the gravest, it is asked who knows of them and what holds them back."""
DEVICES_SHOWN: Final = 50
SITES_SHOWN: Final = 50
BEHIND_SHOWN: Final = 5
WAITING: Final = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.DEFERRED, OutboxState.UNKNOWN)


def first_router(
    views: Views, templates: Templates, actions: Actions, last_day: LastDay, site_label: str
) -> APIRouter:
    """Return the route; `site_label` is the label of devices by which the page is grouped."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/", methods=METHODS)
    async def first() -> Response:
        alerts = await views.alerts()
        seen = overview_of(views.stand(), alerts, views.problems(), views.severities)
        looked_at = seen.firing[:ALERTS_LOOKED_AT]
        mutings = await actions.mutings_of(looked_at)
        told = {alert.id: views.told(alert.id) for alert in looked_at}
        answers = answers_of(looked_at, mutings, told)
        sites = sites_of(seen.rows, answers.own[:ALERTS_SHOWN], site_label)
        counts = await views.outbox_counts()
        rows = shown(seen.rows[:DEVICES_SHOWN], views.device)
        return await templates.page(
            "overview.html",
            overview=seen,
            answers=answers,
            knowing={alert.id: knowing(alert, mutings, told) for alert in answers.own[:ALERTS_SHOWN]},
            told=told,
            site_label=site_label,
            sites=sites[:SITES_SHOWN],
            more_sites=len(sites) - SITES_SHOWN,
            has_sites=any(site.name for site in sites),
            shown_alerts=min(len(answers.own), ALERTS_SHOWN),
            behind=answers.behind[:BEHIND_SHOWN],
            more_behind=len(answers.behind) - BEHIND_SHOWN,
            band=await last_day.band(seen.firing),
            rows=rows,
            strips=await last_day.strips(seen.firing, [row.status.device.name for row in rows]),
            mutings=mutings,
            not_ready=views.not_ready(),
            relays=views.relays(),
            counts=counts,
            waiting=sum(counts.get(state, 0) for state in WAITING),
            dead=counts.get(OutboxState.DEAD, 0),
            mails=await views.outbox(6),
        )

    return router
