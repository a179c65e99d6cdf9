"""What the last packets to one address say: the share that was lost, how long answers took and usually take.

A quiet room: no clock, no socket. May import: nothing. Called by: netwatch.ping.pulse.
"""

from __future__ import annotations

from array import array
from math import isnan, nan

PACKETS = 20
"""So many last packets are looked at; one of them is 5 %."""
LEAST_PACKETS = 5
"""Of fewer no share is told: the first lost packet of all is no loss of 100 %."""
LEAST_FOR_HABIT = 60
"""So many answers make a habit: ten minutes of an answer every ten seconds."""
_QUICKEST, _SLOWEST = 0.05, 0.0002
"""By which share an answer moves the usual time: by 1/n of the n-th, within these. A time that triples for good is
usual after some fifteen hours at one packet in ten seconds; an hour of it moves the usual time by 7 %."""


class Tally:
    """The last packets to one address."""

    __slots__ = ("_answers", "_packets", "_trips", "_usual")

    def __init__(self) -> None:
        self._trips = array("d")
        self._packets = 0
        self._answers = 0
        self._usual = 0.0

    def note(self, round_trip_seconds: float | None) -> None:
        """Take in what came of a packet; None where it was lost."""
        trip = nan if round_trip_seconds is None else round_trip_seconds
        if len(self._trips) < PACKETS:
            self._trips.append(trip)
        else:
            self._trips[self._packets % PACKETS] = trip
        self._packets += 1
        if round_trip_seconds is not None:
            self._grow_used_to(round_trip_seconds)

    @property
    def loss_ratio(self) -> float | None:
        """Return the share of the last packets that was lost, 0 to 1; None while there were too few."""
        if len(self._trips) < LEAST_PACKETS:
            return None
        return sum(map(isnan, self._trips)) / len(self._trips)

    @property
    def round_trip_seconds(self) -> float | None:
        """Return how long the answers among the last packets took on average, None where there were none."""
        answered = [trip for trip in self._trips if trip == trip]  # not a number equals nothing
        return sum(answered) / len(answered) if answered else None

    @property
    def usual_seconds(self) -> float | None:
        """Return how long an answer usually takes: about the median of the last day; None while that is not known."""
        return self._usual if self._answers >= LEAST_FOR_HABIT else None

    def recall_habit(self, usual_seconds: float, answers: int) -> None:
        """Take back what was usual before a restart, and of how many answers that was learned."""
        self._usual, self._answers = usual_seconds, answers

    @property
    def habit(self) -> tuple[float, int]:
        """Return what `recall_habit` takes."""
        return self._usual, self._answers

    def _grow_used_to(self, seconds: float) -> None:
        """Move the usual time a little towards an answer's, equally far for a late one and a very late one."""
        self._answers += 1
        if self._usual <= 0.0:
            self._usual = seconds
        step = min(_QUICKEST, max(_SLOWEST, 1 / self._answers))
        if seconds > self._usual:
            self._usual *= 1 + step
        elif seconds < self._usual:
            self._usual /= 1 + step
