"""The pages of what is different for single rows: the list, and the form by which a port or sensor gets there.

Plain forms; no script is needed. What would come of it is said before it is done, and whatever was said here can be
taken back here.
May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from netwatch.web.actions import ActionRefused
from netwatch.web.bodies import first_of, form_body
from netwatch.web.metrics import CHANGES
from netwatch.web.pages.author import author_of, done
from netwatch.web.pages.concepts.rows import Row
from netwatch.web.pages.exceptions.form import (
    LIMITS,
    OWN_VERDICT,
    ExceptionForm,
    alerts_about,
    judged,
    limits_of,
    name_of,
)
from netwatch.web.pages.templating import Templates
from netwatch.web.routes import METHODS, find_device
from netwatch.web.row_exceptions import Part, RowException, RowExceptions, RowPlace, quantity_of_row
from netwatch.web.users.callers import caller_or
from netwatch.web.views import Views

SHOWN = 500
ALERTS_SHOWN = 20
_WAY = "page"
Text = Annotated[str, Query(max_length=1000)]


def exception_router(views: Views, exceptions: RowExceptions, templates: Templates) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)
    _add_form(router, views, exceptions, templates)

    @router.api_route("/exceptions", methods=METHODS)
    async def listed() -> Response:
        every = exceptions.all()
        rows = [with_quantity(one, views) for one in every[:SHOWN]]
        return await templates.page("exceptions.html", rows=rows, total=len(every))

    @router.post("/exceptions/{exception_id}/end")
    async def end(request: Request, exception_id: str) -> Response:
        fields = await form_body(request)
        author = caller_or(first_of(fields, "author") or author_of(request)) or "the page"
        ended = await exceptions.end(exception_id, author)
        CHANGES.labels("end_exception", _WAY).inc()
        is_there = ended.device and views.device(ended.device) is not None
        return done(_place_of(ended) if is_there else "/exceptions")

    return router


def _add_form(router: APIRouter, views: Views, exceptions: RowExceptions, templates: Templates) -> None:
    async def shown(form: ExceptionForm, row: Row, *, wrong: str = "") -> Response:
        """Return the form with what would come of it."""
        match: tuple[str, ...] = ()
        outlook = ""
        try:
            match = tuple(exceptions.match_of(form.place))
            outlook = judged(row, form.order(row).values) if form.part == "limits" else ""
        except ActionRefused as exc:
            wrong = wrong or str(exc)
        alerts = alerts_about(views.alerts_of(form.place.device), row.reading, row)
        return await templates.page(
            "exception_form.html", 400 if wrong else 200,
            form=form, called=name_of(row), row=row, match=match, outlook=outlook, wrong=wrong,
            alerts=alerts, shown=ALERTS_SHOWN, limits=LIMITS, has_verdict=exceptions.knows_rule(OWN_VERDICT),
            before=[
                replace(one, quantity=row.label("quantity"))
                for one in exceptions.about([row.reading]).get((form.place.table, form.place.key), ())
            ],
        )  # fmt: skip

    @router.api_route("/exceptions/new", methods=METHODS)
    async def new(request: Request, device: Text, table: Text, row: Text, part: Part = "ignore") -> Response:
        place = RowPlace(device=device, table=table, key=row)
        found = _row(views, place)
        form = ExceptionForm(
            part=part, place=place, values=limits_of(found), without_verdict=True, author=author_of(request)
        )
        return await shown(
            replace(form, part="ignore") if "sensor_value" not in found.reading.columns else form, found
        )

    @router.post("/exceptions")
    async def make(request: Request) -> Response:
        fields = await form_body(request)
        form = ExceptionForm.of_fields(fields)
        row = _row(views, form.place)
        if "preview" in fields:
            return await shown(form, row)
        try:
            order = form.order(row)
            made = await exceptions.put(replace(order, by=caller_or(order.by)))
        except ActionRefused as exc:
            return await shown(form, row, wrong=str(exc))
        CHANGES.labels(made.part, _WAY).inc()
        return done(_place_of(made, form.place.table), made.by)


def with_quantity(one: RowException, views: Views) -> RowException:
    """Return an exception with the quantity of the sensor that it names, where that is clear."""
    if not one.values or not one.device:
        return one
    return replace(one, quantity=quantity_of_row(one, views.reading(one.device, "sensor")))


def _place_of(one: RowException, table: str = "") -> str:
    """Return the device's page, where what was said just now stands above everything."""
    said = f"?said={one.id}" if table else ""
    return f"/devices/{quote(one.device, safe='')}{said}"


def _row(views: Views, place: RowPlace) -> Row:
    find_device(views, place.device)
    reading = next((one for one in views.readings(place.device) if one.table == place.table), None)
    if reading is None or place.key not in reading.rows.keys:
        raise HTTPException(404, "the device has no such row now")
    return Row(reading, reading.rows.keys.index(place.key))
