"""How many replies an address may cause: a mail that makes us write must not make us write without end.

A quiet room. May import: nothing. Called by: netwatch.app.answers, through the door.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta

REPLIES = 10
WITHIN = timedelta(hours=1)
MOST_ADDRESSES = 1000


class ReplyAllowance:
    """Counts replies by address; of more addresses than are kept, the one that asked longest ago is forgotten."""

    def __init__(self, replies: int = REPLIES, within: timedelta = WITHIN) -> None:
        self._replies, self._within = replies, within
        self._sent: OrderedDict[str, deque[datetime]] = OrderedDict()

    def admits(self, address: str, now: datetime) -> bool:
        """Return whether an address may be replied to now, and count that."""
        sent = self._sent.setdefault(address.lower(), deque())
        self._sent.move_to_end(address.lower())
        while len(self._sent) > MOST_ADDRESSES:
            self._sent.popitem(last=False)
        while sent and not timedelta(0) <= now - sent[0] < self._within:  # a clock set back forgives
            sent.popleft()
        if len(sent) >= self._replies:
            return False
        sent.append(now)
        return True
