"""Notices that the wall clock was set or that the machine has slept, and lets the house follow; see `steady`.

Looked at ten times a second, since a look costs a few microseconds. What was set while no agent ran is found at the
start: the last setting is remembered with the boot it belongs to.

May import: netwatch.model. Called by: netwatch.app.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from prometheus_client import Counter

from netwatch.app.clock.steady import STEP, SteadyClock
from netwatch.model import ClockStep, Memory
from netwatch.polling.clock import ASLEEP_SECONDS

CLOCK_MEMORY = "clock"
_KEY = "mark"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
BOOT_ID_VARIABLE = "NETWATCH_BOOT_ID"
"""systemd hands it in, since it also hides /proc/sys from the service."""

MISTRUST_FOR = timedelta(days=1)
"""For so long after the clock was set forward nothing is deleted for its age."""

SETTINGS = Counter("netwatch_clock_set_total", "Times the wall clock was set", ["direction"])
ASLEEP = Counter("netwatch_asleep_seconds_total", "Time the machine slept while NetWatch ran")
for _direction in ("forth", "back"):
    SETTINGS.labels(_direction)

log = structlog.get_logger(__name__)


class ClockWatch:
    """Compares the clocks at every `look()`.

    on_step: moves everything that is open; the clock itself has moved when it returns from `look`.
    on_sleep: is told for how long the machine slept.
    """

    def __init__(
        self, clock: SteadyClock, *, on_step: Callable[[ClockStep], None], on_sleep: Callable[[timedelta], None]
    ) -> None:
        self._clock, self._on_step, self._on_sleep = clock, on_step, on_sleep
        self._apart = clock.elapsed() - clock.monotonic()
        self._last_step: tuple[float, timedelta] | None = None
        self._last_sleep: tuple[float, timedelta] | None = None

    def look(self) -> None:
        """Follow what happened to the clocks since the last look."""
        slept = self._clock.elapsed() - self._clock.monotonic() - self._apart
        if slept > ASLEEP_SECONDS:
            self._apart += slept
            self._sleep(timedelta(seconds=slept))
        if (step := self._clock.step()) is not None:
            self._set(step)

    def set_by(self, within: timedelta) -> timedelta:
        """Return by how much the clock was last set, zero where that is longer ago than `within`."""
        return self._lately(self._last_step, within)

    def slept_for(self, within: timedelta) -> timedelta:
        """Return how long the machine last slept, zero where that is longer ago than `within`."""
        return self._lately(self._last_sleep, within)

    def _lately(self, happened: tuple[float, timedelta] | None, within: timedelta) -> timedelta:
        if happened is None or self._clock.monotonic() - happened[0] > within.total_seconds():
            return timedelta(0)
        return happened[1]

    def _sleep(self, asleep: timedelta) -> None:
        ASLEEP.inc(asleep.total_seconds())
        self._last_sleep = self._clock.monotonic(), asleep
        log.warning("the machine was asleep", seconds=round(asleep.total_seconds()))
        self._on_sleep(asleep)

    def _set(self, step: ClockStep) -> None:
        SETTINGS.labels("forth" if step.by > timedelta(0) else "back").inc()
        self._last_step = self._clock.monotonic(), step.by
        log.warning("the wall clock was set", seconds=round(step.by.total_seconds(), 3))
        try:
            self._on_step(step)
        finally:  # else every look would find the same step again
            self._clock.follow(step)


def boot_id() -> str:
    """Return what names this run of the machine, empty where nobody says."""
    with suppress(OSError):
        return BOOT_ID.read_text(encoding="ascii").strip()
    return os.environ.get(BOOT_ID_VARIABLE, "")


def mark_of(started_at: datetime, boot: str) -> Memory:
    """Return how the wall clock is set now, to be remembered."""
    return Memory(scope=CLOCK_MEMORY, key=_KEY, text=json.dumps({"boot": boot, "started_at": started_at.isoformat()}))


def step_since(memories: Iterable[Memory], started_at: datetime, boot: str, now: datetime) -> ClockStep | None:
    """Return how the clock was set since the mark was made, None where it was not, or nobody can tell."""
    marks = [memory.text for memory in memories if (memory.scope, memory.key) == (CLOCK_MEMORY, _KEY)]
    before = _read(marks[0], boot) if marks and marks[0] and boot else None
    if before is None or abs(started_at - before) < STEP:
        return None
    by = started_at - before
    return ClockStep(since=before, at=now - by, by=by)


def _read(text: str, boot: str) -> datetime | None:
    """Return when this same boot began by the clock as it stood."""
    try:
        facts = json.loads(text)
        before = datetime.fromisoformat(facts["started_at"]) if facts["boot"] == boot else None
    except (ValueError, KeyError, TypeError):
        return None
    return before if before is not None and before.tzinfo is not None else None
