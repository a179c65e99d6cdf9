"""The pages of traps: the newest, of one device or sender where one is named; who was turned away; rules that lack.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app, netwatch.web.pages.devices.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from netwatch.model import ObjectNames, trap_name
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.trap_words import shown_traps
from netwatch.web.views import TrapLog, Views

TRAPS_ON_A_PAGE = 200

Filter = Annotated[str, Query(max_length=255)]


def trap_router(views: Views, trap_log: TrapLog, names: ObjectNames, templates: Templates) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/traps", methods=METHODS)
    async def traps(q: Filter = "") -> Response:
        wanted = q.strip()
        device, source = (None, wanted) if is_address(wanted) else (wanted or None, None)
        found = await trap_log.traps(TRAPS_ON_A_PAGE, device, source)
        return await templates.page(
            "traps.html", traps=shown_traps(found, names), q=wanted, most=TRAPS_ON_A_PAGE, refused=views.refused()
        )

    @router.api_route("/traps/refused", methods=METHODS)
    async def refused() -> Response:
        return await templates.page("refused.html", senders=views.refused())

    @router.api_route("/traps/unmatched", methods=METHODS)
    async def unmatched() -> Response:
        kinds = [(trap_name(names, kind.trap_oid), kind) for kind in await views.unmatched()]
        return await templates.page("unmatched.html", kinds=kinds)

    @router.api_route("/traps/rule", methods=METHODS)
    async def rule(trap: Filter) -> Response:
        kind = next((one for one in await views.unmatched() if str(one.trap_oid) == trap), None)
        if kind is None:
            raise HTTPException(404, "no rule is missing for this trap: one takes it, or the log has none of it")
        return await templates.page(
            "trap_rule.html", kind=kind, called=trap_name(names, kind.trap_oid), text=await views.proposed_rule(kind)
        )

    return router


def is_address(text: str) -> bool:
    """Return whether a device or sender is named by its address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
