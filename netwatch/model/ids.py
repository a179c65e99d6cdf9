"""Ids that nobody else ever gives: UUIDs of version 7 (RFC 9562), the time in milliseconds and 74 bits of chance.

The time stands in front, so that what is new stands together in every index of the database: with ids of chance alone
each row of a storm would be written into a page of its own.
May import: nothing. Called by: engine, for alerts and threads; notify, for rows of the outbox.
"""

from __future__ import annotations

import os
import time

CHANCE_OCTETS = 10
AT_ONCE = 256
"""Ids whose chance is fetched from the system at once: each call of it lets other threads go first."""
_VERSION, _VARIANT = 0x7 << 76, 0x8 << 60
_KEPT = (1 << 80) - 1 - (0xF << 76) - (0xC << 60)

_ready: list[int] = []


def new_id() -> str:
    """Return an id of 32 hexadecimal digits."""
    if not _ready:
        chance = os.urandom(CHANCE_OCTETS * AT_ONCE)
        _ready.extend(
            int.from_bytes(chance[at : at + CHANCE_OCTETS]) & _KEPT | _VERSION | _VARIANT
            for at in range(0, len(chance), CHANCE_OCTETS)
        )
    return f"{(int(time.time() * 1000) & 0xFFFF_FFFF_FFFF) << 80 | _ready.pop():032x}"


def new_uuid() -> str:
    """Return an id as UUIDs are written, with hyphens."""
    digits = new_id()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
