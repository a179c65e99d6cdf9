"""The page of one row over time: an hour, a day, a month or a year of a port, a sensor, a processor.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app; device pages link to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    ColumnKind,
    Past,
    measured,
    quantile,
    quantity_of,
)
from netwatch.web.pages.bands import draw_bands, state_words
from netwatch.web.pages.chart import COLOURS, Span, draw_svg
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

GROUPS: Final[Mapping[str, Sequence[tuple[str, tuple[str, ...]]]]] = {
    "interface": (
        ("Traffic", ("interface_in_bits_per_second", "interface_out_bits_per_second")),
        ("How full", ("interface_utilization_ratio",)),
        ("Errors and discards", ("interface_errors_per_second", "interface_discards_per_second")),
        ("State", ("interface_oper",)),
    ),
    "sensor": (
        ("Value", ("sensor_value", "sensor_high_critical", "sensor_high_warning", "sensor_low_warning",
                   "sensor_low_critical")),
        ("State", ("sensor_state",)),
    ),
    REACHABILITY.name: (
        ("Up", ("up",)),
        ("Round trip", ("round_trip_seconds", "ping_round_trip_seconds", "usual_round_trip_seconds")),
        ("Pings lost", ("loss_ratio",)),
    ),
}  # fmt: skip
"""Which columns share a chart; of other concepts each number has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """One line of a chart in words, for who cannot see it."""

    colour: int
    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart with its title; `svg` is finished markup."""

    title: str
    svg: str
    legend: tuple[Legend, ...]


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
        begins, charts = await charts_of(history, device, table, row, labels, RANGES[span], datetime.now(UTC), fired)
        return await templates.page(
            "history.html", status=status, table=table, row=row, labels=labels, charts=charts, spans=tuple(RANGES),
            span=span, is_kept=history.is_kept, rows=sorted(rows), begins=begins, title=_name_of(table, row, labels),
        )  # fmt: skip

    return router


async def charts_of(
    history: History,
    device: str,
    table: str,
    row: str,
    labels: Mapping[str, str],
    span: timedelta,
    now: datetime,
    fired: Sequence[Span] = (),
) -> tuple[datetime | None, list[Chart]]:
    """Return the charts of a row that have anything to show, over so long up to now.

    Of a history that is young they begin where it does; that is then said too.
    """
    groups = GROUPS.get(table) or tuple((_title(name), (name,)) for name in _numbers_of(table))
    columns = [name for _, names in groups for name in names]
    past = await history.past(device, table, row, columns, now - span, now)
    begins = _begins(past)
    if begins is not None and now - begins > span / YOUNG:
        return None, await asyncio.to_thread(_drawn, table, groups, past, labels, now - span, now, fired)
    for shorter in _shorter(span, begins, now):  # a finer look: what is young is not in the coarse tiers yet
        past = await history.past(device, table, row, columns, now - shorter, now)
        begins = _begins(past)
        if begins is not None:
            since = min(begins - (now - begins) / 20, now - LEAST_SHOWN)
            return begins, await asyncio.to_thread(_drawn, table, groups, past, labels, since, now, fired)
    return None, []


async def _alerts(views: Views, device: str) -> Sequence[Alert]:
    try:
        return await views.alerts()
    except StoreError:  # then those that are alive will do
        return views.alerts_of(device)


def spans_of(alerts: Sequence[Alert], device: str, row: str) -> list[Span]:
    """Return when what alerts of a row fired; those of lately, as far as the alerts page has them."""
    return [
        Span(one.firing_at, one.resolved_at, f"{one.key.alertname}, {one.severity}")
        for one in alerts
        if one.firing_at is not None and (one.key.device, one.key.instance) == (device, row)
    ]


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


def _drawn(
    table: str, groups: Sequence[tuple[str, tuple[str, ...]]], past: Mapping[str, Past], labels: Mapping[str, str],
    since: datetime, until: datetime, fired: Sequence[Span],
) -> list[Chart]:  # fmt: skip
    charts = []
    for title, names in groups:
        lines = {_title(name): past[name] for name in names if name in past and past[name].numbers()}
        if not lines:
            continue
        if (states := _states_of(table, names[0])) is not None:
            ((name, line),) = lines.items()
            svg = draw_bands(line, states, title=title, since=since, until=until, spans=fired)
            told = Legend(colour=0, name=name, words=state_words(line, states))
            charts.append(Chart(title=title, svg=svg, legend=(told,)))
            continue
        quantity = quantity_of(names[0], labels)
        legend = tuple(
            Legend(colour=place % len(COLOURS), name=name, words=words_of(line, quantity))
            for place, (name, line) in enumerate(lines.items())
        )

        def write(value: float, quantity: str = quantity) -> str:
            return measured(value, quantity)

        svg = draw_svg(lines, title=title, since=since, until=until, write=write, spans=fired)
        charts.append(Chart(title=title, svg=svg, legend=legend))
    return charts


def words_of(past: Past, quantity: str) -> str:
    """Return what a chart shows, in words."""
    means = past.numbers()
    lows, highs = ([value for value in some if isinstance(value, int | float)] for some in (past.lows, past.highs))
    if min(lows) == max(highs):
        return f"always {measured(means[-1], quantity)}"
    tail = quantile(means, 0.95)
    said = {"lowest": min(lows), "mean": sum(means) / len(means), "95 of 100 below": tail, "highest": max(highs)}
    words = [f"{word} {measured(value, quantity)}" for word, value in said.items() if value is not None]
    return ", ".join((*words, f"last {measured(means[-1], quantity)}"))


def _states_of(table: str, column: str) -> Mapping[int, str] | None:
    """Return the words of a column that says a state, None of numbers."""
    if table == REACHABILITY.name:
        return {1: "up", 0: "away"} if column == "up" else None
    return CONCEPTS[table].enums.get(column)


def _numbers_of(table: str) -> Sequence[str]:
    concept = CONCEPTS.get(table)
    columns = concept.columns if concept is not None else {}
    return [name for name, kind in columns.items() if kind is not ColumnKind.TEXT]


def _title(column: str) -> str:
    """Write `interface_in_bits_per_second` as people say it: `in`."""
    words = column.removesuffix("_bits_per_second").removesuffix("_per_second")
    words = words.removesuffix("_ratio").removesuffix("_bytes").removesuffix("_seconds")
    first, _, rest = words.partition("_")
    return (rest if first in CONCEPTS and rest else words).replace("_", " ")


def _name_of(table: str, row: str, labels: Mapping[str, str]) -> str:
    concept = CONCEPTS.get(table)
    first = concept.labels[0] if concept is not None else ""
    return labels.get("ifName") or labels.get(first) or row or table
