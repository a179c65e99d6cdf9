"""What is said of an exception that nobody foresaw: its kind and where it came from, never its text.

Its text may quote what was being read, and that may be a passphrase.

May import: nothing. Called by: the nets of config, rules, profiles and app.
"""

from __future__ import annotations

import traceback
from pathlib import Path

_HOUSE = Path(__file__).resolve().parent.parent


def where_of(exc: BaseException) -> str:
    """Return `TypeError at config/checks.py:203`: the last place of ours that the exception came through."""
    ours = [
        f"{Path(frame.filename).relative_to(_HOUSE)}:{frame.lineno}"
        for frame in traceback.extract_tb(exc.__traceback__)
        if Path(frame.filename).is_relative_to(_HOUSE)
    ]
    return f"{type(exc).__name__} at {ours[-1]}" if ours else type(exc).__name__


def unforeseen(exc: BaseException) -> str:
    """Return what is said of something that was read and that NetWatch stumbled over."""
    return f"NetWatch stumbled over this, which is a fault of its own ({where_of(exc)}): please report it"
