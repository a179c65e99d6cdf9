"""How near this process is to what the system lets it have: file descriptors and memory.

May import: netwatch.app.health.vitals. Called by: netwatch.app.health.life_signs.
"""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prometheus_client import Gauge

from netwatch.app.health.vitals import Vitals

DESCRIPTORS = Gauge("netwatch_descriptors", "File descriptors that are open")
DESCRIPTORS_LIMIT = Gauge("netwatch_descriptors_limit", "File descriptors that may be open")
MEMORY_BYTES = Gauge("netwatch_memory_bytes", "Memory that counts against the nearest limit; 0 without a limit")
MEMORY_LIMIT_BYTES = Gauge("netwatch_memory_limit_bytes", "The nearest limit on memory; 0 without one")
PAGE_BYTES = resource.getpagesize()
ENOUGH_DESCRIPTORS = 16_384
CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What is used of what may be."""

    used: int
    limit: int

    @property
    def ratio(self) -> float:
        """Return the share that is used."""
        return self.used / self.limit if self.limit else 1.0


def descriptors() -> Use:
    """Return how many file descriptors are open; to count them takes one, so without one all are."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        return Use(used=len(os.listdir("/proc/self/fd")) - 1, limit=limit)  # noqa: PTH208  # the fewest system calls
    except OSError as exc:
        if exc.errno in (errno.EMFILE, errno.ENFILE):
            return Use(used=limit, limit=limit)
        raise


def raise_descriptors() -> None:
    """Have as many file descriptors as the system lets us, up to what we can need: 1024 is the usual, and too few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, ENOUGH_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def memory() -> Use | None:
    """Return what is used of the memory limit that is nearest, None where there is none."""
    return max((*_of_process(), *_of_groups()), key=lambda use: use.ratio, default=None)


def _of_process() -> Iterator[Use]:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        yield Use(used=pages * PAGE_BYTES, limit=limit)


def _of_groups() -> Iterator[Use]:
    """Yield the limit of each control group (version 2) that we are in, where one is set and may be read."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/cgroup").read_text().splitlines()
        own = next(line for line in lines if line.startswith("0::"))[3:].strip("/")
        for group in (CGROUPS / own, *(CGROUPS / own).parents):
            if group.is_relative_to(CGROUPS):
                yield from _of_group(group)


def _of_group(group: Path) -> Iterator[Use]:
    with suppress(OSError, ValueError):
        limit = int((group / "memory.max").read_text())  # "max" is no number: no limit
        files = (group / "memory.stat").read_text().split()
        reclaimable = int(files[files.index("inactive_file") + 1])
        yield Use(used=max(0, int((group / "memory.current").read_text()) - reclaimable), limit=limit)


@dataclass(frozen=True, slots=True)
class LimitVitals:
    """How near the limits are."""

    async def vitals(self, now: datetime) -> Vitals:
        """Return the columns, and set the gauges."""
        files, room = descriptors(), memory()
        DESCRIPTORS.set(files.used)
        DESCRIPTORS_LIMIT.set(files.limit)
        MEMORY_BYTES.set(room.used if room is not None else 0)
        MEMORY_LIMIT_BYTES.set(room.limit if room is not None else 0)
        return {
            "descriptors_used_ratio": files.ratio,
            "process_memory_used_ratio": room.ratio if room is not None else None,
        }
