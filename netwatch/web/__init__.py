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
    from netwatch.web.listen import parse_listen
    from netwatch.web.page_faults import PageFaults
    from netwatch.web.pages.concepts.cells import Cell, Section
    from netwatch.web.pages.concepts.sections import identity_line, sections_of
    from netwatch.web.pages.mail_text import MailText, text_of_mail
    from netwatch.web.prometheus.web_config import read_web_config
    from netwatch.web.reload import Reload
    from netwatch.web.server import KeptListeners, Server
    from netwatch.web.settings import WebSettings
    from netwatch.web.views import History, MetricsRenderer, RelayStatus, RenderedMetrics, Scraper, TrapLog, Views
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [

    "ActionRefused", "Actions", "Explainer", "History", "KeptListeners", "MailText", "MetricsRenderer", "NotThere",
    "PageFaults", "RelayStatus", "Reload", "RenderedMetrics", "Scraper", "Server", "SilenceOrder", "TrapLog", "Views",
    "WebSettings", "create_app", "flat_neighbour",
    "text_of_mail", "parse_listen", "read_web_config", "Cell", "Section", "identity_line", "sections_of",
]  # fmt: skip
