"""Blocks: shapes, pieces, and several as one."""

from __future__ import annotations

import pytest

from netwatch.history.block import Block, Packed, Shape, joined, pack_block
from netwatch.history.cells import Damaged


def block(times, rows, *, labels=None):
    keys = tuple(rows)
    shape = Shape(keys=keys, columns=("x",), labels=labels or {})
    return Block(shape=shape, times=times, cells={"x": list(rows.values())})


def test_a_block_comes_back_whole_and_by_single_rows():
    rows = {f"Gi{port}": [port, port + 1, port * port] for port in range(40)}
    made = block([1000, 2000, 3500], rows)

    packed = Packed(pack_block(made, group=16), made.shape)

    assert list(packed.times()) == [1000, 2000, 3500]
    assert list(packed.row("x", 33)) == [33, 34, 33 * 33]
    assert [list(row) for row in packed.block().cells["x"]] == list(rows.values())


def test_a_shape_comes_back_with_its_labels():
    shape = Shape(keys=("a", "\udcff"), columns=("x",), labels={"ifAlias": ("to the core", "é")})

    back = Shape.from_octets(shape.to_octets())

    assert (back.keys, back.columns, back.labels) == (shape.keys, shape.columns, shape.labels)
    with pytest.raises(Damaged):
        Shape.from_octets(b"nothing of the kind")


def test_blocks_of_other_rows_are_joined_by_name_and_what_is_missing_stays_missing():
    before = block([1, 2], {"a": [1, 2], "b": [10, 20]}, labels={"ifAlias": ("old", "b")})
    after = block([3], {"c": [300], "a": [3]}, labels={"ifAlias": ("c", "new")})

    one = joined([after, before])

    assert one.times == [1, 2, 3]
    assert dict(zip(one.shape.keys, one.cells["x"], strict=True)) == {
        "a": [1, 2, 3], "b": [10, 20, None], "c": [None, None, 300],
    }  # fmt: skip
    assert one.shape.labels["ifAlias"][one.shape.keys.index("a")] == "new"


def test_times_that_were_there_already_are_not_doubled():
    one = joined([block([1, 2], {"a": [1, 2]}), block([2, 3], {"a": [9, 3]})])

    assert (one.times, one.cells["x"]) == ([1, 2, 3], [[1, 2, 3]])


@pytest.mark.parametrize(
    "spoil", [lambda octets: octets[:-1], lambda octets: b"\x09" + octets[1:], lambda octets: b""]
)
def test_a_block_that_is_cut_or_of_another_format_is_refused(spoil):
    made = block([1, 2], {"a": [1, 2]})

    with pytest.raises(Damaged):
        Packed(spoil(pack_block(made)), made.shape)
