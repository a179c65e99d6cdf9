"""What every reader of IF-MIB and HOST-RESOURCES-MIB knows, and profiles of others therefore do not say.

A foreign profile names a column and leaves its width, its names and its row key to the MIB. These are RFC 2863
and RFC 2790 as far as polling needs them.
May import: netwatch.model, netwatch.profiles.profile. Called by: netwatch.profiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from netwatch.model import ColumnKind, Oid
from netwatch.profiles.profile import LabelSpec

IF_TABLE: Final = Oid.parse("1.3.6.1.2.1.2.2")
IF_ENTRY: Final = IF_TABLE.child(1)
IFX_TABLE: Final = Oid.parse("1.3.6.1.2.1.31.1.1")
IFX_ENTRY: Final = IFX_TABLE.child(1)
HR_STORAGE_ENTRY: Final = Oid.parse("1.3.6.1.2.1.25.2.3.1")

_NO_NAMES: Final[Mapping[int, str]] = {}


HARDLY_MOVES: Final = 5
"""ifSpeed and ifAlias are asked with every fifth poll, and when anything tells that they may have changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """What the MIB says of one column; `every` is how seldom it need be asked, in polls."""

    kind: ColumnKind
    wide_of: str = ""
    enum: Mapping[int, str] = field(default_factory=lambda: _NO_NAMES)
    every: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """What the MIB says of one table; `name` is the table whose rows it shares (ifXTable augments ifTable)."""

    name: str
    oid: Oid
    walk: Oid
    identity: str = ""
    rate_limit: str = ""
    discontinuity: Oid | None = None
    labels: tuple[LabelSpec, ...] = ()


_ADMIN_STATUS: Final = {1: "up", 2: "down", 3: "testing"}
_OPER_STATUS: Final = {
    1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "notPresent", 7: "lowerLayerDown",
}  # fmt: skip


def _counter32(entry: Oid, *columns: int) -> dict[Oid, ColumnFacts]:
    return {entry.child(column): ColumnFacts(kind=ColumnKind.COUNTER32) for column in columns}


def _counter64(entry: Oid, narrow_names: Mapping[int, str]) -> dict[Oid, ColumnFacts]:
    return {
        entry.child(column): ColumnFacts(kind=ColumnKind.COUNTER64, wide_of=narrow)
        for column, narrow in narrow_names.items()
    }


def _of_kind(entry: Oid, kind: ColumnKind, *columns: int, every: int = 1) -> dict[Oid, ColumnFacts]:
    return {entry.child(column): ColumnFacts(kind=kind, every=every) for column in columns}


COLUMNS: Final[Mapping[Oid, ColumnFacts]] = {
    **_counter32(IF_ENTRY, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20),
    **_counter32(IFX_ENTRY, 2, 3, 4, 5),
    **_counter64(
        IFX_ENTRY,
        {
            6: "ifInOctets", 7: "ifInUcastPkts", 8: "ifInMulticastPkts", 9: "ifInBroadcastPkts",
            10: "ifOutOctets", 11: "ifOutUcastPkts", 12: "ifOutMulticastPkts", 13: "ifOutBroadcastPkts",
        },
    ),
    **_of_kind(IF_ENTRY, ColumnKind.GAUGE, 1, 3, 4, 9, 21),
    **_of_kind(IF_ENTRY, ColumnKind.GAUGE, 5, every=HARDLY_MOVES),
    **_of_kind(IFX_ENTRY, ColumnKind.GAUGE, 15, 16, 17, 19),
    **_of_kind(IF_ENTRY, ColumnKind.TEXT, 2, 6, 22),
    **_of_kind(IFX_ENTRY, ColumnKind.TEXT, 1),
    **_of_kind(IFX_ENTRY, ColumnKind.TEXT, 18, every=HARDLY_MOVES),
    IF_ENTRY.child(7): ColumnFacts(kind=ColumnKind.ENUM, enum=_ADMIN_STATUS),
    IF_ENTRY.child(8): ColumnFacts(kind=ColumnKind.ENUM, enum=_OPER_STATUS),
    **_of_kind(HR_STORAGE_ENTRY, ColumnKind.TEXT, 2, 3),
    **_of_kind(HR_STORAGE_ENTRY, ColumnKind.GAUGE, 1, 4, 5, 6),
    **_counter32(HR_STORAGE_ENTRY, 7),
}  # fmt: skip
"""By column: IF-MIB (RFC 2863), hrStorageTable (RFC 2790)."""

_INTERFACES: Final = TableFacts(
    name="ifTable",
    oid=IF_TABLE,
    walk=IF_ENTRY.child(8),
    identity="ifName",
    rate_limit="ifHighSpeed",
    discontinuity=IFX_ENTRY.child(19),
    labels=(
        LabelSpec(name="ifIndex", index_position=1),
        LabelSpec(name="ifName", oid=IFX_ENTRY.child(1)),
        LabelSpec(name="ifAlias", oid=IFX_ENTRY.child(18), every=HARDLY_MOVES),
        LabelSpec(name="ifDescr", oid=IF_ENTRY.child(2)),
    ),
)

TABLES: Final[Mapping[Oid, TableFacts]] = {
    IF_TABLE: _INTERFACES,
    IFX_TABLE: _INTERFACES,
}
"""By table OID."""
