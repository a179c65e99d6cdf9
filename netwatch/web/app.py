"""Puts page, API, /metrics and static files together into one ASGI app.

Errors are words: JSON below /api/, a page elsewhere.
May import: netwatch.errors, netwatch.model, netwatch.web. Called by: netwatch.app.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import structlog
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from netwatch.errors import LinkError, NetWatchError
from netwatch.model import NUMBERS, ObjectNames
from netwatch.web.actions import ActionRefused, Actions, NoActions, NotThere
from netwatch.web.alertmanager.api import alertmanager_router
from netwatch.web.api.changes import change_router
from netwatch.web.api.explain import explain_router
from netwatch.web.api.history import history_api_router
from netwatch.web.api.lists import api_router
from netwatch.web.api.mailbox import mailbox_api_router
from netwatch.web.api.series import series_router
from netwatch.web.explain import Explainer, explain_nothing
from netwatch.web.guard import Guard
from netwatch.web.live import Live
from netwatch.web.open_pages.making import LONGEST_PAGE, key_of, renderer
from netwatch.web.page_faults import PageFaults
from netwatch.web.pages.account.routes import account_router
from netwatch.web.pages.account.sign_in import sign_in_router
from netwatch.web.pages.act import act_router
from netwatch.web.pages.devices import device_router
from netwatch.web.pages.exceptions.routes import exception_router
from netwatch.web.pages.explain import explain_page_router
from netwatch.web.pages.fleet.devices import fleet_router
from netwatch.web.pages.fleet.discovery import discovery_router
from netwatch.web.pages.fleet.found import search_router
from netwatch.web.pages.fleet.map import map_router
from netwatch.web.pages.front.first import first_router
from netwatch.web.pages.front.last_day import LastDay
from netwatch.web.pages.history import history_router
from netwatch.web.pages.mail.mailbox import mailbox_router
from netwatch.web.pages.mail.outbox import outbox_router
from netwatch.web.pages.manual import manual_router
from netwatch.web.pages.many.alerts import alert_router
from netwatch.web.pages.many.together import together_router
from netwatch.web.pages.silences import silence_router
from netwatch.web.pages.templating import Templates
from netwatch.web.pages.traps import trap_router
from netwatch.web.prometheus.metrics_route import metrics_router
from netwatch.web.prometheus.query_route import query_router
from netwatch.web.prometheus.scrape_route import scrape_router
from netwatch.web.prometheus.targets_route import targets_router
from netwatch.web.reload import Reload, reload_router
from netwatch.web.routes import METHODS, allowed_methods, head_of_a_stream, is_prometheus, query_error
from netwatch.web.row_exceptions import NoRowExceptions, RowExceptions
from netwatch.web.settings import WebSettings
from netwatch.web.slots import Slotted
from netwatch.web.users.access import Access, ErrorPage
from netwatch.web.users.gatekeeper import Gatekeeper
from netwatch.web.users.refusals import is_alertmanagers
from netwatch.web.views import History, MailboxView, MetricsRenderer, NoHistory, NoTraps, Scraper, TrapLog, Views
from netwatch.web.words import shortened

_STATIC = Path(__file__).parent / "pages" / "static"
_log = structlog.get_logger(__name__)


def create_app(
    views: Views,
    metrics: MetricsRenderer,
    settings: WebSettings,
    version: str,
    *,
    trap_log: TrapLog | None = None,
    names: ObjectNames = NUMBERS,
    actions: Actions | None = None,
    explainer: Explainer = explain_nothing,
    reload: Reload | None = None,
    faults: PageFaults | None = None,
    scraper: Scraper | None = None,
    history: History | None = None,
    keeper: Gatekeeper | None = None,
    exceptions: RowExceptions | None = None,
    mailbox: Callable[[], MailboxView | None] = lambda: None,
) -> FastAPI:
    """Return the app; it serves nothing until a Server is started with it.

    `trap_log` is asked for traps, `names` for the words they are shown in; `actions` does what people want changed,
    `explainer` says why an alert is as it is, `reload` has the configuration read again;
    `faults` is told which pages break off; `scraper` answers /snmp, `history` is asked how values were over time;
    `keeper` knows who asks and what he may: without one everybody may everything; `exceptions` are of single rows;
    `mailbox` says what came back.

    Swagger and ReDoc stay out: they fetch their scripts from a CDN.
    """
    app = FastAPI(title="NetWatch", version=version, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    templates = Templates(
        version, can_change=actions is not None and not settings.read_only, unit_of=views.unit_of,
        grade=lambda severity: views.severities.grade(severity),
    )  # fmt: skip
    heard = trap_log or NoTraps()
    doing = actions or NoActions()
    past, different = history or NoHistory(), exceptions or NoRowExceptions()
    app.state.live = Live(views, trap_log=heard, actions=doing, render=renderer(app))
    app.include_router(metrics_router(views, metrics))
    app.include_router(scrape_router(scraper))
    app.include_router(targets_router(views))
    app.include_router(query_router(views, past))
    app.include_router(alertmanager_router(views, doing, version))
    app.include_router(change_router(doing))
    app.include_router(reload_router(reload))
    app.include_router(explain_router(explainer))
    app.include_router(history_api_router(views, past))
    app.include_router(series_router(views, past))
    app.include_router(mailbox_api_router(mailbox))
    app.include_router(api_router(views, heard, names, doing))
    _add_event_stream(app, app.state.live)
    last_day = LastDay(views)
    app.include_router(first_router(views, templates, doing, last_day, settings.site_label))
    app.include_router(fleet_router(views, templates, last_day))
    app.include_router(map_router(views, templates))
    app.include_router(device_router(views, doing, templates, past, different, heard, names))
    app.include_router(exception_router(views, different, templates))
    app.include_router(discovery_router(views, doing, templates))
    app.include_router(history_router(views, past, templates))
    app.include_router(trap_router(views, heard, names, templates))
    app.include_router(outbox_router(views, templates))
    app.include_router(together_router(views, doing, templates))
    app.include_router(mailbox_router(mailbox, templates))
    app.include_router(alert_router(views, doing, templates))
    app.include_router(silence_router(views, doing, templates))
    app.include_router(act_router(doing, templates))
    app.include_router(explain_page_router(explainer, templates))
    app.include_router(search_router(views, templates))
    app.include_router(manual_router(templates))
    app.include_router(sign_in_router(keeper, templates))
    app.include_router(account_router(keeper, templates, read_only=settings.read_only))
    app.mount("/static", StaticFiles(directory=_STATIC))

    async def error_page(status: int, words: str) -> Response:
        return await templates.page("error.html", status, title=HTTPStatus(status).phrase, words=words)

    _add_error_pages(app, error_page)
    app.add_middleware(Access, keeper=keeper, page=error_page)
    app.add_middleware(Guard, settings=settings, faults=faults or PageFaults())
    return app


def _add_event_stream(app: FastAPI, live: Live) -> None:
    @app.api_route("/events", methods=METHODS, include_in_schema=False)
    async def events(request: Request, page: Annotated[str, Query(max_length=LONGEST_PAGE)] = "") -> Response:
        headers = {"Content-Type": "text/event-stream"}
        if request.method == "HEAD":
            return head_of_a_stream(headers)
        key = key_of(page)
        return Slotted(
            live.slots, lambda: StreamingResponse(live.stream(key), headers=headers), "too many pages are open"
        )


def _is_bare(exc: HTTPException) -> bool:
    return exc.detail == HTTPStatus(exc.status_code).phrase


def _words_of(exc: HTTPException, path: str) -> str:
    """Return what was said, or more where that was no more than the status."""
    if not _is_bare(exc):
        return exc.detail
    if exc.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"{shortened(path)} is there, but not for this method; the header Allow names those it is for"
    return f"there is no {shortened(path)}" if path.startswith(("/api/v1/", "/api/v2/")) else "there is nothing here"


def _add_error_pages(app: FastAPI, error_page: ErrorPage) -> None:
    async def answer(request: Request, status: int, words: str, headers: dict[str, str] | None = None) -> Response:
        if is_alertmanagers(request.url.path):
            return JSONResponse(words, status, headers=headers)
        if is_prometheus(request.url.path):
            return query_error(status, words, headers)
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": words}, status, headers=headers)
        page = await error_page(status, words)
        page.headers.update(headers or {})
        return page

    @app.exception_handler(HTTPException)
    async def refused(request: Request, exc: HTTPException) -> Response:
        headers = dict(exc.headers or {})
        if exc.status_code == HTTPStatus.METHOD_NOT_ALLOWED and _is_bare(exc):  # nobody has thought of what to say
            headers = {"Allow": ", ".join(allowed_methods(app.routes, request.scope)) or "GET, HEAD"}
        return await answer(request, exc.status_code, _words_of(exc, request.url.path), headers)

    @app.exception_handler(RequestValidationError)
    async def misasked(request: Request, exc: RequestValidationError) -> Response:
        words = "; ".join(f"{error['loc'][-1]}: {error['msg']}" for error in exc.errors())
        return await answer(request, 400, words)

    @app.exception_handler(ActionRefused)
    async def not_so(request: Request, exc: ActionRefused) -> Response:
        return await answer(request, 404 if isinstance(exc, NotThere) else 400, str(exc))

    @app.exception_handler(LinkError)
    async def no_link(request: Request, exc: LinkError) -> Response:
        return await answer(request, 410, str(exc))

    @app.exception_handler(NetWatchError)
    async def failed(request: Request, exc: NetWatchError) -> Response:
        _log.warning("page_failed", path=request.url.path, error=str(exc))
        return await answer(request, 503, f"NetWatch cannot answer right now: {exc}")
