"""Ids of alerts and threads: 48 bits of the time and 80 of chance, so that none is ever given twice by anybody.

The time stands in front, so that what is new stands together in every index of the database: with ids of chance alone
each row of a storm would be written into a page of its own.
May import: nothing of ours. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

import os
import time

CHANCE_OCTETS = 10
AT_ONCE = 256
"""Ids whose chance is fetched from the system at once."""

_ready: list[str] = []


def new_id() -> str:
    """Return an id that nothing else has: 32 hexadecimal digits."""
    if not _ready:
        chance = os.urandom(CHANCE_OCTETS * AT_ONCE)
        _ready.extend(chance[at : at + CHANCE_OCTETS].hex() for at in range(0, len(chance), CHANCE_OCTETS))
    return f"{int(time.time() * 1000) & 0xFFFF_FFFF_FFFF:012x}{_ready.pop()}"
