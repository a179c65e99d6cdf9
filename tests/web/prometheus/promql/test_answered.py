"""The part of Prometheus' language that is answered, and how the rest is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.promql import MOST_DEEP, MOST_LETTERS
from netwatch.web.prometheus.promql.answered import answered, answered_selector
from netwatch.web.prometheus.promql.nodes import (
    Binary,
    Gathered,
    Negated,
    Number,
    Over,
    QueryRefused,
    Selector,
    VectorOf,
    has_vector,
    is_scalar,
    selectors_of,
)


def test_a_selector_is_a_name_and_matchers_and_its_regular_expressions_match_the_whole():
    selector = answered('netwatch_interface_oper{instance="sw1", ifName=~"Gi.*", ifAlias!~"x|y",}')

    assert isinstance(selector, Selector)
    assert [str(one) for one in selector.matchers] == [
        '__name__="netwatch_interface_oper"', 'instance="sw1"', 'ifName=~"Gi.*"', 'ifAlias!~"x|y"'
    ]  # fmt: skip
    assert selector.matchers[2].holds({"ifName": "Gi1"})
    assert not selector.matchers[2].holds({"ifName": "xGi1"})


def test_matchers_that_differ_in_their_operator_alone_are_two_selectors():
    exact, expression = answered('a{b="c.d"}'), answered('a{b=~"c.d"}')

    assert exact != expression
    assert len({exact, expression}) == 2


@pytest.mark.parametrize(
    ("text", "meant"),
    [("'it''", None), (r"'a\"b\n'", 'a"b\n'), (r'"\u00e4\x41\101"', "äAA"), (r"`a\n`", r"a\n"), (r'"\q"', None)],
)
def test_texts_have_the_quotes_and_escapes_of_prometheus(text, meant):
    if meant is None:
        with pytest.raises(QueryRefused):
            answered(f"x{{a={text}}}")
    else:
        assert answered(f"x{{a={text}}}").matchers[1].text == meant


def test_operators_bind_as_in_prometheus():
    node = answered("a + b * 2 == c and d or -e")

    assert isinstance(node, Binary)
    assert node.operator == "or"
    assert isinstance(node.right, Negated)
    assert node.left.operator == "and"
    assert node.left.left.operator == "=="
    assert node.left.left.left.right == Binary("*", answered("b"), Number(2.0))


def test_functions_and_aggregations():
    assert answered("rate(x[1h30m])") == Over("rate", Selector((), '__name__="x"', 5400.0))
    assert (
        answered("sum by (a, b) (x)") == answered("sum(x) by (a, b,)") == Gathered("sum", answered("x"), ("a", "b"))
    )
    assert answered("avg without (a) (x)") == Gathered("avg", answered("x"), ("a",), True)
    assert answered("topk(3, x)") == Gathered("topk", answered("x"), count=3)
    assert answered("vector(1 - 2)") == VectorOf(Binary("-", Number(1.0), Number(2.0)))
    assert answered("sum") == answered('{__name__="sum"}')


def test_what_is_a_number_and_what_stands_in_for_series_is_known():
    assert is_scalar(answered("-(1 + 2.5e3 * .5)"))
    assert not is_scalar(answered("1 + x"))
    assert has_vector(answered("sum(x) or vector(0)"))
    assert not has_vector(answered("sum(x) - 1"))
    assert [one.text for one in selectors_of(answered("a - max(rate(b[1m]))"))] == ['__name__="a"', '__name__="b"']


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("histogram_quantile(0.9, x)", "histogram_quantile() is not answered; NetWatch answers selectors"),
        ("x offset 5m", "'offset' is not answered"),
        ("x @ 5", "'@' is not answered"),
        ("a / on (b) c", "'on' is not answered"),
        ("a == bool b", "'bool' is not answered"),
        ("a ^ 2", "'^' is not answered"),
        ("rate(x[5m:1m])", "a range of an expression ([5m:1m]) is not answered"),
        ("rate(x)", "rate() is of a range, as in rate(name[5m])"),
        ("x[5m]", "a range can only be given to a function"),
        ("sum(x[5m])", "sum() is of series"),
        ("-x[5m]", "a range has no sign"),
        ("x[5m] + 1", "'+' is not of ranges"),
        ("1 and x", "'and' is of series on both sides"),
        ("1 > 2", "two numbers are not compared"),
        ("topk(x, y)", "topk() wants a whole number first"),
        ("vector(x)", "vector() is of a number"),
        ("", "letter 1 of the expression: a selector, a number or a function should stand before 'the end'"),
        ("{}", "a selector names something"),
        ('{a=~".*"}', "a selector names something"),
        ('x{a=~"("}', "'('"),
        ("x{a=1}", "a text in quotes should stand before '1'"),
        ("x y", "the end, or an operator, should stand before 'y'"),
        ("x[0s]", "a range is longer than nothing"),
        ("x[5]", "a range is a duration such as [5m], not '5'"),
        ("x ~ y", "letter 3 of the expression: '~ y' is not understood"),
        ("(" * 99 + "x" + ")" * 99, f"at most {MOST_DEEP} deep"),
        ("-" * 99 + "x", f"at most {MOST_DEEP} deep"),
        ("x" * 20_000, f"at most {MOST_LETTERS} letters"),
        ("x % 2", "'%' is not answered"),
        ('"a text"', "a text is not answered"),
        ("group(x)", "group() is not answered"),
        ("sum(x, y)", "sum() is of series"),
        ("rate(x[5m], 1)", "rate() is of a range"),
        ("topk()", "topk() wants a whole number first"),
    ],
)  # fmt: skip
def test_what_is_not_answered_is_said_in_words(query, words):
    with pytest.raises(QueryRefused) as refused:
        answered(query)

    assert words in str(refused.value)


def test_only_a_selector_is_one():
    with pytest.raises(QueryRefused, match="is not a selector"):
        answered_selector("sum(x)")


@given(st.text(alphabet="abx_:(){}[],=~!<>+-*/\"'` 5m0.e\\\n", max_size=40))
def test_no_text_is_anything_but_read_or_refused(query):
    try:
        answered(query)
    except QueryRefused:
        return
