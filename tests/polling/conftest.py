"""A clock that tests turn by hand, and a table of interfaces in plain values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import ColumnKind, Oid
from netwatch.profiles import ColumnSpec, LabelSpec, TableSpec

IF_ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")
IFX_ENTRY = Oid.parse("1.3.6.1.2.1.31.1.1.1")


class TurnedClock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.wall = datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.wall

    def turn(self, seconds: float) -> None:
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> TurnedClock:
    """Both clocks in one, turned by hand."""
    return TurnedClock()


def counter(name: str, oid: Oid, kind: ColumnKind = ColumnKind.COUNTER32, wide_of: str = "") -> ColumnSpec:
    return ColumnSpec(name=name, oid=oid, kind=kind, wide_of=wide_of)


@pytest.fixture
def interfaces() -> TableSpec:
    """A small ifTable: octets in both widths, errors, status, speed, and the three names."""
    return TableSpec(
        name="ifTable",
        oid=Oid.parse("1.3.6.1.2.1.2.2"),
        walk=IF_ENTRY.child(8),
        identity="ifName",
        rate_limit="ifHighSpeed",
        discontinuity=IFX_ENTRY.child(19),
        columns=(
            counter("ifHCInOctets", IFX_ENTRY.child(6), ColumnKind.COUNTER64, wide_of="ifInOctets"),
            counter("ifInOctets", IF_ENTRY.child(10)),
            counter("ifInErrors", IF_ENTRY.child(14)),
            ColumnSpec(name="ifOperStatus", oid=IF_ENTRY.child(8), kind=ColumnKind.ENUM),
            ColumnSpec(name="ifHighSpeed", oid=IFX_ENTRY.child(15), kind=ColumnKind.GAUGE),
            ColumnSpec(name="ifSpecific", oid=IF_ENTRY.child(22), kind=ColumnKind.TEXT),
        ),
        labels=(
            LabelSpec(name="ifIndex", index_position=1),
            LabelSpec(name="ifName", oid=IFX_ENTRY.child(1)),
            LabelSpec(name="ifDescr", oid=IF_ENTRY.child(2)),
        ),
    )
