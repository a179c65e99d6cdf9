"""Paces Python's cycle collector, so that it never stops the loop for long.

Left alone it looks through everything that lives, again and again: ten million objects with 10,000 devices, which
takes seconds in which nothing is polled. Here each look is at what came since the one before, some ten thousand
objects; what is alive then is put aside (frozen) and not looked at again. Nearly all of that ends by itself when
nothing refers to it any more. What ends in a circle after it was put aside stays, so everything is looked through
once more where memory says that this may be worth its stop, and when another agent took over after a reload.

The looks go by the clock. Python itself counts what came less what went, and of a fleet that is polled as much goes
as comes: its count stands still while a million young objects gather, and then the loop stands still for seconds. The
next look comes the sooner the longer one took: with ten thousand devices some times a second, with a hundred twice a
minute, since what is put aside while it lives and then ends in a circle stays for long.

May import: nothing of ours. Called by: netwatch.cli (run), through the door.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from prometheus_client import Counter, Gauge

YOUNG, NEVER = 200_000, 1_000_000_000
"""Objects before the young are looked through out of turn (30 ms), which is more than come between two looks: each is
looked through once, and would be three times if Python looked sooner, and at what survived that."""
LEAST_SECONDS, FIRST_SECONDS, MOST_SECONDS = 0.1, 1.0, 30.0
"""How far looks are apart: at the least, when everything has just begun, and at the most."""
AIM_SECONDS = 0.01
"""So long a look is to take: the next one is put there where it would by what this one took. What comes in bursts
makes some take twice or three times as long."""
SOONER, LATER = 0.25, 1.25
"""How much sooner or later than the last one a look comes at once: what comes in bursts is not taken for little."""
GROWN_BY = 1.25
"""Memory that grew so much since everything was looked through may be circles."""
SETTLE_SECONDS = 900.0
"""For so long memory may grow, as devices are asked for the first time."""
REST_SECONDS = 3600.0
"""Everything is looked through no oftener than that."""
STATM = Path("/proc/self/statm")

COLLECTIONS = Counter(
    "netwatch_collections_total",
    "Looks for objects that only refer to each other; of is recent or everything",
    ["of"],
)
LONGEST_SECONDS = Gauge(
    "netwatch_collection_longest_seconds", "How long the loop stood still for one, at the longest"
)
FOUND = Counter("netwatch_collections_found_objects_total", "Objects that such looks freed", ["of"])
for _of in ("recent", "everything"):
    COLLECTIONS.labels(_of)
    FOUND.labels(_of)
log = structlog.get_logger(__name__)


def resident_bytes() -> int:
    """Return the memory of this process, 0 where the system does not say."""
    try:
        return int(STATM.read_text().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0


@contextmanager
def young_alone() -> Iterator[None]:
    """Have Python look through the young alone: a start makes millions of objects, and nearly all of them stay.

    By itself it would look through all of them whenever a quarter has come to them.
    """
    usual = gc.get_threshold()
    gc.set_threshold(YOUNG, NEVER, NEVER)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


class Collector:
    """Between `start()` and `stop()` in charge of the collector of this process."""

    def __init__(
        self,
        agent: Callable[[], object],
        *,
        resident: Callable[[], int] = resident_bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`agent` returns what works now: when that is another one, what is left of the one before is sought."""
        self._agent, self._resident, self._clock = agent, resident, clock
        self._of: weakref.ref[object] | None = None
        self._apart = FIRST_SECONDS
        self._usual: tuple[int, int, int] | None = None
        self._all_seen_at, self._bytes, self._longest = 0.0, 0, 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Put aside all that the start made, and look again now and then on the running loop.

        Only the young are looked through before: a start leaves a few hundred objects in circles, which the next look
        at everything finds; looking for them took 0.3 to 0.4 s, in which nothing is polled.
        """
        self._usual = gc.get_threshold()
        gc.set_threshold(YOUNG, NEVER, NEVER)
        self._collect("recent", 0)
        self._begin_anew()
        self._plan()

    def stop(self) -> None:
        """Leave the collector as it was."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._usual is not None:
            gc.set_threshold(*self._usual)
            gc.unfreeze()
            self._usual = None

    def look(self) -> None:
        """Look through what is recent and put it aside, or look through everything where that is due."""
        if self._of is None or self._of() is not self._agent() or self._is_grown():
            self._see_all()
        else:
            took = self._collect("recent")
            by = min(LATER, max(SOONER, AIM_SECONDS / max(took, 1e-6)))
            self._apart = max(LEAST_SECONDS, min(MOST_SECONDS, self._apart * by))

    @property
    def seconds_apart(self) -> float:
        """Return after how many seconds it looks again."""
        return self._apart

    def _is_grown(self) -> bool:
        since = self._clock() - self._all_seen_at
        if since < SETTLE_SECONDS:
            self._bytes = max(self._bytes, self._resident())
        return since >= REST_SECONDS and self._resident() > self._bytes * GROWN_BY

    def _see_all(self) -> None:
        gc.unfreeze()
        self._collect("everything")
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Take this as the moment from which on memory may be found grown."""
        self._of = weakref.ref(self._agent())
        self._all_seen_at, self._bytes = self._clock(), self._resident()

    def _collect(self, of: str, oldest: int = 2) -> float:
        """Look at what is not put aside, up to this generation; put all aside, and return the seconds it took."""
        began = time.perf_counter()
        found = gc.collect(oldest)
        gc.freeze()
        took = time.perf_counter() - began
        COLLECTIONS.labels(of).inc()
        FOUND.labels(of).inc(found)
        self._longest = max(self._longest, took)
        LONGEST_SECONDS.set(self._longest)
        return took

    def _plan(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._apart, self._turn)

    def _turn(self) -> None:
        self._plan()
        try:
            self.look()
        except Exception:  # the next look is a second away
            log.exception("the cycle collector could not be paced")
