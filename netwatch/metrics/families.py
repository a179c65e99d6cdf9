"""Sorts the fresh readings into metric families: every series of one name together, whatever table it came from.

A quiet room but for the templates it keeps from one scrape to the next.
May import: netwatch.model, netwatch.metrics. Called by: netwatch.metrics.exposition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from netwatch.metrics.label_block import LabelBlock
from netwatch.metrics.text_format import TextFormat, escaped, metric_name
from netwatch.model import REACHABILITY, SELF, ColumnKind, DeviceStatus, RowSet, TableReading, TableSchema

Part = tuple[LabelBlock, Sequence[object]]
"""One column of one table of one device."""

DEVICES_AT_ONCE = 20
"""Devices sorted between two chances for the event loop."""

_OF_REACHABILITY = {
    "up": ("netwatch_device_up", "1 where the device answers, 0 where it is confirmed that it does not."),
    "round_trip_seconds": ("netwatch_device_round_trip_seconds", "Time the last answer of the device took."),
}
_INFO = ("netwatch_device_info", "What is known of a device; always 1.")


@dataclass(slots=True, kw_only=True)
class Family:
    """All series of one metric name; `sources` counts the tables they come from."""

    name: str
    kind: ColumnKind | None
    help: str
    parts: list[Part] = field(default_factory=list)
    sources: int = 1

    def header(self, text_format: TextFormat) -> bytes:
        """Return the HELP and TYPE lines, without a line feed at the end."""
        word = text_format.type_word(self.kind)
        return f"# HELP {self.name} {escaped(self.help)}\n# TYPE {self.name} {word}".encode()

    def chunks(self) -> Iterator[bytes]:
        """Yield the sample lines device by device, each line with a line feed before it."""
        name = self.name.encode()
        if self.sources == 1:
            for block, values in self.parts:
                yield block.lines(name, values)
        else:
            yield from self._chunks_without_repeats(name)

    def _chunks_without_repeats(self, name: bytes) -> Iterator[bytes]:
        """Two tables may hold the same column: where a device has both, a series is the first one's."""
        seen: dict[str, set[bytes]] = {}
        for block, values in self.parts:
            lines = block.lines(name, values).split(b"\n")[1:]
            known = seen.setdefault(block.device, set())
            series = [line.rpartition(b" ")[0] for line in lines]
            yield b"".join([b"\n" + line for line, one in zip(lines, series, strict=True) if one not in known])
            known.update(series)


class FamilySorter:
    """Makes families of readings; keeps each table's template for as long as its rows stay the same."""

    def __init__(self, schema: Mapping[str, TableSchema]) -> None:
        """Take the kinds of columns from `schema`; a column it does not know is shown without a type."""
        self._schema = schema
        self._blocks: dict[tuple[str, str], LabelBlock] = {}

    def families(
        self, devices: Iterable[tuple[str, Sequence[TableReading]]], statuses: Sequence[DeviceStatus]
    ) -> Iterator[list[Family]]:
        """Yield [] as often as the event loop should have its turn, then once the families, by name."""
        by_column: dict[tuple[str, str], Family] = {}
        blocks: dict[tuple[str, str], LabelBlock] = {}
        for count, (_, readings) in enumerate(devices):
            for reading in readings:
                self._sort(reading, by_column, blocks)
            if count % DEVICES_AT_ONCE == DEVICES_AT_ONCE - 1:
                yield []
        self._blocks = blocks
        if statuses:
            by_column["", _INFO[0]] = _info_family(statuses)
        yield _merged(by_column)

    def _sort(
        self,
        reading: TableReading,
        by_column: dict[tuple[str, str], Family],
        blocks: dict[tuple[str, str], LabelBlock],
    ) -> None:
        if reading.table == SELF.name:
            return  # NetWatch's own metrics say the same
        table = reading.table
        block = blocks[reading.device, table] = self._block(reading.device, table, reading.rows)
        for column, values in _shown(reading).items():
            family = by_column.get((table, column))
            if family is None:
                family = by_column[table, column] = self._family(table, column)
            if family.kind is not ColumnKind.TEXT:
                family.parts.append((block, values))

    def _block(self, device: str, table: str, rows: RowSet) -> LabelBlock:
        block = self._blocks.get((device, table))
        return block if block is not None and block.rows is rows else LabelBlock(device, rows)

    def _family(self, table: str, column: str) -> Family:
        if table == REACHABILITY.name and column in _OF_REACHABILITY:
            name, text = _OF_REACHABILITY[column]
            return Family(name=name, kind=ColumnKind.GAUGE, help=text)
        known = self._schema.get(table)
        kind = known.columns.get(column) if known else None
        names = (known.enums or {}).get(column, {}) if known else {}
        meaning = "".join(f", {number} {word}" for number, word in sorted(names.items()))
        text = f"{column} as the device gives it, table {table}{meaning}."
        if table == REACHABILITY.name:
            kind, text = ColumnKind.GAUGE, "Hundredths of a second since the device's SNMP agent started."
        return Family(name=metric_name(column), kind=kind, help=text)


def _shown(reading: TableReading) -> Mapping[str, Sequence[object]]:
    if reading.table != REACHABILITY.name:
        return reading.columns
    shown: dict[str, Sequence[object]] = {
        column: reading.columns[column] for column in _OF_REACHABILITY if column in reading.columns
    }
    uptime = reading.columns.get("uptime_seconds", (None,))[0]
    if isinstance(uptime, int | float):
        shown["sysUpTime"] = (round(uptime * 100),)
    return shown


def _info_family(statuses: Sequence[DeviceStatus]) -> Family:
    parts: list[Part] = []
    for status in statuses:
        labels = {"address": (status.device.address,), "profile": (status.profile,), "sys_name": (status.sys_name,)}
        parts.append((LabelBlock(status.device.name, RowSet(index=("",), keys=("",), labels=labels)), (1,)))
    return Family(name=_INFO[0], kind=ColumnKind.GAUGE, help=_INFO[1], parts=parts)


def _merged(by_column: Mapping[tuple[str, str], Family]) -> list[Family]:
    """Join families of the same name; reachability goes first, as its sysUpTime is the newest."""
    merged: dict[str, Family] = {}
    for (_, _), family in sorted(by_column.items(), key=lambda item: (item[0][0] != REACHABILITY.name, item[0])):
        first = merged.setdefault(family.name, family)
        if first is not family and family.parts:
            first.parts += family.parts
            first.sources += 1
            first.kind = first.kind if first.kind is family.kind else _common(first.kind, family.kind)
    return [merged[name] for name in sorted(merged) if merged[name].parts]


def _common(one: ColumnKind | None, other: ColumnKind | None) -> ColumnKind | None:
    """Return a kind that is true of both; two widths of a counter are a counter, all else has no type."""
    if one is None or other is None:
        return None
    if one.is_counter and other.is_counter:
        return ColumnKind.COUNTER64
    return None if one.is_counter or other.is_counter else ColumnKind.GAUGE
