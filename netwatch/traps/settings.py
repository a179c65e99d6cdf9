"""The `traps` part of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from pydantic import Field, SecretStr

from netwatch.model import Section


class TrapSettings(Section):
    """Where to hear traps and whom to believe; nothing is heard without `listen`."""

    listen: list[str] = Field(default_factory=list)
    allow: list[str] = Field(default_factory=list)
    communities: list[SecretStr] = Field(default_factory=list)
    users: list[str] = Field(default_factory=list)
