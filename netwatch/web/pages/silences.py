"""The pages of silences: the list, and the form that makes and changes one. Plain forms; no script is needed.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from netwatch.alerts import routing_labels
from netwatch.alerts.proposing import as_matchers, proposed_labels
from netwatch.model import Alert, Matcher, Silence, SilenceState, all_hold
from netwatch.web.actions import ActionRefused, Actions
from netwatch.web.bodies import first_of, form_body
from netwatch.web.metrics import CHANGES
from netwatch.web.pacing import paced
from netwatch.web.pages.author import author_of, done
from netwatch.web.pages.many.alerts import find_alert
from netwatch.web.pages.silence_form import SilenceForm
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS
from netwatch.web.silences import STATES, matchers_of, silence_order
from netwatch.web.views import Views

SHOWN = 200
COVERED_SHOWN = 20
_WAY = "page"
Text = Annotated[str, Query(max_length=1000)]


def silence_router(views: Views, actions: Actions, templates: Templates) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)
    _add_list(router, views, actions, templates)
    _add_form(router, views, actions, templates)

    @router.post("/silences/{silence_id}/expire")
    async def expire(request: Request, silence_id: str) -> Response:
        fields = await form_body(request)
        author = first_of(fields, "author") or author_of(request) or "the page"
        await actions.expire_silence(silence_id, author)
        CHANGES.labels("expire", _WAY).inc()
        return done("/silences")

    return router


def _add_list(router: APIRouter, views: Views, actions: Actions, templates: Templates) -> None:
    @router.api_route("/silences", methods=METHODS)
    async def silences(state: SilenceState | None = None, made: Text = "") -> Response:
        now, known = datetime.now(UTC), actions.silences()
        wanted = [one for one in known if state in (None, one.state(now))]
        wanted.sort(key=lambda silence: silence_order(silence, now))
        counts_now = await _cover_counts(wanted[:SHOWN], await _firing(views), now)
        rows = [(one, one.state(now), counts_now[one.id]) for one in wanted[:SHOWN]]
        return await templates.page(
            "silences.html",
            rows=rows,
            total=len(wanted),
            counts={one: sum(silence.state(now) is one for silence in known) for one in STATES},
            chosen=state,
            made=next((silence for silence in known if silence.id == made), None),
        )


def _add_form(router: APIRouter, views: Views, actions: Actions, templates: Templates) -> None:
    async def shown(
        form: SilenceForm, *, alert: Alert | None = None, wrong: str = "", preview: bool = True
    ) -> Response:
        """Return the form with what it would cover now."""
        covered: list[Alert] = []
        if preview and form.matchers.strip():
            try:
                covered = await _covered_by(form.read_matchers(), await _firing(views))
            except ActionRefused as exc:
                wrong = wrong or str(exc)
        proposed = proposed_labels(alert) if alert is not None else {}
        more = {} if alert is None else {k: v for k, v in routing_labels(alert).items() if k not in proposed and v}
        return await templates.page(
            "silence_form.html", 400 if wrong else 200,
            form=form, covered=covered, shown=COVERED_SHOWN, wrong=wrong, more=as_matchers(more), alert=alert,
        )  # fmt: skip

    @router.api_route("/silences/new", methods=METHODS)
    async def new(request: Request, alert: Text = "", silence: Text = "", device: Text = "") -> Response:
        now, author = datetime.now(UTC), author_of(request)
        if silence:
            return await shown(SilenceForm.of_silence(_find(actions, silence), now))
        if alert:
            pointed_at = await find_alert(views, alert)
            matchers = as_matchers(proposed_labels(pointed_at))
            return await shown(SilenceForm(matchers="\n".join(matchers), author=author), alert=pointed_at)
        matchers = as_matchers({"device": device}) if device else ()
        return await shown(SilenceForm(matchers="\n".join(matchers), author=author))

    @router.post("/silences")
    async def make(request: Request) -> Response:
        fields = await form_body(request)
        form, now = SilenceForm.of_fields(fields), datetime.now(UTC)
        if "preview" in fields:
            return await shown(form)
        try:
            before = _find(actions, form.replacing) if form.replacing else None
            made = await actions.put_silence(form.order(before, now))
        except ActionRefused as exc:
            return await shown(form, wrong=str(exc))
        CHANGES.labels("silence", _WAY).inc()
        return done(f"/silences?made={quote(made.id, safe='')}", made.created_by)


def _find(actions: Actions, silence_id: str) -> Silence:
    found = next((one for one in actions.silences() if one.id == silence_id), None)
    if found is None:
        raise HTTPException(404, "there is no such silence")
    return found


async def _firing(views: Views) -> list[Alert]:
    return [alert for alert in await views.alerts() if alert.stands]


async def _covered_by(matchers: Sequence[Matcher], alerts: Iterable[Alert]) -> list[Alert]:
    """Return the alerts that a silence with these matchers would cover."""
    return [alert async for alert in paced(alerts) if all_hold(matchers, routing_labels(alert))]


async def _cover_counts(silences: Sequence[Silence], firing: Iterable[Alert], now: datetime) -> Counter[str]:
    """Return how many alerts each silence holds back now, or would; in slices, as both may be many."""
    counts: Counter[str] = Counter()
    holding = [(one.id, matchers_of(one)) for one in silences if one.state(now) is not SilenceState.EXPIRED]
    async for alert in paced(firing):
        labels = routing_labels(alert)
        counts.update(silence_id for silence_id, matchers in holding if all_hold(matchers, labels))
    return counts
