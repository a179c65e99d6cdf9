"""A trap or inform after decoding.

May import: netwatch.model. Called by: traps, which makes them; engine, store, web.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from netwatch.model.oid import Oid
from netwatch.model.values import Varbind


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapEvent:
    """One notification: who sent it, snmpTrapOID, and its other varbinds (RFC 3416, section 4.2.6).

    at:       when it was heard; no two have the same, so that it gives the order though counts are told late.
    source:   the address it came from, or the origin that a trusted relay names; `relay` is then the relay's own.
    device:   the configured device's name, empty where the source is none.
    uptime:   sysUpTime at the sender, None where it gave none.
    count:    how many notifications this one stands for; the counts of all events are all that was heard.
    repeated: these say again what an event before said; `at` and the varbinds are those of the last.
    inform:   the sender waits for an acknowledgement; user: who signed it, for v3 alone.
    """

    at: datetime
    source: str
    device: str
    version: str
    trap_oid: Oid
    varbinds: tuple[Varbind, ...]
    uptime: timedelta | None = None
    count: int = 1
    repeated: bool = False
    inform: bool = False
    relay: str = ""
    user: str = ""
