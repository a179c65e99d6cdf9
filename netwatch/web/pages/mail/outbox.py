"""The pages of the outbox: the newest mails, and one of them as text.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from netwatch.model import OutboxState
from netwatch.web.pages.mail.text import text_of_mail
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.views import Views

MAILS_SHOWN = 200


def outbox_router(views: Views, templates: Templates) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/outbox", methods=METHODS)
    async def outbox(state: OutboxState | None = None) -> Response:
        return await templates.page(
            "outbox.html",
            mails=await views.outbox(MAILS_SHOWN, state),
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

    return router
