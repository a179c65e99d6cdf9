"""The page of one row over time: an hour, a day, a month or a year of a port, a sensor, a processor.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app; device pages link to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from netwatch.model import CONCEPTS, REACHABILITY, ColumnKind, Past, measured, quantile, quantity_of
from netwatch.web.pages.chart import COLOURS, draw_svg
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS, find_device
from netwatch.web.views import History, Views

RANGES: Final[Mapping[str, timedelta]] = {
    "1h": timedelta(hours=1), "24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30),
    "400d": timedelta(days=400),
}  # fmt: skip
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
    REACHABILITY.name: (("Up", ("up",)), ("Round trip", ("round_trip_seconds",))),
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
    async def page(device: Text, table: Text = REACHABILITY.name, row: Key = "", span: Range = "24h") -> Response:
        status = find_device(views, device)
        if table not in CONCEPTS and table != REACHABILITY.name:
            raise HTTPException(404, f"no history is kept of {table!r}; it is of concepts, such as interface or cpu")
        rows = dict(await history.rows(device, table))
        row = next(iter(rows)) if len(rows) == 1 else row
        labels = rows.get(row, {})
        charts = await charts_of(history, device, table, row, labels, RANGES[span], datetime.now(UTC))
        return await templates.page(
            "history.html", status=status, table=table, row=row, labels=labels, charts=charts, spans=tuple(RANGES),
            span=span, is_kept=history.is_kept, rows=sorted(rows), title=_name_of(table, row, labels),
        )  # fmt: skip

    return router


async def charts_of(
    history: History, device: str, table: str, row: str, labels: Mapping[str, str], span: timedelta, now: datetime
) -> list[Chart]:
    """Return the charts of a row that have anything to show, over so long up to now."""
    groups = GROUPS.get(table) or tuple((_title(name), (name,)) for name in _numbers_of(table))
    columns = [name for _, names in groups for name in names]
    past = await history.past(device, table, row, columns, now - span, now)
    return await asyncio.to_thread(_drawn, groups, past, labels, now - span, now)


def _drawn(
    groups: Sequence[tuple[str, tuple[str, ...]]], past: Mapping[str, Past], labels: Mapping[str, str],
    since: datetime, until: datetime,
) -> list[Chart]:  # fmt: skip
    charts = []
    for title, names in groups:
        lines = {_title(name): past[name] for name in names if name in past and past[name].numbers()}
        if not lines:
            continue
        quantity = quantity_of(names[0], labels)
        legend = tuple(
            Legend(colour=place % len(COLOURS), name=name, words=words_of(line, quantity))
            for place, (name, line) in enumerate(lines.items())
        )

        def write(value: float, quantity: str = quantity) -> str:
            return measured(value, quantity)

        svg = draw_svg(lines, title=title, since=since, until=until, write=write)
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
