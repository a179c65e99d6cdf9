"""What columns.c gives."""

from collections.abc import Sequence

CONTRACT: int
SOURCES: str

def quick_rates(
    now: Sequence[object], before: Sequence[object], seconds: float, limits: Sequence[float] | None, /
) -> list[float] | None:
    """Return the increase per second of every counter, or None where one of them needs a closer look.

    It does where it is no int from 0 to 2**64 - 1, has gone down, or rose faster than its limit, which is a float.
    Columns are lists or tuples; the shortest of the first two counts. Raises ZeroDivisionError for no seconds, and
    TypeError for what is no column or no float.
    """

def first_odd(column: Sequence[object], /) -> int:
    """Return the place of the first value of a list or tuple that is not exactly an int, -1 where all are."""
