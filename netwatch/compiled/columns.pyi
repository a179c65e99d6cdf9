"""What columns.c gives."""

from collections.abc import Iterable, Sequence

CONTRACT: int
SOURCES: str

def quick_rates(
    now: Sequence[int], before: Sequence[int], seconds: float, limits: Sequence[float] | None
) -> list[float] | None:
    """Return the increase per second of every counter, or None where one of them needs a closer look.

    It does where it is no int from 0 to 2**64 - 1, has gone down, or rose faster than its limit. The shorter column
    counts. Arguments go by their place alone.
    """

def first_odd(column: Iterable[object], /) -> int:
    """Return the place of the first value that is not exactly an int, -1 where all are."""
