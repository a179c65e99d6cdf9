"""What the JSON API changes: acknowledgements and what is forgotten below /api/v1, and the senders that are woken.

May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from netwatch.model import Alert
from netwatch.web.actions import Actions
from netwatch.web.api.flat import flat_alert
from netwatch.web.bodies import PostedText, described_body, json_body, no_body
from netwatch.web.metrics import CHANGES
from netwatch.web.pacing import json_list

_WAY = "api"


class _Acknowledgement(BaseModel):
    """Whose alerts, by whom and why; `by` is believed where nobody signs in, and of no account where people do."""

    model_config = ConfigDict(extra="forbid")

    ids: list[PostedText] = Field(min_length=1, max_length=1000)
    by: str = Field(default="", max_length=255)
    comment: str = Field(default="", max_length=4096)


class _Forgetting(BaseModel):
    """What is to be forgotten, and who says so."""

    model_config = ConfigDict(extra="forbid")

    ids: list[PostedText] = Field(min_length=1, max_length=1000)
    by: str = Field(default="", max_length=255)


def change_router(actions: Actions) -> APIRouter:
    """Return the routes."""
    router = APIRouter(default_response_class=Response)

    @router.post("/api/v1/ack", openapi_extra=described_body(_Acknowledgement))
    async def acknowledge(request: Request) -> Response:
        """Note that somebody has taken alerts in hand; return them."""
        wanted = await json_body(request, _Acknowledgement)
        alerts = await actions.acknowledge(wanted.ids, wanted.by, wanted.comment)
        CHANGES.labels("ack", _WAY).inc()
        return await _shown(actions, alerts)

    @router.post("/api/v1/unack", openapi_extra=described_body(_Acknowledgement))
    async def unacknowledge(request: Request) -> Response:
        """Take that back; return the alerts."""
        wanted = await json_body(request, _Acknowledgement)
        alerts = await actions.unacknowledge(wanted.ids, wanted.by)
        CHANGES.labels("unack", _WAY).inc()
        return await _shown(actions, alerts)

    @router.post("/api/v1/forget", openapi_extra=described_body(_Forgetting))
    async def forget(request: Request) -> Response:
        """Take as removed what alerts are about and is no longer there; return them."""
        wanted = await json_body(request, _Forgetting)
        alerts = await actions.forget(wanted.ids, wanted.by)
        CHANGES.labels("forget", _WAY).inc()
        return await _shown(actions, alerts)

    @router.post("/-/wake-outbox", include_in_schema=False)
    async def wake_outbox(request: Request) -> Response:
        """Look at the outbox now: somebody retried or dropped messages by hand, in the database."""
        await no_body(request)
        actions.wake_outbox()
        return PlainTextResponse("looking at the outbox now\n")

    return router


async def _shown(actions: Actions, alerts: Sequence[Alert]) -> Response:
    mutings = await actions.mutings_of(alerts)
    return json_list(flat_alert(alert, mutings.get(alert.id)) for alert in alerts)
