"""Whole columns in C: what it gives is what Python gives, and what is out of the ordinary is left to Python."""

from __future__ import annotations

import math
import random
from array import array

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netwatch.compiled import is_usable
from netwatch.compiled.column_twins import first_odd_in_python, packed_in_python, rates_in_python, uniform
from tests.compiled import column_junk
from tests.compiled.sanitizers import JUNK, outcome_of
from tests.compiled.twins import needs_compiled

if is_usable():
    from netwatch.compiled import columns

pytestmark = needs_compiled

counters = st.one_of(st.integers(0, 2**32), st.integers(0, 2**64 - 1))
whole = (
    st.integers(-(2**70), 2**70) | st.integers(-5, 300) | st.sampled_from([2**63 - 1, 2**63, -(2**63), -(2**63) - 1])
)
cells = st.one_of(whole, st.floats(), st.booleans(), st.none(), st.binary(max_size=3))
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


def test_rates_of_blocks_are_those_of_lists():
    now, before = [2**62, 7, 9, 4, 5], [1, 7, 0, 3, 2**60]
    one, other = columns.packed(now), columns.packed(before)

    assert columns.quick_rates(one, other, 60.0, None) is columns.quick_rates(now, before, 60.0, None) is None
    rising = columns.quick_rates(one, columns.packed([0] * 5), 0.7, None)
    assert type(rising) is type(rates_in_python(now, [0] * 5, 0.7, None)) is array
    assert list(rising) == [number / 0.7 for number in now]
    assert columns.quick_rates(columns.packed([-1] * 4), columns.packed([-2] * 4), 1.0, None) is None
    assert columns.quick_rates(array("Q", [5] * 4), array("q", [1] * 4), 1.0, None) == array("d", [4.0] * 4)
    assert columns.quick_rates(array("q"), array("q", [1]), 0.0, None) == []


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.one_of(st.lists(whole, max_size=8), st.lists(st.floats(), max_size=8), st.lists(cells, max_size=8)))
def test_a_column_is_packed_as_python_packs_it_and_says_what_it_said(column):
    block = columns.packed(column)

    assert type(block) is type(packed_in_python(column))
    assert repr(list(block)) == repr(column)
    if type(block) is array:
        assert (block.typecode, block.tobytes()) == (array(block.typecode, column).typecode, block.tobytes())
        assert set(map(type, column)) in ({int}, {float})
    else:
        assert block is column


def test_only_lists_are_packed_and_not_those_of_few_rows():
    assert [type(columns.packed([1] * rows)) for rows in (3, 4)] == [list, array]
    for other in ((1, 2, 3, 4), array("d", [1.0] * 5), "12345", None):
        assert columns.packed(other) is packed_in_python(other) is other


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


def test_blocks_of_one_value_are_one_object_and_others_stay_themselves():
    ones = [uniform(packed_in_python([7] * 48)) for _ in range(2)]
    assert ones[0] is ones[1]
    assert ones[0] == array("q", [7] * 48)
    for column in (
        [7.0] * 4,
        [math.nan] * 4,
        [-0.0] * 5,
        [0.0, -0.0, 0.0, 0.0],
        [1, 2, 3, 1],
        [1],
        (),
        array("q", [5] * 4),
    ):
        told = uniform(packed_in_python(column))
        assert repr(list(told)) == repr(list(column))
    assert uniform(array("d", [0.0] * 48)) is not uniform(array("q", [0] * 48))


def test_odd_columns_are_worked_on_as_python_does():
    assert list(column_junk.disagreements(columns, 3000, seed=20261130)) == []


def test_nothing_beyond_a_column_is_read_and_nothing_undefined_done(tmp_path):
    outcome = outcome_of("columns", "tests.compiled.column_junk", 7, tmp_path)

    assert outcome == (0, f"{JUNK} odd columns: the same\n", "")
