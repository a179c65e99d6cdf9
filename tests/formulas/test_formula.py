"""Compiled expressions against a slow interpreter that reads the same text row by row."""

from __future__ import annotations

import ast
import operator
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.formulas import result_of, written

ENUM = {"up": 1, "down": 2, "lowerLayerDown": 7}
ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
              ast.Mod: operator.mod, ast.Pow: lambda a, b: float(a) ** b}  # fmt: skip
COMPARISON = {ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
              ast.Gt: operator.gt, ast.GtE: operator.ge}  # fmt: skip


def twin(node: ast.expr, row: dict[str, Any]) -> Any:
    """Evaluate one expression for one row the plain way; None is unknown."""
    match node:
        case ast.Constant():
            return ENUM.get(node.value, node.value) if isinstance(node.value, str) else node.value
        case ast.Name():
            return row[node.id]
        case ast.UnaryOp(op=ast.Not()):
            value = twin(node.operand, row)
            return None if value is None else not value
        case ast.UnaryOp():
            value = twin(node.operand, row)
            return None if value is None else -value
        case ast.BinOp():
            return known(ARITHMETIC[type(node.op)], twin(node.left, row), twin(node.right, row))
        case ast.BoolOp():
            values = [twin(value, row) for value in node.values]
            decisive = isinstance(node.op, ast.Or)
            if decisive in values:
                return decisive
            return None if None in values else not decisive
        case ast.Compare():
            sides = [twin(side, row) for side in (node.left, *node.comparators)]
            links = [known(COMPARISON[type(op)], a, b) for op, a, b in zip(node.ops, sides, sides[1:], strict=False)]
            return False if False in links else None if None in links else True
        case ast.IfExp():
            test = twin(node.test, row)
            return None if test is None else twin(node.body if test else node.orelse, row)
        case ast.Call():
            return called(node.func.id, [twin(argument, row) for argument in node.args], node)
    raise AssertionError(ast.dump(node))


def called(name: str, values: list[Any], node: ast.Call) -> Any:
    if name == "rate":
        return values[0]
    if name == "absent":
        return values[0] is None
    if name == "coalesce":
        return next((value for value in values if value is not None), None)
    return known({"min": min, "max": max, "abs": abs}[name], *values)


def known(function: Any, *values: Any) -> Any:
    if None in values:
        return None
    try:
        return function(*values)
    except ArithmeticError:
        return None


LITERALS = st.sampled_from(["0", "1", "2.5", "1e6", "1000", "0.9", "18446744073709551615"])
NAMES = st.sampled_from(["ifHighSpeed", "ifMtu", "rate(ifHCInOctets)", "rate(ifHCOutOctets)"])


def numbers(depth: int) -> st.SearchStrategy[str]:
    if depth == 0:
        return NAMES | LITERALS
    inner = numbers(depth - 1)
    return st.one_of(
        NAMES,
        st.builds(lambda a, op, b: f"({a} {op} {b})", inner, st.sampled_from(["+", "-", "*", "/", "%"]), inner),
        st.builds("abs({})".format, inner),
        st.builds("-({})".format, inner),
        st.builds(lambda f, a, b: f"{f}({a}, {b})", st.sampled_from(["min", "max"]), NAMES, inner),
        st.builds("coalesce({}, {})".format, NAMES, NAMES),
        st.builds("({} ** {})".format, inner, st.sampled_from(["2", "-1", "3"])),
        st.builds("({} if {} else {})".format, inner, truths(0), inner),
    )


def truths(depth: int) -> st.SearchStrategy[str]:
    compared = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    leaf = st.one_of(
        st.builds(lambda a, op, b: f"({a} {op} {b})", NAMES, compared, numbers(max(depth, 0))),
        st.builds(lambda a, b, c: f"({a} < {b} <= {c})", numbers(0), NAMES, NAMES),
        st.sampled_from(["(ifOperStatus == 'up')", "(ifOperStatus != 'down')", "absent(ifMtu)"]),
    )
    if depth == 0:
        return leaf
    inner = truths(depth - 1)
    return st.one_of(
        leaf,
        st.builds(lambda a, op, b: f"({a} {op} {b})", inner, st.sampled_from(["and", "or"]), inner),
        st.builds("(not {})".format, inner),
    )


NUMBER = st.sampled_from([0, 1, 3, 1000, 10**6, 2**64 - 1]) | st.floats(0, 1e12)
ROW = st.fixed_dictionaries(
    {
        "ifHighSpeed": st.none() | NUMBER, "ifMtu": st.none() | NUMBER,
        "ifOperStatus": st.sampled_from([1, 2, 7, None]),
        "ifHCInOctets": st.none() | NUMBER, "ifHCOutOctets": st.none() | NUMBER,
    }
)  # fmt: skip
WHOLE_ROW = st.fixed_dictionaries(
    dict.fromkeys(("ifHighSpeed", "ifMtu", "ifHCInOctets", "ifHCOutOctets"), NUMBER)
    | {"ifOperStatus": st.sampled_from([1, 2, 7])}
)


GONE = st.builds(
    lambda rows, lost: [{**row, **dict.fromkeys(lost)} for row in rows],
    st.lists(WHOLE_ROW, min_size=1, max_size=5),
    st.sets(st.sampled_from(["ifHighSpeed", "ifMtu", "ifHCInOctets", "ifHCOutOctets", "ifOperStatus"]), min_size=1),
)
"""Rows in which whole columns are missing."""


@settings(max_examples=300, deadline=None)
@given(expr=truths(2), rows=GONE | st.lists(ROW, max_size=5) | st.lists(WHOLE_ROW, min_size=1, max_size=5))
def test_every_way_through_an_expression_gives_what_the_plain_interpreter_gives(workshop, expr, rows):
    complaint = workshop.complaint(expr)
    if complaint:  # by chance it is constant
        assert "no reading can change" in complaint or "finite" in complaint
        return
    columns = {name: [row[name] for row in rows] for name in ("ifHighSpeed", "ifMtu", "ifOperStatus")}
    rates = {name: [row[name] for row in rows] for name in ("ifHCInOctets", "ifHCOutOctets")}
    expected = [twin(ast.parse(expr, mode="eval").body, row) for row in rows]

    assert workshop.judge(expr, columns, rates=rates) == expected
    node = workshop.node(expr)  # whoever explains a result takes a slow way of its own, and writes the text anew
    frame = workshop.frame(columns, rates=rates)
    assert [result_of(node, partial(value_in, frame, row)) for row in range(len(rows))] == expected
    assert workshop.judge(written(node), columns, rates=rates) == expected


def value_in(frame, row, source) -> Any:
    return frame.fetch(source)[0][row]


@pytest.mark.parametrize(("left", "right", "both", "either"), [
    (True, True, True, True),
    (True, False, False, True),
    (False, False, False, False),
    (True, None, None, True),     # the other side could spoil `and`, but no longer `or`
    (False, None, False, None),
    (None, None, None, None),
])  # fmt: skip
def test_and_and_or_know_what_can_be_known_in_spite_of_a_missing_side(workshop, left, right, both, either):
    number = {True: 10, False: 0, None: None}
    columns = {"ifHighSpeed": [number[left]], "ifMtu": [number[right]]}

    assert workshop.judge("ifHighSpeed > 5 and ifMtu > 5", columns) == [both]
    assert workshop.judge("ifHighSpeed > 5 or ifMtu > 5", columns) == [either]


def test_missing_is_unknown_and_neither_broken_nor_well(workshop):
    columns = {"ifHighSpeed": [None, 10, 1]}

    assert workshop.judge("ifHighSpeed > 5", columns) == [None, True, False]
    assert workshop.judge("not ifHighSpeed > 5", columns) == [None, False, True]


def test_a_column_the_device_does_not_have_is_unknown_in_every_row(workshop):
    assert workshop.judge("ifMtu < 1500", {"ifHighSpeed": [1, 2]}) == [None, None]


def test_a_division_by_zero_is_unknown_in_its_row_alone(workshop):
    columns = {"ifHighSpeed": [10, 10], "ifMtu": [0, 2]}

    assert workshop.judge("ifHighSpeed / ifMtu > 1", columns) == [None, True]
    assert workshop.judge("ifHighSpeed % ifMtu == 0", columns) == [None, True]


def test_a_guard_keeps_a_division_by_zero_from_mattering(workshop):
    columns = {"ifHighSpeed": [10, 10], "ifMtu": [0, 2]}

    assert workshop.judge("ifMtu > 0 and ifHighSpeed / ifMtu > 1", columns) == [False, True]
    assert workshop.judge("ifHighSpeed / ifMtu > 1 and ifMtu > 0", columns) == [False, True]


def test_a_power_too_large_for_a_float_is_unknown(workshop):
    assert workshop.judge("((ifMtu ** 16) ** 16) ** 16 > 1", {"ifMtu": [2**64 - 1, 1]}) == [None, False]


@pytest.mark.parametrize("junk", [b"\xff\x00", "text", (1, 3, 6), object()])
def test_what_a_device_gives_for_a_number_and_is_none_counts_as_missing(workshop, junk):
    columns = {"ifHighSpeed": [junk, 10], "ifMtu": [10**9, 10**9]}

    assert workshop.judge("ifHighSpeed * ifMtu > 5", columns) == [None, True]


def test_a_table_without_rows_has_no_verdicts(workshop):
    assert workshop.judge("ifMtu > 5", {"ifMtu": []}) == []


def test_text_columns_and_labels_compare_as_text(workshop):
    columns = {"ifPhysAddress": [b"aa:bb", b"\xff", None]}

    assert workshop.judge("ifPhysAddress == 'aa:bb'", columns) == [True, False, None]
    assert workshop.judge("ifName in ('p0', 'p2') and absent(ifPhysAddress)", columns) == [False, False, True]


def test_a_text_with_quotes_and_backslashes_reaches_the_comparison_unchanged(workshop):
    rows = workshop.rows("a'b\\", "p1")

    assert workshop.judge("""ifAlias == 'to a\\'b\\\\'""", {"ifMtu": [1, 1]}, rows=rows) == [True, False]
