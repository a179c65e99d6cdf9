"""How much of the time something was up: what was read last is so until the next reading, for an hour at most.

Counted is time and not readings: a device that is away is asked more rarely, and must not look better for it.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.app, through the door of this room.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from netwatch.model import Availability, Past

STANDS_FOR = timedelta(hours=1)
"""What was read last is taken to be so for so long; beyond it nothing is known."""
_SECOND = timedelta(seconds=1)


def availability_of(past: Past, since: datetime, until: datetime, cells: int = 0) -> Availability:
    """Return how much of a while something was up, in all and in so many parts of equal length."""
    known = away = timedelta(0)
    width = (until - since) / cells if cells else until - since
    of_cell = [[0.0, 0.0] for _ in range(cells)]
    for begin, stood, share in _standing(past, since, until):
        known, away = known + stood, away + stood * (1 - share)
        while cells and stood > timedelta(0):
            number = min(int((begin - since) / width), cells - 1)
            here = min(stood, since + (number + 1) * width - begin) if number < cells - 1 else stood
            here = max(here, timedelta(microseconds=1))
            of_cell[number][0] += here.total_seconds()
            of_cell[number][1] += here.total_seconds() * share
            begin, stood = begin + here, stood - here
    return Availability(
        since=since, until=until, known=known, away=away - away % _SECOND,
        ratio=1 - away / known if known else None, cells=tuple(up / all_of_it if all_of_it else None
                                                               for all_of_it, up in of_cell),
    )  # fmt: skip


def _standing(past: Past, since: datetime, until: datetime) -> Iterator[tuple[datetime, timedelta, float]]:
    """Yield since when and for how long each share stood."""
    begin_ms, end_ms = (round(at.timestamp() * 1000) for at in (since, until))
    ends = [*past.times[1:], end_ms][: len(past.times)]
    for at, end, share in zip(past.times, ends, past.means, strict=True):
        start, stop = max(at, begin_ms), min(end, end_ms, at + round(STANDS_FOR / timedelta(milliseconds=1)))
        if isinstance(share, int | float) and stop > start:
            yield since + timedelta(milliseconds=start - begin_ms), timedelta(milliseconds=stop - start), share
