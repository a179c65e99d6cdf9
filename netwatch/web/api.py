"""The JSON API: every answer a list of flat objects, every error an object with words.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from netwatch.model import NUMBERS, AlertState, DeviceStatus, ObjectNames, OutboxState
from netwatch.web.flat import (
    Flat,
    flat_alert,
    flat_device,
    flat_event,
    flat_gap,
    flat_mail,
    flat_rows,
    flat_trap,
)
from netwatch.web.pacing import json_list
from netwatch.web.views import NoTraps, TrapLog, Views

Limit = Annotated[int, Query(ge=1, le=1000, description="how many at most, the newest first")]
Text = Annotated[str, Query(max_length=255)]
METHODS = ["GET", "HEAD"]


def api_router(views: Views, trap_log: TrapLog | None = None, names: ObjectNames = NUMBERS) -> APIRouter:
    """Return the routes below /api/v1."""
    router = APIRouter(prefix="/api/v1", default_response_class=Response)
    heard = trap_log or NoTraps()

    @router.api_route("/devices", methods=METHODS)
    async def devices(up: bool | None = None) -> Response:
        """Return every device, or those that are up, or down."""
        return json_list(flat_device(one) for one in views.devices() if up is None or one.up is up)

    @router.api_route("/devices/{name:path}", methods=METHODS)
    async def device(name: str) -> Response:
        """Return what is known of a device: itself first (`table` is `device`), then every row last read."""
        status = find_device(views, name)
        return json_list(_device_and_rows(views, status))

    @router.api_route("/alerts", methods=METHODS)
    async def alerts(state: AlertState | None = None, device: Text = "", rule: Text = "") -> Response:
        """Return alerts, of one state, device or rule where asked for."""
        return json_list(
            flat_alert(one)
            for one in await views.alerts()
            if (state is None or one.state is state) and device in ("", one.key.device) and rule in ("", one.key.rule)
        )

    @router.api_route("/events", methods=METHODS)
    async def events(limit: Limit = 100, device: Text = "") -> Response:
        """Return the newest events."""
        return json_list(map(flat_event, await views.events(limit, device)))

    @router.api_route("/traps", methods=METHODS)
    async def traps(limit: Limit = 100, device: Text = "", source: Text = "") -> Response:
        """Return the newest traps, of one device or source where asked for."""
        found = await heard.traps(limit, device or None, source or None)
        return json_list(flat_trap(trap, names) for trap in found)

    @router.api_route("/outbox", methods=METHODS)
    async def outbox(limit: Limit = 100, state: OutboxState | None = None) -> Response:
        """Return the newest mails without their text."""
        return json_list(map(flat_mail, await views.outbox(limit, state)))

    @router.api_route("/{path:path}", methods=METHODS, include_in_schema=False)
    async def nothing(path: str) -> Response:
        raise HTTPException(404, f"there is no /api/v1/{path}")

    return router


def find_device(views: Views, name: str) -> DeviceStatus:
    """Return a device by name, or raise the 404."""
    found = next((status for status in views.devices() if status.device.name == name), None)
    if found is None:
        raise HTTPException(404, f"no device is called {name!r}")
    return found


def _device_and_rows(views: Views, status: DeviceStatus) -> Iterator[Flat]:
    name = status.device.name
    yield {"device": name, "table": "device", **flat_device(status)}
    for reading in views.readings(name):
        for row in flat_rows(reading):
            yield {"device": name, **row}
    for gap in views.gaps(name):
        yield {"device": name, **flat_gap(gap)}
