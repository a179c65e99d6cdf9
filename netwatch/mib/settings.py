"""The `mibs` part of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from pydantic import Field

from netwatch.model import Section


class MibSettings(Section):
    """Directories of MIB modules; an official copy found there wins over ours."""

    paths: list[str] = Field(default_factory=list, description="directories of MIB modules")
    fetch_from: str = Field(
        default="", description="where `netwatch mib fetch` gets modules: a directory or an http(s) URL"
    )
