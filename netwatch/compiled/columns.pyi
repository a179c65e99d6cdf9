"""What columns.c gives."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

_T = TypeVar("_T")

CONTRACT: int
SOURCES: str

def quick_rates(
    now: Sequence[int], before: Sequence[int], seconds: float, limits: Sequence[float] | None
) -> Sequence[float] | None:
    """Return the increase per second of every counter, or None where one of them needs a closer look.

    It does where it is no int from 0 to 2**64 - 1, has gone down, or rose faster than its limit. The shorter column
    counts. What comes is packed. Arguments go by their place alone.
    """

def first_odd(column: Iterable[object], /) -> int:
    """Return the place of the first value that is not exactly an int, -1 where all are."""

def packed(column: Sequence[_T], /) -> Sequence[_T]:
    """Return a column of ints or floats as a block of 64-bit numbers, any other column as it is.

    A list of four or more, all exactly int and from -2**63 to 2**63 - 1, or all exactly float.
    """
