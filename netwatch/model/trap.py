"""A trap or inform after decoding.

May import: netwatch.model. Called by: traps, which makes them; engine, store, web.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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
    number:   its place in the trap log, None before it was written.
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
    number: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedSender:
    """Somebody whose traps raise nothing: for which cause, in words, and what in the configuration would let them in.

    detail: an engine ID, a user, what is malformed; never a secret. device: the configured device at that address.
    count: how many datagrams; 0 stands for none, never for unknown.
    """

    source: str
    device: str
    cause: str
    words: str
    remedy: str
    detail: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedTraps:
    """Traps of one kind that no rule but an `any` took: how many, from whom, and one of them to try a rule on."""

    trap_oid: Oid
    count: int
    senders: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    example: int | None
    taken_by_any: bool
