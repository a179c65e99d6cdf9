"""The profiles a command works with: those that come with NetWatch, and a configuration's.

May import: netwatch.config, netwatch.profiles, netwatch.mib. Called by: netwatch support, profiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.places import DEFAULT_CONFIG

if TYPE_CHECKING:
    from netwatch.mib import MibIndex
    from netwatch.profiles import ProfileLibrary


def library_for(config: Path | None, index: MibIndex, more: Sequence[Path] = ()) -> ProfileLibrary:
    """Return all profiles, `more` beside the configured ones; without a configuration there are none of these."""
    from netwatch.profiles import load_library

    path = config or DEFAULT_CONFIG
    known = settings_or_exit(path).profile_paths() if config is not None or path.is_file() else []
    return load_library([*known, *more], index.oid_of)
