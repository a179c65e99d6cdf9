"""The status page, the JSON APIs and the HTTP server they and /metrics are served by; it shows, it never decides.

What it shows comes through the Protocols `Views`, `TrapLog` and `MetricsRenderer`, what people want changed goes
through `Actions`, all handed in by netwatch.app.
Everything works without scripts and without a network beyond this one server: no fonts, scripts or styles from
elsewhere.

May import: netwatch.engine, netwatch.alerts, netwatch.model, netwatch.errors.
Called by: netwatch.app, netwatch.config (settings), netwatch.cli, which shows mails and devices as the page does.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.web.actions import ActionRefused, Actions, NotThere, SilenceOrder
    from netwatch.web.api.flat import flat_neighbour
    from netwatch.web.app import create_app
    from netwatch.web.explain import Explainer
    from netwatch.web.page_faults import PageFaults
    from netwatch.web.pages.concepts.cells import Cell, Section
    from netwatch.web.pages.concepts.sections import identity_line, sections_of
    from netwatch.web.pages.mail.text import MailText, text_of_mail
    from netwatch.web.prometheus.watched import WatchedConfig
    from netwatch.web.prometheus.web_config import certificate_in, read_web_config
    from netwatch.web.reload import Reload
    from netwatch.web.row_exceptions import ExceptionOrder, RowException, RowExceptions, RowPlace, limit_words
    from netwatch.web.server import KeptListeners, Server
    from netwatch.web.settings import WebSettings
    from netwatch.web.sockets.listen import parse_listen
    from netwatch.web.users.callers import caller_or
    from netwatch.web.users.gatekeeper import KEPT, Gatekeeper
    from netwatch.web.users.hashing import hashed, wrong_with
    from netwatch.web.users.local import LOCAL_MEMORY, LocalKey
    from netwatch.web.users.people import People, new_token, read_people, wrong_with_name
    from netwatch.web.users.roles import Role
    from netwatch.web.users.sessions import SESSIONS_MEMORY
    from netwatch.web.users.watched_people import WatchedPeople
    from netwatch.web.users.writing import UsersFile
    from netwatch.web.views import (
        History,
        KeptFamily,
        MailboxView,
        MailWay,
        MetricsRenderer,
        RelayStatus,
        RenderedMetrics,
        ReturnedMail,
        Scraper,
        TrapLog,
        Views,
    )
    from netwatch.web.words import age
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "ActionRefused", "Actions", "Explainer", "History", "KeptFamily", "KeptListeners", "MailText", "MetricsRenderer",
    "MailboxView", "MailWay", "NotThere", "ReturnedMail", "ExceptionOrder", "RowException", "RowExceptions",
    "RowPlace",
    "PageFaults", "RelayStatus", "Reload", "RenderedMetrics", "Scraper", "Server", "SilenceOrder", "TrapLog", "Views",
    "WebSettings", "age", "create_app", "flat_neighbour",
    "text_of_mail", "parse_listen", "read_web_config", "Cell", "Section", "identity_line", "sections_of",
    "certificate_in", "Gatekeeper", "KEPT", "LOCAL_MEMORY", "LocalKey", "People", "Role", "SESSIONS_MEMORY",
    "WatchedConfig", "WatchedPeople", "UsersFile", "caller_or", "hashed", "new_token", "read_people",
    "limit_words", "wrong_with", "wrong_with_name",
]  # fmt: skip
