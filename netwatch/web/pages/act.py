"""What the links in mails lead to: a page that says what would be done, and a form that does it.

Mail programs and filters follow links on their own, so a GET never acts. Who holds the mail may do what its link says
and no more: the alerts are those of its incident as it is now, and the author is the recipient it was mailed to.
Where people sign in, netwatch.web.users has them do that first, unless `web.links_act` is set; the author is then who
signed in.
May import: netwatch.engine, netwatch.errors, netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from netwatch.alerts.proposing import as_matchers, silences_for
from netwatch.engine import LinkToken
from netwatch.errors import LinkError
from netwatch.model import Alert
from netwatch.web.actions import ActionRefused, Actions, SilenceOrder
from netwatch.web.bodies import first_of, form_body
from netwatch.web.metrics import CHANGES
from netwatch.web.pages.moments import parse_moment
from netwatch.web.pages.silence_form import USUAL_LENGTH
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.users.callers import caller_or

_WAY = "mail_link"
_GONE = 410
MOST_TICKS = 100
MOST_SILENCES = 100


def act_router(actions: Actions, templates: Templates) -> APIRouter:
    """Return the routes below /act."""
    router = APIRouter(prefix="/act", include_in_schema=False, default_response_class=Response)

    async def asked(link: LinkToken, token: str, *, wrong: str = "", ends: str = USUAL_LENGTH) -> Response:
        alerts = _incident_of(actions, link)
        return await templates.page(
            "act.html", 400 if wrong else 200,
            link=link, token=token, alerts=alerts[:MOST_TICKS], total=len(alerts), ends=ends, wrong=wrong,
            mutings=await actions.mutings_of(alerts[:MOST_TICKS]),
            silences=[as_matchers(labels) for labels in silences_for(alerts)],
        )  # fmt: skip

    async def over(exc: LinkError) -> Response:
        return await templates.page("act_over.html", _GONE, words=str(exc))

    @router.api_route("/{token}", methods=METHODS)
    async def show(token: str) -> Response:
        try:
            return await asked(actions.link(token), token)
        except LinkError as exc:
            return await over(exc)

    @router.post("/{token}")
    async def act(request: Request, token: str) -> Response:
        fields = await form_body(request)
        ends, comment = first_of(fields, "ends"), first_of(fields, "comment")
        try:
            link = actions.link(token)
            chosen = _chosen(_incident_of(actions, link), fields)
            if link.action == "ack":
                words = await _acknowledge(actions, link, chosen, comment)
            else:
                words = await _silence(actions, link, chosen, comment, ends)
        except LinkError as exc:
            return await over(exc)
        except ActionRefused as exc:
            return await asked(link, token, wrong=str(exc), ends=ends)
        CHANGES.labels(link.action, _WAY).inc()
        return await templates.page(
            "act_done.html", link=link, alerts=chosen[:MOST_TICKS], total=len(chosen), words=words
        )

    return router


def _incident_of(actions: Actions, link: LinkToken) -> Sequence[Alert]:
    alerts = actions.incident(link.thread_id)
    if not alerts:
        raise LinkError("what this mail told of is over; there is nothing left to do")
    return alerts


def _chosen(alerts: Sequence[Alert], fields: Mapping[str, Sequence[str]]) -> Sequence[Alert]:
    """Return the alerts that were shown and left ticked; what joined since nobody has seen.

    Where they were too many to tick it is the whole incident.
    """
    if "whole" in fields:
        return alerts
    ids = set(fields.get("id", ()))
    chosen = [alert for alert in alerts if alert.id in ids]
    if not chosen:
        raise ActionRefused("none of the alerts was chosen, or those that were are over")
    return chosen


async def _acknowledge(actions: Actions, link: LinkToken, alerts: Sequence[Alert], comment: str) -> str:
    who = caller_or(link.recipient)
    await actions.acknowledge([alert.id for alert in alerts], who, comment)
    return f"acknowledged by {who}"


async def _silence(actions: Actions, link: LinkToken, alerts: Sequence[Alert], comment: str, ends: str) -> str:
    """Silence what the alerts have in common, or, where that is nothing, each of them."""
    now = datetime.now(UTC)
    try:
        ends_at = parse_moment(ends, now)
    except ValueError as exc:
        raise ActionRefused(str(exc)) from exc
    orders, who = silences_for(alerts), caller_or(link.recipient)
    if len(orders) > MOST_SILENCES:
        raise ActionRefused("these alerts have nothing in common that a silence could name; make one on the page")
    for labels in orders:
        await actions.put_silence(
            SilenceOrder(
                matchers=as_matchers(labels), starts_at=now, ends_at=ends_at, created_by=who,
                comment=comment.strip() or "silenced from a mail",
            )
        )  # fmt: skip
    return f"silenced by {who} until {ends_at:%Y-%m-%d %H:%M} UTC"
