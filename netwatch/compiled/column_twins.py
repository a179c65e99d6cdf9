"""What columns.c does, in Python, and the choice between the two.

May import: nothing. Called by: netwatch.polling, netwatch.formulas.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from operator import gt, sub, truediv
from typing import Any, Final, TypeVar

from netwatch.compiled import is_usable

_T = TypeVar("_T")
FEWEST_PACKED: Final = 4
"""What has fewer rows takes no less as a block."""
MOST_ROWS_UNIFORM: Final = 512
MOST_UNIFORM: Final = 4096
"""Blocks of one value that are known as one object; one that is pushed out lives on where it is used."""
_CODES: Final[dict[type, str]] = {int: "q", float: "d"}


def rates_in_python(
    now: Sequence[int], before: Sequence[int], seconds: float, limits: Sequence[float] | None
) -> Sequence[float] | None:
    """Return the increase per second of every counter, or None where one of them needs a closer look.

    It does where it has gone down or rose faster than its limit. Values are ints; the shorter column counts.
    What comes is packed.
    """
    rates = list(map(truediv, map(sub, now, before), repeat(seconds)))
    if not rates:
        return rates
    if min(rates) < 0 or (limits and max(rates) > min(limits) and any(map(gt, rates, limits))):
        return None
    return rates if len(rates) < FEWEST_PACKED else array("d", rates)


def first_odd_in_python(column: Iterable[object]) -> int:
    """Return the place of the first value that is not exactly an int, -1 where all are."""
    return next((place for place, kind in enumerate(map(type, column)) if kind is not int), -1)


def packed_in_python(column: Sequence[_T]) -> Sequence[_T]:
    """Return a column of ints or floats as a block of 64-bit numbers, any other column as it is.

    A number takes 8 octets there, and in a list as many and 24 to 32 of its own; most of what is remembered of a
    fleet are numbers. Equal columns are packed alike, so that they are equal then too.
    """
    if type(column) is not list or len(column) < FEWEST_PACKED:
        return column
    code = _CODES.get(type(column[0]))
    if code is None or len(set(map(type, column))) > 1:
        return column
    try:
        return array(code, column)
    except OverflowError:
        return column


def uniform(column: Sequence[_T]) -> Sequence[_T]:
    """Return a column; a block of which every row says the same is one object for all devices.

    Errors of all ports are 0, all have one MTU and are up: with like switches most columns that stand still are such.
    """
    if type(column) is not array or column[0] != column[-1] or len(column) > MOST_ROWS_UNIFORM:
        return column
    octets = column.tobytes()
    first = octets[: column.itemsize]
    return _of_one(column.typecode, first, len(column)) if octets == first * len(column) else column


@lru_cache(maxsize=MOST_UNIFORM)
def _of_one(code: str, octets: bytes, rows: int) -> array[Any]:
    return array(code, octets * rows)


if is_usable():
    from netwatch.compiled.columns import first_odd, packed, quick_rates
else:
    first_odd, packed, quick_rates = first_odd_in_python, packed_in_python, rates_in_python

__all__ = [
    "first_odd", "first_odd_in_python", "packed", "packed_in_python", "quick_rates", "rates_in_python", "uniform",
]  # fmt: skip
