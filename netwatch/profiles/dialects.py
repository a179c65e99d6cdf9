"""Tells files that were written for other programs from those in NetWatch's own words, by what stands in them.

A quiet room. May import: netwatch.profiles.symbols. Called by: netwatch.profiles.reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from netwatch.profiles.symbols import plain_name

OUR_WORDS: Final = frozenset(
    {"walk", "identity", "rate_limit", "discontinuity", "index", "once", "concepts", "kind", "enum", "wide_of",
     "missing_when", "every"}
)  # fmt: skip
THEIR_WORDS: Final = frozenset(
    {"metadata", "selector", "virtual_metrics", "topology", "licensing", "bgp", "static_tags", "MIB",
     "constant_value_one", "chart_meta"}
)  # fmt: skip


def written_for_others(data: Mapping[str, Any]) -> bool:
    """Return whether a file is Datadog's or Netdata's: it has words of theirs, and none of our own."""
    if "concepts" in data:
        return False
    metrics = [entry for entry in _listed(data.get("metrics")) if isinstance(entry, Mapping)]
    symbols = [symbol for entry in metrics for symbol in (*_listed(entry.get("symbols")), entry.get("symbol"))]
    entries = [*metrics, *(symbol for symbol in symbols if isinstance(symbol, Mapping))]
    if any(not OUR_WORDS.isdisjoint(entry) for entry in entries):
        return False
    return not THEIR_WORDS.isdisjoint(data) or any(not THEIR_WORDS.isdisjoint(entry) for entry in entries)


def units_of(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the units that a file says its metrics are in, by their plain names."""
    metrics = [entry for entry in _listed(data.get("metrics")) if isinstance(entry, Mapping)]
    symbols = [symbol for entry in metrics for symbol in (*_listed(entry.get("symbols")), entry.get("symbol"))]
    found: dict[str, str] = {}
    for symbol in symbols:
        meta = symbol.get("chart_meta") if isinstance(symbol, Mapping) else None
        if isinstance(meta, Mapping) and meta.get("unit"):
            found[plain_name(str(symbol.get("name", "")))] = str(meta["unit"])
    return found


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()
