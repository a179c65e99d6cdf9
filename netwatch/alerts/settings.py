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

    receiver: str | None = Field(default=None, description="the name of the receiver that is told")
    match: dict[str, str] = Field(default_factory=dict, description="labels an alert must carry, label: text")
    matchers: list[MatcherText] = Field(
        default_factory=list, description='conditions on labels, such as severity=~"critical|warning"'
    )
    group_by: list[str] | None = Field(
        default=None, description="labels whose alerts are mailed together; [device] if nothing is said"
    )
    group_wait: Duration | None = Field(
        default=None, ge=timedelta(0), description="how long a new group gathers before its first mail; 30s"
    )
    group_interval: Duration | None = Field(
        default=None, gt=timedelta(0), description="how long to wait before news of a group are mailed; 5m"
    )
    repeat_interval: Duration | None = Field(
        default=None, gt=timedelta(0), description="how long until what still fires is mailed again; 4h"
    )
    continue_: bool = Field(
        default=False, alias="continue", description="whether the routes after this one may take the alert as well"
    )
    routes: list[RouteSettings] = Field(default_factory=list, description="routes inside this one, tried in order")


DEFAULT_GROUP_BY = ("device",)
DEFAULT_GROUP_WAIT = timedelta(seconds=30)
DEFAULT_GROUP_INTERVAL = timedelta(minutes=5)
DEFAULT_REPEAT_INTERVAL = timedelta(hours=4)
