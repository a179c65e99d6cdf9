"""What is packed comes back equal, shared where it was shared, and nothing else is taken for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from netwatch.model import ColumnKind, Oid
from netwatch.profiles.concepts.concept_map import ConceptMap, Expression
from netwatch.profiles.concepts.templates import Named, OfIndex, Template
from netwatch.profiles.kept.packing import NotPacked, packed, unpacked
from netwatch.profiles.profile import ColumnSpec, LabelSpec, TableSpec


def there_and_back(value: Any) -> Any:
    return unpacked(json.loads(json.dumps(packed(value))))


@pytest.mark.parametrize(
    "value",
    [
        None, True, 1, 1.0, 1.5, "é\0", (), [1, [2]], frozenset({1, 2}), {1: "up", "a": (None,)},
        Oid.parse("1.3.6.1"), ColumnKind.ENUM, (1, True, 1.0, 0, False), Template((OfIndex(0), "x", Named("y"))),
        ColumnSpec(name="a", oid=Oid.parse("1.3.6"), kind=ColumnKind.GAUGE, scale=True, enum={1: "up"}),
        TableSpec(name="t", oid=Oid.parse("1.3"), walk=Oid.parse("1.3.1"), columns=(), labels=(LabelSpec(name="l"),)),
    ],
    ids=str,
)  # fmt: skip
def test_a_value_comes_back_as_it_was(value):
    found = there_and_back(value)
    assert found == value
    assert repr(found) == repr(value)


def test_mappings_of_tables_stay_one_each_and_equal_columns_become_one():
    one, other = (ConceptMap(concept="cpu", table="t", columns={"a": Expression(text="b")}) for _ in range(2))
    first, second, third = there_and_back((one, other, one))
    assert first is third
    assert first is not second
    columns = [ColumnSpec(name="a", oid=Oid.parse("1.3.6"), kind=ColumnKind.GAUGE) for _ in range(2)]
    left, right = there_and_back(tuple(columns))
    assert left is right


@dataclass(frozen=True)
class Stranger:
    name: str


@pytest.mark.parametrize("value", [Stranger("x"), b"octets", object, {"a": (Stranger("x"),)}])
def test_what_is_of_no_known_class_is_not_packed(value):
    with pytest.raises(NotPacked):
        packed(value)


@pytest.mark.parametrize(
    "change",
    [
        {"atoms": []},
        {"nodes": [[0, 5]]},
        {"nodes": [[99]]},
        {"nodes": [[-1]]},
        {"shapes": [[99, "name"]]},
        {"shapes": [[0, "no_such_field"]]},
        {"value": 77},
        {"value": "text"},
    ],
)
def test_what_was_never_packed_is_refused(change):
    data = packed(ColumnSpec(name="a", oid=Oid.parse("1.3.6"), kind=ColumnKind.GAUGE))
    with pytest.raises((ValueError, TypeError, KeyError, IndexError)):
        unpacked({**data, **change})
