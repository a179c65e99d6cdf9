"""The `rules`, `limits` and `ignore` parts of the configuration.

May import: netwatch.model. Called by: exceptions, config.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, field_validator, model_validator

from netwatch.model import BUILTIN, Duration, Section, parse_matchers


def _matcher(text: str) -> str:
    parse_matchers(text)
    return text


MatcherText = Annotated[str, AfterValidator(_matcher)]
WHO = "who said so; written by NetWatch where it was said on its page"
WHEN = "when that was; written by NetWatch"


class RuleSettings(Section):
    """Rule files; a path may hold wildcards. `builtin` stands for the rules that come with NetWatch."""

    paths: list[str] = Field(
        default_factory=lambda: [BUILTIN],
        description="rule files, wildcards allowed; `builtin` stands for the rules that come with NetWatch",
    )
    gone_after: Duration = Field(
        default=timedelta(hours=24),
        gt=timedelta(0),
        description="after how long something that vanished while its alert fired is taken as removed; "
        "a rule may say otherwise",
    )


class LimitSettings(Section):
    """Other values for one device, port or row: every further key is a column, or the name in a rule's limit()."""

    model_config = ConfigDict(extra="allow")

    match: list[MatcherText] = Field(
        min_length=1, description="matchers on device, its labels, table and the labels of the row, such as ifName"
    )
    comment: str = Field(default="", description="why; told by netwatch explain")
    by: str = Field(default="", description=WHO)
    at: AwareDatetime | None = Field(default=None, description=WHEN)

    @model_validator(mode="before")
    @classmethod
    def _numbers_alone(cls, data: Any) -> Any:
        """Refuse what is no number; which columns there are is checked where they are known."""
        for name, value in data.items() if isinstance(data, dict) else ():
            if name in cls.model_fields:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ValueError(f"{name}: a number is wanted for a column")
        return data

    @property
    def values(self) -> Mapping[str, float]:
        """Return the columns with their values."""
        return {str(name): float(value) for name, value in (self.model_extra or {}).items()}


class IgnoreSettings(Section):
    """Rows that no rule shall see, or some rules shall not."""

    match: list[MatcherText] = Field(
        min_length=1, description="matchers on device, its labels, table and the labels of the row, such as ifName"
    )
    rules: list[str] | None = Field(
        default=None,
        description="names of rules; without it no rule sees the row, nor do page and gauges unless `shown`",
    )
    shown: bool = Field(default=False, description="whether page, gauges and charts go on showing what no rule sees")
    comment: str = Field(default="", description="why; the page says it where the row is shown")
    by: str = Field(default="", description=WHO)
    at: AwareDatetime | None = Field(default=None, description=WHEN)

    @field_validator("rules")
    @classmethod
    def _some(cls, rules: list[str] | None) -> list[str] | None:
        if rules is not None and not rules:
            raise ValueError("names no rule; leave it out to ignore the rows altogether")
        return rules


class RoleSettings(Section):
    """What hangs on some ports, where that is known better than it can be learned."""

    match: list[MatcherText] = Field(
        min_length=1, description="matchers on device, its labels and the labels of the interface, such as ifName"
    )
    role: Literal["uplink", "infrastructure", "described", "access", "unused"] = Field(
        description="how much hangs on it; to shipped rules an uplink is critical, infrastructure and described are "
        "a warning, and of access and unused ports nobody is mailed"
    )
    comment: str = Field(default="", description="why; shown with the role")
