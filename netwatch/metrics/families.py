"""Sorts the fresh readings into metric families: every series of one name together, whatever table it came from.

Sorting only lists what is there already, table by table. A tuple per column and device would be simpler, and with ten
thousand devices would make Python's collector walk the whole heap in the middle of every scrape (200 ms, measured).

May import: netwatch.model, netwatch.metrics. Called by: netwatch.metrics.exposition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from netwatch.metrics.concept_families import MEASURED, QUANTITY, concept_sources
from netwatch.metrics.label_block import LabelBlock, device_part, row_labels
from netwatch.metrics.sources import Source, Table, Values, column
from netwatch.metrics.text_format import TextFormat, escaped, metric_name
from netwatch.model import CONCEPTS, REACHABILITY, SELF, ColumnKind, DeviceStatus, RowSet, TableReading, TableSchema
from netwatch.model.concepts import LEARNED_OF_PORTS

DEVICES_AT_ONCE = 20
"""Devices sorted between two chances for the event loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All series of one metric name; a family without sources makes its lines itself (`lines`)."""

    name: str
    sources: list[Source] = field(default_factory=list)
    lines: Iterator[bytes] | None = None
    help: str = ""
    wrap: bool = False
    """Whether its counters go round at 2**53."""

    def header(self, text_format: TextFormat) -> bytes:
        """Return the HELP and TYPE lines, without a line feed at the end."""
        kind = _common_kind([source.kind for source in self.sources]) if self.sources else ColumnKind.GAUGE
        text = self.help or self.sources[0].help
        return f"# HELP {self.name} {escaped(text)}\n# TYPE {self.name} {text_format.type_word(kind)}".encode()

    def chunks(self) -> Iterator[bytes]:
        """Yield the sample lines device by device, each line with a line feed before it."""
        if self.lines is not None:
            return self.lines
        lines = self._lines(self.name.encode())
        return (text for _, text in lines) if len(self.sources) == 1 else _without_repeats(lines)

    def _lines(self, name: bytes) -> Iterator[tuple[str, bytes]]:
        for source in self.sources:
            wrap = self.wrap and source.kind is not None and source.kind.is_counter
            for block, reading in zip(source.table.blocks, source.table.readings, strict=True):
                values = source.values(reading)
                yield block.device, block.lines(name, values, wrap=wrap) if values is not None else b""


class FamilySorter:
    """Makes families of readings; keeps each table's template for as long as its rows stay the same."""

    def __init__(
        self,
        schema: Mapping[str, TableSchema],
        device_labels: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
        *,
        nameless: bool = False,
        wrap: bool = False,
    ) -> None:
        """Take the kinds of columns from `schema`; a column it does not know is shown without a type.

        `device_labels` are the labels that the configuration gives devices; every series of a device has them.
        `nameless` leaves out both these and the device's name, where only one device is asked for. `wrap`
        has counters go round at 2**53.
        """
        self._nameless, self._wrap = nameless, wrap
        self._device_labels = device_labels
        self._schema = schema
        self._blocks: dict[tuple[str, str], LabelBlock] = {}

    def families(
        self,
        devices: Iterable[tuple[str, Sequence[TableReading]]],
        statuses: Sequence[DeviceStatus],
        identity_of: Callable[[str], Mapping[str, str]] = lambda device: {},
    ) -> Iterator[list[Family]]:
        """Yield [] as often as the event loop should have its turn, then once the families, by name.

        `identity_of` says who a device is, for `netwatch_device_info`; also of one that is down since long.
        """
        tables: dict[tuple[str, str], Table] = {}
        blocks: dict[tuple[str, str], LabelBlock] = {}
        aged: list[TableReading] = []
        ports: list[TableReading] = []
        for count, (_, readings) in enumerate(devices):
            for reading in readings:
                if not _is_fact(reading):
                    self._sort(reading, tables, blocks)
                if reading.aged:
                    aged.append(reading)
                if reading.table == _INTERFACE and any(reading.rows.labels.get("role", ())):
                    ports.append(reading)
            if count % DEVICES_AT_ONCE == DEVICES_AT_ONCE - 1:
                yield []
        self._blocks = blocks
        families: dict[str, Family] = {}
        for key in sorted(tables, key=lambda key: (key[0] != REACHABILITY.name, key)):
            for name, source in self._sources(tables[key]):
                families.setdefault(name, Family(name=name, wrap=self._wrap)).sources.append(source)
        if aged:
            families[_AGE] = Family(name=_AGE, lines=map(self._age_line, aged), help=_AGE_HELP)
        if ports:
            families[_PORTS] = Family(name=_PORTS, lines=map(self._port_lines, ports), help=_PORTS_HELP)
        if statuses:
            lines = (
                _info_line(status, identity_of(status.device.name), nameless=self._nameless) for status in statuses
            )
            families[_INFO] = Family(name=_INFO, lines=lines, help=_INFO_HELP)
        yield [families[name] for name in sorted(families)]

    def _age_line(self, reading: TableReading) -> bytes:
        seconds = max(0.0, (reading.at - min(reading.aged.values())).total_seconds())
        begin = device_part(reading.device, self._device_labels.get(reading.device, {}), ("table",))
        return f'\n{_AGE}{{{begin},table="{escaped(reading.table)}"}} {seconds:g}'.encode()

    def _port_lines(self, reading: TableReading) -> bytes:
        """Return a line for each port that has a role."""
        device, labels = reading.device, self._device_labels.get(reading.device, {})
        lines = row_labels("" if self._nameless else device, reading.rows, labels, ("role_reason",))
        roles = reading.rows.labels["role"]
        return "".join([f"\n{_PORTS}{{{line}}} 1" for line, role in zip(lines, roles, strict=True) if role]).encode()

    def _sort(
        self,
        reading: TableReading,
        tables: dict[tuple[str, str], Table],
        blocks: dict[tuple[str, str], LabelBlock],
    ) -> None:
        key = reading.device, reading.table
        block = blocks[key] = self._block(key, reading.rows)
        parts = {"": block, **block.parts(QUANTITY)} if reading.table == MEASURED else {"": block}
        for quantity, part in parts.items():
            place = reading.table, quantity
            table = tables.get(place)
            if table is None:
                table = tables[place] = Table(*place)
            table.add(part, reading)

    def _block(self, key: tuple[str, str], rows: RowSet) -> LabelBlock:
        block = self._blocks.get(key)
        return block if block is not None and block.rows is rows else self._new_block(*key, rows)

    def _new_block(self, device: str, table: str, rows: RowSet) -> LabelBlock:
        learned = LEARNED_OF_PORTS if table == _INTERFACE else ()
        return LabelBlock("" if self._nameless else device, rows, self._device_labels.get(device, {}), learned)

    def _sources(self, table: Table) -> Iterator[tuple[str, Source]]:
        """Yield the metrics of a table; reachability comes first, as its sysUpTime is the newest."""
        if table.name == REACHABILITY.name:
            for name, values, text in _OF_REACHABILITY:
                yield name, Source(table=table, kind=ColumnKind.GAUGE, help=text, values=values)
        elif table.name in CONCEPTS:
            yield from concept_sources(CONCEPTS[table.name], table)
        elif table.name != SELF.name:  # NetWatch's own metrics say the same
            known = self._schema.get(table.name)
            for name in sorted(table.columns):
                kind = known.columns.get(name) if known else None
                if kind is not ColumnKind.TEXT:
                    text = _help(table.name, name, known)
                    yield metric_name(name), Source(table=table, kind=kind, help=text, values=column(name))


def _is_fact(reading: TableReading) -> bool:
    """Return whether a table is kept and shown, and never a series."""
    concept = CONCEPTS.get(reading.table)
    return reading.good_for is not None or (concept is not None and concept.is_fact)


def _uptime_ticks(reading: TableReading) -> Values | None:
    uptime = reading.columns.get("uptime_seconds", (None,))[0]
    return (round(uptime * 100),) if isinstance(uptime, int | float) else None


_OF_REACHABILITY: tuple[tuple[str, Callable[[TableReading], Values | None], str], ...] = (
    (
        "netwatch_device_up",
        column("up"),
        "1 where the device answers by SNMP or ping, 0 where it is confirmed that it does not.",
    ),
    ("netwatch_device_snmp_up", column("snmp_up"), "1 where the device answers by SNMP, 0 where it does not."),
    ("netwatch_device_ping_up", column("ping_up"), "1 where the device answers ping, 0 where it does not."),
    ("netwatch_device_loss_ratio", column("loss_ratio"), "Share of the last 20 pings that was lost, 0 to 1."),
    (
        "netwatch_device_round_trip_seconds",
        column("round_trip_seconds"),
        "Time the last answer of the device took, by SNMP where it has that.",
    ),
    (
        "netwatch_device_ping_round_trip_seconds",
        column("ping_round_trip_seconds"),
        "Time the answers to the last 20 pings took on average.",
    ),
    ("sysUpTime", _uptime_ticks, "Hundredths of a second since the device's SNMP agent started."),
)
_INFO = "netwatch_device_info"
_INFO_HELP = "What is known of a device; always 1."
_AGE = "netwatch_seldom_asked_age_seconds"
_AGE_HELP = "How old in the last reading are the columns that are not asked with every poll, such as ifAlias."
_INTERFACE = "interface"
_PORTS = "netwatch_interface_info"
_PORTS_HELP = "What hangs on a port, where that is known: its role, and its neighbour; always 1."
_OF_IDENTITY = ("vendor", "model", "version", "serial", "os", "type", "location", "contact")


def _help(table: str, column: str, schema: TableSchema | None) -> str:
    names = (schema.enums or {}).get(column, {}) if schema else {}
    meaning = "".join(f", {number} {word}" for number, word in sorted(names.items()))
    return f"{column} as the device gives it, table {table}{meaning}."


def _info_line(status: DeviceStatus, identity: Mapping[str, str], *, nameless: bool) -> bytes:
    """Return a device's line; what the configuration calls `location` is not changed by what the device says."""
    own = {"address": status.device.address, "profile": status.profile, "sys_name": status.sys_name}
    own |= {name: identity.get(name, "") for name in _OF_IDENTITY if name not in status.device.labels}
    begin = "" if nameless else device_part(status.device.name, status.device.labels, own)
    texts = ",".join([*filter(None, (begin,)), *(f'{name}="{escaped(text)}"' for name, text in own.items() if text)])
    return f"\n{_INFO}{{{texts}}} 1".encode()


def _common_kind(kinds: Sequence[ColumnKind | None]) -> ColumnKind | None:
    """Return a kind that is true of all; two widths of a counter are a counter, a counter and a gauge nothing."""
    if None in kinds:
        return None
    counters = sum(kind.is_counter for kind in kinds if kind)
    if 0 < counters < len(kinds):
        return None
    return ColumnKind.COUNTER64 if counters else ColumnKind.GAUGE


def _without_repeats(chunks: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Two tables may hold the same column: where a device has both, a series is the first one's."""
    seen: dict[str, set[bytes]] = {}
    for device, chunk in chunks:
        lines = chunk.split(b"\n")[1:]
        known = seen.setdefault(device, set())
        series = [line.rpartition(b" ")[0] for line in lines]
        yield b"".join([b"\n" + line for line, one in zip(lines, series, strict=True) if one not in known])
        known.update(series)
