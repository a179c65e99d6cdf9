"""Ids of alerts and threads: random, so that none is ever given twice, not by another life or agent either.

May import: nothing of ours. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

import os

OCTETS = 16
AT_ONCE = 256
"""Ids whose chance is fetched from the system at once: in a storm of alerts each call of it would let others run."""

_ready: list[str] = []


def new_id() -> str:
    """Return an id that nothing else has: 32 hexadecimal digits."""
    if not _ready:
        chance = os.urandom(OCTETS * AT_ONCE)
        _ready.extend(chance[at : at + OCTETS].hex() for at in range(0, len(chance), OCTETS))
    return _ready.pop()
