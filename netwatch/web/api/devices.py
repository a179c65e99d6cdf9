"""The devices of the JSON API: all of them, one with every row last read, and one concept of one.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.api.lists.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import Response

from netwatch.model import CONCEPTS, DeviceStatus, TableReading
from netwatch.web.api.flat import Flat, flat_concept, flat_device, flat_gap, flat_neighbour, flat_row, flat_rows
from netwatch.web.api.paging import PAGED, After, AllOrLimit, cursor_of, page, place_in
from netwatch.web.pacing import json_list
from netwatch.web.routes import find_device, showing
from netwatch.web.views import Views

ConceptName = Annotated[str, Path(description=f"one of {', '.join(CONCEPTS)}")]

DeviceName = Annotated[str, Query(max_length=255)]


def add_devices(router: APIRouter, views: Views) -> None:
    """Add the routes."""

    @showing(router, "/devices", responses=PAGED)
    async def devices(
        request: Request, up: bool | None = None, limit: AllOrLimit = None, after: After = ""
    ) -> Response:
        """Return every device, or those that are up, or down; in pages where there is a limit."""
        asked = [(place, one) for place, one in enumerate(views.devices()) if up is None or one.up is up]
        behind = place_in("devices", after, int, str)
        found = asked if behind is None else asked[_behind_device(asked, *behind) :]
        return page(
            request, found, limit, lambda one: flat_device(one[1], views.identity(one[1].device.name)),
            lambda one: cursor_of("devices", (one[0], one[1].device.name)),
        )  # fmt: skip

    @showing(router, "/neighbours", responses=PAGED)
    async def neighbours(
        request: Request, device: DeviceName = "", limit: AllOrLimit = None, after: After = ""
    ) -> Response:
        """Return who stands at which port, since when, and which monitored device that is; of one device or all."""
        if device:
            find_device(views, device)
        behind = place_in("neighbours", after, int)
        found = list(enumerate(views.neighbours(device)))[behind[0] + 1 if behind is not None else 0 :]
        return page(
            request, found, limit, lambda one: flat_neighbour(one[1]), lambda one: cursor_of("neighbours", (one[0],))
        )

    @showing(router, "/devices/{name:path}/{concept}", responses=PAGED)
    async def concept(
        request: Request, name: str, concept: ConceptName, limit: AllOrLimit = None, after: After = ""
    ) -> Response:
        """Return the rows of one concept of a device: values in base units, states as words."""
        if views.device(f"{name}/{concept}") is not None:
            return await device(f"{name}/{concept}")  # a name may have a slash in it
        find_device(views, name)
        if concept not in CONCEPTS:
            raise HTTPException(404, f"no concept is called {concept!r}; there are {', '.join(CONCEPTS)}")
        reading = next((one for one in views.readings(name) if one.table == concept), None)
        return _rows_page(request, name, concept, reading, limit, after)

    @showing(router, "/devices/{name:path}")
    async def device(name: str) -> Response:
        """Return what is known of a device: itself (`table` is `device`), its concepts, then every row last read."""
        status = find_device(views, name)
        return json_list(_device_and_rows(views, status))


def _rows_page(
    request: Request, device: str, concept: str, reading: TableReading | None, limit: int | None, after: str
) -> Response:
    """Return a page of rows; it goes on behind a row by its key, wherever that stands by now."""
    kind = f"{concept} of {device}"
    behind = place_in(kind, after, int, str)
    rows: Sequence[int] = range(len(reading.rows.index)) if reading is not None else ()
    if reading is None:
        return page(request, rows, limit, lambda row: {}, lambda row: "")
    keys = reading.rows.keys
    if behind is not None:
        place, key = behind
        rows = rows[keys.index(key) + 1 if key in keys else max(place, 0) :]
    return page(
        request, rows, limit, lambda row: {"device": device, **flat_row(reading, row)},
        lambda row: cursor_of(kind, (row, keys[row])),
    )  # fmt: skip


def _behind_device(asked: Sequence[tuple[int, DeviceStatus]], place: int, name: str) -> int:
    """Return where the devices behind one begin; where it is gone, at its old place."""
    names = [one.device.name for _, one in asked]
    if name in names:
        return names.index(name) + 1
    return bisect_left([number for number, _ in asked], place)


def _device_and_rows(views: Views, status: DeviceStatus) -> Iterator[Flat]:
    name = status.device.name
    readings = {reading.table: reading for reading in views.readings(name)}
    yield {"device": name, "table": "device", **flat_device(status, views.identity(name))}
    for concept in CONCEPTS:
        if concept in readings:
            yield {"device": name, **flat_concept(readings[concept], f"/api/v1/devices/{quote(name)}/{concept}")}
    for reading in readings.values():
        for row in flat_rows(reading):
            yield {"device": name, **row}
    for gap in views.gaps(name):
        yield {"device": name, **flat_gap(gap)}
