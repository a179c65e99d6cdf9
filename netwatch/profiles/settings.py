"""The `profiles` part of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from pydantic import Field

from netwatch.model import Section


class ProfileSettings(Section):
    """Directories or files of profiles; the shipped ones are always there, these win over them."""

    paths: list[str] = Field(
        default_factory=list,
        description="files or folders (with all below) of profiles, in the format Datadog publishes",
    )
