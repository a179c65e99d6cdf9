"""NetWatch's own SNMP engine, which informs of version 3 are addressed to: its id, its boots, its time.

The id is drawn once and kept; boots counts every start, so that no message of an earlier life is in time
(RFC 3414, section 2.3). Quiet but for that draw.
May import: netwatch.model, netwatch.snmp. Called by: netwatch.traps.receiver, netwatch.traps.front_door.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable

from netwatch.model import Memory
from netwatch.snmp import MAX_BOOTS

SCOPE = "traps"
KEY = "own engine"
TIME_WINDOW_SECONDS = 150
_PREFIX = (0x80000000 | 32473).to_bytes(4) + b"\x05"
"""RFC 3411, SnmpEngineID: an enterprise's own, in octets of its own choice; 32473 is the example enterprise."""
_RANDOM_BYTES = 12


class OwnEngine:
    """This life of our engine; its time counts from `began_at`, in seconds of a clock that never goes back."""

    def __init__(self, engine_id: bytes, boots: int, began_at: float) -> None:
        self.engine_id = engine_id
        self.boots = boots
        self._began_at = began_at

    @classmethod
    def reborn(cls, memories: Iterable[Memory], now: float) -> OwnEngine:
        """Return the engine as it was kept, one boot later; a new one where nothing usable was kept."""
        kept = next((memory.text for memory in memories if memory.scope == SCOPE and memory.key == KEY), None)
        try:
            facts = json.loads(kept or "{}")
            engine_id, boots = bytes.fromhex(facts["engine_id"]), int(facts["boots"]) + 1
        except (ValueError, KeyError, TypeError):
            engine_id, boots = b"", 1
        if not 5 <= len(engine_id) <= 32 or not 0 < boots < MAX_BOOTS:
            engine_id, boots = _PREFIX + secrets.token_bytes(_RANDOM_BYTES), 1
        return cls(engine_id, boots, now)

    def to_remember(self) -> Memory:
        """Return what must be kept before the first message is answered."""
        return Memory(scope=SCOPE, key=KEY, text=json.dumps({"engine_id": self.engine_id.hex(), "boots": self.boots}))

    def time_at(self, now: float) -> int:
        """Return the seconds since this life began."""
        return max(int(now - self._began_at), 0)

    def seconds(self) -> int:
        """Return the seconds since this life began, up to this moment of the monotonic clock."""
        return self.time_at(time.monotonic())

    def is_in_time(self, boots: int, at: int, now: float) -> bool:
        """Return whether a message to us is of now (RFC 3414, section 3.2, step 7a)."""
        return boots == self.boots and abs(at - self.time_at(now)) <= TIME_WINDOW_SECONDS
