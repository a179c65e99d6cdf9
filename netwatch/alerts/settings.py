"""The `route` part of the configuration, in Alertmanager's words and with its defaults.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from netwatch.model import Duration, Section


class RouteSettings(Section):
    """A node of the routing tree; a child inherits what it does not set.

    `match` holds label -> exact text; a label named `device` or `alertname` means those.
    """

    receiver: str | None = None
    match: dict[str, str] = Field(default_factory=dict)
    group_by: list[str] | None = None
    group_wait: Duration | None = None
    group_interval: Duration | None = None
    repeat_interval: Duration | None = None
    continue_: bool = Field(default=False, alias="continue")
    routes: list[RouteSettings] = Field(default_factory=list)


DEFAULT_GROUP_BY = ("device",)
DEFAULT_GROUP_WAIT = timedelta(seconds=30)
DEFAULT_GROUP_INTERVAL = timedelta(minutes=5)
DEFAULT_REPEAT_INTERVAL = timedelta(hours=4)
