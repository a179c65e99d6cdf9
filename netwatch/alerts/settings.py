"""The `route`, `inhibit_rules` and `flapping` parts of the configuration, the first two in Alertmanager's words.

May import: netwatch.model, netwatch.alerts.matchers. Called by: config, routing, inhibition, flapping, escalation.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator

from netwatch.model import Duration, Section, parse_matchers


def _checked_matcher(text: str) -> str:
    parse_matchers(text)
    return text


MatcherText = Annotated[str, AfterValidator(_checked_matcher), Field(examples=['severity=~"critical|warning"'])]


class EscalationSettings(Section):
    """One step: whom to tell as well if nobody took the alert in hand."""

    after: Duration = Field(gt=timedelta(0), description="how long an alert fires unacknowledged until then")
    receiver: str = Field(description="the name of the receiver that is told then")


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
    urgent_from: str | None = Field(
        default=None,
        description="from which severity on an alert nobody was told of waits group_wait and never group_interval; "
        "critical if nothing is said, none for Alertmanager's own timing",
    )
    continue_: bool = Field(
        default=False, alias="continue", description="whether the routes after this one may take the alert as well"
    )
    mute_time_intervals: list[str] = Field(
        default_factory=list, description="names of time_intervals in which this route tells nobody; not inherited"
    )
    active_time_intervals: list[str] = Field(
        default_factory=list, description="names of time_intervals outside of which it tells nobody; not inherited"
    )
    escalate: list[EscalationSettings] | None = Field(
        default=None, description="whom to tell as well of what nobody acknowledges"
    )
    fallback: list[Annotated[str, Field(min_length=1)]] | None = Field(
        default=None,
        description="receivers, or mail addresses, that are told what could not be delivered; [] for none",
    )
    routes: list[RouteSettings] = Field(default_factory=list, description="routes inside this one, tried in order")


DEFAULT_GROUP_BY = ("device",)
DEFAULT_GROUP_WAIT = timedelta(seconds=30)
DEFAULT_GROUP_INTERVAL = timedelta(minutes=5)
DEFAULT_REPEAT_INTERVAL = timedelta(hours=4)
DEFAULT_URGENT_FROM = "critical"
NOTHING_IS_URGENT = "none"


class InhibitRuleSettings(Section):
    """While an alert fires that meets source_matchers, nobody is told of those that meet target_matchers."""

    source_matchers: list[MatcherText] = Field(
        min_length=1, description='the alert that explains others, such as alertname="DeviceDown"'
    )
    target_matchers: list[MatcherText] = Field(
        min_length=1, description='those that nobody is told of then, such as severity="warning"'
    )
    equal: list[str] = Field(
        default_factory=list, description="labels that must be the same on both; one that is missing is empty text"
    )


class FlappingSettings(Section):
    """What comes and goes: an alert that begins too often is over only after it has been calm for a while."""

    starts: int = Field(default=5, ge=0, le=100, description="how many beginnings are too many; 0 turns this off")
    within: Duration = Field(
        default=timedelta(minutes=30), gt=timedelta(0), description="the time in which they are counted"
    )
    calm: Duration = Field(
        default=timedelta(minutes=15), gt=timedelta(0), description="how long it must be healthy until it is over"
    )

    @field_validator("starts")
    @classmethod
    def _one_is_none(cls, starts: int) -> int:
        if starts == 1:
            raise ValueError("must be 0 (off) or at least 2: every alert begins once")
        return starts
