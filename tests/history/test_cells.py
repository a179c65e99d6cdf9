"""Values in few octets, and back."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.history.cells import Damaged, cell_of, packed, unpacked

WHOLE = st.integers(-(2**70), 2**70)
DECIMAL = st.integers(-(10**9), 10**9).map(lambda whole: whole / 100)
SINGLE = st.floats(width=32, allow_nan=False, allow_infinity=False)
TEXT = st.binary(max_size=12)


@st.composite
def tables(draw, values):
    times = draw(st.integers(1, 7))
    row = st.lists(st.none() | values, min_size=times, max_size=times)
    return draw(st.lists(row, min_size=1, max_size=5)), times


def single(value: object) -> object:
    return (
        struct.unpack("f", struct.pack("f", value))[0] if isinstance(value, float) and abs(value) < 3.4e38 else value
    )


@settings(max_examples=150, deadline=None)
@given(st.one_of(tables(st.integers(-(2**61), 2**61)), tables(DECIMAL), tables(SINGLE), tables(TEXT)))
def test_what_was_packed_comes_back_value_by_value(table):
    rows, times = table

    assert [list(row) for row in unpacked(packed(rows, times), len(rows), times)] == rows


@settings(max_examples=60, deadline=None)
@given(tables(st.one_of(WHOLE, st.floats(allow_nan=False, allow_infinity=False))))
def test_numbers_of_all_kinds_keep_seven_digits_and_holes(table):
    rows, times = table

    back = unpacked(packed(rows, times), len(rows), times)

    for row, known in zip(back, rows, strict=True):
        assert [value is None for value in row] == [value is None for value in known]
        assert all(
            value == pytest.approx(before, rel=1e-6, abs=1e-37)
            for value, before in zip(row, known, strict=True)
            if before is not None
        )


def test_one_row_is_read_without_the_others():
    rows = [[number * 1.37, number * 2.74, None] for number in range(40)]
    octets = packed(rows, 3)

    assert unpacked(octets, 40, 3, only=17) == [[single(17 * 1.37), single(17 * 2.74), None]]


def test_what_never_changes_costs_next_to_nothing():
    assert len(packed([[1e9] * 120] * 48, 120)) < 40
    assert len(packed([[None] * 120] * 48, 120)) == 1


def test_whole_and_decimal_numbers_are_kept_exactly():
    row = [12_345_678_901_234, 12_345_678_901_235, 0.37, 41.5]

    assert unpacked(packed([row[:2]], 2), 1, 2) == [row[:2]]
    assert unpacked(packed([row[2:]], 2), 1, 2) == [row[2:]]


@pytest.mark.parametrize("cut", [0, 1, 3, 9])
def test_octets_that_were_cut_or_changed_are_refused(cut):
    octets = packed([[1, 5, 9], [2, 7, 3]], 3)

    with pytest.raises(Damaged):
        unpacked(octets[:cut], 2, 3)
    with pytest.raises(Damaged):
        unpacked(octets, 3, 3)


@pytest.mark.parametrize(
    ("value", "kept"),
    [(float("nan"), None), (float("inf"), None), (3, 3), (b"x", b"x"), (True, True), ("né", "né".encode())],
)
def test_what_is_no_number_is_missing_and_other_things_are_text(value, kept):
    assert cell_of(value) == kept
