"""Where the rules, profiles, MIB modules and the manual that come with NetWatch stand.

In a checkout they are in `config/`, `mibs/` and `docs/`; an installed package carries them inside itself.

May import: nothing. Called by: rules, profiles, mib, app.
"""

from __future__ import annotations

from pathlib import Path

BUILTIN = "builtin"
"""Stands for the shipped rules among the paths of a configuration."""

_PACKAGE = Path(__file__).resolve().parents[2]


def shipped_directory(kind: str) -> Path:
    """Return the directory of the shipped files of one kind: `rules`, `profiles`, `mibs`, `docs`."""
    inside = _PACKAGE / "shipped" / kind
    checkout = _PACKAGE.parent if kind in ("mibs", "docs") else _PACKAGE.parent / "config"
    return inside if inside.is_dir() else checkout / kind
