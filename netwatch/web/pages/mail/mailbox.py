"""The page of what came back by mail: whether the mailbox is read, the last mails, what became of each and why.

May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response

from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.views import MailboxView

MAILS_SHOWN = 200


def mailbox_router(mailbox: Callable[[], MailboxView | None], templates: Templates) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/mailbox", methods=METHODS)
    async def show() -> Response:
        seen = mailbox()
        mails = seen.mails[:MAILS_SHOWN] if seen is not None else ()
        return await templates.page("mailbox.html", mailbox=seen, mails=mails, most=MAILS_SHOWN)

    return router
