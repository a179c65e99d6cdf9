"""The pages: each asks the views for what it shows and fills a template; without scripts they work the same.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import math
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import RedirectResponse, Response

from netwatch.model import NUMBERS, REACHABILITY, ObjectNames, OutboxState, TableReading
from netwatch.web.actions import Actions, NoActions
from netwatch.web.api import METHODS, find_device
from netwatch.web.interfaces import interfaces_of, is_interface_table
from netwatch.web.mail_text import text_of_mail
from netwatch.web.overview import overview_of
from netwatch.web.templating import Templates
from netwatch.web.trap_words import shown_traps
from netwatch.web.views import NoTraps, TrapLog, Views

ALERTS_ON_OVERVIEW = 30
DEVICES_ON_OVERVIEW = 50
DEVICES_ON_A_PAGE = 200
ROWS_OF_A_TABLE = 200
TRAPS_ON_A_PAGE = 200

Page = Annotated[int, Query(ge=1, le=100_000)]
Filter = Annotated[str, Query(max_length=255)]


def page_router(
    views: Views,
    templates: Templates,
    trap_log: TrapLog | None = None,
    names: ObjectNames = NUMBERS,
    actions: Actions | None = None,
) -> APIRouter:
    """Return the routes of the pages that only show."""
    doing = actions or NoActions()
    router = APIRouter(include_in_schema=False, default_response_class=Response)
    heard = trap_log or NoTraps()
    _add_trap_page(router, templates, heard, names)
    _add_device_pages(router, views, doing, templates)
    _add_mail_pages(router, views, templates)

    @router.api_route("/", methods=METHODS)
    async def first() -> Response:
        seen = overview_of(views.devices(), await views.alerts(), views.problems())
        firing = seen.firing[:ALERTS_ON_OVERVIEW]
        return await templates.page(
            "overview.html",
            overview=seen,
            rows=seen.rows[:DEVICES_ON_OVERVIEW],
            firing=firing,
            mutings=await doing.mutings_of(firing),
            not_ready=views.not_ready(),
            relays=views.relays(),
            counts=await views.outbox_counts(),
            mails=await views.outbox(6),
            traps=shown_traps(await heard.traps(6), names),
            events=await views.events(10),
        )

    return router


def _add_device_pages(router: APIRouter, views: Views, actions: Actions, templates: Templates) -> None:
    @router.api_route("/devices", methods=METHODS)
    async def devices(page: Page = 1, q: Filter = "") -> Response:
        seen = overview_of(views.devices(), await views.alerts(), ())
        found = [row for row in seen.rows if q.casefold() in _findable(row.status.device, row.status.sys_name)]
        pages = max(1, math.ceil(len(found) / DEVICES_ON_A_PAGE))
        page = min(page, pages)
        rows = found[(page - 1) * DEVICES_ON_A_PAGE : page * DEVICES_ON_A_PAGE]
        return await templates.page(
            "devices.html", rows=rows, found=len(found), total=len(seen.rows), q=q, page=page, pages=pages
        )

    @router.api_route("/devices/{name:path}", methods=METHODS)
    async def device(name: str) -> Response:
        if _is_address(name) and all(one.device.name != name for one in views.devices()):
            return RedirectResponse(f"/traps?q={quote(name)}")  # traps alert also of senders that are not watched
        status = find_device(views, name)
        alerts = [alert for alert in await views.alerts() if alert.key.device == name]
        row = overview_of([status], alerts, ())
        readings = views.readings(name)
        alerting = {alert.key.instance for alert in row.firing if alert.key.instance}
        return await templates.page(
            "device.html",
            status=status,
            row=row.rows[0],
            firing=row.firing,
            pending=row.pending,
            mutings=await actions.mutings_of(row.firing),
            interfaces=interfaces_of(readings, alerting),
            tables=[reading for reading in readings if not _is_shown_elsewhere(reading)],
            schema=views.schema(),
            gaps=views.gaps(name),
            events=await views.events(20, name),
            rows_of_a_table=ROWS_OF_A_TABLE,
        )


def _add_trap_page(router: APIRouter, templates: Templates, heard: TrapLog, names: ObjectNames) -> None:
    @router.api_route("/traps", methods=METHODS)
    async def traps(q: Filter = "") -> Response:
        wanted = q.strip()
        device, source = (None, wanted) if _is_address(wanted) else (wanted or None, None)
        found = await heard.traps(TRAPS_ON_A_PAGE, device, source)
        return await templates.page("traps.html", traps=shown_traps(found, names), q=wanted, most=TRAPS_ON_A_PAGE)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_shown_elsewhere(reading: TableReading) -> bool:
    return is_interface_table(reading) or reading.table == REACHABILITY.name


def _findable(device: object, sys_name: str) -> str:
    return f"{getattr(device, 'name', '')} {getattr(device, 'address', '')} {sys_name}".casefold()


def _add_mail_pages(router: APIRouter, views: Views, templates: Templates) -> None:
    @router.api_route("/outbox", methods=METHODS)
    async def outbox(state: OutboxState | None = None) -> Response:
        return await templates.page(
            "outbox.html",
            mails=await views.outbox(200, state),
            counts=await views.outbox_counts(),
            relays=views.relays(),
            chosen=state,
        )

    @router.api_route("/outbox/{entry_id}", methods=METHODS)
    async def mail(entry_id: str) -> Response:
        entry = await views.outbox_entry(entry_id)
        if entry is None:
            raise HTTPException(404, "there is no such mail; it may be past its retention")
        return await templates.page("mail.html", entry=entry, mail=text_of_mail(entry.message))
