"""A class that is made quickly is the class it was: its defaults, its refusals, and that nobody changes it."""

from __future__ import annotations

import inspect
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.frozen import quick


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """As dataclasses make it."""

    name: str
    count: int = 3
    words: dict[str, Any] = field(default_factory=dict)
    last: float | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    """The same, made quickly."""

    name: str
    count: int = 3
    words: dict[str, Any] = field(default_factory=dict)
    last: float | None = None


given_some = st.fixed_dictionaries(
    {}, optional={"name": st.text(), "count": st.integers(), "words": st.just({"a": 1}), "last": st.floats()}
)


@given(given_some)
def test_what_is_made_quickly_holds_what_the_usual_one_holds_and_refuses_what_it_refuses(some):
    outcomes = []
    for cls in (Usual, Quick):
        try:
            made = cls(**some)
            outcomes.append([repr(getattr(made, one.name)) for one in fields(made)])
        except TypeError:
            outcomes.append("refused")

    assert outcomes[0] == outcomes[1]


def test_it_has_the_signature_of_the_usual_one():
    def shape(cls):
        return [(name, one.kind) for name, one in inspect.signature(cls).parameters.items()]

    assert shape(Quick) == shape(Usual)


def test_each_has_a_mapping_of_its_own_by_a_factory():
    assert Quick(name="a").words is not Quick(name="a").words


def test_nobody_changes_it_and_it_can_be_replaced_and_compared():
    one = Quick(name="a", last=1.0)

    with pytest.raises(FrozenInstanceError):
        one.count = 4
    assert replace(one, count=4) == Quick(name="a", count=4, last=1.0)
    assert hash(replace(one, words=())) == hash(Quick(name="a", words=(), last=1.0))


def test_a_class_that_would_not_be_the_same_is_refused():
    @dataclass
    class Soft:
        name: str

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Busy:
        name: str

        def __post_init__(self):
            pass

    @dataclass(frozen=True, slots=True)
    class ByPlace:
        name: str

    for cls in (Soft, Busy, ByPlace, str):
        with pytest.raises(TypeError):
            quick(cls)
