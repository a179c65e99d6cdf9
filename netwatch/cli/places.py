"""Where commands look for what nobody names.

May import: nothing. Called by: config_file, check, completion, and the options that say it in their help.
"""

from __future__ import annotations

from pathlib import Path

DEFAULT_CONFIG = Path("/etc/netwatch/netwatch.yaml")
HERE = Path("netwatch.yaml")
"""What `netwatch init` writes by itself, in the directory somebody stands in; nothing there is read unasked."""


def where_else(path: Path) -> list[str]:
    """Return how to name another configuration, in a line, where there is none at `path`; else nothing.

    A file of the directory somebody stands in is spoken of and not taken: it may be anybody's.
    """
    try:
        if path.exists():
            return []
    except OSError:  # a directory that is closed to whoever asks: the error says so, and another file would not help
        return []
    is_here = HERE.is_file()
    other = str(HERE) if is_here else "FILE"
    what = f"there is a {HERE} in this directory" if is_here else "`netwatch init` writes one"
    return [f"{what}; name it with --config {other}, or for all commands with export NETWATCH_CONFIG={other}"]
