"""Which tables cannot be read at the moment: a line of the event log when that begins and when it ends.

A device that does not answer at all is no news here; that is what reachability and its rule say.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.engine.times. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

from netwatch.engine.times import lasting
from netwatch.model import REACHABILITY, Event, ReadingGap, TableReading


class Readability:
    """The tables that are not read just now."""

    def __init__(self) -> None:
        self._unread: dict[tuple[str, str], ReadingGap] = {}
        self._down: set[str] = set()

    def is_down(self, device: str) -> bool:
        """Return whether a device did not answer when it was last asked."""
        return device in self._down

    def is_read(self, device: str, table: str) -> bool:
        """Return whether a table was read the last time, as far as is known."""
        return not self._unread or (device, table) not in self._unread

    def take_gap(self, gap: ReadingGap) -> Event | None:
        """Return what to log of a table that was not read; None where that is known already."""
        place = (gap.device, gap.table)
        if place in self._unread or gap.device in self._down:
            return None
        self._unread[place] = gap
        text = f"table {gap.table} cannot be read: {gap.reason}"
        return Event(
            at=gap.at, kind="device", text=text, device=gap.device,
            details={"table": gap.table, "read": "no", "reason": gap.reason},
        )  # fmt: skip

    def take_reading(self, reading: TableReading) -> Event | None:
        """Return what to log of a table that was read; None where that is as usual."""
        if reading.table == REACHABILITY.name:
            self._note_reachability(reading)
        if not self._unread:
            return None
        gap = self._unread.pop((reading.device, reading.table), None)
        if gap is None:
            return None
        text = f"table {reading.table} is read again, after {lasting(reading.at - gap.at)}"
        return Event(
            at=reading.at, kind="device", text=text, device=reading.device,
            details={"table": reading.table, "read": "yes", "since": gap.at.isoformat(), "reason": gap.reason},
        )  # fmt: skip

    def _note_reachability(self, reading: TableReading) -> None:
        """Take in whether its agent answers; of a host that only echoes no table can be read either."""
        up = reading.columns.get("snmp_up") or reading.columns.get("up")
        if up and up[0] == 0:
            self._down.add(reading.device)
        else:
            self._down.discard(reading.device)
