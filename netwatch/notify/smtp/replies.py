"""What an answer of a mail server means, or its silence.

A quiet room: one table, the phase of the dialogue down the side, what happened across the top. Everything before a
recipient is named is trouble of the relay and no fault of the message; RCPT concerns that recipient, DATA that
message. A server that takes the final dot and then says nothing may have accepted: unknown (RFC 5321, 4.2.5).
May import: nothing. Called by: netwatch.notify.{diagnosis, smtp.*}.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

TOO_LARGE = 552
"""To MAIL or the message itself: beyond the size that the server takes (RFC 1870, section 6)."""


class Phase(StrEnum):
    """How far the dialogue had come. `end of data` begins when the final dot left."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    END_OF_DATA = "end_of_data"


class Answer(StrEnum):
    """What came back. Silence is a time-out, a closed connection, or bytes that are no SMTP reply."""

    TRANSIENT = "4yz"
    PERMANENT = "5yz"
    CLOSING = "421"
    SILENCE = "silence"


class Verdict(StrEnum):
    """What becomes of the message.

    hold:    trouble of the relay; no attempt is spent, another relay may be tried at once.
    defer:   try again by the timetable. dead: refused for good. unknown: it may have been accepted; send it again.
    """

    HOLD = "hold"
    DEFER = "defer"
    DEAD = "dead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """The verdict on the message, and whether the relay itself is to be left alone for a while."""

    verdict: Verdict
    relay_in_trouble: bool


_RELAY = Meaning(verdict=Verdict.HOLD, relay_in_trouble=True)
_DEFER = Meaning(verdict=Verdict.DEFER, relay_in_trouble=False)
_BROKEN = Meaning(verdict=Verdict.DEFER, relay_in_trouble=True)
_DEAD = Meaning(verdict=Verdict.DEAD, relay_in_trouble=False)
_UNKNOWN = Meaning(verdict=Verdict.UNKNOWN, relay_in_trouble=True)

_TABLE: dict[Phase, tuple[Meaning, Meaning, Meaning, Meaning]] = {
    #                   4yz      5yz      421      silence
    Phase.CONNECT:     (_RELAY,  _RELAY,  _RELAY,  _RELAY),
    Phase.GREETING:    (_RELAY,  _RELAY,  _RELAY,  _RELAY),
    Phase.EHLO:        (_RELAY,  _RELAY,  _RELAY,  _RELAY),
    Phase.STARTTLS:    (_RELAY,  _RELAY,  _RELAY,  _RELAY),
    Phase.AUTH:        (_RELAY,  _RELAY,  _RELAY,  _RELAY),
    Phase.MAIL:        (_RELAY,  _RELAY,  _RELAY,  _RELAY),
    Phase.RCPT:        (_DEFER,  _DEAD,   _RELAY,  _BROKEN),
    Phase.DATA:        (_DEFER,  _DEAD,   _RELAY,  _BROKEN),
    Phase.END_OF_DATA: (_DEFER,  _DEAD,   _RELAY,  _UNKNOWN),
}  # fmt: skip


def answer_of(code: int | None) -> Answer:
    """Return which column a reply code stands in; None is silence, and so is a code that has no business there."""
    if code == 421:
        return Answer.CLOSING
    if code is not None and 400 <= code <= 499:
        return Answer.TRANSIENT
    if code is not None and 500 <= code <= 599:
        return Answer.PERMANENT
    return Answer.SILENCE


def meaning_of(phase: Phase, code: int | None) -> Meaning:
    """Return what a failure in this phase means; `code` is None where the server gave no reply."""
    return _TABLE[phase][list(Answer).index(answer_of(code))]
