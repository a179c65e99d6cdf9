"""A packed index answers as the linked modules would, and nothing of a file's life afterwards changes that."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from netwatch.mib import MibIndex
from netwatch.mib.linking import Linked, Module, link
from netwatch.mib.pack.reading import Packed
from netwatch.mib.pack.writing import pack
from netwatch.mib.resolving import Resolver
from netwatch.model import Problem, shipped_directory
from tests.mib.conftest import Here

Load = Callable[..., MibIndex]


@pytest.fixture(scope="module")
def linked() -> Linked:
    """NetWatch's own modules, linked."""
    compiler = Here(0)
    files = sorted(shipped_directory("mibs").iterdir())
    facts = (one for file in files for one in compiler.compile(file.read_text()).found["modules"])
    return link([Module(one, one["name"]) for one in facts])


@pytest.fixture(scope="module")
def packed(linked: Linked) -> Packed:
    return Packed(pack(linked, [Problem(file="f", line=3, column=1, path="n", message="m", severity="warning")]))


def places(linked: Linked) -> Iterator[tuple[int, ...]]:
    for oid in linked.by_oid:
        yield oid
        yield (*oid, 0)
        yield (*oid, 4, 4_000_000_000, 7)


def test_every_definition_is_unpacked_as_it_was(linked: Linked, packed: Packed):
    resolver = Resolver(linked)
    every = {id(symbol): symbol for symbols in linked.by_name.values() for symbol in symbols}.values()

    assert len(packed) == len(every)
    for symbol in every:
        found = [packed.object_at(place) for place in packed.named(symbol.name)]
        assert resolver.object_of(symbol) in found


def test_the_nearest_above_is_what_the_tree_has(linked: Linked, packed: Packed):
    for oid in places(linked):
        above = next((oid[:n] for n in range(len(oid), 0, -1) if oid[:n] in linked.by_oid), None)
        found = packed.nearest(oid)
        assert above is not None
        assert found is not None
        obj = packed.object_at(found)
        assert tuple(obj.oid) == above
        assert obj.name == linked.by_oid[above].name


def test_exactly_this_one_and_not_the_one_above(packed: Packed):
    assert packed.at((1, 3, 6, 1, 2, 1, 2, 2, 1, 8)) is not None
    assert packed.at((1, 3, 6, 1, 2, 1, 2, 2, 1, 8, 1)) is None
    assert packed.at((1, 3, 6, 1, 2, 1, 2, 2, 1, 2**40)) is None
    assert packed.nearest((2, 0)) is None


def test_what_stands_nearest_below_is_listed_in_order_and_once(linked: Linked, packed: Packed):
    for above in ((1, 3, 6, 1, 2, 1), (1, 3, 6, 1, 2, 1, 2), (1, 3, 6, 1, 4, 1)):
        below = sorted(oid for oid in linked.by_oid if oid[: len(above)] == above and oid != above)
        nearest = [oid for oid in below if not any(oid[:n] in linked.by_oid for n in range(len(above) + 1, len(oid)))]
        assert [tuple(packed.object_at(place).oid) for place in packed.nearest_below(above)] == nearest


def test_problems_come_back(packed: Packed):
    (told,) = packed.problems
    assert (told.file, told.line, told.path, told.message, told.severity) == ("f", 3, "n", "m", "warning")
    assert packed.errors == 0


def test_a_name_that_no_module_has_is_nothing(packed: Packed):
    assert list(packed.named("noSuchName")) == []
    assert list(packed.named("\udcff")) == []
    assert list(packed.named("zzzz")) == []


def test_nothing_at_all_is_an_index_as_well():
    empty = MibIndex(Packed(pack(link([]), [])))

    assert empty.name_of((1, 3, 6)) == "1.3.6"
    assert empty.modules == ()
    assert empty.object_named("ifDescr") is None
    assert empty.children_of((1,)) == ()
    assert empty.names_near("ifDescr") == ()
