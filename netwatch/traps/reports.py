"""What our engine answers: acknowledgements, and Reports that say what is wrong (RFC 3414, section 3.2).

May import: netwatch.model, netwatch.snmp. Called by: netwatch.traps.front_door.
"""

from __future__ import annotations

import time
from collections import Counter
from enum import Enum

from netwatch.model import Oid, Tag, Varbind
from netwatch.snmp import (
    LEVEL,
    NO_KEYS,
    SEQUENCE,
    Flag,
    Header,
    Keys,
    Pdu,
    PduKind,
    encode_context,
    encode_pdu,
    encode_tlv,
    seal,
)
from netwatch.traps.metrics import REPORTS, REPORTS_HELD_BACK
from netwatch.traps.own_engine import OwnEngine
from netwatch.traps.pipeline import Datagram

_USM_STATS = Oid.parse("1.3.6.1.6.3.15.1.1")
REPORTS_PER_SECOND = 500
"""A forged question makes us send to whom did not ask: not without end."""
_RESPONSE = bytes((PduKind.RESPONSE,))


class Report(Enum):
    """The counters of SNMP-USER-BASED-SM-MIB that a Report names."""

    UNSUPPORTED_LEVEL = 1
    NOT_IN_TIME = 2
    UNKNOWN_USER = 3
    UNKNOWN_ENGINE = 4
    WRONG_DIGEST = 5
    DECRYPTION_ERROR = 6

    @classmethod
    def of(cls, cause: str) -> Report:
        """Return the report that goes with a cause of refusal."""
        return _OF_CAUSE.get(cause, cls.UNSUPPORTED_LEVEL)


_OF_CAUSE = {
    "v3_unknown_user": Report.UNKNOWN_USER,
    "v3_wrong_level": Report.UNSUPPORTED_LEVEL,
    "v3_wrong_key": Report.WRONG_DIGEST,
    "v3_undecryptable": Report.DECRYPTION_ERROR,
}


class Answers:
    """Writes what our engine sends."""

    def __init__(self, own: OwnEngine) -> None:
        self._own = own
        self._counts: Counter[Report] = Counter()
        self._second = 0
        self._sent = 0

    def report(self, report: Report, datagram: Datagram, header: Header, now: float, keys: Keys = NO_KEYS) -> None:
        """Send a Report where the message allows one; signed only where keys are given, as that of the clock is."""
        self._counts[report] += 1
        if not header.flags & Flag.REPORTABLE:
            return
        if not self._may_send(now):
            REPORTS_HELD_BACK.inc()
            return
        counter = Varbind(
            oid=_USM_STATS.child(report.value, 0), tag=Tag.COUNTER32, value=self._counts[report] % 2**32
        )
        pdu = encode_pdu(Pdu(kind=PduKind.REPORT, request_id=0, varbinds=(counter,)))
        scoped = encode_tlv(SEQUENCE, encode_context(self._own.engine_id, b"") + pdu)
        flags = Flag.AUTH if keys.signer else 0
        if datagram.socket.send(self._sealed(scoped, header, flags, keys, now), datagram.address):
            REPORTS.labels(cause=report.name.lower()).inc()

    def acknowledgement(self, context: bytes, pdu: bytes, header: Header, keys: Keys) -> bytes:
        """Return the answer to an inform: its own PDU as a Response, at its own level, with our clock of now."""
        scoped = encode_tlv(SEQUENCE, context + _RESPONSE + pdu[1:])
        return self._sealed(scoped, header, header.flags & LEVEL, keys, time.monotonic())

    def _sealed(self, scoped: bytes, header: Header, flags: int, keys: Keys, now: float) -> bytes:
        own = self._own
        return seal(
            scoped, msg_id=int.from_bytes(header.msg_id), flags=flags, engine_id=own.engine_id,
            boots=own.boots, time=own.time_at(now), user=header.user, keys=keys,
        )  # fmt: skip

    def _may_send(self, now: float) -> bool:
        if int(now) != self._second:
            self._second, self._sent = int(now), 0
        self._sent += 1
        return self._sent <= REPORTS_PER_SECOND
