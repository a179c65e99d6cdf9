"""What of the engine's own work breaks off: one rule, one trap, one mail; the rest goes on.

Nobody foresees what raises here, so it is counted, logged with where, shown until the same thing works again, and
told by the shipped rule PartFailing. The log has each fault once, and again when it still stands an hour later.

May import: netwatch.model, netwatch.engine.metrics. Called by: netwatch.engine.*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from netwatch.engine.metrics import FAULTS
from netwatch.model import ClockStep, Fault

log = structlog.get_logger(__name__)

LOGGED_AGAIN_AFTER = timedelta(hours=1)
PASSING = frozenset({"trap rule", "trap", "gap of table"})
"""Kinds that are not tried again: another trap that goes well says nothing of the one that did not, and a table that
is read leaves no gap."""
PASSES_AFTER = timedelta(hours=1)
MOST_FAULTS = 1_000
"""Kept apart; what fails beyond them is counted and logged as one."""
BEYOND = "and others"

_Key = tuple[str, str, str]


class Faults:
    """What fails now, by kind, name and device."""

    def __init__(self) -> None:
        self._standing: dict[_Key, Fault] = {}
        self._logged_at: dict[_Key, datetime] = {}

    def note(self, kind: str, name: str, error: Exception, now: datetime, device: str = "") -> None:
        """Take in that something broke off."""
        FAULTS.labels(kind).inc()
        key = (kind, name, device)
        if key not in self._standing and len(self._standing) >= MOST_FAULTS:
            key = (kind, BEYOND, "")
        before = self._standing.get(key)
        fault = Fault.of(error, now, before, kind=kind, name=key[1], device=key[2])
        self._standing[key] = fault
        if before is None or before.where != fault.where or now - self._logged_at[key] >= LOGGED_AGAIN_AFTER:
            self._logged_at[key] = now
            log.error(
                "a part of NetWatch fails; the others go on", kind=kind, name=name, device=device, error=fault.error,
                where=fault.where, count=fault.count, exc_info=error,
            )  # fmt: skip

    def settle(self, kind: str, name: str, device: str = "") -> None:
        """Take in that something works; quick, since it is called for everything that does."""
        if self._standing and (over := self._standing.pop((kind, name, device), None)) is not None:
            del self._logged_at[(kind, name, device)]
            log.info("works again", kind=kind, name=name, device=device, failed=over.count)

    @property
    def stand(self) -> bool:
        """Return whether anything failed that nothing settled yet."""
        return bool(self._standing)

    def standing(self, now: datetime) -> Sequence[Fault]:
        """Return what fails now, the newest first; what nothing can settle passes after an hour."""
        passed = [fault.key for fault in self._standing.values() if _has_passed(fault, now)]
        for key in passed:
            del self._standing[key], self._logged_at[key]
        return sorted(self._standing.values(), key=lambda fault: fault.since, reverse=True)

    def of(self, name: str, device: str, now: datetime) -> Sequence[Fault]:
        """Return what fails of a thing on a device."""
        return [fault for fault in self.standing(now) if fault.name == name and fault.device in ("", device)]

    def move(self, step: ClockStep) -> None:
        """Move with the wall clock."""
        for key, fault in self._standing.items():
            self._standing[key] = replace(fault, since=step.moved(fault.since), at=step.moved(fault.at))
            self._logged_at[key] = step.moved(self._logged_at[key])


def _has_passed(fault: Fault, now: datetime) -> bool:
    return (fault.kind in PASSING or fault.name == BEYOND) and fault.at + PASSES_AFTER <= now
