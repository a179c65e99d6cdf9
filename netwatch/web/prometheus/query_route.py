"""/prometheus/api/v1: answers what Grafana's Prometheus data source asks, out of the history.

In the shape of Prometheus' own API, its errors too. What the language has and NetWatch does not is a 400 in words.
May import: netwatch.model, netwatch.web, promql, selecting. Called by: netwatch.web.app.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from netwatch.model import parse_duration
from netwatch.web.bodies import form_body
from netwatch.web.pacing import paced
from netwatch.web.prometheus.promql.answered import answered, answered_selector
from netwatch.web.prometheus.promql.evaluate import evaluate
from netwatch.web.prometheus.promql.nodes import NAME, Node, QueryRefused, Selector, TooMuch, has_vector, is_scalar
from netwatch.web.prometheus.promql.rows import Labels, Row, key_of
from netwatch.web.prometheus.selecting import INFO, INFO_HELP, Instants, Selecting
from netwatch.web.routes import showing
from netwatch.web.views import History, Views

PREFIX: Final = "/prometheus/api/v1"
MOST_POINTS: Final = 11_000
"""Of one series, as in Prometheus."""
MOST_SERIES: Final = 10_000
"""Told of at once."""
AT_ONCE: Final = 2
"""Expressions that are worked out side by side; others wait."""
SPEAKS_AS: Final = "2.42.0"
"""The Prometheus whose API this is a part of; Grafana asks differently of different ones."""

Fields = Mapping[str, Sequence[str]]


def query_router(views: Views, history: History) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix=PREFIX, include_in_schema=False, default_response_class=Response)
    selecting = Selecting(views, history)
    places = asyncio.Semaphore(AT_ONCE)

    async def worked_out(node: Node, instants: Instants) -> list[Row]:
        if (missing := selecting.not_kept(node)) and has_vector(node):
            raise HTTPException(422, f"{_not_kept(missing)}; what stands in for it would be taken for its value")
        async with places:
            try:
                given = await selecting.given(node, instants, datetime.now(UTC))
                return await asyncio.to_thread(evaluate, node, given, instants.at())
            except (TooMuch, QueryRefused) as exc:
                raise HTTPException(422, str(exc)) from exc

    async def range_of(request: Request) -> Response:
        """Return a matrix."""
        fields = await _fields(request)
        node, step = _parsed(fields), _step(_one(fields, "step"))
        first, last = (_instant(name, _one(fields, name)) for name in ("start", "end"))
        if last < first:
            raise HTTPException(400, "end is before start")
        if (last - first) / step > MOST_POINTS:
            raise HTTPException(
                400, f"that is more than {MOST_POINTS:,} points of each series; ask with a longer step"
            )
        instants = Instants(first=first, last=last, step=step)
        rows = await worked_out(node, instants)
        results = _matrix(_sorted(rows), [at / 1000 for at in instants.at()])
        return await _answered("matrix", results, _warnings(selecting, node))

    async def now_of(request: Request) -> Response:
        """Return a vector, or a scalar."""
        fields = await _fields(request)
        node = _parsed(fields)
        time = _one(fields, "time")
        at = _instant("time", time) if time else datetime.now(UTC)
        rows = await worked_out(node, Instants(first=at, last=at, step=timedelta(0)))
        second = at.timestamp()
        if is_scalar(node):
            return JSONResponse(_success({"resultType": "scalar", "result": [second, text_of(rows[0].values[0])]}))
        return await _answered("vector", _vector(rows, second), _warnings(selecting, node))

    async def series(request: Request) -> Response:
        """Return the labels of series."""
        fields = await _fields(request)
        selectors = _selectors(fields)
        if not selectors:
            raise HTTPException(400, "no match[] says which series")
        return JSONResponse(_success([dict(labels) async for labels in paced(_known(selecting, selectors))]))

    async def labels(request: Request) -> Response:
        """Return the names of labels."""
        selectors = _selectors(await _fields(request)) or [_EVERYTHING]
        names = {name async for one in paced(_known(selecting, selectors)) for name in one}
        return JSONResponse(_success(sorted(names)))

    async def values(request: Request, name: str) -> Response:
        """Return the texts of a label."""
        selectors = _selectors(await _fields(request))
        if name == NAME and not selectors:
            return JSONResponse(_success(sorted({*history.families(), INFO})))
        found = {one[name] async for one in paced(_known(selecting, selectors or [_EVERYTHING])) if one.get(name)}
        return JSONResponse(_success(sorted(found)))

    for path, endpoint in (
        ("/query_range", range_of), ("/query", now_of), ("/series", series), ("/labels", labels),
        ("/label/{name}/values", values),
    ):  # fmt: skip
        router.add_api_route(path, endpoint, methods=["GET", "HEAD", "POST"])

    @showing(router, "/metadata")
    async def metadata(metric: str = "", limit: int = MOST_SERIES) -> Response:
        known = {name: family.help for name, family in history.families().items()} | {INFO: INFO_HELP}
        told = {
            name: [{"type": "gauge", "help": words, "unit": ""}]
            for name, words in known.items()
            if metric in ("", name)
        }
        return JSONResponse(_success(dict(list(told.items())[: max(limit, 0) or None])))

    @showing(router, "/status/buildinfo")
    async def buildinfo() -> Response:
        told = {"version": SPEAKS_AS, "revision": "", "branch": "", "buildUser": "NetWatch", "buildDate": "",
                "goVersion": ""}  # fmt: skip
        return JSONResponse(_success(told))

    return router


_EVERYTHING: Final = answered_selector('{__name__=~".+"}')


def _success(data: object) -> Mapping[str, object]:
    return {"status": "success", "data": data}


async def _fields(request: Request) -> Fields:
    """Return what was asked, in the address or in a form."""
    found: dict[str, list[str]] = {}
    for name, text in request.query_params.multi_items():
        found.setdefault(name, []).append(text)
    if request.method == "POST":
        for name, texts in (await form_body(request)).items():
            found.setdefault(name, []).extend(texts)
    return found


def _one(fields: Fields, name: str) -> str:
    return fields[name][0] if fields.get(name) else ""


def _parsed(fields: Fields) -> Node:
    try:
        return answered(_one(fields, "query"))
    except QueryRefused as exc:
        raise HTTPException(400, str(exc)) from exc


def _selectors(fields: Fields) -> list[Selector]:
    try:
        return [answered_selector(text) for text in fields.get("match[]", ())]
    except QueryRefused as exc:
        raise HTTPException(400, str(exc)) from exc


_YEARS = range(1000, 9999)
"""A range before an instant, or a moment behind it, is an instant as well."""


def _instant(name: str, text: str) -> datetime:
    try:
        if text and set(text) <= set("0123456789.eE+-") and text.count("-") < 2:
            at = datetime.fromtimestamp(float(text), UTC)
        else:
            read = datetime.fromisoformat(text)
            at = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
        if at.year not in _YEARS:
            raise ValueError(text)
        return at
    except (ValueError, OverflowError, OSError) as exc:
        raise HTTPException(400, f"{name} is seconds since 1970, or as 2026-03-01T10:02:00Z") from exc


def _step(text: str) -> timedelta:
    try:
        seconds = float(text)
        step = timedelta(seconds=seconds) if math.isfinite(seconds) else timedelta(0)
    except (ValueError, OverflowError):
        try:
            step = parse_duration(text)
        except ValueError as exc:
            raise HTTPException(400, f"step is seconds, or a duration such as 15s: {exc}") from exc
    if step <= timedelta(0):
        raise HTTPException(400, "step is longer than nothing")
    return step


def _known(selecting: Selecting, selectors: Iterable[Selector]) -> Iterator[Labels]:
    """Yield series, each once, as many as are told of."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    for selector in selectors:
        for labels in selecting.series(selector):
            key = key_of(labels)
            if key not in seen:
                seen.add(key)
                yield labels
            if len(seen) >= MOST_SERIES:
                return


def _sorted(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: key_of(row.labels))


def _matrix(rows: Iterable[Row], seconds: Sequence[float]) -> Iterator[str]:
    for row in rows:
        points = ",".join(
            f'[{at!r},"{text_of(value)}"]' for at, value in zip(seconds, row.values, strict=True) if value is not None
        )
        if points:
            yield f'{{"metric":{_json(row.labels)},"values":[{points}]}}'


def _vector(rows: Iterable[Row], second: float) -> Iterator[str]:
    for row in rows:
        if row.values[0] is not None:
            yield f'{{"metric":{_json(row.labels)},"value":[{second!r},"{text_of(row.values[0])}"]}}'


def _json(labels: Labels) -> str:
    return json.dumps(dict(sorted(labels.items())), ensure_ascii=False, separators=(",", ":"))


def text_of(value: float | None) -> str:
    """Write a value as Prometheus does: the shortest digits that say it, never as a power of ten."""
    if value is None or math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = repr(float(value))
    return format(Decimal(text), "f") if "e" in text else text


def _not_kept(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return (
        f"NetWatch's history does not have {shown}: it has the concepts and reachability, Prometheus all of /metrics"
    )


def _warnings(selecting: Selecting, node: Node) -> Sequence[str]:
    missing = selecting.not_kept(node)
    return [_not_kept(missing)] if missing else []


async def _answered(kind: str, results: Iterator[str], warnings: Sequence[str]) -> Response:
    pieces = [one async for one in paced(results)]
    more = f',"warnings":{json.dumps(warnings)}' if warnings else ""
    body = f'{{"status":"success","data":{{"resultType":"{kind}","result":[{",".join(pieces)}]}}{more}}}'
    return Response(body.encode("utf-8", "replace"), media_type="application/json")
