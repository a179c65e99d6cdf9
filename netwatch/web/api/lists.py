"""The JSON API: every answer a list of flat objects, long ones in pages, every error an object with words.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from netwatch.model import NUMBERS, Alert, AlertState, ObjectNames, OutboxState, SilenceState
from netwatch.web.actions import Actions, NoActions
from netwatch.web.alert_search import AlertOrder, AlertSearch
from netwatch.web.api.devices import add_devices
from netwatch.web.api.flat import (
    flat_alert,
    flat_discovered,
    flat_event,
    flat_mail,
    flat_refused,
    flat_silence,
    flat_trap,
    flat_unmatched,
)
from netwatch.web.api.paging import (
    MOST_ON_A_PAGE,
    PAGED,
    After,
    AllOrLimit,
    cursor_of,
    instant_of,
    microseconds_of,
    no_such_page,
    page,
    place_in,
)
from netwatch.web.pacing import json_list
from netwatch.web.routes import matchers_from, showing
from netwatch.web.silences import silence_order
from netwatch.web.views import NoTraps, TrapLog, Views

Limit = Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE, description="how many on a page, the newest first")]
Text = Annotated[str, Query(max_length=255)]
Matchers = Annotated[list[Annotated[str, Query(max_length=5000)]], Query(max_length=100)]


def api_router(
    views: Views,
    trap_log: TrapLog | None = None,
    names: ObjectNames = NUMBERS,
    actions: Actions | None = None,
) -> APIRouter:
    """Return the routes below /api/v1 that show things."""
    router = APIRouter(prefix="/api/v1", default_response_class=Response)
    heard = trap_log or NoTraps()
    _add_alerts(router, views, actions or NoActions())
    add_devices(router, views)

    @showing(router, "/events", responses=PAGED)
    async def events(request: Request, limit: Limit = 100, device: Text = "", after: After = "") -> Response:
        """Return the newest events."""
        place = place_in("events", after, int, int)
        behind = (instant_of(place[0]), place[1]) if place is not None else None
        found = await views.events(limit + 1, device, behind=behind)
        return page(
            request, found, limit, flat_event,
            lambda one: cursor_of("events", (microseconds_of(one.at), one.number or 0)),
        )  # fmt: skip

    @showing(router, "/traps", responses=PAGED)
    async def traps(
        request: Request, limit: Limit = 100, device: Text = "", source: Text = "", after: After = ""
    ) -> Response:
        """Return the newest traps, of one device or source where asked for."""
        place = place_in("traps", after, int)
        found = await heard.traps(limit + 1, device or None, source or None, place[0] if place is not None else None)
        return page(
            request, found, limit, lambda one: flat_trap(one, names),
            lambda one: cursor_of("traps", (one.number or 0,)),
        )  # fmt: skip

    @showing(router, "/traps/refused")
    async def refused() -> Response:
        """Return the senders whose traps are turned away: why, and what in the configuration would let them in."""
        return json_list(map(flat_refused, views.refused()))

    @showing(router, "/traps/unmatched")
    async def unmatched() -> Response:
        """Return the kinds of trap that no rule takes, the most frequent first."""
        return json_list(flat_unmatched(kind, names) for kind in await views.unmatched())

    @showing(router, "/discovery")
    async def discovery() -> Response:
        """Return the devices that sweeps found beside the configuration: taken, or waiting for somebody."""
        return json_list(map(flat_discovered, views.discovery().devices))

    @showing(router, "/outbox", responses=PAGED)
    async def outbox(
        request: Request, limit: Limit = 100, state: OutboxState | None = None, after: After = ""
    ) -> Response:
        """Return the newest mails without their text."""
        place = place_in("outbox", after, int, str)
        behind = (instant_of(place[0]), place[1]) if place is not None else None
        found = await views.outbox(limit + 1, state, behind)
        return page(
            request, found, limit, flat_mail,
            lambda one: cursor_of("outbox", (microseconds_of(one.created_at), one.id)),
        )  # fmt: skip

    return router


def _add_alerts(router: APIRouter, views: Views, actions: Actions) -> None:
    @showing(router, "/alerts", responses=PAGED)
    async def alerts(
        request: Request, state: AlertState | None = None, device: Text = "", rule: Text = "",
        severity: Text = "", q: Text = "",
        muted: bool | None = None, acked: bool | None = None, matcher: Matchers = [],  # noqa: B006 # FastAPI copies it
        sort: AlertOrder | None = None, limit: AllOrLimit = None, after: After = "",
    ) -> Response:  # fmt: skip
        """Return alerts: of one state, device, rule, severity where asked for, or whose labels meet matchers."""
        wanted = AlertSearch(
            state=state, device=device, rule=rule, severity=severity, q=q, muted=muted, acked=acked,
            matchers=matchers_from(matcher), order=sort, severities=views.severities,
        )  # fmt: skip
        known = await views.alerts()
        mutings = await actions.mutings_of(known)
        found = wanted.found_in(known, mutings)
        name = f"alerts by {sort.value if sort is not None else 'age'}"

        def place_of(alert: Alert) -> tuple[object, ...]:
            return wanted.place_of(alert, is_muted=alert.id in mutings)

        if limit is not None or after:
            found = _behind(place_in(name, after), sorted(found, key=place_of), place_of)
        return page(
            request, found, limit, lambda one: flat_alert(one, mutings.get(one.id)),
            lambda one: cursor_of(name, place_of(one)),
        )  # fmt: skip

    @showing(router, "/silences")
    async def silences(state: SilenceState | None = None) -> Response:
        """Return silences, of one state where asked for: active, to come, over."""
        now = datetime.now(UTC)
        asked = [one for one in actions.silences() if state in (None, one.state(now))]
        asked.sort(key=lambda silence: silence_order(silence, now))
        return json_list(flat_silence(one, now) for one in asked)


def _behind(
    place: tuple[object, ...] | None, found: list[Alert], place_of: Callable[[Alert], tuple[object, ...]]
) -> list[Alert]:
    """Return the alerts behind a place in their order, or raise the 400."""
    if place is None:
        return found
    try:
        return found[bisect_right(found, _as_tuples(place), key=place_of) :]
    except (TypeError, RecursionError):
        raise no_such_page() from None


def _as_tuples(part: Any) -> Any:
    """Return a place as it was before JSON made lists of its tuples."""
    return tuple(map(_as_tuples, part)) if isinstance(part, list | tuple) else part
