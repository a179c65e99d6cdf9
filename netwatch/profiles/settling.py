"""Settles what a profile left open by what the device's values are.

Datadog's format infers a column's type from its SNMP type where a file says nothing, and says of a counter neither
32 nor 64 bits; the BER tags of a walk say both.
May import: netwatch.model, netwatch.profiles. Called by: polling, once a table was walked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from netwatch.model import ColumnKind, Oid, Tag
from netwatch.profiles.profile import ColumnSpec, TableSpec

KINDS: Final[Mapping[int, ColumnKind]] = {
    Tag.COUNTER32: ColumnKind.COUNTER32,
    Tag.COUNTER64: ColumnKind.COUNTER64,
    Tag.OCTET_STRING: ColumnKind.TEXT,
    Tag.OBJECT_IDENTIFIER: ColumnKind.TEXT,
    Tag.IP_ADDRESS: ColumnKind.TEXT,
}
"""What is not here is a number that goes up and down."""


def settle_kinds(table: TableSpec, tags: Mapping[Oid, int]) -> TableSpec:
    """Return the table with guessed kinds and the widths of counters set by the tags of its columns' values.

    A column without a tag, because no row has it, stays as it is; the very same table comes back if nothing changes.
    """
    columns = tuple(_settled(column, tags.get(column.oid)) for column in table.columns)
    return table if columns == table.columns else replace(table, columns=columns)


def _settled(column: ColumnSpec, tag: int | None) -> ColumnSpec:
    if tag is None:
        return column
    kind = KINDS.get(tag, ColumnKind.GAUGE)
    if column.guessed:
        return replace(column, kind=kind, guessed=False)
    if column.kind.is_counter and kind.is_counter:
        return column if column.kind is kind else replace(column, kind=kind)
    return column
