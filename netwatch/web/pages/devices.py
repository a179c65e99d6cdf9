"""The page of one device, with its interfaces and tables.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from netwatch.model import CONCEPTS, NUMBERS, REACHABILITY, ObjectNames, ReadingGap, TableReading
from netwatch.web.actions import Actions
from netwatch.web.charts.device import first_charts
from netwatch.web.pacing import paced
from netwatch.web.pages.concepts.on_ports import on_ports, own_vlans
from netwatch.web.pages.concepts.polled import polled_of
from netwatch.web.pages.concepts.sections import each_section, identity_line
from netwatch.web.pages.exceptions.routes import with_quantity
from netwatch.web.pages.interfaces import CONCEPT, interfaces_of, said_of
from netwatch.web.pages.lately import Remembering, together
from netwatch.web.pages.overview import overview_of
from netwatch.web.pages.tables import ROWS_OF_A_TABLE, raw_tables
from netwatch.web.pages.templating import Templates
from netwatch.web.pages.traps import is_address
from netwatch.web.routes import METHODS, find_device
from netwatch.web.row_exceptions import NoRowExceptions, RowException, RowExceptions
from netwatch.web.trap_words import shown_traps
from netwatch.web.views import History, NoHistory, NoTraps, TrapLog, Views

TRAPS_OF_A_DEVICE = 10
EVENTS_OF_A_DEVICE, EVENTS_LOOKED_AT = 20, 60

Said = Annotated[str, Query(max_length=255)]


def device_router(
    views: Views,
    actions: Actions,
    templates: Templates,
    history: History | None = None,
    exceptions: RowExceptions | None = None,
    trap_log: TrapLog | None = None,
    names: ObjectNames = NUMBERS,
) -> APIRouter:
    """Return the routes."""
    past, different = history or NoHistory(), exceptions or NoRowExceptions()
    remembering, heard = Remembering(past), trap_log or NoTraps()
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.api_route("/devices/{name:path}", methods=METHODS)
    async def device(name: str, said: Said = "") -> Response:
        if is_address(name) and views.device(name) is None:
            return RedirectResponse(f"/traps?q={quote(name)}")  # traps alert also of senders that are not watched
        status = find_device(views, name)
        row = overview_of([status], views.alerts_of(name), ())
        readings = views.readings(name)
        alerting = {alert.key.instance for alert in row.firing if alert.key.instance}
        interfaces = interfaces_of(readings, alerting, views.neighbours(name))
        beside = [reading for reading in readings if reading.table != CONCEPT]
        gaps, about = views.gaps(name), _about(different, [one for one in readings if one.table in CONCEPTS])
        return await templates.page(
            "device.html",
            readings=readings,
            identity=identity_line(views.identity(name)),
            status=status,
            row=row.rows[0],
            firing=row.firing,
            pending=row.pending,
            mutings=await actions.mutings_of(row.firing),
            interfaces=interfaces,
            said=said_of(interfaces[:ROWS_OF_A_TABLE]),
            has_interfaces=any(reading.table == CONCEPT for reading in readings),
            sections=[one async for one in paced(each_section(beside, alerting, ignored=_ignored(about)))],
            about=about,
            just_said=next((with_quantity(one, views) for one in different.all() if one.id == said), None)
            if said
            else None,
            tables=raw_tables([one for one in readings if not _is_shown_elsewhere(one)], views.schema()),
            gaps=_together(gaps),
            gap_tables=[gap.table for gap in gaps],
            events=together(await views.events(EVENTS_LOOKED_AT, name))[:EVENTS_OF_A_DEVICE],
            traps=shown_traps(await heard.traps(TRAPS_OF_A_DEVICE, name), names),
            on_ports=on_ports(readings),
            own_vlans=own_vlans(readings),
            polled=polled_of(readings),
            rows_of_a_table=ROWS_OF_A_TABLE,
            has_history=past.is_kept,
            charts=first_charts(name, readings, alerting) if past.is_kept else (),
            lately=await remembering.of(name, _newest(readings), interfaces[:ROWS_OF_A_TABLE]),
        )

    return router


def _about(
    different: RowExceptions, readings: Sequence[TableReading]
) -> Mapping[tuple[str, str], Sequence[RowException]]:
    """Return what is different of single rows, by table and key; limits in the unit of their row."""
    found = different.about(readings)
    tables = {one.table: one.rows for one in readings if "quantity" in one.rows.labels}
    units = {
        (table, key): quantity
        for table, rows in tables.items() if any(table == of for of, _ in found)
        for key, quantity in zip(rows.keys, rows.labels["quantity"], strict=True)
    }  # fmt: skip
    return {place: [replace(one, quantity=units.get(place, "")) for one in said] for place, said in found.items()}


def _ignored(about: Mapping[tuple[str, str], Sequence[RowException]]) -> frozenset[tuple[str, str]]:
    """Return the rows, by table and key, that no rule sees."""
    return frozenset(place for place, said in about.items() if any(one.silences_all for one in said))


def _newest(readings: Sequence[TableReading]) -> datetime | None:
    return max((reading.at for reading in readings), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    """Tables that were not read, for one and the same reason."""

    tables: tuple[str, ...]
    at: datetime
    reason: str


def _together(gaps: Sequence[ReadingGap]) -> list[_Gap]:
    """Say a reason once: of a device that is down every table is a gap, and every concept."""
    reasons: dict[str, list[ReadingGap]] = {}
    for gap in gaps:
        reasons.setdefault(gap.reason, []).append(gap)
    return [
        _Gap(tables=tuple(gap.table for gap in same), at=max(gap.at for gap in same), reason=reason)
        for reason, same in reasons.items()
    ]


def _is_shown_elsewhere(reading: TableReading) -> bool:
    return reading.table in CONCEPTS or reading.table == REACHABILITY.name
