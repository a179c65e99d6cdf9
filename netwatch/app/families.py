"""Says which metric of Prometheus is which column of the history.

May import: every room below. Called by: netwatch.app.history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from netwatch.metrics import MEASURED, family_name, help_of
from netwatch.model import CONCEPTS, QUANTITIES, REACHABILITY, ColumnKind
from netwatch.web import KeptFamily

TICKS = 100
"""sysUpTime is in hundredths of a second."""


@cache
def kept_families() -> Mapping[str, KeptFamily]:
    """Return every metric that there is history of, by its name."""
    return MappingProxyType(dict(_families()))


def _families() -> Iterator[tuple[str, KeptFamily]]:
    for column, kind in REACHABILITY.columns.items():
        if kind is not ColumnKind.TEXT:
            words = column.replace("_", " ")
            yield f"netwatch_device_{column}", KeptFamily(table=REACHABILITY.name, column=column, help=words)
    uptime = KeptFamily(table=REACHABILITY.name, column="uptime_seconds", help="hundredths of a second", scale=TICKS)
    yield "sysUpTime", uptime
    for concept in CONCEPTS.values():
        for column, kind in concept.columns.items():
            if kind is ColumnKind.TEXT or concept.is_fact:
                continue
            quantities = QUANTITIES if concept.name == MEASURED and kind is ColumnKind.GAUGE else ("",)
            for quantity in quantities:
                yield family_name(column, quantity), KeptFamily(
                    table=concept.name, column=column, help=help_of(concept, column, quantity), quantity=quantity
                )  # fmt: skip
