"""Holds the last reading of every table of every device.

A reading stays until the next one takes its place, its device is forgotten, or it is so old that its table must
have stopped coming: then nobody is shown it any more. Facts, which are read seldom, say themselves how long they are
good for. Age is counted on the monotonic clock from the moment the reading was handed in, so that a step of the wall
clock makes nothing stale.

May import: netwatch.model, netwatch.metrics.metrics. Called by: netwatch.app, netwatch.metrics.exposition.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from netwatch.metrics.metrics import GAPS, READINGS
from netwatch.model import ReadingGap, RowSet, TableReading

IDENTITY = "identity"
STALE_AFTER = timedelta(minutes=5)
"""As long as Prometheus itself looks back for a series."""
OtherRows = Callable[[str, str], None]


@dataclass(slots=True)
class _Held:
    """The last reading of a table, and when it was taken; changed in place by the board alone."""

    reading: TableReading | None
    taken_at: float
    gap: ReadingGap | None


class Board:
    """Last readings by device and table.

    The mapping of one device is replaced where a table comes, and what it holds of a table is changed in place,
    so that whoever walks over a copy of the outer one may stop in the middle, let the loop run, and go on.
    """

    def __init__(
        self,
        stale_after: Callable[[str], timedelta] = lambda device: STALE_AFTER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make an empty board.

        Args:
            stale_after: how long a reading of this device is good; a few times its polling interval.
            clock: monotonic seconds.
        """
        self._stale_after = stale_after
        self._clock = clock
        self._devices: dict[str, Mapping[str, _Held]] = {}
        self._followers: list[OtherRows] = []

    def follow_rows(self, follower: OtherRows) -> None:
        """Call `follower` with device and table whenever the rows of a table are others than before.

        It is called when they are on the board, with no table where the whole device is forgotten. The rows of most
        tables stay the same for days, so that whoever keeps something of all devices need not look at them again.
        """
        self._followers.append(follower)

    def take_reading(self, reading: TableReading) -> None:
        """Put a reading in the place of the one before; it also ends the table's gap."""
        held = self._held(reading.device, reading.table)
        before = held.reading
        held.reading, held.taken_at, held.gap = reading, self._clock(), None
        READINGS.inc()
        if before is None or before.rows is not reading.rows:
            self._tell(reading.device, reading.table)

    def take_gap(self, gap: ReadingGap) -> None:
        """Remember why a table was not read; its last reading stays until it is stale."""
        held = self._held(gap.device, gap.table)
        held.gap = gap
        GAPS.inc()

    def forget(self, device: str) -> None:
        """Drop everything about a device; one that is not here is no error."""
        if self._devices.pop(device, None) is not None:
            self._tell(device, "")

    def readings(self, device: str) -> tuple[TableReading, ...]:
        """Return the fresh readings of one device, by table name."""
        return tuple(self._fresh_of(device, self._devices.get(device, {}), self._clock()))

    def reading(self, device: str, table: str) -> TableReading | None:
        """Return the reading of one table, None where there is none that is fresh."""
        held = self._devices.get(device, {}).get(table)
        if held is None or held.reading is None:
            return None
        good_for = self._good_for(held.reading, self._stale_after(device))
        return held.reading if held.taken_at >= self._clock() - good_for else None

    def row_of(self, device: str, labels: Mapping[str, str]) -> tuple[str, Mapping[str, str]] | None:
        """Return key and labels of the row that has these labels (`ifIndex`: `7`) in whichever table has them.

        A table that was not read lately still tells what its rows are called.
        """
        for held in self._devices.get(device, {}).values():
            rows = held.reading.rows if held.reading else None
            if rows is None or not labels or not all(name in rows.labels for name in labels):
                continue
            wanted = tuple(labels.values())
            columns = zip(*(rows.labels[name] for name in labels), strict=True)
            row = next((number for number, texts in enumerate(columns) if texts == wanted), None)
            if row is not None:
                return rows.keys[row], rows.labels_of(row)
        return None

    def rows_of(self, device: str, table: str) -> RowSet | None:
        """Return the rows of a table as they were last read, None where it never was."""
        held = self._devices.get(device, {}).get(table)
        return held.reading.rows if held is not None and held.reading is not None else None

    def row_sets(self, device: str, tables: Sequence[str]) -> list[RowSet | None]:
        """Return the rows of several tables, None for those that were never read; asked for all devices at once."""
        there = self._devices.get(device, {})
        return [
            held.reading.rows if (held := there.get(name)) is not None and held.reading is not None else None
            for name in tables
        ]

    def identity(self, device: str) -> Mapping[str, str]:
        """Return who a device said it is, however long ago; label by name, those that are empty too."""
        rows = self.rows_of(device, IDENTITY)
        return rows.labels_of(0) if rows is not None and rows.index else {}

    def vendor_of(self, device: str) -> str:
        """Return who made a device, empty where it did not say; asked for all devices at once."""
        rows = self.rows_of(device, IDENTITY)
        vendors = rows.labels.get("vendor") if rows is not None else None
        return vendors[0] if vendors else ""

    def is_read(self, device: str, table: str) -> bool:
        """Return whether a table is read at the moment: its last poll brought it, and that is not long ago."""
        held = self._devices.get(device, {}).get(table)
        if held is None or held.reading is None or held.gap is not None:
            return False
        return held.taken_at >= self._clock() - self._good_for(held.reading, self._stale_after(device))

    def scalar(self, device: str, column: str) -> object:
        """Return the last value of a table of one row that has this column, however old; None where there is none."""
        for held in self._devices.get(device, {}).values():
            found = held.reading.columns.get(column) if held.reading else None
            if found is not None and len(found) == 1:
                return found[0]
        return None

    def gaps(self, device: str) -> tuple[ReadingGap, ...]:
        """Return the tables of one device whose last poll brought nothing."""
        tables = self._devices.get(device, {})
        return tuple(tables[name].gap for name in sorted(tables) if tables[name].gap)  # type: ignore[misc]

    def fresh(self) -> Iterator[tuple[str, tuple[TableReading, ...]]]:
        """Yield every device with its fresh readings, as they were when the iteration began."""
        now = self._clock()
        for device, tables in self._devices.copy().items():
            yield device, tuple(self._fresh_of(device, tables, now))

    def _tell(self, device: str, table: str) -> None:
        for follower in self._followers:
            follower(device, table)

    def _held(self, device: str, table: str) -> _Held:
        """Return what is held of a table; of one that is new, nothing yet."""
        tables = self._devices.get(device)
        held = tables.get(table) if tables is not None else None
        if held is None:
            held = _Held(None, self._clock(), None)
            self._devices[device] = {**(tables or {}), table: held}
        return held

    def _fresh_of(self, device: str, tables: Mapping[str, _Held], now: float) -> Iterator[TableReading]:
        stale_after = self._stale_after(device)
        for name in sorted(tables):
            held = tables[name]
            if held.reading is not None and held.taken_at >= now - self._good_for(held.reading, stale_after):
                yield held.reading

    @staticmethod
    def _good_for(reading: TableReading, stale_after: timedelta) -> float:
        """Return for how many seconds a reading is shown: facts for as long as they say themselves."""
        return (stale_after if reading.good_for is None else max(stale_after, reading.good_for)).total_seconds()
