"""Builds the web server: pages, API and metrics over the views, and what people may do there.

May import: every room below. Called by: netwatch.app.app.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from netwatch import __version__
from netwatch.app.corridor import Corridor
from netwatch.app.definitions import Definitions
from netwatch.app.pages.actions import Actions, Finding
from netwatch.app.pages.door import Door
from netwatch.app.pages.routing_text import routing_text
from netwatch.app.pages.views import Views
from netwatch.config import Settings
from netwatch.engine import Explanation, LinkSigner, Question, explanation_of
from netwatch.metrics import Exposition
from netwatch.model import Transaction
from netwatch.web import (
    History,
    MailboxView,
    PageFaults,
    Reload,
    RowExceptions,
    Scraper,
    Server,
    create_app,
)


def build_server(
    settings: Settings,
    definitions: Definitions,
    *,
    views: Views,
    corridor: Corridor,
    links: LinkSigner,
    wake_senders: Callable[[], None],
    reload: Reload | None,
    faults: PageFaults,
    scraper: Scraper | None,
    history: History,
    door: Door,
    finding: Finding,
    mailbox: Callable[[], MailboxView | None],
    clock: Callable[[], datetime],
    exceptions: RowExceptions,
) -> Server:
    """Return the server, which serves nothing before its start."""
    actions = Actions(
        desk=corridor.desk,
        corridor=corridor.engine,
        links=links,
        receiver_names=[receiver.name for receiver in settings.receivers],
        routing_text=routing_text(settings),
        wake_senders=wake_senders,
        finding=finding,
        tell=lambda events: views.store.commit(Transaction(events=tuple(events))),
        clock=clock,
    )

    async def explain(question: Question) -> Explanation:
        return await explanation_of(views.store, question, corridor.live)

    exposition = Exposition(
        views.board, views.tables, views.devices,
        device_labels={device.name: device.labels for device in definitions.devices},
        wrap=settings.exporter.wrap_large_counters,
    )  # fmt: skip
    pages = create_app(
        views, exposition, settings.web, __version__,
        trap_log=views.store, names=definitions.names, actions=actions, explainer=explain, reload=reload,
        faults=faults, scraper=scraper, history=history, keeper=door.keeper, exceptions=exceptions, mailbox=mailbox,
    )  # fmt: skip
    return Server(pages, settings.web, door.config)
