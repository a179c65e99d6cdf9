"""A port's role and the reason for it, as a sentence.

A quiet room. May import: nothing. Called by: netwatch.engine, which explains.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TABLE: Final = "interface"
_NOBODY: Final = (
    "nobody knows what hangs on the port: nothing that was read of it says so, and it is told as an uplink would be"
)
_CALLED: Final = {
    "uplink": "an uplink", "infrastructure": "infrastructure", "described": "a described port",
    "access": "an access port", "unused": "an unused port",
}  # fmt: skip


def role_words(table: str, labels: Mapping[str, str]) -> str:
    """Return what a row of `table` is taken for, and why; empty of what is no port."""
    if table != _TABLE or "role" not in labels:
        return ""
    role, reason, neighbour = (labels.get(name, "") for name in ("role", "role_reason", "neighbour"))
    if not role:
        return _NOBODY
    beside = f"; on the other end is {neighbour}" if neighbour and neighbour not in reason else ""
    return f"the port is taken for {_CALLED.get(role, role)}: {reason}{beside}"
