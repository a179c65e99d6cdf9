"""What a chart is drawn from: columns of a row in equal steps, few enough to be drawn, with units and alerts.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from netwatch.errors import StoreError
from netwatch.model import Alert, Past, format_duration, parse_duration, quantity_of, symbol_of
from netwatch.web.charts.grid import MOST_POINTS, Cell, Grid, first_known, gridded
from netwatch.web.charts.plan import numbers_of, role_of, states_of, title_of
from netwatch.web.charts.spans import Span, spans_of
from netwatch.web.routes import find_device, showing
from netwatch.web.views import History, Views

MOST_COLUMNS: Final = 12
USUAL_POINTS: Final = 300
LONGEST: Final = timedelta(days=4000)
SHORTEST: Final = timedelta(minutes=1)
YOUNG: Final = 4
"""What is known of less than one part in so many of a span is told in finer steps, from where it begins."""
_A_DAY: Final = timedelta(hours=24)
_UNWRITTEN: Final = timedelta(hours=1)

Text = Annotated[str, Query(max_length=255)]
Key = Annotated[str, Query(max_length=2000, description="which row, as `ifName=Gi1/0/7`; empty where there is one")]
Columns = Annotated[
    str, Query(max_length=2000, description=f"at most {MOST_COLUMNS}, with commas; those that make a chart, if empty")
]
Instant = Annotated[
    str, Query(max_length=40, description="`2026-03-01T10:02:00Z`, or seconds since 1970; `to` is now, if empty")
]
Since = Annotated[str, Query(max_length=40, description="how far back, as 24h or 30d, where there is no `from`")]
Step = Annotated[str, Query(max_length=40, description="steps at least so long, as 5m")]
Points = Annotated[int, Query(ge=2, le=MOST_POINTS, description="at most so many steps")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, checked."""

    device: str
    table: str
    row: str
    columns: tuple[str, ...]
    since: datetime
    until: datetime
    step: int
    points: int


def series_router(views: Views, history: History) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/api/v1", default_response_class=Response)

    @showing(router, "/series")
    async def series(
        device: Text, table: Text, row: Key = "", columns: Columns = "",
        begin: Annotated[Instant, Query(alias="from")] = "", to: Instant = "", since: Since = "", step: Step = "",
        points: Points = USUAL_POINTS,
    ) -> Response:  # fmt: skip
        """Return columns of a row in equal steps: mean, and lowest and highest where they differ.

        A value of step n of `at` is of `from` + n * `step_seconds`, seconds since 1970. Where a step has no value
        (null) nothing is known; of a gap of several only the first stands there. `resolution` says what a value is.
        """
        find_device(views, device)
        asked = Asked(
            device=device, table=table, row=row, columns=_columns(table, columns), points=points,
            step=_step(step), **_times(begin, to, since, datetime.now(UTC)),
        )  # fmt: skip
        labels = dict(await history.rows(device, table)).get(row, {}) if table == "sensor" else {}
        past, since_then = await looked_up(history, asked)
        fired = spans_of(await _alerts(views, device), device, row)
        body = await asyncio.to_thread(answer, asked, past, since_then, labels, fired)
        return Response(body, media_type="application/json")

    return router


async def looked_up(history: History, asked: Asked) -> tuple[Mapping[str, Past], datetime]:
    """Return the lines, and from when on they are told: of a young history from where it begins, and finer."""
    span = asked.until - asked.since
    for since in (asked.since, max(asked.since, asked.until - _UNWRITTEN)):
        past = await history.past(asked.device, asked.table, asked.row, asked.columns, since, asked.until)
        first = first_known(past.values())
        if first is not None:
            begins = datetime.fromtimestamp(first / 1000, UTC)
            if asked.until - begins > span / YOUNG:
                return past, asked.since
            begins = max(asked.since, begins - SHORTEST)
            past = await history.past(asked.device, asked.table, asked.row, asked.columns, begins, asked.until)
            return past, begins
    return {}, asked.since


def answer(
    asked: Asked, past: Mapping[str, Past], since: datetime, labels: Mapping[str, str], fired: Sequence[Span]
) -> bytes:
    """Return the answer as JSON, without a blank in it."""
    begin, end = since.timestamp(), asked.until.timestamp()
    grid = gridded(past, begin, end, asked.points, asked.step)
    said = {
        "device": asked.device, "table": asked.table, "row": asked.row, "from": grid.begin, "to": round(end),
        "step_seconds": grid.step, "resolution": resolution(grid), "is_young": since > asked.since,
    }  # fmt: skip
    head = json.dumps(said, ensure_ascii=False, separators=(",", ":"))[:-1]
    lines = ",".join(_line(asked.table, name, cells, labels) for name, cells in grid.lines.items() if any(cells))
    alerts = json.dumps([_span(one) for one in fired], ensure_ascii=False, separators=(",", ":"))
    at = ",".join(map(str, grid.at))
    return f'{head},"at":[{at}],"series":[{lines}],"alerts":{alerts}}}\n'.encode("utf-8", "replace")


def resolution(grid: Grid) -> str:
    """Say what a value stands for."""
    if not grid.is_folded and grid.step < 2 * grid.every:
        return f"every reading, about one in {_words(max(grid.every, 1))}"
    return f"lowest, mean and highest of {_words(grid.step)}"


def _words(seconds: float) -> str:
    return format_duration(timedelta(seconds=round(seconds)))


def _line(table: str, column: str, cells: Sequence[Cell | None], labels: Mapping[str, str]) -> str:
    quantity = quantity_of(column, labels)
    states = states_of(table, column)
    said: dict[str, object] = {
        "column": column, "name": title_of(column), "role": role_of(table, column).value, "unit": quantity,
        "symbol": symbol_of(quantity),
    }  # fmt: skip
    if states is not None:
        said["states"] = {str(number): word for number, word in states.items()}
    head = json.dumps(said, ensure_ascii=False, separators=(",", ":"))[:-1]
    text = f'{head},"mean":[{_numbers(None if cell is None else cell[1] for cell in cells)}]'
    if any(cell is not None and cell[0] != cell[2] for cell in cells):
        text += f',"low":[{_numbers(None if cell is None else cell[0] for cell in cells)}]'
        text += f',"high":[{_numbers(None if cell is None else cell[2] for cell in cells)}]'
    return text + "}"


def _numbers(values: Iterable[float | None]) -> str:
    """Write numbers with four digits, which are more than a chart shows."""
    return ",".join("null" if value is None else f"{value:.4g}".replace("e+0", "e") for value in values)


def _span(one: Span) -> Mapping[str, object]:
    return {
        "begin": round(one.begin.timestamp()), "end": None if one.end is None else round(one.end.timestamp()),
        "words": one.words,
    }  # fmt: skip


async def _alerts(views: Views, device: str) -> Sequence[Alert]:
    try:
        return await views.alerts()
    except StoreError:  # then those that are alive will do
        return views.alerts_of(device)


def _columns(table: str, text: str) -> tuple[str, ...]:
    known = numbers_of(table)
    if not known:
        raise HTTPException(404, f"no history is kept of {table!r}; it is of concepts, such as interface or cpu")
    wanted = tuple(dict.fromkeys(filter(None, text.split(",")))) or known[:MOST_COLUMNS]
    if len(wanted) > MOST_COLUMNS:
        raise HTTPException(400, f"at most {MOST_COLUMNS} columns at a time")
    for column in wanted:
        if column not in known:
            raise HTTPException(404, f"{table} has no column {column!r}; it has {', '.join(known)}")
    return wanted


def _times(begin: str, to: str, since: str, now: datetime) -> Mapping[str, datetime]:
    until = _instant("to", to) if to else now
    start = _instant("from", begin) if begin else until - (_duration("since", since) if since else _A_DAY)
    if not SHORTEST <= until - start <= LONGEST:
        raise HTTPException(400, f"from is between a minute and {LONGEST.days} days before to")
    return {"since": start, "until": until}


def _instant(name: str, text: str) -> datetime:
    try:
        if text.replace(".", "", 1).isdecimal() and text.isascii():
            return datetime.fromtimestamp(float(text), UTC)
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise HTTPException(400, f"{name} is an instant, as 2026-03-01T10:02:00Z, or seconds since 1970") from exc


def _duration(name: str, text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as exc:
        raise HTTPException(400, f"{name}: {exc}") from exc


def _step(text: str) -> int:
    return round(min(_duration("step", text), LONGEST).total_seconds()) if text else 0
