"""When a device's neighbours are looked at again because a port went up: soon, some times, and not too often.

Who is plugged in announces himself when he has begun to live: a switch at once, an access point after a minute or
two. So the tables of neighbours, which are facts and else read by the hour, are read with the next polls after a port
went up, further and further apart. A port that goes up again and again has them read no more than so often an hour.

A quiet room: no clock, no socket. May import: netwatch.model. Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from netwatch.model import RowSet, TableReading

AFTER_SECONDS: Final = (0.0, 45.0, 105.0, 240.0)
"""So long after a port was seen to have gone up a look is due; the next poll has it."""
APART_SECONDS: Final = 15.0
MOST_AN_HOUR: Final = 30
_INTERFACE, _UP = "interface", 1


class Afterlook:
    """The looks that one device is due, and how its ports were."""

    __slots__ = ("_before", "_due", "_looked")

    def __init__(self) -> None:
        self._before: tuple[RowSet, Sequence[object]] | None = None
        self._due: tuple[float, ...] = ()
        self._looked: deque[float] | None = None

    def take(self, reading: TableReading, now: float) -> None:
        """Take in how the ports are; where one went up, looks are due from now on. `now` is monotonic."""
        if reading.table != _INTERFACE or reading.lacking:
            return
        states = reading.columns.get("interface_oper")
        if states is None:
            return
        before, self._before = self._before, (reading.rows, states)
        if before is not None and before[1] is not states and _has_risen(before, self._before):
            self._due = tuple(now + seconds for seconds in AFTER_SECONDS)

    def is_due(self, now: float) -> bool:
        """Return whether to look with this poll, which is then done."""
        if not self._due or now < self._due[0]:
            return False
        looked = self._looked = self._looked if self._looked is not None else deque(maxlen=MOST_AN_HOUR)
        if looked and now - looked[-1] < APART_SECONDS:
            return False
        if len(looked) == MOST_AN_HOUR and now - looked[0] < 3600.0:
            return False
        looked.append(now)
        self._due = tuple(at for at in self._due if at > now)
        return True

    @property
    def is_thorough(self) -> bool:
        """Return whether the look that was just made is one that also asks anew what the device has.

        It may hear somebody now for the first time, or answer of that at last: not at once, but with the second look,
        and with the last. It costs more than to read a table that is known.
        """
        return len(self._due) in (0, len(AFTER_SECONDS) - 2)

    @property
    def next_at(self) -> float | None:
        """Return when the next look is due, None for never."""
        return self._due[0] if self._due else None


def _has_risen(before: tuple[RowSet, Sequence[object]], now: tuple[RowSet, Sequence[object]]) -> bool:
    """Return whether a port is up that was there before and was not."""
    rows, states = now
    if before[0].keys == rows.keys:
        return any(state == _UP != was for state, was in zip(states, before[1], strict=True))
    known = dict(zip(before[0].keys, before[1], strict=True))
    return any(state == _UP != known.get(key, _UP) for key, state in zip(rows.keys, states, strict=True))
