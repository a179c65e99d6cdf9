"""Which rows of which tables are no longer there: what alerts that fire are held against when a row vanished.

A row has a name that outlives renumbering (RowSet.keys). It is missing once a whole reading does not hold it; a
reading in part says nothing of it. Then it has to be missing for long enough:

    absent    in two whole readings one after the other. Of a device that started again a row that was not seen since
              counts only once the device is up for SETTLE: a device that boots gets its rows back one by one.
    settled   absent, and for SETTLE where RELOAD_ROWS or more of the device went in that time: a stack member or a
              card that reloads is back in some minutes. For SETTLE too where several rows share its name now, as
              they do in the middle of a renumbering.

The first is what rules are told that ask for it (absent(), on_gone: alert, no_data: alert); the second makes an alert
gone. What is missing is forgotten after `keep_for`, or when a person says so.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.intake.readings.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType

from netwatch.engine.metrics import GONE_ROWS_FORGOTTEN
from netwatch.model import ClockStep, Memory, RowSet, TableReading

ROWS_SCOPE = "rows"
TWICE = 2
RELOAD_ROWS = 4
SETTLE = timedelta(minutes=15)
MOST_MISSING = 1000
"""Rows of one table that are remembered after they vanished; a table may name its rows by what comes from outside."""
MOST_ALIKE = 128
"""Tables that like devices write and read as one text."""
LARGEST_ALIKE = 100_000
"""How many characters such a text may have."""
BACKWARD = timedelta(seconds=5)
"""An uptime that stands behind the one before by more than this is that of another life."""


@dataclass(slots=True, kw_only=True)
class MissingRow:
    """A row that was there once: since when it is not, in how many readings, and what it was called.

    seen_in_life: it was there since the device last started. shared: other rows have its name now.
    """

    since: datetime
    labels: Mapping[str, str]
    seen_in_life: bool
    shared: bool = False
    times: int = 0
    absent: bool = False
    settled: bool = False


NOBODY: Mapping[str, MissingRow] = MappingProxyType({})


@dataclass(slots=True)
class _Table:
    """The rows of a table: those of the last whole reading, those only seen in part since, and the missing ones."""

    rows: RowSet | None = None
    life: int = 0
    extra: dict[str, Mapping[str, str]] = field(default_factory=dict)
    missing: dict[str, MissingRow] = field(default_factory=dict)
    changed: bool = False


@dataclass(slots=True)
class _Device:
    """The tables of a device, and its life: a number that grows with every start, and when that was."""

    tables: dict[str, _Table] = field(default_factory=dict)
    life: int = 0
    started_at: datetime | None = None


class RollCall:
    """Calls the rows of every table, reading by reading; of some tables what it knows survives a restart."""

    def __init__(self, kept: Collection[str] = (), keep_for: Mapping[str, timedelta] = MappingProxyType({})) -> None:
        """Begin with nothing known; `kept` are the tables to remember, `keep_for` how long what of which table."""
        self._kept, self._keep_for = kept, keep_for
        self._devices: dict[str, _Device] = {}

    def recall(self, memories: Iterable[Memory]) -> None:
        """Take back what was known before a restart; what cannot be read is forgotten rather than fatal."""
        for memory in memories:
            table_name, _, device = memory.key.partition("@")
            if table_name not in self._kept:
                continue
            table = self._devices.setdefault(device, _Device()).tables.setdefault(table_name, _Table(life=-1))
            for key, labels, since in _read(memory.text):
                if since is None:
                    table.extra[key] = labels
                else:
                    table.missing[key] = MissingRow(since=since, labels=labels, seen_in_life=True, times=1)

    def note_uptime(self, reading: TableReading) -> None:
        """Take in whether the device started again since it was last heard."""
        if reading.uptime is None:
            return
        device = self._devices.get(reading.device)
        if device is None:
            device = self._devices[reading.device] = _Device()
        started_at, before = reading.at - reading.uptime, device.started_at
        if before is not None and started_at > before and started_at > before + _slack(reading.uptime):
            device.life += 1
            for table in device.tables.values():
                for row in table.missing.values():
                    row.seen_in_life = row.seen_in_life and row.absent
        device.started_at = started_at

    def take(
        self, reading: TableReading, claimed: Iterable[str] = (), ignored: Collection[str] = ()
    ) -> Mapping[str, MissingRow]:
        """Return the rows that are missing.

        `claimed` are keys of rows that somebody knows to have been there, `ignored` of rows that are there and are
        not shown, which is not to say that they are missing.
        """
        device = self._devices.get(reading.device)
        if device is None:
            device = self._devices[reading.device] = _Device()
        table = device.tables.get(reading.table)
        if table is None:
            table = device.tables[reading.table] = _Table()
        self._compare(device, table, reading, claimed, ignored)
        if not table.missing:
            return NOBODY
        if not reading.partial:
            self._count(device, table, reading)
        return table.missing

    def goes_on(self, reading: TableReading) -> bool:
        """Take in a whole reading with the very rows of the last one, none missing; False where it is another."""
        device = self._devices.get(reading.device)
        table = device.tables.get(reading.table) if device is not None else None
        if device is None or table is None or reading.rows is not table.rows or reading.partial:
            return False
        if table.missing or table.extra or (table.changed and reading.table in self._kept):
            return False
        table.life = device.life
        return True

    def forget(self, device: str, table: str, key: str) -> None:
        """Forget a row that is missing, since somebody says that it will not come back."""
        known = self._devices.get(device, _Device()).tables.get(table)
        if known is not None:
            known.changed = known.missing.pop(key, None) is not None or known.changed

    def unsaved(self, device: str, table: str) -> tuple[Memory, ...]:
        """Return what is to be remembered of a table and was not handed out yet; empty for most readings."""
        known = self._devices[device].tables.get(table) if table in self._kept and device in self._devices else None
        if known is None or not known.changed:
            return ()
        known.changed = False
        return (Memory(scope=ROWS_SCOPE, key=f"{table}@{device}", text=_written(known)),)

    def move(self, step: ClockStep) -> None:
        """Move with the wall clock since when rows are missing, and when devices started."""
        for device in self._devices.values():
            if device.started_at is not None:
                device.started_at += step.by
            for table in device.tables.values():
                for row in table.missing.values():
                    row.since = step.moved(row.since)

    def _compare(
        self,
        device: _Device,
        table: _Table,
        reading: TableReading,
        claimed: Iterable[str],
        ignored: Collection[str],
    ) -> None:
        """Take in who is there; whoever was, and is not in a whole reading, is missing from now on."""
        if reading.rows is not table.rows or table.extra:
            self._see(device, table, reading, ignored)
        if not reading.partial:
            table.life = device.life
        there: Collection[str] | None = None
        for key in claimed:
            there = _names_in(reading.rows, ignored) if there is None else there
            if key and key not in there and key not in table.missing and not reading.partial:
                table.missing[key] = MissingRow(
                    since=reading.at, labels={}, seen_in_life=False, shared=_is_shared(key, reading.rows)
                )

    def _see(self, device: _Device, table: _Table, reading: TableReading, ignored: Collection[str]) -> None:
        if not (table.missing or ignored or reading.partial) and _are_known(table, reading.rows):
            table.rows, table.extra = reading.rows, {}
            return
        there = _names_in(reading.rows, ignored)
        for key in [key for key in table.missing if key in there]:
            del table.missing[key]
            table.changed = True
        if reading.partial:
            known = set(table.rows.keys) if table.rows is not None else set()
            table.extra |= {
                key: reading.rows.labels_of(row) for row, key in enumerate(reading.rows.keys) if key not in known
            }
            return
        for key, labels in _known_of(table):
            if key not in there and key not in table.missing:
                table.missing[key] = MissingRow(
                    since=reading.at, labels=labels, seen_in_life=table.life == device.life,
                    shared=_is_shared(key, reading.rows),
                )  # fmt: skip
        table.rows, table.extra, table.changed = reading.rows, {}, True
        for key in list(table.missing)[:-MOST_MISSING]:
            del table.missing[key]
            GONE_ROWS_FORGOTTEN.inc()

    def _count(self, device: _Device, table: _Table, reading: TableReading) -> None:
        """Count another whole reading without them, and say of whom that is enough."""
        up_for = None if device.started_at is None else reading.at - device.started_at
        went_lately = sum(
            not row.settled and row.since > reading.at - SETTLE
            for one in device.tables.values()
            for row in one.missing.values()
        )
        keep_for = self._keep_for.get(reading.table, timedelta(days=1)) + SETTLE
        for key, row in list(table.missing.items()):
            if reading.at - row.since > keep_for:
                del table.missing[key]
                table.changed = True
                continue
            row.times += 1
            has_booted = row.seen_in_life or up_for is None or up_for >= SETTLE
            row.absent = row.absent or (row.times >= TWICE and has_booted)
            alone = went_lately < RELOAD_ROWS and not row.shared
            row.settled = row.settled or (row.absent and (alone or reading.at - row.since >= SETTLE))


def _names_in(rows: RowSet, ignored: Collection[str]) -> Collection[str]:
    """Return all that names a row: a row that was only known by its index may have got a name of its own."""
    return {*rows.keys, *ignored} if rows.keys is rows.index else {*rows.keys, *rows.index, *ignored}


def _is_shared(key: str, rows: RowSet) -> bool:
    label, _, name = key.partition("=")
    return bool(name) and name in rows.labels.get(label, ())


def _slack(uptime: timedelta) -> timedelta:
    """Return by how much a start may seem to move without being another one: clocks of devices are not exact."""
    return BACKWARD + uptime * 0.001


def _known_of(table: _Table) -> Iterator[tuple[str, Mapping[str, str]]]:
    if table.rows is not None:
        for row, key in enumerate(table.rows.keys):
            yield key, table.rows.labels_of(row)
    yield from table.extra.items()


def _are_known(table: _Table, rows: RowSet) -> bool:
    """Return whether these are the very rows that are known already, as they are after a restart of ours.

    Then there is nothing to write: ten thousand switches would write half a million rows again.
    """
    if table.rows is not None and not table.extra and len(rows.keys) != len(table.rows.keys):
        return False
    known = dict(_known_of(table))
    return len(known) == len(rows.keys) and all(
        known.get(key) == rows.labels_of(row) for row, key in enumerate(rows.keys)
    )


def _written(table: _Table) -> str:
    if table.rows is not None and not table.extra and not table.missing:
        rows = table.rows
        if len(rows.keys) * (len(rows.labels) + 1) * 16 <= LARGEST_ALIKE:
            return _rows_written(rows.keys, tuple(rows.labels.items()))
        return json.dumps({key: [labels, None] for key, labels in _known_of(table)})
    known: dict[str, object] = {key: [dict(labels), None] for key, labels in _known_of(table)}
    known |= {key: [dict(row.labels), row.since.isoformat()] for key, row in table.missing.items()}
    return json.dumps(known)


@lru_cache(maxsize=MOST_ALIKE)
def _rows_written(keys: tuple[str, ...], labels: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """Write rows that are all there; those of like devices are one text."""
    names, columns = [name for name, _ in labels], [texts for _, texts in labels]
    lines = zip(*columns, strict=True) if columns else [()] * len(keys)
    return json.dumps(
        {key: [dict(zip(names, line, strict=True)), None] for key, line in zip(keys, lines, strict=True)}
    )


def _read(text: str | None) -> Sequence[tuple[str, Mapping[str, str], datetime | None]]:
    """Return rows with their labels and since when they are missing; what cannot be read ends them."""
    return _read_alike(text or "") if len(text or "") <= LARGEST_ALIKE else tuple(_rows_in(text or ""))


@lru_cache(maxsize=MOST_ALIKE)
def _read_alike(text: str) -> Sequence[tuple[str, Mapping[str, str], datetime | None]]:
    return tuple(_rows_in(text))


def _rows_in(text: str) -> Iterator[tuple[str, Mapping[str, str], datetime | None]]:
    try:
        known = json.loads(text or "{}")
        for key, (labels, since) in known.items():
            yield key, {str(name): str(label) for name, label in labels.items()}, _instant(since)
    except (ValueError, TypeError, AttributeError):
        return


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
