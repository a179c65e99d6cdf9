"""Hostile and broken expressions end in an error with a place, and quickly."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.formulas import BadExpression, parse


@pytest.mark.parametrize("text", [
    "().__class__", "ifMtu.real > 1", "__import__('os')", "ifMtu[0]", "(lambda: 1)()", "f'{ifMtu}'", "[x for x in y]",
    "(x := 5)", "ifMtu > 1; ifMtu", "import os", "x = 5", "await x", "{**x}", "max(*x)", "{1: 2}", "yield", "...a",
    "(" * 500 + "1" + ")" * 500, "-" * 1900 + "1", "not " * 450 + "a", "~" * 1500 + "1", "1" + "+1" * 900,
    "a" * 3000, "", "   ", "\0", "ifMtu >", "9" * 1999, "'" , "a if b", "\ud800",
])  # fmt: skip
def test_what_is_not_our_grammar_is_refused_without_harm(workshop, text):
    if (
        "import__" in text or "9" * 99 in text
    ):  # grammatical; what it calls or how large it is, is the checker's affair
        assert parse(text) is not None
        return
    with pytest.raises(BadExpression) as refused:
        parse(text)

    assert all(flaw.message and flaw.offset >= 0 for flaw in refused.value.flaws)


def test_no_name_of_python_is_a_function_here(workshop):
    assert "there is no function __import__" in workshop.complaint("__import__('os') == ifMtu")
    assert "only functions by their name can be called" in workshop.complaint("(ifMtu)(1)(2) > ifMtu")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ifMtu()<>=+-*/%'\"., \n\\0123456789abcdef[]{}:ä", max_size=80))
def test_any_text_is_either_an_expression_or_has_flaws(workshop, text):
    workshop.complaint(text or "x")
