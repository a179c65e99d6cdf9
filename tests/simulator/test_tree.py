"""The tree of a simulated device finds instances and successors as RFC 3416 says."""

from __future__ import annotations

import pytest

from netwatch.model import Missing, Oid, Tag
from netwatch.simulator.tree import DataTree, Leaf


@pytest.fixture
def tree() -> DataTree:
    tree = DataTree()
    for number in (3, 1, 2):
        tree.put(Oid((1, 3, 6, 10, number)), Tag.INTEGER, number)
    return tree


def test_a_value_may_be_a_function_that_is_called_at_every_reading(tree):
    count = iter((7, 8))
    tree.put(Oid((1, 3, 6, 9)), Tag.COUNTER32, lambda: next(count))
    leaf = tree.get(Oid((1, 3, 6, 9)))

    assert isinstance(leaf, Leaf)
    assert [leaf.read(), leaf.read()] == [7, 8]


def test_successors_come_in_oid_order_to_the_end(tree):
    found, oid = [], Oid((0, 0))
    while (following := tree.after(oid)) is not None:
        oid, leaf = following
        found.append(leaf.read())

    assert found == [1, 2, 3]


def test_an_absent_instance_is_told_from_an_absent_object(tree):
    assert tree.get(Oid((1, 3, 6, 10, 9))) is Missing.NO_SUCH_INSTANCE
    assert tree.get(Oid((1, 3, 6, 11, 1))) is Missing.NO_SUCH_OBJECT
    assert DataTree().get(Oid((1, 3))) is Missing.NO_SUCH_OBJECT


def test_putting_an_instance_again_replaces_it(tree):
    tree.put(Oid((1, 3, 6, 10, 1)), Tag.INTEGER, 100)

    assert len(tree) == len(list(tree)) == 3
    leaf = tree.get(Oid((1, 3, 6, 10, 1)))
    assert isinstance(leaf, Leaf)
    assert leaf.read() == 100
