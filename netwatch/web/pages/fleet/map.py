"""The map: devices and what ties them, drawn by the server; no script is needed, and every device is a link.

May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup

from netwatch.web.matcher_text import read_conditions
from netwatch.web.pages.fleet import drawing
from netwatch.web.pages.fleet.layout import HEIGHT, WIDTH, Layout, laid_out
from netwatch.web.pages.fleet.links import chosen, ties_of
from netwatch.web.pages.fleet.ports import LinkState, Ports, TieNow
from netwatch.web.pages.fleet.search import DeviceSearch
from netwatch.web.pages.overview import DeviceRow, overview_of
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS, find_device
from netwatch.web.views import Views
from netwatch.web.words import shortened

NODES_ON_A_MAP: Final = 500

Text = Annotated[str, Query(max_length=255)]
Conditions = Annotated[str, Query(max_length=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A map; its boxes and the rows of its table in the order of their places, in which they are read."""

    boxes: tuple[Markup, ...]
    lines: tuple[Markup, ...]
    rows: tuple[Markup, ...]
    states: Mapping[LinkState, int]
    width: float
    height: float


def map_router(views: Views, templates: Templates) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)
    ports = Ports()

    @router.api_route("/map", methods=METHODS)
    async def page(around: Text = "", labels: Conditions = "") -> Response:
        if around:
            find_device(views, around)
        seen = overview_of(views.stand(), await views.alerts(), (), views.severities)
        try:
            search, wrong = DeviceSearch(matchers=read_conditions(labels)), ""
        except ValueError as exc:
            search, wrong = DeviceSearch(), shortened(str(exc))
        found = await asyncio.to_thread(search.found_in, seen.rows, views.words_of, views.vendor_of)
        rows = chosen(found, NODES_ON_A_MAP, around, views.neighbours)
        silent = {row.status.device.name for row in rows if row.state == "down"}
        ties = ports.of(ties_of(rows, views.neighbours), views.reading, silent.__contains__)
        picture = await asyncio.to_thread(drawn, rows, ties)
        return await templates.page(
            "map.html", 400 if wrong else 200,
            drawing=picture, ties=len(ties), total=len(seen.rows), found=len(found), shown=len(rows), around=around,
            labels=labels, wrong=wrong,
            counts=[(state, n) for state in ("down", "alert", "trouble", "unknown", "up")
                    if (n := sum(row.state == state for row in rows))],
        )  # fmt: skip

    return router


def drawn(rows: Sequence[DeviceRow], ties: Sequence[TieNow]) -> Drawing:
    """Return the map of devices and their ties."""
    pairs = tuple((now.tie.one, now.tie.other, now.tie.through) for now in ties)
    layout = laid_out(tuple(sorted(row.status.device.name for row in rows)), pairs)
    words: dict[str, list[str]] = {}
    lines = []
    for now, text in zip(ties, map(drawing.words_of, ties), strict=True):
        words.setdefault(now.tie.one, []).append(text)
        words.setdefault(now.tie.other, []).append(text)
        lines.append(_line(layout, now, text))
    placed = sorted(((layout.places[row.status.device.name], row) for row in rows), key=_top_left)
    return Drawing(
        boxes=tuple(drawing.box(row, x, y) for (x, y), row in placed), lines=tuple(lines),
        rows=tuple(drawing.row(row, words.get(row.status.device.name, ())) for _, row in placed),
        states=Counter(now.state for now in ties), width=layout.width, height=layout.height,
    )  # fmt: skip


def _top_left(placed: tuple[tuple[float, float], DeviceRow]) -> tuple[float, float]:
    (x, y), _ = placed
    return y, x


def _line(layout: Layout, now: TieNow, words: str) -> Markup:
    one, other = now.tie.one, now.tie.other
    branch = (one, other) if (one, other) in layout.branches else (other, one)
    is_branch = branch in layout.branches
    path = _elbow(layout.places, *branch) if is_branch else _curve(layout.places, one, other)
    return drawing.line(path, now.state, words, is_thick=len(now.wires) > 1, is_branch=is_branch)


def _elbow(places: Mapping[str, tuple[float, float]], one: str, other: str) -> str:
    (x, y), (far, low) = places[one], places[other]
    return f"M{x + WIDTH:g} {y + HEIGHT / 2:g}H{x + WIDTH + 28:g}V{low + HEIGHT + 3:g}H{far:g}V{low + HEIGHT:g}"


def _curve(places: Mapping[str, tuple[float, float]], one: str, other: str) -> str:
    """Return a bow from the right of the one to the other: to its left where that lies farther, else to its right."""
    (x, y), (far, low) = places[one], places[other]
    y, low = y + HEIGHT / 2, low + HEIGHT / 2
    if far > x + WIDTH:
        return f"M{x + WIDTH:g} {y:g}C{x + WIDTH + 40:g} {y:g} {far - 40:g} {low:g} {far:g} {low:g}"
    bow = max(x, far) + WIDTH + 36
    return f"M{x + WIDTH:g} {y:g}C{bow:g} {y:g} {bow:g} {low:g} {far + WIDTH:g} {low:g}"
