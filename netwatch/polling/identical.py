"""Keys of what is worked out once for an object itself, whatever it is equal to.

A quiet room. May import: nothing. Called by: discover, standing.seldom.
"""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Identical(Generic[T]):
    """An object as a key that is equal to itself alone: comparing all that a specification says would take longer."""

    __slots__ = ("it",)

    def __init__(self, it: T) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identical) and self.it is other.it
