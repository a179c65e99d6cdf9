"""What the ping room counts of itself.

May import: nothing. Called by: the files of this room, netwatch.discovery through the door.
"""

from __future__ import annotations

from prometheus_client import Counter

_PACKETS = Counter(
    "netwatch_ping_packets_total",
    "ICMP echo requests; outcome is answered, lost, or unsent where this machine could not send it",
    ["outcome"],
)
ANSWERED, LOST, UNSENT = (_PACKETS.labels(outcome) for outcome in ("answered", "lost", "unsent"))
_STRAYS = Counter(
    "netwatch_ping_strays_total",
    "ICMP messages that answer nothing: late for answers after their time and second ones, foreign for those of"
    " others, error for what the network says of packets that are no longer waited for",
    ["kind"],
)
LATE, FOREIGN, STALE_ERROR = (_STRAYS.labels(kind) for kind in ("late", "foreign", "error"))


def count_packets(*, answered: int = 0, lost: int = 0, unsent: int = 0) -> None:
    """Count what became of echo requests that others have sent."""
    ANSWERED.inc(answered)
    LOST.inc(lost)
    UNSENT.inc(unsent)


def count_strays(*, late: int, foreign: int, errors: int) -> None:
    """Count what came and answers nothing."""
    LATE.inc(late)
    FOREIGN.inc(foreign)
    STALE_ERROR.inc(errors)
