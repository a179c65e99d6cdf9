"""What was made of columns that stand still is not made again, and nobody can tell the difference."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.formulas import Frame
from netwatch.rules import TableMemory

EXPRESSIONS = (
    "ifOperStatus == 'down' and ifAdminStatus == 'up' and seen(ifOperStatus == 'up')",
    "rate(ifHCInOctets) * 8 > 0.9 * ifHighSpeed * 1e6",
    "coalesce(ifHighSpeed, ifMtu, 5) > 3",
    "delta(ifInOctets) > 2",
    "last(ifHighSpeed) > ifHighSpeed",
    "ifHighSpeed < max(ifHighSpeed)",
    "max_over(ifMtu, '2m') > 3 and ifMtu <= 3",
    "seen(coalesce(ifHighSpeed, rate(ifHCInOctets)) > 5) and ifHighSpeed <= 5",
    "ifName == 'p1' and absent(ifMtu)",
    "now() % 2 == 1 and ifHighSpeed > 3",
    "limit('most', 4) < ifHighSpeed",
    "seen(min(ifHighSpeed) < 2) and min(ifHighSpeed) >= 2",
)
NUMBERS = st.lists(st.sampled_from([None, 0, 1, 3, 6, 9]), min_size=3, max_size=3)
STATES = st.lists(st.sampled_from([None, 1, 2, 7]), min_size=3, max_size=3)
COLUMNS = {"ifHighSpeed": NUMBERS, "ifMtu": NUMBERS, "ifInOctets": NUMBERS, "ifOperStatus": STATES,
           "ifAdminStatus": STATES, "most": NUMBERS}  # fmt: skip
RATES = {"ifHCInOctets": NUMBERS, "ifInOctets": NUMBERS}
CHANGES = st.lists(
    st.tuples(
        st.fixed_dictionaries({}, optional=COLUMNS),
        st.fixed_dictionaries({}, optional=RATES),
        st.sets(st.sampled_from(EXPRESSIONS)),
        st.sampled_from([False, False, False, True]),
        st.sets(st.sampled_from(["ifMtu", "most"])),
    ),
    min_size=1,
    max_size=7,
)
"""What each reading says anew, and of what; who asks; whether the rows are others; what is not told at all."""


@pytest.fixture(scope="module")
def formulas(workshop):
    return {expr: workshop.formula(expr) for expr in EXPRESSIONS}


@settings(max_examples=80, deadline=None)
@given(changes=CHANGES)
def test_whatever_stands_still_is_told_of_as_if_it_were_worked_out_anew(workshop, formulas, changes):
    quick, slow = TableMemory("sw1", "ifTable"), TableMemory("sw1", "ifTable")
    columns, rates, rows = (
        dict.fromkeys(COLUMNS, [1] * 3),
        dict.fromkeys(RATES, [1] * 3),
        workshop.rows("p1", "p2", "p3"),
    )
    for number, (news, fresh_rates, asked, are_others, untold) in enumerate(changes):
        columns, rates = {**columns, **news}, {**rates, **fresh_rates}
        rows = replace(rows) if are_others else rows
        told = {name: column for name, column in columns.items() if name not in untold}
        reading = workshop.reading(told, rates=rates, rows=rows, seconds=number)
        anew = workshop.reading(
            {name: [*column] for name, column in told.items()},
            rates={name: [*column] for name, column in rates.items()}, rows=rows, seconds=number,
        )  # fmt: skip
        quickly, slowly = quick.frame_of(reading), slow.frame_of(anew)
        stateful = {expr for expr, formula in formulas.items() if formula.stateful}
        for expr in sorted(asked | stateful):
            assert formulas[expr].column(quickly) == formulas[expr].column(slowly), expr
        assert quick.unsaved() == slow.unsaved()


def test_a_condition_is_worked_out_once_for_as_long_as_its_columns_stand_still(workshop):
    formula, rows = workshop.formula("ifHighSpeed > 3 and coalesce(ifMtu, 1) < 2"), workshop.rows("a", "b")
    speeds, memory = [1, 9], TableMemory("sw1", "ifTable")
    mtu = [1, 1]
    before = workshop.reading({"ifHighSpeed": speeds, "ifMtu": mtu}, rows=rows)
    first = formula.column(memory.frame_of(before))
    again = workshop.reading({"ifHighSpeed": speeds, "ifMtu": mtu}, rows=rows, seconds=60)
    moved = workshop.reading({"ifHighSpeed": speeds, "ifMtu": [5, 5]}, rows=rows, seconds=120)

    assert formula.column(memory.frame_of(again)) is first
    assert formula.column(memory.frame_of(moved)) == [False, False]


@pytest.mark.parametrize("expr", ["ifHighSpeed > 3", "seen(ifHighSpeed > 3)"])
def test_what_was_not_asked_for_a_while_is_worked_out_anew(workshop, expr):
    formula, other, rows = workshop.formula(expr), workshop.formula("ifMtu > 3"), workshop.rows("a")
    readings = [
        workshop.reading({"ifHighSpeed": [speed], "ifMtu": [1]}, rows=rows, seconds=at)
        for at, speed in ((0, 9), (60, 1), (120, 1))
    ]
    readings[2] = replace(readings[2], columns=readings[1].columns)
    frames = [Frame(readings[0], memory=TableMemory("sw1", "ifTable"))]
    for now in readings[1:]:
        frames.append(Frame(now, frames[-1], frames[0].memory))
    formula.column(frames[0])
    other.column(frames[1])

    assert formula.column(frames[2]) == [expr.startswith("seen")]
