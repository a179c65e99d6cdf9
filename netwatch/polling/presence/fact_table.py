"""Reads one table of facts of one device: inventory, neighbours, addresses. It is walked when it is to be discovered.

What the walk brings is the reading; between walks nothing is asked. A reading stands until the next walk, also where
that fails: it is then said to be of before.

May import: netwatch.model, netwatch.snmp, netwatch.profiles, netwatch.polling.
Called by: netwatch.polling.device_poller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Device, TableReading
from netwatch.polling.answers import examine
from netwatch.polling.budget import Budget, Patience
from netwatch.polling.clock import Clock
from netwatch.polling.columns.strips import Suffix
from netwatch.polling.discover import columns_of, read_once, row_suffixes
from netwatch.polling.faults import DeviceFaults
from netwatch.polling.layout import Layout, Presence, build_layout
from netwatch.polling.metrics import DISCOVERIES, PARTIAL_READINGS
from netwatch.polling.presence.by_vlan import Walker
from netwatch.polling.readings import TableReader
from netwatch.polling.rows import columns_of_none, name_rows, rows_of_none
from netwatch.profiles import TableSpec
from netwatch.snmp import Walk

MOST_FACTS = 10_000
"""Rows of a table; what is beyond is left out and the reading partial."""
WALK_SECONDS = 30.0
MOST_SECONDS_BESIDE = 20.0
"""When discoveries and walks of facts took so long in one poll, further facts wait for the next one."""
TIMES_LACKING = 3
INTERVALS_GOOD_FOR = 2
GRACE = timedelta(minutes=5)


class FactTable:
    """One table of facts. It is polled as any table is, and most of the time has nothing to say."""

    def __init__(
        self,
        device: Device,
        spec: TableSpec,
        client: Walker,
        clock: Clock,
        interval: timedelta,
        faults: DeviceFaults | None = None,
    ) -> None:
        """Prepare to read it; `interval` is how far apart two readings are as a rule."""
        self.spec = spec
        self.good_for = INTERVALS_GOOD_FOR * interval + GRACE
        self._device, self._client, self._clock = device, client, clock
        self._faults = faults or DeviceFaults(device.name, clock)
        self._reader: TableReader | None = None
        self._layout: Layout | None = None
        self._reading: TableReading | None = None
        self._patience = Patience()
        self._due = "first"
        self._times_lacking = 0
        self.is_emptied = False
        """Whoever loses all neighbours is no other device."""

    @property
    def needs_discovery(self) -> bool:
        """Return whether the next poll walks the table."""
        return bool(self._due) and self._patience.allows(self._clock.monotonic())

    @property
    def stands(self) -> bool:
        """Return whether there is a reading that is good still."""
        return self._reading is not None

    @property
    def is_idle(self) -> bool:
        """Return whether a poll would ask and say nothing: it was read, or is not there and that was said."""
        has_told = self._reading is not None or self._times_lacking >= TIMES_LACKING
        return has_told and not self.needs_discovery

    def rediscover(self, reason: str) -> None:
        """Have the next poll walk the table."""
        self._due = self._due or reason
        self._patience = Patience()

    def note_absence(self) -> None:
        """Take in that the device does not have the table, which then need not be walked; one that had rows is."""
        if self._reading is None:
            self._due = ""

    def lacking_reading(self) -> TableReading | None:
        """Return that the device does not have the table, which is said some times only; None after that."""
        if self._reading is not None or self._due or self._times_lacking >= TIMES_LACKING:
            return None
        self._times_lacking += 1
        return TableReading(
            device=self._device.name,
            table=self.spec.name,
            at=self._clock.now(),
            rows=rows_of_none(self.spec),
            columns=columns_of_none(self.spec),
            lacking=True,
            good_for=self.good_for,
        )

    async def poll(self, budget: Budget) -> TableReading | None:
        """Walk the table where that is due; None where there is nothing new.

        Raises:
            PollError: the device did not answer, or with an error, and never told anything before.
        """
        if not self.needs_discovery or budget.seconds_beside > MOST_SECONDS_BESIDE:
            return None
        asked_at = self._clock.now()
        DISCOVERIES.labels(self._due).inc()
        try:
            with budget.paused():
                walk = await self._walk()
            reading = self._taken(walk)
        except Exception as exc:
            self._patience.note(self._clock.monotonic(), worth_it=False)
            if self._reading is None or isinstance(exc, RequestTimedOut):
                raise
            why = str(exc) if isinstance(exc, PollError) else self._faults.note(self.spec.name, exc)
            since = f"as it was read at {self._reading.at:%H:%M} UTC"
            reading = replace(self._reading, partial=True, partial_because=f"{since}, since then {why}")
        if reading is None:
            return None
        if reading.partial:
            PARTIAL_READINGS.labels(reading.device, reading.table).inc()
        self._reading = replace(reading, asked_at=asked_at, good_for=self.good_for)
        return self._reading

    async def _walk(self) -> Walk:
        columns = columns_of(self.spec)
        return await self._client.walk(
            self._device,
            columns,
            max_varbinds=MOST_FACTS * len(columns),
            time_budget=timedelta(seconds=WALK_SECONDS),
        )

    def _taken(self, walk: Walk) -> TableReading | None:
        """Return what a walk says; None where the device does not have the table and never had."""
        if not any(column.suffixes for column in walk.columns):
            if walk.partial:
                raise PollError(f"the rows of {self.spec.name} could not be walked: {walk.reason}")
            if self._reading is None:
                self._due = ""
                return None
        suffixes = row_suffixes(self.spec, walk.columns)
        reason = walk.reason
        if walk.capped or len(suffixes) > MOST_FACTS:
            reason = f"more than {MOST_FACTS} rows, of which the first are read"
        is_over = not walk.partial or walk.capped
        self._due = "" if is_over else "partial"
        self._patience.note(self._clock.monotonic(), worth_it=is_over)
        layout = self._laid_out(walk, suffixes[:MOST_FACTS], partial=bool(reason))
        self._layout = layout
        if self._reader is None:
            self._reader = TableReader(self._device.name, self.spec.name, specs=self.spec.columns)
        self._reader.adopt(layout)
        answer = examine(layout, [None], self._clock.now(), self._clock.elapsed())
        return self._reader.reading(answer, why_partial=reason)

    def _laid_out(self, walk: Walk, suffixes: Sequence[Suffix], *, partial: bool) -> Layout:
        cells = {column.oid: dict(zip(column.suffixes, column.values, strict=True)) for column in walk.columns}
        rows = name_rows(self.spec, suffixes, cells, self._layout.rows if self._layout else None)
        once = read_once(self.spec.columns, suffixes, cells)
        return build_layout(self.spec, rows, suffixes, Presence({}), once=once, partial=partial)
