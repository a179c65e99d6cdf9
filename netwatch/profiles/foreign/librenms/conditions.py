"""LibreNMS's comparisons, as its definitions write them: an operator and a value beside an object.

A quiet room. May import: netwatch.model. Called by: detection, skipping.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from netwatch.model import bounded_search
from netwatch.profiles.foreign.librenms.patterns import re2_of

OPERATORS: Final = frozenset(
    {"=", "==", "===", "!=", "!==", "<", "<=", ">", ">=", "contains", "not_contains", "starts", "not_starts", "ends",
     "not_ends", "regex", "not_regex", "in_array", "not_in_array", "exists"}
)  # fmt: skip
_ORDERED: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def as_list(value: Any) -> Sequence[Any]:
    """Return a list as it is, anything else as the only one of a list, and nothing as none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def as_number(value: Any) -> float | None:
    """Return a number, also one that is written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if abs(found) < 1e18 else None


def holds(answer: str | None, operator: str, wanted: Any) -> bool:
    """Return whether what a device answered fits; None is a device that has no such object.

    `false` as what is wanted means just that: there is no answer. An unknown operator never holds.
    """
    if operator == "exists":
        return (answer is not None) == bool(wanted)
    negated = operator.startswith("!") or operator.startswith("not_")
    plain = {"!=": "=", "!==": "="}.get(operator, operator.removeprefix("not_"))
    if isinstance(wanted, bool):
        return (answer is None or answer == "") is (wanted is negated)
    found = any(_holds(answer or "", plain, one) for one in as_list(wanted))
    return found is not negated if operator in OPERATORS else False


def _holds(answer: str, operator: str, wanted: Any) -> bool:
    text = str(wanted)
    if operator in _ORDERED:
        left, right = as_number(answer), as_number(wanted)
        return left is not None and right is not None and _ORDERED[operator](left, right)
    if operator == "contains":
        return text in answer
    if operator == "starts":
        return answer.startswith(text)
    if operator == "ends":
        return answer.endswith(text)
    if operator == "regex":
        try:
            return bounded_search(re2_of(text).text)(answer) is not None
        except ValueError:
            return False
    left, right = as_number(answer), as_number(wanted)
    return answer == text if left is None or right is None else left == right
