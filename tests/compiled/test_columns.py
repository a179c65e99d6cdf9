"""Whole columns in C: what it gives is what Python gives, and what is out of the ordinary is left to Python."""

from __future__ import annotations

import math
import random
from array import array

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netwatch.compiled import is_usable
from netwatch.compiled.column_twins import first_odd_in_python, rates_in_python
from tests.compiled.twins import needs_compiled

if is_usable():
    from netwatch.compiled import columns

pytestmark = needs_compiled

counters = st.one_of(st.integers(0, 2**32), st.integers(0, 2**64 - 1))
intervals = st.one_of(st.floats(0.001, 1e5), st.sampled_from([60.0, 1 / 3, 1e-300, 1e12]))
bounds = st.none() | st.lists(st.floats(0, 1e12) | st.just(math.inf), min_size=6, max_size=6)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(st.tuples(counters, counters), max_size=6), intervals, bounds)
@example([(2**64 - 1, 0), (2**53 + 1, 0)], 60.0, None)
@example([(0, 0)], -60.0, None)
def test_rates_of_a_column_are_those_of_python_to_the_last_bit(pairs, seconds, limits):
    now, before = [one for one, _ in pairs], [other for _, other in pairs]
    limits = limits if limits is None else limits[: len(now)]

    assert columns.quick_rates(now, before, seconds, limits) == rates_in_python(now, before, seconds, limits)
    rising = [max(pair) for pair in pairs], [min(pair) for pair in pairs]
    assert columns.quick_rates(*rising, seconds, None) == rates_in_python(*rising, seconds, None)


@pytest.mark.parametrize("odd", [None, True, 1.0, b"7", -1, 2**64, "x"])
def test_what_is_no_counter_has_a_closer_look(odd):
    assert columns.quick_rates([5, odd], [1, 1], 1.0, None) is None
    assert columns.quick_rates((5, 9), (1, odd), 1.0, None) is None


@pytest.mark.parametrize(("limit", "rates"), [(10, [4.0]), (3, None), (2**80, None), ("ten", None), (3.9, None)])
def test_a_limit_may_be_whole_and_what_is_none_has_a_closer_look(limit, rates):
    assert columns.quick_rates([5], [1], 1.0, [limit]) == rates


def test_whole_seconds_divide_as_pythons_do():
    assert columns.quick_rates([2**53, 7], [0, 0], 3, None) == rates_in_python([2**53, 7], [0, 0], 3, None)
    assert columns.quick_rates([2**60 + 1], [0], 3, None) is None


def test_a_column_may_be_any_sequence():
    assert columns.quick_rates(array("Q", [5, 9]), (1, 1), 2.0, array("d", [9, 9])) == [2.0, 4.0]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (([1], [1], 0.0, None), ZeroDivisionError),
        (([1], [1], "60", None), TypeError),
        ((1, [1], 1.0, None), TypeError),
        (([1], None, 1.0, None), TypeError),
        (([1], [1], 1.0, 5.0), TypeError),
        (([1], [1], 1.0), TypeError),
    ],
)
def test_arguments_that_are_none_are_refused(arguments, error):
    with pytest.raises(error):
        columns.quick_rates(*arguments)


def test_the_first_value_that_is_no_number_is_found():
    rng = random.Random(11)
    for odd in (None, True, 1.0, b"", "1"):
        column: list[object] = [rng.randrange(2**70) for _ in range(100)]
        assert columns.first_odd(column) == columns.first_odd(tuple(column)) == -1
        column[rng.randrange(60, 100)] = odd
        column[57] = odd
        assert columns.first_odd(column) == first_odd_in_python(column) == 57
    assert columns.first_odd([]) == -1
    with pytest.raises(TypeError):
        columns.first_odd(7)
