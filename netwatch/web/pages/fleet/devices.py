"""The list of devices: sorted, filtered and searched by the server, a page at a time; no script is needed.

May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from netwatch.web.matcher_text import read_conditions
from netwatch.web.pages.fleet.search import ORDERS, STATES, DeviceSearch, label_names
from netwatch.web.pages.front.last_day import LastDay
from netwatch.web.pages.overview import overview_of, shown
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.views import Views
from netwatch.web.words import shortened

DEVICES_ON_A_PAGE = 200
LABELS_OFFERED = 50
PROFILES_OFFERED = 200
_HEADINGS: Final = (("State", "state"), ("Device", "name"), ("Address", "address"), ("Profile", "profile"))

Page = Annotated[int, Query(ge=1, le=100_000)]
Filter = Annotated[str, Query(max_length=255)]
Conditions = Annotated[str, Query(max_length=1000)]


def fleet_router(views: Views, templates: Templates, last_day: LastDay) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/devices", methods=METHODS)
    async def devices(
        page: Page = 1, q: Filter = "", state: Filter = "", profile: Filter = "", vendor: Filter = "",
        labels: Conditions = "", sort: Filter = "state", backward: bool = False,
    ) -> Response:  # fmt: skip
        seen = overview_of(views.stand(), await views.alerts(), ())
        wanted, wrong = _search(
            {"state": state, "profile": profile, "vendor": vendor.strip(), "q": q.strip()}, labels, sort, backward
        )
        found = await asyncio.to_thread(wanted.found_in, seen.rows, views.words_of, views.vendor_of)
        pages = max(1, math.ceil(len(found) / DEVICES_ON_A_PAGE))
        page = min(page, pages)
        rows = shown(found[(page - 1) * DEVICES_ON_A_PAGE : page * DEVICES_ON_A_PAGE], views.device)
        asked = {"q": q, "state": state, "profile": profile, "vendor": vendor, "labels": labels}

        def of_state(one: str) -> str:
            return _here(asked | {"state": one}, sort, backward=backward)

        return await templates.page(
            "devices.html", 400 if wrong else 200,
            rows=rows, strips=await last_day.strips(seen.firing, [row.status.device.name for row in rows]),
            found=len(found), total=len(seen.rows), page=page, pages=pages, asked=asked, wrong=wrong,
            is_narrowed=any(asked.values()), wanted=wanted,
            counts=[(one, seen.count(one), of_state(one)) for one in STATES],
            whole=of_state(""),
            profiles=sorted({row.status.profile for row in seen.rows} - {""})[:PROFILES_OFFERED],
            orders=[*ORDERS, *label_names(seen.rows, LABELS_OFFERED)],
            headings=[_heading(text, order, wanted, asked) for text, order in _HEADINGS],
            this_list=_here(asked, sort, backward=backward),
        )  # fmt: skip

    return router


def _search(texts: Mapping[str, str], labels: str, sort: str, backward: bool) -> tuple[DeviceSearch, str]:
    """Return what is wanted, and what of it could not be understood."""
    if texts["state"] and texts["state"] not in STATES:
        raise HTTPException(400, f"state: {', '.join(STATES)}")
    try:
        matchers, wrong = read_conditions(labels), ""
    except ValueError as exc:
        matchers, wrong = (), shortened(str(exc))
    return DeviceSearch(**texts, matchers=matchers, order=sort, backward=backward), wrong


def _heading(text: str, order: str, wanted: DeviceSearch, asked: Mapping[str, str]) -> tuple[str, str, str]:
    """Return a heading, where it leads to, and how the list is sorted by it: the second press turns it round."""
    is_sorted = wanted.order == order
    way = ("descending" if wanted.backward else "ascending") if is_sorted else "none"
    return text, _here(asked, order, backward=is_sorted and not wanted.backward), way


def _here(asked: Mapping[str, str], sort: str, *, backward: bool) -> str:
    """Return the address of this list in an order."""
    parts = {**asked, "sort": sort, "backward": "true" if backward else ""}
    return f"/devices?{urlencode({name: text for name, text in parts.items() if text})}"
