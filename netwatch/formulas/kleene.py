"""Arithmetic and logic with missing values, as in SQL: None means unknown.

A number made of something missing is missing; so is the outcome of a division by zero or of an overflow. `and` is
false if any side is known to be false, `or` true if any is known to be true, whatever the others are (Kleene).

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas.dates, numbers. Called by: formula, whose generated code names these functions.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from netwatch.formulas.dates import date
from netwatch.formulas.numbers import dbm, elapsed, number_in, signed, unsigned


def _lifted(plain: Callable[..., Any]) -> Callable[..., Any]:
    def lifted(*arguments: Any) -> Any:
        if None in arguments:
            return None
        try:
            return plain(*arguments)
        except ArithmeticError:
            return None

    return lifted


def _all_of(*arguments: bool | None) -> bool | None:
    if False in arguments:
        return False
    return None if None in arguments else True


def _any_of(*arguments: bool | None) -> bool | None:
    if True in arguments:
        return True
    return None if None in arguments else False


def _chosen(test: bool | None, chosen: Any, otherwise: Any) -> Any:
    return None if test is None else chosen if test else otherwise


MAX_EXPONENT = 24
"""The units of ENTITY-SENSOR-MIB go from 10 ** -24 to 10 ** 24 (RFC 3433)."""


def power(base: float, exponent: float) -> float:
    """Raise in floating point, so that a number cannot grow without bound; ArithmeticError where it would.

    An exponent is a whole number from -24 to 24. A device may say any other, and then the row is unknown.
    """
    if not -MAX_EXPONENT <= exponent <= MAX_EXPONENT or exponent != int(exponent):
        raise ArithmeticError("an exponent out of range")
    return float(base) ** int(exponent)


class _Tens(dict[float, float]):
    """The powers of ten by their exponent: what a unit's scale and precision are, for every row of every poll."""

    def __missing__(self, exponent: float) -> float:
        raise ArithmeticError("an exponent out of range")


TENS: Mapping[float, float] = _Tens({n: power(10, n) for n in range(-MAX_EXPONENT, MAX_EXPONENT + 1)})

PLAIN: Mapping[str, Any] = {
    "tens": TENS,
    "min": min, "max": max, "abs": abs, "power": power,
    "dbm": dbm, "unsigned": unsigned, "signed": signed, "number": number_in, "elapsed": elapsed,
    "date": date,
}  # fmt: skip
"""What the code for complete rows may name."""

EXACT: Mapping[str, Callable[..., Any]] = {
    "add": _lifted(operator.add), "subtract": _lifted(operator.sub), "multiply": _lifted(operator.mul),
    "divide": _lifted(operator.truediv), "modulo": _lifted(operator.mod), "exact_power": _lifted(power),
    "equal": _lifted(operator.eq), "unequal": _lifted(operator.ne),
    "less": _lifted(operator.lt), "at_most": _lifted(operator.le),
    "more": _lifted(operator.gt), "at_least": _lifted(operator.ge),
    "within": _lifted(lambda value, options: value in options),
    "matching": _lifted(lambda value, test: test(value)),
    "exact_min": _lifted(min), "exact_max": _lifted(max), "exact_abs": _lifted(abs),
    "negative": _lifted(operator.neg),
    "exact_dbm": _lifted(dbm), "exact_unsigned": _lifted(unsigned), "exact_signed": _lifted(signed),
    "exact_number": _lifted(number_in), "exact_elapsed": _lifted(elapsed), "exact_date": _lifted(date),
    "all_of": _all_of, "any_of": _any_of, "opposite": _lifted(operator.not_), "chosen": _chosen,
}  # fmt: skip
"""What the code for rows with something missing calls."""
