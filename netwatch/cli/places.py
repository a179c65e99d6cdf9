"""Where commands look for what nobody names.

May import: nothing. Called by: config_file, completion, and the options that say it in their help.
"""

from __future__ import annotations

from pathlib import Path

DEFAULT_CONFIG = Path("/etc/netwatch/netwatch.yaml")
