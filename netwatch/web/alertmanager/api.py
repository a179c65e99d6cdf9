"""Alertmanager's API v2 below /api/v2: what amtool asks for, and what other programs show alerts and silences with.

Errors are JSON strings, since that is what Alertmanager's clients read words from.
May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from netwatch.alerts import RouteMatch, routing_labels
from netwatch.model import Alert, Matcher, Silence, bounded_matcher
from netwatch.web.actions import Actions
from netwatch.web.alertmanager.shapes import (
    SPOKEN_VERSION,
    PostedSilence,
    Shape,
    Status,
    StatusBoard,
    gettable_alert,
    gettable_silence,
    is_about,
)
from netwatch.web.bodies import described_body, json_body, no_body
from netwatch.web.metrics import CHANGES
from netwatch.web.pacing import json_list, paced
from netwatch.web.routes import METHODS, matchers_from, showing
from netwatch.web.silences import silence_order
from netwatch.web.views import Views

_WAY = "alertmanager_api"
_READ_ONLY = {"Allow": ", ".join(METHODS)}

Text = Annotated[str, Query(max_length=1000)]
Filters = Annotated[list[Annotated[str, Query(max_length=5000)]], Query(alias="filter", max_length=100)]
Creators = Annotated[list[Text], Query(max_length=100)]
Show = Annotated[bool, Query()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Which alerts are asked for."""

    active: bool
    silenced: bool
    inhibited: bool
    muted: bool
    filters: Sequence[Matcher]
    receiver: Callable[[str], bool]

    def status(self, status: Status) -> bool:
        """Return whether alerts of a status are wanted, by Alertmanager's rules: muted ones count as active."""
        if status.muted_by and not self.muted:
            return False
        if not status.silenced_by and not status.inhibited_by:
            return self.active
        return (self.silenced or not status.silenced_by) and (self.inhibited or not status.inhibited_by)

    def labels(self, alert: Alert) -> bool:
        """Return whether the labels are as asked for."""
        labels = routing_labels(alert)
        return all(matcher.holds(labels) for matcher in self.filters)


def alertmanager_router(views: Views, actions: Actions, version: str) -> APIRouter:
    """Return the routes below /api/v2."""
    router = APIRouter(prefix="/api/v2", default_response_class=Response)
    _add_status(router, actions, version)
    _add_alerts(router, views, actions)
    _add_silences(router, actions)

    return router


def _add_status(router: APIRouter, actions: Actions, version: str) -> None:
    up_since = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @showing(router, "/status")
    async def status() -> Response:
        """Return who answers here, and the routing tree as Alertmanager would write it."""
        info = {
            "version": SPOKEN_VERSION, "revision": f"netwatch-{version}", "branch": "netwatch",
            "buildUser": "netwatch", "buildDate": "", "goVersion": "",
        }  # fmt: skip
        return JSONResponse(
            {
                "cluster": {"status": "disabled", "peers": []},
                "config": {"original": actions.routing()},
                "uptime": up_since,
                "versionInfo": info,
            }
        )

    @showing(router, "/receivers")
    async def receivers() -> Response:
        """Return every receiver."""
        return json_list({"name": name} for name in actions.receivers())


def _add_alerts(router: APIRouter, views: Views, actions: Actions) -> None:
    async def found(request: Request, wanted: _Wanted, now: datetime) -> list[tuple[Sequence[RouteMatch], Shape]]:
        """Return the alerts that fire and are wanted, each with its ways, in the order of their fingerprints."""
        alerts = [alert for alert in await views.alerts() if alert.stands]
        board = StatusBoard(alerts, await actions.mutings_of(alerts), actions.silences(), now)
        shapes = []
        async for alert in paced(alerts):
            if not wanted.labels(alert) or not wanted.status(status := board.status_of(alert)):
                continue
            routes = actions.routes_of(alert)
            if any(wanted.receiver(route.receiver) for route in routes) or not routes:
                shapes.append((routes, gettable_alert(alert, status, routes, _explained_at(request, alert), now)))
        return sorted(shapes, key=lambda one: str(one[1]["fingerprint"]))

    @showing(router, "/alerts")
    async def alerts(
        request: Request, filters: Filters = [], receiver: Text = "",  # noqa: B006 # FastAPI copies it
        active: Show = True, silenced: Show = True, inhibited: Show = True, unprocessed: Show = True,
        muted: Show = True,
    ) -> Response:  # fmt: skip
        """Return the alerts that fire."""
        wanted = _wanted(filters, receiver, active=active, silenced=silenced, inhibited=inhibited, muted=muted)
        return json_list(shape for _, shape in await found(request, wanted, datetime.now(UTC)))

    @showing(router, "/alerts/groups")
    async def groups(
        request: Request, filters: Filters = [], receiver: Text = "",  # noqa: B006 # FastAPI copies it
        active: Show = True, silenced: Show = True, inhibited: Show = True, muted: Show = True,
    ) -> Response:  # fmt: skip
        """Return the alerts that fire in the groups they are told of in."""
        wanted = _wanted(filters, receiver, active=active, silenced=silenced, inhibited=inhibited, muted=muted)
        shapes = await found(request, wanted, datetime.now(UTC))
        return json_list(await _grouped(shapes, wanted.receiver))

    @router.post("/alerts")
    async def post_alerts(request: Request) -> Response:
        """Refuse: NetWatch alerts of what it has seen itself."""
        await no_body(request)
        raise HTTPException(
            405, "NetWatch makes its alerts itself; send those of others to an Alertmanager", _READ_ONLY
        )


async def _grouped(
    shapes: Iterable[tuple[Sequence[RouteMatch], Shape]], is_wanted: Callable[[str], bool]
) -> list[Shape]:
    groups: dict[str, tuple[RouteMatch, list[Shape]]] = {}
    async for routes, shape in paced(shapes):
        for route in routes:
            if is_wanted(route.receiver):
                groups.setdefault(route.group_key, (route, []))[1].append(shape)
    ordered = sorted(groups.values(), key=lambda one: (sorted(one[0].group_labels.items()), one[0].receiver))
    return [
        {"alerts": members, "labels": dict(route.group_labels), "receiver": {"name": route.receiver}}
        for route, members in ordered
    ]


def _add_silences(router: APIRouter, actions: Actions) -> None:
    @showing(router, "/silences")
    async def silences(filters: Filters = [], creator: Creators = []) -> Response:  # noqa: B006 # FastAPI copies it
        """Return the silences: active, to come and over; of some authors where those are named."""
        now, matchers = datetime.now(UTC), matchers_from(filters)
        by_author = [one for one in actions.silences() if not creator or one.created_by in creator]
        asked = [silence for silence in by_author if is_about(silence, matchers)]
        asked.sort(key=lambda silence: silence_order(silence, now))
        return json_list(gettable_silence(silence, now) for silence in asked)

    @router.post("/silences", openapi_extra=described_body(PostedSilence))
    async def post_silence(request: Request) -> Response:
        """Make a silence, or change the one whose id is given."""
        posted = await json_body(request, PostedSilence)
        made = await actions.put_silence(posted.order(datetime.now(UTC)))
        CHANGES.labels("silence", _WAY).inc()
        return JSONResponse({"silenceID": made.id})

    @showing(router, "/silence/{silence_id}")
    async def silence(silence_id: str) -> Response:
        """Return one silence."""
        return JSONResponse(gettable_silence(_find(actions, silence_id), datetime.now(UTC)))

    @router.delete("/silence/{silence_id}")
    async def delete_silence(silence_id: str, request: Request) -> Response:
        """End a silence."""
        await no_body(request)
        await actions.expire_silence(silence_id, "API")
        CHANGES.labels("expire", _WAY).inc()
        return Response()


def _find(actions: Actions, silence_id: str) -> Silence:
    found = next((one for one in actions.silences() if one.id == silence_id), None)
    if found is None:
        raise HTTPException(404, "silence not found")
    return found


def _wanted(
    filters: Iterable[str], receiver: str, *, active: bool, silenced: bool, inhibited: bool, muted: bool
) -> _Wanted:
    try:
        is_wanted = bounded_matcher(receiver) if receiver else lambda name: True
    except ValueError as exc:
        raise HTTPException(400, f"failed to parse receiver param: {exc}") from exc
    return _Wanted(
        active=active, silenced=silenced, inhibited=inhibited, muted=muted,
        filters=matchers_from(filters), receiver=is_wanted,
    )  # fmt: skip


def _explained_at(request: Request, alert: Alert) -> str:
    """Return where a person reads why this alert is what it is."""
    asked = {"rule": alert.key.rule, "device": alert.key.device, "instance": alert.key.instance}
    return f"{request.base_url}explain?" + "&".join(
        f"{name}={quote(text, safe='')}" for name, text in asked.items() if text
    )
