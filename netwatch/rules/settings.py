"""The `rules` part of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from pydantic import Field

from netwatch.model import BUILTIN, Section


class RuleSettings(Section):
    """Rule files; a path may hold wildcards. `builtin` stands for the rules that come with NetWatch."""

    paths: list[str] = Field(
        default_factory=lambda: [BUILTIN],
        description="rule files, wildcards allowed; `builtin` stands for the rules that come with NetWatch",
    )
