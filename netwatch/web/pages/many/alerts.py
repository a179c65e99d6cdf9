"""The pages of alerts: the list, and one alert with what can be done about it. Plain forms; no script is needed.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import math
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from netwatch.alerts import routing_labels
from netwatch.model import Alert, AlertState, Matcher
from netwatch.web.actions import Actions
from netwatch.web.alert_search import ORDER_OF_STATES, AlertOrder, AlertSearch
from netwatch.web.bodies import first_of, form_body
from netwatch.web.matcher_text import read_conditions
from netwatch.web.metrics import CHANGES
from netwatch.web.pages.author import author_of, done
from netwatch.web.pages.many.groups import grouped, groups_of, label_names
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.views import Views
from netwatch.web.words import shortened

ALERTS_ON_A_PAGE = 200
EVENTS_SHOWN = 30
LABELS_OFFERED = 50
_WAY = "page"
Filter = Annotated[str, Query(max_length=255)]
Conditions = Annotated[str, Query(max_length=1000)]
Page = Annotated[int, Query(ge=1, le=100_000)]


def alert_router(views: Views, actions: Actions, templates: Templates) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)
    _add_list(router, views, actions, templates)
    _add_changes(router, actions)

    @router.api_route("/alerts/{alert_id:path}", methods=METHODS)
    async def alert(request: Request, alert_id: str) -> Response:
        found = await find_alert(views, alert_id)
        labels = routing_labels(found)
        return await templates.page(
            "alert.html",
            alert=found,
            labels=labels,
            muting=(await actions.mutings_of([found])).get(found.id),
            receivers=list(dict.fromkeys(route.receiver for route in actions.routes_of(found))),
            events=await views.events(EVENTS_SHOWN, alert_id=found.id),
            author=author_of(request),
            forgettable=actions.may_forget(found),
        )

    return router


def _add_list(router: APIRouter, views: Views, actions: Actions, templates: Templates) -> None:
    @router.api_route("/alerts", methods=METHODS)
    async def alerts(
        state: AlertState | None = None, held: bool | None = None, acked: bool | None = None, q: Filter = "",
        device: Filter = "", rule: Filter = "", severity: Filter = "", labels: Conditions = "", by: Filter = "",
        sort: AlertOrder = AlertOrder.STATE, page: Page = 1, took: Page | None = None,
    ) -> Response:  # fmt: skip
        known = await views.alerts()
        mutings = await actions.mutings_of(known)
        matchers, wrong = _conditions(labels)
        wanted = AlertSearch(
            state=state, device=device, rule=rule, severity=severity, muted=held, acked=acked, q=q, order=sort,
            matchers=matchers, severities=views.severities,
        )  # fmt: skip
        found = wanted.found_in(known, mutings)
        found = grouped(found, by) if by else found
        pages = max(1, math.ceil(len(found) / ALERTS_ON_A_PAGE))
        page = min(page, pages)
        alerts = found[(page - 1) * ALERTS_ON_A_PAGE : page * ALERTS_ON_A_PAGE]
        return await templates.page(
            "alerts.html",
            400 if wrong else 200,
            alerts=alerts,
            groups=groups_of(alerts, found, by) if by else (),
            found=len(found),
            labels=labels,
            by=by,
            wrong=wrong,
            took=took,
            names=label_names(known, LABELS_OFFERED),
            page=page,
            pages=pages,
            mutings=mutings,
            counts={one: sum(alert.state is one for alert in known) for one in ORDER_OF_STATES[:4]},
            held_count=sum(alert.id in mutings for alert in known),
            wanted=wanted,
        )


def _conditions(text: str) -> tuple[tuple[Matcher, ...], str]:
    """Return conditions on labels, and what of them could not be understood."""
    try:
        return read_conditions(text), ""
    except ValueError as exc:
        return (), shortened(str(exc))


def _add_changes(router: APIRouter, actions: Actions) -> None:
    @router.post("/ack")
    async def acknowledge(request: Request) -> Response:
        fields = await form_body(request)
        ids, author = fields.get("id", []), first_of(fields, "author")
        await actions.acknowledge(ids, author, first_of(fields, "comment"))
        CHANGES.labels("ack", _WAY).inc()
        return done(f"/alerts/{quote(ids[0], safe='')}", author)

    @router.post("/forget")
    async def forget(request: Request) -> Response:
        fields = await form_body(request)
        ids, author = fields.get("id", []), first_of(fields, "author")
        await actions.forget(ids, author)
        CHANGES.labels("forget", _WAY).inc()
        return done(f"/alerts/{quote(ids[0], safe='')}", author)

    @router.post("/unack")
    async def unacknowledge(request: Request) -> Response:
        fields = await form_body(request)
        ids, author = fields.get("id", []), first_of(fields, "author")
        await actions.unacknowledge(ids, author)
        CHANGES.labels("unack", _WAY).inc()
        return done(f"/alerts/{quote(ids[0], safe='')}", author)


async def find_alert(views: Views, alert_id: str) -> Alert:
    """Return an alert by its id, or raise the 404."""
    found = next((one for one in await views.alerts() if one.id == alert_id), None)
    if found is None:
        raise HTTPException(404, "there is no such alert, or it ended long ago; the event log may tell of it")
    return found
