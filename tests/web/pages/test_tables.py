"""Tables as the device gave them."""

from __future__ import annotations

from datetime import UTC, datetime

from netwatch.model import SCALARS, ColumnKind, RowSet, TableReading, TableSchema
from netwatch.web.pages.tables import RawCell, cells_html, labels_html, raw_table, raw_tables

AT = datetime(2026, 3, 1, tzinfo=UTC)
SCHEMA = TableSchema(
    name="t", columns={"state": ColumnKind.ENUM, "load": ColumnKind.GAUGE}, enums={"state": {1: "up"}}
)


def table(columns, count=2, *, name="t", labels=None, **more):
    index = tuple(str(number) for number in range(1, count + 1))
    rows = RowSet(index=index, keys=index, labels=labels or {})
    return TableReading(device="sw1", table=name, at=AT, rows=rows, columns=columns, **more)


def test_columns_and_labels_that_nobody_filled_and_rows_of_nothing_are_left_out():
    labels = {"name": ("a", "", ""), "alias": ("", "", "")}

    shown = raw_table(table({"state": [1, None, 7], "load": [None] * 3}, 3, labels=labels), SCHEMA)

    assert (shown.labels, shown.columns, shown.count) == (("name",), ("state",), 2)
    assert [(index, texts, [cell.text for cell in cells]) for index, texts, cells in shown.lines] == [
        ("1", ("a",), ["up"]),
        ("3", ("",), ["7"]),
    ]


def test_a_value_that_is_not_believed_is_a_column_and_a_row_with_its_reason():
    shown = raw_table(table({"load": [None, None]}, doubts={"load": {1: "the device gave no number"}}), SCHEMA)

    ((index, _, (cell,)),) = shown.lines
    assert (index, cell.text, cell.doubt) == ("2", "", "the device gave no number")


def test_long_tables_are_cut_and_so_are_all_of_them_together():
    many = [table({"load": [1] * 300}, 300, name=str(number)) for number in range(7)]

    shown = raw_tables(many, {})

    assert [len(one.lines) for one in shown] == [200, 200, 200, 200, 200, 0, 0]
    assert {one.count for one in shown} == {300}


def test_a_table_without_anything_in_it_is_not_there():
    assert raw_tables([table({"load": [None, None]}), table({}, 0)], {}) == []


def test_scalars_are_a_table_of_one_row_without_labels():
    reading = TableReading(device="sw1", table="system", at=AT, rows=SCALARS, columns={"sysUpTime": [5]})

    assert raw_table(reading, None).is_scalar
    assert not raw_table(table({"load": [1]}, 1, labels={"name": ("a",)}), None).is_scalar


def test_what_a_device_says_is_escaped_in_every_cell_whatever_stands_between_them():
    hostile = ["<b>", "&amp;", "a\0b", '"', ""]

    assert labels_html(["<b>", "x" * 200]) == f"<td>&lt;b&gt;</td><td>{'x' * 99}\N{HORIZONTAL ELLIPSIS}</td>"
    assert labels_html(hostile) == "<td>&lt;b&gt;</td><td>&amp;amp;</td><td>a\0b</td><td>&#34;</td><td></td>"
    assert labels_html([]) == ""
    assert (
        cells_html([RawCell("<b>"), RawCell("1,204")]) == '<td class="num">&lt;b&gt;</td><td class="num">1,204</td>'
    )
    assert cells_html([RawCell("1"), RawCell("", "<i> is odd")]) == (
        '<td class="num">1</td><td class="num"><small>&lt;i&gt; is odd</small></td>'
    )
