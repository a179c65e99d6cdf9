"""The `web` part of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from netwatch.model import Section


class WebSettings(Section):
    """Where page, API and metrics are served, and the address that mails link to."""

    listen: str = "127.0.0.1:10916"
    external_url: str | None = None
