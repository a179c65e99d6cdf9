"""What columns.c does, in Python, and the choice between the two.

May import: nothing. Called by: netwatch.polling.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import gt, sub, truediv

from netwatch.compiled import is_usable


def rates_in_python(
    now: Sequence[int], before: Sequence[int], seconds: float, limits: Sequence[float] | None
) -> list[float] | None:
    """Return the increase per second of every counter, or None where one of them needs a closer look.

    It does where it has gone down or rose faster than its limit. Values are ints; the shorter column counts.
    """
    rates = list(map(truediv, map(sub, now, before), repeat(seconds)))
    if not rates:
        return rates
    if min(rates) < 0 or (limits and max(rates) > min(limits) and any(map(gt, rates, limits))):
        return None
    return rates


def first_odd_in_python(column: Iterable[object]) -> int:
    """Return the place of the first value that is not exactly an int, -1 where all are."""
    return next((place for place, kind in enumerate(map(type, column)) if kind is not int), -1)


if is_usable():
    from netwatch.compiled.columns import first_odd, quick_rates
else:
    first_odd, quick_rates = first_odd_in_python, rates_in_python

__all__ = ["first_odd", "first_odd_in_python", "quick_rates", "rates_in_python"]
