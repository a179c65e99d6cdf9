"""Makes tables of a device as it gave them fit to look at: without columns that nobody filled, without empty rows.

A quiet room. May import: netwatch.model, netwatch.web. Called by: devices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup, escape

from netwatch.model import TableReading, TableSchema, measured
from netwatch.web.pages.object_units import ALLOCATED, ALLOCATION_UNITS, unit_of
from netwatch.web.words import NOTHING, shortened, value_text

ROWS_OF_A_TABLE = 200
ROWS_OF_ALL = 1000
"""What is folded away is sent all the same: behind so many rows a table is only named."""


_BETWEEN = "\0"
_LONGEST_LABEL, _LONGEST_DOUBT = 100, 100


class RawCell(NamedTuple):
    """A value as text, empty where there is none, and why what the device gave is not believed."""

    text: str
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """A table; `labels` and `columns` name its columns, each line has the index, the labels, then the values.

    units: in what the numbers of a column are, where that is known. count: rows there are with anything in them;
    `lines` are the first of them. is_scalar: one row without an index.
    """

    name: str
    at: datetime
    partial: bool
    labels: tuple[str, ...]
    columns: tuple[str, ...]
    lines: tuple[tuple[str, tuple[str, ...], tuple[RawCell, ...]], ...]
    count: int
    is_scalar: bool
    units: Mapping[str, str]


def raw_table(reading: TableReading, schema: TableSchema | None, most: int = ROWS_OF_A_TABLE) -> RawTable:
    """Return a reading as it is shown, at most so many rows of it."""
    enums = (schema.enums or {}) if schema else {}
    rows = [row for row in range(len(reading.rows.index)) if _says_anything(reading, row)]
    shown = rows[:most]
    cells = {
        name: _cells(values, shown, enums.get(name), reading.doubts.get(name, {}))
        for name, values in reading.columns.items()
    }
    sized = _sized(reading, shown, cells)
    cells |= sized
    columns = tuple(name for name, column in cells.items() if any(cell.text or cell.doubt for cell in column))
    labels = tuple(
        name
        for name, texts in reading.rows.labels.items()
        if name not in columns and any(texts[row] for row in shown)
    )
    return RawTable(
        name=reading.table, at=reading.at, partial=reading.partial, labels=labels, columns=columns, count=len(rows),
        lines=tuple(
            (
                reading.rows.index[row],
                tuple(reading.rows.labels[name][row] for name in labels),
                tuple(cells[name][place] for name in columns),
            )
            for place, row in enumerate(shown)
        ),
        units={name: "" if name in sized else unit_of(name) for name in columns},
        is_scalar=len(reading.rows.index) == 1 and not reading.rows.labels,
    )  # fmt: skip


def _sized(
    reading: TableReading, rows: Sequence[int], cells: Mapping[str, list[RawCell]]
) -> dict[str, list[RawCell]]:
    """Return the cells of columns that are in units of their row's own size, as sizes."""
    units = reading.columns.get(ALLOCATION_UNITS)
    found = {}
    for name in ALLOCATED & reading.columns.keys() if units is not None else ():
        pairs = [(_at(reading.columns[name], row), _at(units or (), row)) for row in rows]
        found[name] = [
            cell._replace(text=measured(value * size, "bytes"))
            if isinstance(value, int) and isinstance(size, int)
            else cell
            for cell, (value, size) in zip(cells[name], pairs, strict=True)
        ]
    return found


def raw_tables(readings: Sequence[TableReading], schema: Mapping[str, TableSchema]) -> list[RawTable]:
    """Return the tables that have anything in them."""
    left, found = ROWS_OF_ALL, []
    for reading in readings:
        table = raw_table(reading, schema.get(reading.table), min(left, ROWS_OF_A_TABLE))
        left -= len(table.lines)
        if table.count:
            found.append(table)
    return found


def labels_html(labels: Sequence[str]) -> Markup:
    """Return the labels of a row as cells of a table."""
    return _cells_html([shortened(text, _LONGEST_LABEL) for text in labels], "<td>")


def cells_html(cells: Sequence[RawCell]) -> Markup:
    """Return the values of a row as cells of a table."""
    if not any(cell.doubt for cell in cells):
        return _cells_html([cell.text for cell in cells], '<td class="num">')
    return Markup("").join(
        Markup('<td class="num">{}{}</td>').format(
            cell.text, Markup("<small>{}</small>").format(shortened(cell.doubt, _LONGEST_DOUBT)) if cell.doubt else ""
        )
        for cell in cells
    )


def _cells_html(texts: Sequence[str], begin: str) -> Markup:
    """Return texts as cells, escaped all at once: one by one they took most of the time of a device's page."""
    if not texts:
        return Markup("")
    joined, between = escape(_BETWEEN.join(texts)), f"</td>{begin}"
    if joined.count(_BETWEEN) != len(texts) - 1:  # one of them holds what stands between them
        return Markup("").join(Markup(f"{begin}{{}}</td>").format(text) for text in texts)  # noqa: S704  # ours
    return Markup(f"{begin}{str(joined).replace(_BETWEEN, between)}</td>")  # noqa: S704  # escaped above


def _says_anything(reading: TableReading, row: int) -> bool:
    """Return whether a row has a value, a doubt or a label; a row of which nothing is known is nothing to see."""
    return (
        any(_at(values, row) is not None for values in reading.columns.values())
        or any(row in rows for rows in reading.doubts.values())
        or any(texts[row] for texts in reading.rows.labels.values())
    )


def _cells(
    values: Sequence[object], rows: Sequence[int], names: Mapping[int, str] | None, doubts: Mapping[int, str]
) -> list[RawCell]:
    if names or doubts:
        return [RawCell(_text(_at(values, row), names), doubts.get(row, "") if doubts else "") for row in rows]
    there = [values[row] for row in rows if row < len(values)]
    cells = [RawCell(f"{value:,}" if type(value) is int else _text(value, None), "") for value in there]
    return cells + [RawCell("", "")] * (len(rows) - len(there))


def _text(value: object, names: Mapping[int, str] | None) -> str:
    text = value_text(value, names)
    return "" if text == NOTHING else text


def _at(values: Sequence[object], row: int) -> object:
    return values[row] if row < len(values) else None
