"""Informs: acknowledged once what they say is written, recognised when they come again.

May import: nothing of ours but this room. Called by: netwatch.traps.pipeline, netwatch.traps.receiver.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from enum import Enum

from netwatch.traps.metrics import INFORMS
from netwatch.traps.sockets import Address, TrapSocket

REMEMBERED = 16_384
REMEMBERED_FOR_SECONDS = 600.0
"""Longer than any sender tries, and than the time window in which a v3 message could be played again."""


class Fate(Enum):
    """What became of an inform."""

    UNDER_WAY = "under way"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"


class Inform:
    """One inform and how to answer it. `fate` is set on the loop and read by the trap thread."""

    __slots__ = ("_address", "_answer", "_socket", "arrived_at", "fate")

    def __init__(self, socket: TrapSocket, address: Address, answer: Callable[[], bytes], now: float) -> None:
        self._socket = socket
        self._address = address
        self._answer = answer
        self.arrived_at = now
        self.fate = Fate.UNDER_WAY

    def acknowledge(self, *, again: bool = False) -> None:
        """Tell the sender that what it said is kept."""
        self.fate = Fate.ACKNOWLEDGED
        sent = self._socket.send(self._answer(), self._address)
        self._answer = _nothing  # what comes again is answered from its own bytes
        INFORMS.labels(outcome=("acknowledged_again" if again else "acknowledged") if sent else "unsent").inc()

    def answer_latest(self, again: Inform) -> None:
        """Answer the sender's latest try: version 3 wants its own msgID back."""
        self._socket, self._address, self._answer = again._socket, again._address, again._answer

    def refuse(self) -> None:
        """Leave the sender without an answer: it will send again, and that is then a new one."""
        self.fate = Fate.REFUSED
        INFORMS.labels(outcome="refused").inc()


def _nothing() -> bytes:
    return b""


class InformLedger:
    """The informs of the last minutes, by what identifies one; forgets the oldest where there are too many."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._informs: OrderedDict[Hashable, Inform] = OrderedDict()

    def is_new(self, key: Hashable, inform: Inform) -> bool:
        """Return whether an inform is one not heard before; one that was acknowledged is acknowledged again."""
        known = self._informs.get(key)
        if known is not None and inform.arrived_at - known.arrived_at < REMEMBERED_FOR_SECONDS:
            if known.fate is Fate.ACKNOWLEDGED:
                inform.acknowledge(again=True)
            if known.fate is Fate.UNDER_WAY:
                known.answer_latest(inform)
            if known.fate is not Fate.REFUSED:
                return False
        self._informs.pop(key, None)
        while len(self._informs) >= self._most:
            self._informs.popitem(last=False)
        self._informs[key] = inform
        return True

    def withdraw(self, key: Hashable) -> None:
        """Forget an inform that could not be taken in after all."""
        self._informs.pop(key, None)
