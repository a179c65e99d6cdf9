"""The JSON API: every answer a list of flat objects, every error an object with words.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from netwatch.model import NUMBERS, AlertState, DeviceStatus, ObjectNames, OutboxState, SilenceState
from netwatch.web.actions import Actions, NoActions
from netwatch.web.alert_search import AlertOrder, AlertSearch
from netwatch.web.api.flat import (
    Flat,
    flat_alert,
    flat_device,
    flat_event,
    flat_gap,
    flat_mail,
    flat_refused,
    flat_rows,
    flat_silence,
    flat_trap,
    flat_unmatched,
)
from netwatch.web.pacing import json_list
from netwatch.web.routes import METHODS, find_device, matchers_from
from netwatch.web.silences import silence_order
from netwatch.web.views import NoTraps, TrapLog, Views

Limit = Annotated[int, Query(ge=1, le=1000, description="how many at most, the newest first")]
Text = Annotated[str, Query(max_length=255)]
Matchers = Annotated[list[Annotated[str, Query(max_length=5000)]], Query(max_length=100)]


def api_router(
    views: Views,
    trap_log: TrapLog | None = None,
    names: ObjectNames = NUMBERS,
    actions: Actions | None = None,
) -> APIRouter:
    """Return the routes below /api/v1 that show things."""
    router = APIRouter(prefix="/api/v1", default_response_class=Response)
    heard = trap_log or NoTraps()
    _add_alerts(router, views, actions or NoActions())

    @router.api_route("/devices", methods=METHODS)
    async def devices(up: bool | None = None) -> Response:
        """Return every device, or those that are up, or down."""
        return json_list(flat_device(one) for one in views.devices() if up is None or one.up is up)

    @router.api_route("/devices/{name:path}", methods=METHODS)
    async def device(name: str) -> Response:
        """Return what is known of a device: itself first (`table` is `device`), then every row last read."""
        status = find_device(views, name)
        return json_list(_device_and_rows(views, status))

    @router.api_route("/events", methods=METHODS)
    async def events(limit: Limit = 100, device: Text = "") -> Response:
        """Return the newest events."""
        return json_list(map(flat_event, await views.events(limit, device)))

    @router.api_route("/traps", methods=METHODS)
    async def traps(limit: Limit = 100, device: Text = "", source: Text = "") -> Response:
        """Return the newest traps, of one device or source where asked for."""
        found = await heard.traps(limit, device or None, source or None)
        return json_list(flat_trap(trap, names) for trap in found)

    @router.api_route("/traps/refused", methods=METHODS)
    async def refused() -> Response:
        """Return the senders whose traps are turned away: why, and what in the configuration would let them in."""
        return json_list(map(flat_refused, views.refused()))

    @router.api_route("/traps/unmatched", methods=METHODS)
    async def unmatched() -> Response:
        """Return the kinds of trap that no rule takes, the most frequent first."""
        return json_list(flat_unmatched(kind, names) for kind in await views.unmatched())

    @router.api_route("/outbox", methods=METHODS)
    async def outbox(limit: Limit = 100, state: OutboxState | None = None) -> Response:
        """Return the newest mails without their text."""
        return json_list(map(flat_mail, await views.outbox(limit, state)))

    return router


def _add_alerts(router: APIRouter, views: Views, actions: Actions) -> None:
    @router.api_route("/alerts", methods=METHODS)
    async def alerts(
        state: AlertState | None = None, device: Text = "", rule: Text = "", severity: Text = "", q: Text = "",
        muted: bool | None = None, acked: bool | None = None, matcher: Matchers = [],  # noqa: B006 # FastAPI copies it
        sort: AlertOrder | None = None, limit: Annotated[int | None, Query(ge=1)] = None,
    ) -> Response:  # fmt: skip
        """Return alerts: of one state, device, rule, severity where asked for, or whose labels meet matchers."""
        wanted = AlertSearch(
            state=state, device=device, rule=rule, severity=severity, q=q, muted=muted, acked=acked,
            matchers=matchers_from(matcher), order=sort,
        )  # fmt: skip
        known = await views.alerts()
        mutings = await actions.mutings_of(known)
        found = wanted.found_in(known, mutings)
        return json_list(flat_alert(one, mutings.get(one.id)) for one in found[:limit])

    @router.api_route("/silences", methods=METHODS)
    async def silences(state: SilenceState | None = None) -> Response:
        """Return silences, of one state where asked for: active, to come, over."""
        now = datetime.now(UTC)
        asked = [one for one in actions.silences() if state in (None, one.state(now))]
        asked.sort(key=lambda silence: silence_order(silence, now))
        return json_list(flat_silence(one, now) for one in asked)


def _device_and_rows(views: Views, status: DeviceStatus) -> Iterator[Flat]:
    name = status.device.name
    yield {"device": name, "table": "device", **flat_device(status)}
    for reading in views.readings(name):
        for row in flat_rows(reading):
            yield {"device": name, **row}
    for gap in views.gaps(name):
        yield {"device": name, **flat_gap(gap)}
