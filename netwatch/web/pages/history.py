"""The page of one row over time: an hour, a day, a month or a year of a port, a sensor, a processor.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app; device pages link to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from netwatch.errors import StoreError
from netwatch.model import (
    CONCEPTS,
    REACHABILITY,
    WITH_HISTORY,
    Alert,
    Past,
)
from netwatch.web.charts.plan import Plan, plans_of, series_path
from netwatch.web.charts.spans import Span, spans_of
from netwatch.web.pages.drawings import Chart, Scene, drawn, nothing_drawn
from netwatch.web.pages.lately import uptimes_of
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS, find_device
from netwatch.web.views import History, Views

RANGES: Final[Mapping[str, timedelta]] = {
    "1h": timedelta(hours=1), "24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30),
    "400d": timedelta(days=400),
}  # fmt: skip
YOUNG = 4
"""What is known of less than one part in so many of a range is shown as far as it goes."""
LEAST_SHOWN = timedelta(minutes=5)
MOST_NAMED = 500
"""Devices offered on the page that asks which."""
Range = Literal["1h", "24h", "7d", "30d", "400d"]
Text = Annotated[str, Query(max_length=255)]
Key = Annotated[str, Query(max_length=2000)]


def history_router(views: Views, history: History, templates: Templates) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/history", methods=METHODS)
    async def page(
        device: Text = "", table: Text = REACHABILITY.name, row: Key = "", span: Range = "24h"
    ) -> Response:
        if not device:
            names = [sign.device.name for sign in views.stand()]
            return await templates.page(
                "history_of_what.html", names=sorted(names)[:MOST_NAMED], more=len(names) - MOST_NAMED,
                tables=(REACHABILITY.name, *(name for name in CONCEPTS if name in WITH_HISTORY)), spans=tuple(RANGES),
                is_kept=history.is_kept,
            )  # fmt: skip
        status = find_device(views, device)
        if table not in CONCEPTS and table != REACHABILITY.name:
            raise HTTPException(404, f"no history is kept of {table!r}; it is of concepts, such as interface or cpu")
        rows = dict(await history.rows(device, table))
        row = next(iter(rows)) if len(rows) == 1 else row
        labels = rows.get(row, {})
        fired = spans_of(await _alerts(views, device), device, row)
        row_of = Row(device=device, table=table, key=row, labels=labels)
        begins, charts = await charts_of(history, row_of, plans_of(table), RANGES[span], datetime.now(UTC), fired)
        is_reachability = table == REACHABILITY.name
        uptimes = await uptimes_of(history, device, datetime.now(UTC)) if is_reachability else ()
        return await templates.page(
            "history.html", uptimes=uptimes, status=status, table=table, row=row, labels=labels, charts=charts,
            series_path=series_path, spans=tuple(RANGES),
            span=span, is_kept=history.is_kept, rows=sorted(rows), begins=begins, title=_name_of(table, row, labels),
        )  # fmt: skip

    @router.api_route("/history.svg", methods=METHODS)
    async def picture(
        device: Text, table: Text = REACHABILITY.name, row: Key = "", span: Range = "24h", chart: Text = ""
    ) -> Response:
        find_device(views, device)
        plans = [plan for plan in plans_of(table) if plan.title == chart]
        if not plans:
            raise HTTPException(404, f"{table} has no chart {chart!r}; it has {_titles(table)}")
        labels = dict(await history.rows(device, table)).get(row, {})
        fired = spans_of(await _alerts(views, device), device, row)
        row_of = Row(device=device, table=table, key=row, labels=labels)
        _, drawings = await charts_of(history, row_of, plans, RANGES[span], datetime.now(UTC), fired)
        svg = drawings[0].svg if drawings else nothing_drawn(chart)
        return Response(svg, media_type="image/svg+xml")

    return router


def _titles(table: str) -> str:
    return ", ".join(plan.title for plan in plans_of(table)) or "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Whose charts are drawn."""

    device: str
    table: str
    key: str
    labels: Mapping[str, str]


async def charts_of(
    history: History, row: Row, plans: Sequence[Plan], span: timedelta, now: datetime, fired: Sequence[Span] = ()
) -> tuple[datetime | None, list[Chart]]:
    """Return the charts of a row that have anything to show, over so long up to now.

    Of a history that is young they begin where it does; that is then said too.
    """
    columns = [name for plan in plans for name in plan.columns]
    scene = Scene(table=row.table, labels=row.labels, since=now - span, until=now, fired=fired)
    past = await history.past(row.device, row.table, row.key, columns, now - span, now)
    begins = _begins(past)
    if begins is not None and now - begins > span / YOUNG:
        return None, await asyncio.to_thread(drawn, scene, plans, past)
    for shorter in _shorter(span, begins, now):  # a finer look: what is young is not in the coarse tiers yet
        past = await history.past(row.device, row.table, row.key, columns, now - shorter, now)
        begins = _begins(past)
        if begins is not None:
            since = min(begins - (now - begins) / 20, now - LEAST_SHOWN)
            return begins, await asyncio.to_thread(drawn, replace(scene, since=since), plans, past)
    return None, []


async def _alerts(views: Views, device: str) -> Sequence[Alert]:
    try:
        return await views.alerts()
    except StoreError:  # then those that are alive will do
        return views.alerts_of(device)


def _shorter(span: timedelta, begins: datetime | None, now: datetime) -> Iterator[timedelta]:
    """Yield the ranges that a young history may show in, the shortest first."""
    known = timedelta(0) if begins is None else now - begins + timedelta(minutes=5)
    yield from (one for one in RANGES.values() if known <= one < span)
    if begins is not None:
        yield span


def _begins(past: Mapping[str, Past]) -> datetime | None:
    """Return when the first reading was that has a value, None where there is none."""
    firsts = [
        next((at for at, value in zip(line.times, line.means, strict=True) if value is not None), None)
        for line in past.values()
    ]
    known = [at for at in firsts if at is not None]
    return datetime.fromtimestamp(min(known) / 1000, UTC) if known else None


def _name_of(table: str, row: str, labels: Mapping[str, str]) -> str:
    concept = CONCEPTS.get(table)
    first = concept.labels[0] if concept is not None else ""
    return labels.get("ifName") or labels.get(first) or row or table
