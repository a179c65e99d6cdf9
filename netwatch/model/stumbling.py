"""What is said of an exception that nobody foresaw while reading what somebody wrote: its kind, and where it arose.

Never its text, which may quote what was being read, and that may be a passphrase.

May import: netwatch.model.fault. Called by: the nets of config, rules, profiles and app.
"""

from __future__ import annotations

from netwatch.model.fault import where_of


def kind_and_place(exc: BaseException) -> str:
    """Return `TypeError at netwatch/config/checks.py:203`, the kind alone where it met none of our lines."""
    where = where_of(exc)
    return f"{type(exc).__name__} at {where}" if where else type(exc).__name__


def unforeseen(exc: BaseException) -> str:
    """Return what is said of something that was read and that NetWatch stumbled over."""
    return f"NetWatch stumbled over this, which is a fault of its own ({kind_and_place(exc)}): please report it"
