"""The `store` part of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from netwatch.model import Duration, Section


class StoreSettings(Section):
    """Where state is kept, and for how long."""

    url: str = Field(default="sqlite:////var/lib/netwatch/netwatch.db")
    retention: Duration = timedelta(days=90)
