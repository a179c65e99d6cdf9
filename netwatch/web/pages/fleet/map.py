"""The map: devices and what ties them, drawn by the server; no script is needed, and every device is a link.

May import: netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response

from netwatch.web.matcher_text import read_conditions
from netwatch.web.pages.fleet.layout import HEIGHT, WIDTH, Layout, laid_out
from netwatch.web.pages.fleet.links import Tie, chosen, ties_of
from netwatch.web.pages.fleet.search import DeviceSearch
from netwatch.web.pages.overview import DeviceRow, overview_of
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS, find_device
from netwatch.web.views import Views
from netwatch.web.words import shortened

NODES_ON_A_MAP: Final = 500
LETTERS: Final = 23
"""So many letters of a name fit into its box beside the word of its state."""

Text = Annotated[str, Query(max_length=255)]
Conditions = Annotated[str, Query(max_length=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A device and where it stands; `ties` what it is tied to, in words."""

    row: DeviceRow
    x: float
    y: float
    ties: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line between two devices, as the path of an SVG. kind: depends, wire, or across where it is no branch."""

    path: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A map; the nodes in the order of their places, which is that in which they are read."""

    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


def map_router(views: Views, templates: Templates) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

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
        ties = ties_of(rows, views.neighbours)
        drawing = await asyncio.to_thread(drawn, rows, ties)
        return await templates.page(
            "map.html", 400 if wrong else 200,
            drawing=drawing, ties=len(ties), total=len(seen.rows), found=len(found), around=around, labels=labels,
            wrong=wrong, most=NODES_ON_A_MAP, letters=LETTERS, box=(WIDTH, HEIGHT),
            counts=[(state, n) for state in ("down", "alert", "trouble", "unknown", "up")
                    if (n := sum(row.state == state for row in rows))],
        )  # fmt: skip

    return router


def drawn(rows: Sequence[DeviceRow], ties: Sequence[Tie]) -> Drawing:
    """Return the map of devices and their ties."""
    layout = laid_out([row.status.device.name for row in rows], ties)
    words: dict[str, list[str]] = {}
    for tie in ties:
        for name in (tie.one, tie.other):
            words.setdefault(name, []).append(tie.words)
    nodes = [
        Node(row=row, x=x, y=y, ties=tuple(words.get(row.status.device.name, ())))
        for row in rows
        for x, y in (layout.places[row.status.device.name],)
    ]
    return Drawing(
        nodes=tuple(sorted(nodes, key=lambda node: (node.y, node.x))), lines=tuple(_lines(layout, ties)),
        width=layout.width, height=layout.height,
    )  # fmt: skip


def _lines(layout: Layout, ties: Sequence[Tie]) -> list[Line]:
    branches = {frozenset(pair): pair for pair in layout.branches}
    lines = []
    for tie in ties:
        pair = branches.get(frozenset((tie.one, tie.other)))
        one, other = pair or (tie.one, tie.other)
        path = _elbow(layout.places, one, other) if pair else _curve(layout.places, one, other)
        kind = ("depends" if tie.through else "wire") if pair else "across"
        lines.append(Line(path=path, kind=kind, words=tie.words))
    return lines


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
