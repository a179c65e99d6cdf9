"""What came back by mail, as JSON: the last mails and what became of each, the newest first.

May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from netwatch.web.api.paging import MOST_ON_A_PAGE
from netwatch.web.pacing import json_list
from netwatch.web.routes import showing
from netwatch.web.views import MailboxView, ReturnedMail

Limit = Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE, description="how many, the newest first")]


def mailbox_api_router(mailbox: Callable[[], MailboxView | None]) -> APIRouter:
    """Return the route below /api/v1."""
    router = APIRouter(prefix="/api/v1", default_response_class=Response)

    @showing(
        router, "/mailbox", description="The last mails that came back, the newest first, and what became of each"
    )
    async def mails(limit: Limit = 100) -> Response:
        seen = mailbox()
        return json_list(map(_flat, seen.mails[:limit] if seen is not None else ()))

    return router


def _flat(mail: ReturnedMail) -> dict[str, Any]:
    return {**asdict(mail), "at": mail.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
