"""What a Report means: which of its kinds there are, which are believed unsigned, and what to tell people.

Quiet. May import: netwatch.model. Called by: user.
"""

from __future__ import annotations

from dataclasses import dataclass

from netwatch.model import Oid
from netwatch.snmp.v3.message import ScopedPdu


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportKind:
    """One counter that a Report may carry.

    Unsigned it is believed only where the engine could not sign it: it did not know user, key or level (RFC 3414,
    section 3.2). Whatever else comes unsigned to a user who signs may come from anybody.
    """

    name: str
    words: str
    believed_unsigned: bool = False


UNKNOWN_ENGINE_ID = ReportKind(name="unknown_engine_id", words="engine id not found", believed_unsigned=True)
NOT_IN_TIME_WINDOW = ReportKind(name="not_in_time_window", words="not in time window")
OTHER_REPORT = ReportKind(name="other", words="other report")

_USM_STATS = Oid.parse("1.3.6.1.6.3.15.1.1")
_MPD_STATS = Oid.parse("1.3.6.1.6.3.11.2.1")
_TARGET_STATS = Oid.parse("1.3.6.1.6.3.12.1")
KINDS: dict[Oid, ReportKind] = {
    _USM_STATS.child(1): ReportKind(
        name="unsupported_level", words="unsupported security level", believed_unsigned=True
    ),
    _USM_STATS.child(2): NOT_IN_TIME_WINDOW,
    _USM_STATS.child(3): ReportKind(name="unknown_user", words="unknown user", believed_unsigned=True),
    _USM_STATS.child(4): UNKNOWN_ENGINE_ID,
    _USM_STATS.child(5): ReportKind(name="wrong_digest", words="wrong auth passphrase", believed_unsigned=True),
    _USM_STATS.child(6): ReportKind(
        name="decryption_error", words="wrong privacy passphrase", believed_unsigned=True
    ),
    _MPD_STATS.child(1): ReportKind(
        name="unknown_security_model", words="unknown security model", believed_unsigned=True
    ),
    _MPD_STATS.child(2): ReportKind(name="invalid_message", words="message not understood", believed_unsigned=True),
    _MPD_STATS.child(3): ReportKind(name="unknown_pdu_handler", words="unknown PDU handler"),
    _TARGET_STATS.child(4): ReportKind(name="unavailable_context", words="unavailable context"),
    _TARGET_STATS.child(5): ReportKind(name="unknown_context", words="unknown context"),
}  # fmt: skip


def kind_of(report: ScopedPdu) -> ReportKind:
    """Return the kind of the first counter that a Report carries."""
    oids = [varbind.oid for varbind in report.pdu.varbinds[:1]]
    return next((KINDS[oid[:-1]] for oid in oids if oid[:-1] in KINDS), OTHER_REPORT)  # type: ignore[index]
