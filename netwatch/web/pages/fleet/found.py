"""The page of what was found.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from netwatch.web.pages.fleet.finding import MOST_OF_A_KIND, FoundPort, found_alerts, found_devices, found_ports
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.views import Views

Sought = Annotated[str, Query(max_length=255)]


def search_router(views: Views, templates: Templates) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/search", methods=METHODS)
    async def search(q: Sought = "") -> Response:
        sought = " ".join(q.split()).casefold()
        signs, alerts = (views.stand(), await views.alerts()) if sought else ((), ())
        ports: list[FoundPort] = []
        if sought:
            async for port in found_ports(views, [sign.device.name for sign in signs], sought):
                ports.append(port)
                if len(ports) > MOST_OF_A_KIND:
                    break
        return await templates.page(
            "search.html", q=q, most=MOST_OF_A_KIND, ports=ports,
            devices=list(islice(found_devices(views, signs, sought), MOST_OF_A_KIND + 1)),
            alerts=list(islice(found_alerts(alerts, sought), MOST_OF_A_KIND + 1)),
        )  # fmt: skip

    return router
