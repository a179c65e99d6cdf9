"""Acknowledges and silences many alerts at once: first what it would cover is shown, then it is done.

The first press changes nothing. What the second does is done to the alerts that were shown, and to none that began
since.
May import: netwatch.alerts, netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from netwatch.alerts import routing_labels
from netwatch.alerts.proposing import as_matchers, silences_for
from netwatch.model import ALIVE, Alert, Matcher, all_hold, matcher_text
from netwatch.web.actions import ActionRefused, Actions, SilenceOrder
from netwatch.web.alert_search import AlertSearch
from netwatch.web.bodies import first_of, form_body
from netwatch.web.matcher_text import read_conditions
from netwatch.web.metrics import CHANGES
from netwatch.web.pacing import paced
from netwatch.web.pages.author import author_of, done
from netwatch.web.pages.moments import parse_moment
from netwatch.web.pages.silence_form import USUAL_LENGTH
from netwatch.web.pages.templating import Templates
from netwatch.web.views import Views

MOST_TOGETHER: Final = 2000
MOST_SILENCES: Final = 100
SHOWN: Final = 100
_WAY = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What somebody chose, as the fields of a form say it.

    ids: alerts by their ids. search: with `is_whole`, all that it finds and that had begun by `seen_at`.
    """

    ids: tuple[str, ...] = ()
    is_whole: bool = False
    search: AlertSearch = field(default_factory=AlertSearch)
    labels: str = ""
    seen_at: datetime

    @classmethod
    def of_fields(cls, fields: Mapping[str, list[str]], now: datetime) -> Choice:
        """Return what was chosen, or raise the 400."""
        texts = {name: values[0] for name, values in fields.items()}
        labels = texts.get("labels", "")
        try:
            search = AlertSearch.of_texts(texts, read_conditions(labels))
            seen_at = datetime.fromisoformat(texts["seen_at"]) if texts.get("seen_at") else now
        except ValueError as exc:
            raise HTTPException(400, str(exc)) from exc
        if seen_at.tzinfo is None:
            raise HTTPException(400, "seen_at: an instant has a zone")
        return cls(
            ids=tuple(fields.get("id", ())), is_whole="whole" in fields, search=search, labels=labels,
            seen_at=min(seen_at, now),
        )  # fmt: skip

    def of(self, alerts: Sequence[Alert], muted: frozenset[str]) -> list[Alert]:
        """Return the alerts that are meant and alive."""
        alive = [alert for alert in alerts if alert.state in ALIVE and alert.pending_at <= self.seen_at]
        if not self.is_whole:
            ids = set(self.ids)
            return [alert for alert in alive if alert.id in ids]
        return [alert for alert in alive if self.search.wants(alert, is_muted=alert.id in muted)]

    def silences(self, alerts: Sequence[Alert]) -> list[tuple[str, ...]]:
        """Return the matchers of the silences that cover these alerts, as few as may be.

        Who asked for all that meets conditions on labels and nothing else silences just that.
        """
        if self.is_whole and self.search.matchers and self.search.is_of_labels_alone:
            return [tuple(_written(matcher) for matcher in self.search.matchers)]
        return [as_matchers(labels) for labels in silences_for(alerts)] if alerts else []


def together_router(views: Views, actions: Actions, templates: Templates) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    async def meant_by(choice: Choice) -> tuple[Sequence[Alert], list[Alert]]:
        known = await views.alerts()
        muted = frozenset(await actions.mutings_of(known)) if choice.search.muted is not None else frozenset()
        return known, choice.of(known, muted)

    async def asked(request: Request, choice: Choice, fields: dict[str, list[str]], wrong: str = "") -> Response:
        known, alerts = await meant_by(choice)
        if not alerts and not wrong:
            wrong = "none of the alerts was chosen, or those that were are over"
        silences = choice.silences(alerts)
        chosen = {alert.id for alert in alerts}
        beside = [one for one in await _covered(known, silences) if one.id not in chosen]
        return await templates.page(
            "together.html", 400 if wrong else 200,
            is_silence=first_of(fields, "do") == "silence", choice=choice, alerts=alerts[:SHOWN], total=len(alerts),
            silences=silences, beside=beside[:SHOWN], beside_total=len(beside), wrong=wrong,
            ends=first_of(fields, "ends") or USUAL_LENGTH, comment=first_of(fields, "comment"),
            author=first_of(fields, "author") or author_of(request), fields=_carried(fields), most=MOST_TOGETHER,
        )  # fmt: skip

    @router.post("/alerts/together")
    async def together(request: Request) -> Response:
        fields = await form_body(request)
        choice = Choice.of_fields(fields, datetime.now(UTC))
        if "sure" not in fields:
            return await asked(request, choice, fields)
        _, alerts = await meant_by(choice)
        try:
            if not alerts or len(alerts) > MOST_TOGETHER:
                raise ActionRefused(f"{len(alerts):,} alerts: one to {MOST_TOGETHER:,} are taken at once")
            if first_of(fields, "do") == "silence":
                return await _silence(actions, choice.silences(alerts), fields)
            author = first_of(fields, "author")
            taken = await actions.acknowledge([one.id for one in alerts], author, first_of(fields, "comment"))
        except ActionRefused as exc:
            return await asked(request, choice, fields, str(exc))
        CHANGES.labels("ack", _WAY).inc()
        return done(f"/alerts?acked=true&took={len(taken)}", author)

    return router


async def _silence(actions: Actions, silences: Sequence[tuple[str, ...]], fields: dict[str, list[str]]) -> Response:
    now, author = datetime.now(UTC), first_of(fields, "author")
    try:
        ends_at = parse_moment(first_of(fields, "ends"), now)
    except ValueError as exc:
        raise ActionRefused(str(exc)) from exc
    if len(silences) > MOST_SILENCES:
        raise ActionRefused("these alerts have nothing in common that a silence could name; narrow the search")
    for matchers in silences:
        made = await actions.put_silence(
            SilenceOrder(
                matchers=matchers, starts_at=now, ends_at=ends_at, created_by=author,
                comment=first_of(fields, "comment"),
            )
        )  # fmt: skip
    CHANGES.labels("silence", _WAY).inc()
    return done(f"/silences?made={quote(made.id, safe='')}", author)


async def _covered(alerts: Sequence[Alert], silences: Sequence[tuple[str, ...]]) -> list[Alert]:
    """Return the alerts that are alive and that these silences would hold back."""
    read = [read_conditions(f"{{{','.join(matchers)}}}") for matchers in silences[:MOST_SILENCES]]
    found = []
    async for alert in paced(alerts):
        labels = routing_labels(alert)
        if alert.state in ALIVE and any(all_hold(matchers, labels) for matchers in read):
            found.append(alert)
    return found


def _written(matcher: Matcher) -> str:
    return matcher_text(matcher.label, matcher.text, regex=matcher.matches is not None, negated=matcher.negated)


def _carried(fields: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """Return the fields that say what was chosen, for the form that does it."""
    kept = ("id", "whole", "do", "labels", *AlertSearch.TEXTS)
    return [(name, text) for name in kept for text in fields.get(name, ())]
