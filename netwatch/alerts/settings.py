"""The `route` part of the configuration, in Alertmanager's words and with its defaults.

May import: netwatch.model, netwatch.alerts.matchers. Called by: config, routing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from netwatch.alerts.matchers import parse_matchers
from netwatch.model import Duration, Section


def _checked_matcher(text: str) -> str:
    parse_matchers(text)
    return text


MatcherText = Annotated[str, AfterValidator(_checked_matcher), Field(examples=['severity=~"critical|warning"'])]


class RouteSettings(Section):
    """A node of the routing tree; a child inherits what it does not set.

    `match` holds label -> exact text, `matchers` Alertmanager's `label="text"`, `!=`, `=~`, `!~`; both must hold.
    A label named `device` or `alertname` means those.
    """

    receiver: str | None = None
    match: dict[str, str] = Field(default_factory=dict)
    matchers: list[MatcherText] = Field(default_factory=list)
    group_by: list[str] | None = None
    group_wait: Duration | None = Field(default=None, ge=timedelta(0))
    group_interval: Duration | None = Field(default=None, gt=timedelta(0))
    repeat_interval: Duration | None = Field(default=None, gt=timedelta(0))
    continue_: bool = Field(default=False, alias="continue")
    routes: list[RouteSettings] = Field(default_factory=list)


DEFAULT_GROUP_BY = ("device",)
DEFAULT_GROUP_WAIT = timedelta(seconds=30)
DEFAULT_GROUP_INTERVAL = timedelta(minutes=5)
DEFAULT_REPEAT_INTERVAL = timedelta(hours=4)
