"""What is known of one device's SNMP engine: its id, how often it has booted, what time it has (RFC 3414, 2 and 3).

Quiet: instants come in, seconds of a clock that never goes back. A device has this for itself; two devices with the
same engine id, as clones are, do not disturb each other.
May import: netwatch.model. Called by: user, users of the fast lane, dispatch, traps through the door.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

TIME_WINDOW_SECONDS = 150
"""RFC 3414, section 2.2.3."""
MAX_BOOTS = 2**31 - 1
"""An engine that has come to this counts no further, and nothing of it is in time any more."""
MAX_TIME = 2**31 - 1
DRIFT_SECONDS = 2.0
"""Clocks tell whole seconds, so that much apart is still the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineMemory:
    """An engine as it is kept over a restart: what its clock said `at` an instant."""

    device: str
    engine_id: bytes
    boots: int
    time: int
    at: datetime

    def to_text(self) -> str:
        """Return it as JSON, without the device's name."""
        return json.dumps(
            {"engine_id": self.engine_id.hex(), "boots": self.boots, "time": self.time, "at": self.at.isoformat()}
        )

    @classmethod
    def from_text(cls, device: str, text: str) -> EngineMemory | None:
        """Read what `to_text` wrote; None where it is something else."""
        try:
            kept = json.loads(text)
            memory = cls(
                device=device, engine_id=bytes.fromhex(kept["engine_id"]), boots=int(kept["boots"]),
                time=int(kept["time"]), at=datetime.fromisoformat(kept["at"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            return None
        sound = 0 <= memory.boots <= MAX_BOOTS and 0 <= memory.time <= MAX_TIME and memory.at.tzinfo is not None
        return memory if sound and 0 < len(memory.engine_id) <= 32 else None

    def time_at(self, now: datetime) -> int:
        """Return what the engine's clock says now, if it has not booted since."""
        return min(self.time + max(now - self.at, timedelta()) // timedelta(seconds=1), MAX_TIME)


class Engine:
    """An engine's boots and time as they are known here."""

    __slots__ = ("_began_at", "boots", "engine_id", "latest", "version")

    def __init__(self, engine_id: bytes, boots: int, time: int, now: float) -> None:
        self.engine_id = engine_id
        self.boots = boots
        self.latest = time
        """The latest time received in a message whose signature was right (latestReceivedEngineTime)."""
        self._began_at = now - time
        self.version = 0
        """Goes up with every step of the clock, for who has encoded it."""

    def time_at(self, now: float) -> int:
        """Return what the engine's clock says, capped where it would go round."""
        return min(max(int(now - self._began_at), 0), MAX_TIME)

    def set(self, boots: int, time: int, now: float) -> None:
        """Take the engine's clock as it is, forward or back.

        Right for a message that cannot be an old one: a signed Report in answer to a msgID drawn just now.
        """
        self.boots = boots
        self.latest = time
        self._began_at = now - time
        self.version += 1

    def hear(self, boots: int, time: int, now: float) -> bool:
        """Learn from a signed message of the engine; return whether it is in time (RFC 3414, 3.2, step 7b)."""
        if (
            time == self.latest
            and boots == self.boots != MAX_BOOTS
            and now - self._began_at - time < TIME_WINDOW_SECONDS
        ):
            return True
        if boots > self.boots:
            self.set(boots, time, now)
        elif boots == self.boots and time > self.latest:
            self.latest = time
            if abs(now - time - self._began_at) > DRIFT_SECONDS:
                self.set(boots, time, now)
        return self.boots != MAX_BOOTS and boots == self.boots and time >= self.time_at(now) - TIME_WINDOW_SECONDS
