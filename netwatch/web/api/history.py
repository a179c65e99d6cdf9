"""How the values of a row were over time, in the JSON API.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from netwatch.model import CONCEPTS, REACHABILITY, Availability, ColumnKind, Past, parse_duration
from netwatch.web.pacing import json_list
from netwatch.web.routes import find_device, showing
from netwatch.web.views import History, Views
from netwatch.web.words import plain_value, rfc3339

STRIPS: Final[Mapping[str, timedelta]] = {
    "24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30),
}  # fmt: skip
LONGEST = timedelta(days=4000)
Text = Annotated[str, Query(max_length=255)]
Key = Annotated[str, Query(max_length=2000, description="which row, as `ifName=Gi1/0/7`; empty where there is one")]
Since = Annotated[str, Query(max_length=40, description="how far back, as 24h or 30d")]


def history_api_router(views: Views, history: History) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/api/v1", default_response_class=Response)

    @showing(router, "/history")
    async def past(device: Text, table: Text, row: Key = "", column: Text = "", since: Since = "24h") -> Response:
        """Return every value kept of a row, or of one column of it, the oldest first; the longer the coarser.

        `value` is a reading, or the mean of five minutes or an hour, with `lowest` and `highest` then.
        """
        find_device(views, device)
        columns = _columns_of(table)
        if column and column not in columns:
            raise HTTPException(404, f"{table} has no column {column!r}; it has {', '.join(columns)}")
        now = datetime.now(UTC)
        wanted = (column,) if column else columns
        found = await history.past(device, table, row, wanted, now - _span(since), now)
        return json_list(_flat(device, table, row, found))

    @showing(router, "/availability")
    async def availability(device: Text) -> Response:
        """Return how much of a day, a week and a month a device was up, by time; `cells` are 48 parts of each.

        `ratio` and cells are from 0 to 1, null where nothing is known. Of `known_seconds` anything is known at all.
        """
        find_device(views, device)
        found = await history.availability(device, tuple(STRIPS.values()), datetime.now(UTC))
        return json_list(_strip(device, span, one) for span, one in zip(STRIPS, found, strict=False))

    return router


def _strip(device: str, span: str, one: Availability) -> Mapping[str, Any]:
    return {
        "device": device, "span": span, "since": rfc3339(one.since), "until": rfc3339(one.until),
        "ratio": None if one.ratio is None else round(one.ratio, 6), "away_seconds": one.away.total_seconds(),
        "known_seconds": one.known.total_seconds(),
        "cells": [None if cell is None else round(cell, 4) for cell in one.cells],
    }  # fmt: skip


def _columns_of(table: str) -> tuple[str, ...]:
    if table == REACHABILITY.name:
        return tuple(name for name, kind in REACHABILITY.columns.items() if kind is not ColumnKind.TEXT)
    concept = CONCEPTS.get(table)
    if concept is None or concept.is_fact:
        raise HTTPException(404, f"no history is kept of {table!r}; it is of concepts, such as interface or cpu")
    return tuple(concept.columns)


def _span(text: str) -> timedelta:
    try:
        span = parse_duration(text)
    except ValueError as exc:
        raise HTTPException(400, str(exc)) from exc
    if not timedelta(0) < span <= LONGEST:
        raise HTTPException(400, f"since is a time such as 24h, of {LONGEST.days}d at most")
    return span


def _flat(device: str, table: str, row: str, found: Mapping[str, Past]) -> Iterator[Mapping[str, Any]]:
    for column, past in found.items():
        for at, low, mean, high in zip(past.times, past.lows, past.means, past.highs, strict=True):
            yield {
                "device": device, "table": table, "row": row, "column": column,
                "time": rfc3339(datetime.fromtimestamp(at / 1000, UTC)), "value": plain_value(mean),
                "lowest": plain_value(low), "highest": plain_value(high),
            }  # fmt: skip
