"""Prometheus' query language, as a tree: what binds to what, and where a text goes wrong."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.promql import (
    MOST_DEEP,
    MOST_LETTERS,
    MOST_PARTS,
    Call,
    Negative,
    NotPromql,
    Number,
    Operation,
    Selector,
    Subquery,
    Text,
    parse,
)

X, Y, Z = Selector("x"), Selector("y"), Selector("z")


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("x", X),
        (" x # a comment", X),
        ("((x))", X),
        ('x{a="1", b!~"2|3",}', Selector("x", (("a", "=", "1"), ("b", "!~", "2|3")))),
        ('{__name__="x", a="1"}', Selector("x", (("a", "=", "1"),))),
        ('{__name__=~"x.*"}', Selector("", (("__name__", "=~", "x.*"),))),
        ("x[5m]", Selector("x", span="5m")),
        ("x[1h30m] offset 1d", Selector("x", span="1h30m", offset="1d")),
        ("x offset 1d", Selector("x", offset="1d")),
        ("x @ 1609746000", Selector("x", instant="1609746000")),
        ("x @ end() offset 5m", Selector("x", instant="end()", offset="5m")),
        ("x[5m:]", Subquery(X, "5m")),
        ("(x)[5m:1m]", Subquery(X, "5m", "1m")),
        ("rate(x[1m])[5m : 1m]", Subquery(Call("rate", (Selector("x", span="1m"),)), "5m", "1m")),
        ("time()", Call("time", ())),
        ("f(x, 'a', 1)", Call("f", (X, Text("a"), Number("1")))),
        ("sum(x)", Call("sum", (X,))),
        ("sum by (a, b) (x)", Call("sum", (X,), ("a", "b"))),
        ("sum(x) without (a,)", Call("sum", (X,), ("a",), without=True)),
        ("sum by () (x)", Call("sum", (X,), ())),
        ("sum", Selector("sum")),
        ("sum{}", Selector("sum")),
        ("x + y * z", Operation("+", X, Operation("*", Y, Z))),
        ("x - y - z", Operation("-", Operation("-", X, Y), Z)),
        ("x ^ y ^ z", Operation("^", X, Operation("^", Y, Z))),
        ("x or y and z", Operation("or", X, Operation("and", Y, Z))),
        ("x > bool y", Operation(">", X, Y, is_bool=True)),
        ("x / on (a, b) y", Operation("/", X, Y, matching="on")),
        ("x * ignoring(a) group_left(b) y", Operation("*", X, Y, matching="ignoring")),
        ("x * on() group_right y", Operation("*", X, Y, matching="on")),
        ("-x ^ y", Negative(Operation("^", X, Y))),
        ("x ^ -y", Operation("^", X, Negative(Y))),
        ("+-x", Negative(X)),
    ],
)
def test_what_an_expression_is(query, tree):
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "value"), [("1", 1.0), ("0x1F", 31.0), (".5e2", 50.0), ("Inf", float("inf")), ("5.", 5.0)]
)
def test_a_number_is_kept_as_it_is_written_and_has_a_value(query, value):
    assert parse(query) == Number(query)
    assert parse(query).value == value


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "letter 1 of the expression: a selector, a number or a function should stand before 'the end'"),
        ("x y", "letter 3 of the expression: the end, or an operator, should stand before 'y'"),
        ("(x", "')' should stand before 'the end'"),
        ("f(x,,y)", "should stand before ','"),
        ("x[5m)", "']' should stand before ')'"),
        ("x[y]", "a range is a duration such as [5m], not 'y'"),
        ("x[5m:y]", "a step is a duration such as [5m:1m], not 'y'"),
        ("(x + y)[5m]", "a range stands behind something that is no series"),
        ("(x + y) offset 5m", "'offset' stands behind something that is no series"),
        ("x offset y", "an offset is a duration such as 5m, not 'y'"),
        ("x @ y", "'start' or 'end' should stand before 'y'"),
        ("x{a}", "should stand before '}'"),
        ("sum by (1) (x)", "a label should stand before '1'"),
        ("x ~ y", "letter 3 of the expression: '~ y' is not understood"),
        (r"x{a='\q'}", r"\q is no escape"),
        ("-" * 99 + "x", f"at most {MOST_DEEP} deep"),
        ("^".join("x" * 99), f"at most {MOST_DEEP} deep"),
        ("(" * 99 + "x" + ")" * 99, f"at most {MOST_DEEP} deep"),
        ("+".join("x" * 999), f"at most {MOST_PARTS} operators"),
        ("x" * (MOST_LETTERS + 1), f"at most {MOST_LETTERS} letters"),
    ],
)
def test_what_is_no_expression_is_said_in_words(query, words):
    with pytest.raises(NotPromql) as said:
        parse(query)

    assert words in str(said.value)


@given(st.text(alphabet="abx_:(){}[],=~!<>+-*/^%@\"'` 5m0.e\\\n", max_size=60))
def test_any_text_is_read_or_refused(query):
    with suppress(NotPromql):
        parse(query)
