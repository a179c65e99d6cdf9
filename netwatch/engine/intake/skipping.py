"""Whose readings are not held against rules now: devices in a maintenance window that says so.

A quiet room: no clock, no socket, no database.
May import: netwatch.alerts, netwatch.engine.metrics. Called by: netwatch.engine.engine, desk.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from netwatch.alerts import Maintenance
from netwatch.engine.metrics import SKIPPED


class Skipping:
    """The windows, held against devices by name; `never` are devices that no window takes out."""

    def __init__(
        self, maintenance: Maintenance, device_labels: Mapping[str, Mapping[str, str]], never: Collection[str]
    ) -> None:
        self._maintenance, self._device_labels, self._never = maintenance, device_labels, frozenset(never)

    def takes_out(self, device: str, now: datetime) -> bool:
        """Return whether something of a device, which has just come in, is not to be held against rules; count it."""
        skipped = self._skips(device, now)
        if skipped:
            SKIPPED.inc()
        return skipped

    def is_any_open(self, now: datetime) -> bool:
        """Return whether there is a window now that may take something out."""
        return self._maintenance.is_open(now)

    def reason_for(self, device: str, now: datetime) -> str:
        """Return why nothing of a device is held against rules now; empty where it is."""
        if not self._skips(device, now):
            return ""
        window = self._maintenance.muting_of({**self._device_labels.get(device, {}), "device": device}, now)
        return window.reason if window is not None else "maintenance"

    def _skips(self, device: str, now: datetime) -> bool:
        if device in self._never or not self._maintenance.is_open(now):
            return False
        return self._maintenance.skips(device, self._device_labels.get(device, {}), now)
