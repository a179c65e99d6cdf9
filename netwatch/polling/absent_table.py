"""A table that the device was asked for and does not have: all that is left to do is to say so some times.

Of dozens of tables that a device may have it has a handful, and what polls one takes 400 bytes. Where there is reason
to look again, a TablePoller takes its place.

May import: netwatch.model, netwatch.profiles. Called by: device_poller, table_poller.
"""

from __future__ import annotations

from typing import Final

from netwatch.model import TableReading
from netwatch.polling.clock import Clock
from netwatch.polling.rows import columns_of_none, rows_of_none
from netwatch.profiles import TableSpec

TIMES_LACKING: Final = 3
"""So often in a row it is said that a device does not have a table: before a restart of ours it may have had it."""


class AbsentTable:
    """One table that one device does not have; `times_lacking` is how often that was said."""

    __slots__ = ("spec", "times_lacking")
    needs_discovery: Final = False
    is_emptied: Final = False

    def __init__(self, spec: TableSpec, times_lacking: int) -> None:
        self.spec = spec
        self.times_lacking = times_lacking

    @property
    def is_idle(self) -> bool:
        """Return whether all is said."""
        return self.times_lacking >= TIMES_LACKING

    def note_lacking(self) -> None:
        """Take in that it was said once more, or that nobody would have heeded it."""
        self.times_lacking += 1

    def lacking_reading(self, device: str, clock: Clock) -> TableReading | None:
        """Return that the device does not have the table; None where that was said often enough."""
        if self.is_idle:
            return None
        self.note_lacking()
        return empty_reading(device, self.spec, clock, lacking=True)


def empty_reading(device: str, spec: TableSpec, clock: Clock, *, lacking: bool = False) -> TableReading:
    """Return a reading of a table without rows."""
    return TableReading(
        device=device,
        table=spec.name,
        at=clock.now(),
        rows=rows_of_none(spec),
        columns=columns_of_none(spec),
        lacking=lacking,
    )
