"""A trap or inform after decoding.

May import: netwatch.model. Called by: traps, which makes them; engine, store, web.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from netwatch.model.oid import Oid
from netwatch.model.values import Varbind


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapEvent:
    """One notification: who sent it, snmpTrapOID, and its varbinds (RFC 3416, section 4.2.6).

    `device` is the configured device's name, empty where the source is not known.
    """

    at: datetime
    source: str
    device: str
    version: str
    trap_oid: Oid
    varbinds: tuple[Varbind, ...]
