"""Readings for the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from netwatch.metrics import Board, Exposition, TextFormat
from netwatch.model import SCALARS, ColumnKind, RowSet, TableReading, TableSchema

AT = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)
SCHEMA = {
    "ifTable": TableSchema(
        name="ifTable",
        columns={
            "ifHCInOctets": ColumnKind.COUNTER64,
            "ifInOctets": ColumnKind.COUNTER32,
            "ifOperStatus": ColumnKind.ENUM,
            "ifHighSpeed": ColumnKind.GAUGE,
            "ifPhysAddress": ColumnKind.TEXT,
        },
        enums={"ifOperStatus": {1: "up", 2: "down"}},
    )
}


def rows_of(*names: str, **labels: Sequence[str]) -> RowSet:
    index = tuple(str(number) for number in range(1, len(names) + 1))
    return RowSet(
        index=index,
        keys=tuple(f"ifName={name}" for name in names),
        labels={"ifIndex": index, "ifName": names, **{label: tuple(texts) for label, texts in labels.items()}},
    )


def reading_of(
    columns: Mapping[str, Sequence[object]], rows: RowSet = SCALARS, *, device: str = "sw1", table: str = "ifTable"
) -> TableReading:
    return TableReading(device=device, table=table, at=AT, rows=rows, columns=columns)  # type: ignore[arg-type]


def text_of(
    *readings: TableReading,
    schema: Mapping[str, TableSchema] = SCHEMA,
    text_format: TextFormat = TextFormat.TEXT,
) -> str:
    """Return the device part of /metrics for these readings."""
    board = Board()
    for reading in readings:
        board.take_reading(reading)
    return b"".join(Exposition(board, schema).device_text(text_format)).decode() + text_format.end.decode()


def samples_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]
