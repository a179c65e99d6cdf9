"""Makes a profile of metrics of an snmp.yml: what somebody's rules speak of and no profile of NetWatch polls yet.

A quiet room. May import: netwatch.model. Called by: netwatch.cli (import).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from netwatch.exporter.modules import ENUMS, TEXTS, TIMES, Definitions, Metric
from netwatch.model import Oid

_PARTS: Mapping[str, str] = {
    "DisplayString": "text ", "OctetString": "octets ", "PhysAddress48": "mac ", "InetAddress": "address ",
    "InetAddressIPv4": "ipv4 ", "InetAddressIPv6": "ipv6 ",
}  # fmt: skip


def profile_of(definitions: Definitions, wanted: Collection[str]) -> list[dict[str, Any]]:
    """Return the `metrics` of a profile that has these metrics: tables with their labels, and scalars."""
    found: dict[str, Metric] = {}
    for module in definitions.modules.values():
        for metric in module.metrics:
            if metric.name in wanted:
                found.setdefault(metric.name, metric)
    tables: dict[tuple[Oid, tuple[str, ...]], list[Metric]] = {}
    made: list[dict[str, Any]] = []
    for metric in found.values():
        if metric.indexes and len(metric.oid) > 2:
            labels = tuple(part.label for part in metric.indexes)
            tables.setdefault((Oid(metric.oid[:-2]), labels), []).append(metric)
        else:
            made.append({"symbol": {**_symbol(metric), "OID": f"{metric.oid}.0"}})
    return [*(_table(oid, metrics) for (oid, _), metrics in tables.items()), *made]


def _table(oid: Oid, metrics: list[Metric]) -> dict[str, Any]:
    tags: dict[str, dict[str, Any]] = {}
    for metric in metrics:
        for lookup in metric.lookups:
            if lookup.labels and lookup.label not in tags:
                column = {"OID": str(lookup.oid), "name": lookup.label}
                tags[lookup.label] = {"tag": lookup.label, "column": column}
    table: dict[str, Any] = {
        "table": {"OID": str(oid), "name": f"{metrics[0].name}Table"},
        "index": [f"{_PARTS.get(part.type, '')}{part.label}" for part in metrics[0].indexes],
        "symbols": [_symbol(metric) for metric in metrics],
    }
    return {**table, "metric_tags": list(tags.values())} if tags else table


def _symbol(metric: Metric) -> dict[str, Any]:
    symbol: dict[str, Any] = {"OID": str(metric.oid), "name": metric.name, "kind": _kind(metric)}
    if symbol["kind"] == "enum":
        symbol["enum"] = dict(metric.enum)
    return symbol


def _kind(metric: Metric) -> str:
    """Return what a column is; the width of a counter is told by its name, which is all that there is."""
    if metric.type == "counter":
        return "counter64" if "HC" in metric.name or "64" in metric.name else "counter32"
    if metric.enum and (metric.type == "gauge" or metric.type in ENUMS - {"Bits"}):
        return "enum"
    return "text" if metric.type in TEXTS | TIMES | {"Bits"} else "gauge"
