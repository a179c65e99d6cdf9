"""The same device series, sorted out the slow and obvious way: what the fast renderer is held to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from netwatch.metrics.text_format import label_name, metric_name
from netwatch.model import ColumnKind, RowSet, TableReading, TableSchema

Series = tuple[str, frozenset[tuple[str, str]]]


def plain_series(readings: Iterable[TableReading], schema: Mapping[str, TableSchema]) -> dict[Series, float]:
    """Return every series that should be in the text; of two alike the table first by name wins."""
    series: dict[Series, float] = {}
    for reading in sorted(readings, key=lambda one: one.table):
        kinds = schema[reading.table].columns if reading.table in schema else {}
        for column in sorted(reading.columns):
            for row, value in enumerate(reading.columns[column]):
                if isinstance(value, int | float) and kinds.get(column) is not ColumnKind.TEXT:
                    name = (metric_name(column), frozenset(labels_of(reading.device, reading.rows, row).items()))
                    series.setdefault(name, float(value))
    return series


def labels_of(device: str, rows: RowSet, row: int) -> dict[str, str]:
    """Return a row's labels as Prometheus should see them."""
    every = [_own_labels(device, rows, number) for number in range(len(rows.index))]
    labels = every[row]
    if len({frozenset(one.items()) for one in every}) < len(every):
        times = rows.index[: row + 1].count(rows.index[row])
        labels["row" if "row" not in map(label_name, rows.labels) else "netwatch_row"] = rows.index[row] + (
            f"#{times}" if times > 1 else ""
        )
    return labels


def _own_labels(device: str, rows: RowSet, row: int) -> dict[str, str]:
    labels = {"device": device}
    for label, text in rows.labels_of(row).items():
        labels.setdefault(label_name(label), text)
    return {name: text for name, text in labels.items() if text}


def same(one: float, other: float) -> bool:
    """Compare values; NaN is like NaN."""
    return one == other or (math.isnan(one) and math.isnan(other))
