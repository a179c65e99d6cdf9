"""The `rules` part of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from netwatch.model import BUILTIN, Duration, Section


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
