"""The inventory as a tree: each part below what it stands in."""

from __future__ import annotations

import pytest

from netwatch.web.pages.concepts.cells import Cell, Line
from netwatch.web.pages.concepts.sections import sections_of
from netwatch.web.pages.concepts.trees import DEEPEST, as_tree
from tests.concept_readings import concept_reading


def drawn(*names):
    lines = [Line(cells=(Cell(text=name), Cell(text="x"))) for name, _ in names]
    return [(line.cells[0].text, line.cells[0].depth) for line in as_tree(lines, names)]


@pytest.mark.parametrize(("names", "tree"), [
    ((("optic", "slot"), ("slot", "chassis"), ("chassis", ""), ("fan", "chassis")),
     [("chassis", 0), ("slot", 1), ("optic", 2), ("fan", 1)]),
    ((("a", "gone"), ("b", "b")), [("a", 0), ("b", 0)]),
    ((("a", "b"), ("b", "a"), ("c", "")), [("c", 0), ("a", 0), ("b", 1)]),
    ((("a", ""), ("a", ""), ("x", "a")), [("a", 0), ("x", 1), ("a", 0)]),
    ((), []),
])  # fmt: skip
def test_each_part_stands_behind_what_it_is_in_whatever_a_device_says(names, tree):
    assert drawn(*names) == tree


def test_a_deep_tree_is_drawn_no_deeper_than_fits_and_loses_nothing():
    names = [(str(n), str(n - 1) if n else "") for n in range(5000)]

    found = drawn(*names)

    assert [name for name, _ in found] == [name for name, _ in names]
    assert max(depth for _, depth in found) == DEEPEST


def test_the_section_of_the_inventory_is_such_a_tree():
    parts = [{"part": "optic", "parent": "slot"}, {"part": "chassis"}, {"part": "slot", "parent": "chassis"}]

    (section,) = sections_of([concept_reading("component", *parts)])

    assert [(line.cells[0].text, line.cells[0].depth) for line in section.lines] == [
        ("chassis", 0), ("slot", 1), ("optic", 2)
    ]  # fmt: skip
