"""The rows of a table that vanished, and may come back."""

from __future__ import annotations

from netwatch.model import ColumnKind, Oid, RowSet
from netwatch.polling.layout import Layout, Presence, build_layout
from netwatch.polling.lost_rows import MOST_LOST, LostRows
from netwatch.profiles import ColumnSpec, TableSpec

DAY = 24 * 3600.0
WALK, OTHER = Oid.parse("1.3.6.1.9.1"), Oid.parse("1.3.6.1.9.2")
SPEC = TableSpec(
    name="t",
    oid=Oid.parse("1.3.6.1.9"),
    walk=WALK,
    columns=(
        ColumnSpec(name="other", oid=OTHER, kind=ColumnKind.GAUGE),
        ColumnSpec(name="state", oid=WALK, kind=ColumnKind.ENUM),
    ),
)


def layout(**rows: int) -> Layout:
    index, keys = tuple(map(str, rows.values())), tuple(f"name={name}" for name in rows)
    suffixes = [(number,) for number in rows.values()]
    columns = {WALK: [one for one in suffixes if one != (7,)], OTHER: suffixes}
    return build_layout(SPEC, RowSet(index=index, keys=keys), suffixes, Presence(columns))


def asked(*numbers: int) -> list[Oid]:
    return [WALK.child(number) for number in numbers]


def lost(*layouts: Layout) -> LostRows:
    rows = LostRows(WALK)
    for number, one in enumerate(layouts):
        rows.note(one, float(number))
    return rows


def test_what_vanished_is_asked_for_until_it_is_back():
    rows = lost(layout(a=1, b=2), layout(a=1))
    assert rows.to_ask_for(5.0) == asked(2)

    rows.note(layout(a=1, b=2), 6.0)

    assert rows.to_ask_for(7.0) == []


def test_more_rows_than_can_be_asked_for_are_told_by_their_number():
    rows = LostRows(WALK)
    rows.note(layout(**{f"a{number}": number for number in range(MOST_LOST + 5)}), 0.0)

    assert rows.note(layout(b=9999), 1.0) == 5
    assert rows.note(layout(b=9999, c=9998), 2.0) == 0
    assert len(rows.to_ask_for(3.0, at_once=2 * MOST_LOST)) == MOST_LOST


def test_what_is_back_under_another_index_is_not_asked_for():
    assert lost(layout(a=1, b=2), layout(a=1, b=9)).to_ask_for(5.0) == []


def test_an_index_that_somebody_else_has_by_now_is_not_asked_for():
    assert lost(layout(a=1, b=2), layout(a=1, c=2)).to_ask_for(5.0) == []


def test_what_is_gone_for_a_day_is_not_asked_for_any_more():
    rows = lost(layout(a=1, b=2), layout(a=1))

    assert rows.are_waited_for(DAY)
    assert not rows.are_waited_for(DAY + 2.0)
    assert rows.to_ask_for(DAY + 2.0) == []


def test_of_many_others_are_asked_for_at_every_turn():
    rows = lost(layout(a=1, b=2, c=3, d=4), layout(a=1))

    assert [rows.to_ask_for(5.0, at_once=2) for _ in range(3)] == [asked(2, 3), asked(4, 2), asked(3, 4)]


def test_after_a_request_that_failed_nothing_is_asked_for_a_while():
    rows = lost(layout(a=1, b=2), layout(a=1))

    rows.rest(10.0)

    assert rows.to_ask_for(20.0) == []
    assert rows.to_ask_for(700.0) == asked(2)


def test_a_row_without_the_column_that_is_walked_is_asked_for_by_what_it_has():
    rows = lost(layout(a=1, b=7), layout(a=1))

    assert rows.to_ask_for(5.0) == [OTHER.child(7)]
