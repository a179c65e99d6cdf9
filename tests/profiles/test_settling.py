"""What a foreign file left open is settled by the values of the device."""

from __future__ import annotations

import pytest

from netwatch.model import ColumnKind, Oid, Tag
from netwatch.profiles import ColumnSpec, TableSpec, settle_kinds

COLUMN = Oid.parse("1.3.6.1.4.1.99999.1.1.2")


def table(kind: ColumnKind, *, guessed: bool) -> TableSpec:
    column = ColumnSpec(name="x", oid=COLUMN, kind=kind, guessed=guessed)
    return TableSpec(name="t", oid=Oid.parse("1.3.6.1.4.1.99999.1"), walk=COLUMN, columns=(column,))


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        (Tag.COUNTER32, ColumnKind.COUNTER32),
        (Tag.COUNTER64, ColumnKind.COUNTER64),
        (Tag.GAUGE32, ColumnKind.GAUGE),
        (Tag.INTEGER, ColumnKind.GAUGE),
        (Tag.TIME_TICKS, ColumnKind.GAUGE),
        (Tag.OPAQUE, ColumnKind.GAUGE),
        (Tag.OCTET_STRING, ColumnKind.TEXT),
        (Tag.IP_ADDRESS, ColumnKind.TEXT),
    ],
)
def test_a_guessed_kind_gives_way_to_what_the_values_are(tag: Tag, kind: ColumnKind) -> None:
    (column,) = settle_kinds(table(ColumnKind.GAUGE, guessed=True), {COLUMN: tag}).columns

    assert (column.kind, column.guessed) == (kind, False)


def test_a_counter_of_unknown_width_gets_the_width_of_its_values() -> None:
    (column,) = settle_kinds(table(ColumnKind.COUNTER64, guessed=False), {COLUMN: Tag.COUNTER32}).columns

    assert column.kind is ColumnKind.COUNTER32


@pytest.mark.parametrize(
    ("kind", "tag"),
    [(ColumnKind.COUNTER64, Tag.GAUGE32), (ColumnKind.GAUGE, Tag.COUNTER32), (ColumnKind.ENUM, Tag.INTEGER)],
)
def test_what_a_file_says_of_a_column_stands(kind: ColumnKind, tag: Tag) -> None:
    before = table(kind, guessed=False)

    assert settle_kinds(before, {COLUMN: tag}) is before


def test_a_column_no_row_has_stays_a_guess() -> None:
    before = table(ColumnKind.GAUGE, guessed=True)

    assert settle_kinds(before, {}) is before
