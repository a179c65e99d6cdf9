"""Which ports of a device are one: bundles (LAGs) and their members, as tables of the device say.

A bundle announces nobody: its link is that of its members.
A quiet room. May import: netwatch.model. Called by: book.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from netwatch.model import TableReading

ATTACHED, STACKED = "dot3adAggPortTable", "ifStackTable"
"""IEEE8023-LAG-MIB, and the stack of IF-MIB, where a bundle stands above its members."""
OF_A_BUNDLE: Final = 161
"""ieee8023adLag (IANAifType)."""


class Bundles:
    """The bundles of one device, by ifIndex."""

    def __init__(self) -> None:
        self._bundle_of: dict[str, dict[str, str]] = {}
        self._stacked: Sequence[tuple[str, str]] = ()
        self._lags: frozenset[str] = frozenset()

    def take(self, reading: TableReading) -> bool:
        """Take in one of the tables, or which interfaces are bundles; return whether that changes anything."""
        before = self._bundle_of
        if reading.table == ATTACHED:
            found = {member: bundle for member, bundle in _attached(reading) if member != bundle}
            self._bundle_of = self._bundle_of | {ATTACHED: found}
        elif reading.table == STACKED:
            self._stacked = [(index.partition(".")[2], index.partition(".")[0]) for index in reading.rows.index]
        else:
            self._lags = _lags(reading)
        stacked = {member: above for member, above in self._stacked if above in self._lags and member != "0"}
        self._bundle_of = self._bundle_of | {STACKED: stacked}
        return self._bundle_of != before

    def bundle_of(self, if_index: str) -> str:
        """Return the bundle that a port is a member of, empty for none."""
        return next((of[if_index] for of in self._bundle_of.values() if if_index in of), "")

    def members_of(self, if_index: str) -> list[str]:
        """Return the members of a bundle, none where it is no bundle."""
        found = (member for of in self._bundle_of.values() for member, bundle in of.items() if bundle == if_index)
        return list(dict.fromkeys(found))


def _attached(reading: TableReading) -> Iterator[tuple[str, str]]:
    for member, bundle in zip(
        reading.rows.index, reading.columns.get("dot3adAggPortAttachedAggID", ()), strict=False
    ):
        if isinstance(bundle, int) and bundle > 0:
            yield member, str(bundle)


def _lags(reading: TableReading) -> frozenset[str]:
    indexes = reading.rows.labels.get("ifIndex", reading.rows.index)
    types = reading.columns.get("interface_type", ())
    return frozenset(index for index, kind in zip(indexes, types, strict=False) if kind == OF_A_BUNDLE)
