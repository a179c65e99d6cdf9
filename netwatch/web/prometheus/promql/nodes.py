"""What an expression is made of.

May import: netwatch.model. Called by: netwatch.web.prometheus.promql.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from netwatch.model import Matcher

NAME = "__name__"


class QueryRefused(ValueError):
    """An expression that is wrong, or of a kind that is not answered here; says which in words."""


class TooMuch(ValueError):
    """An expression whose answer would be larger than is worked out; says so in words."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as such."""

    value: float


@dataclass(frozen=True, slots=True)
class Selector:
    """Series by their labels; the name is a matcher too. range_seconds: of a range, None of the newest value.

    text: the matchers as they are written, by which selectors are alike.
    """

    matchers: tuple[Matcher, ...] = field(compare=False)
    text: str
    range_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Over:
    """A function over ranges: rate, increase, avg_over_time, min_over_time, max_over_time."""

    function: str
    selector: Selector


@dataclass(frozen=True, slots=True)
class VectorOf:
    """One series without labels: `vector(0)`."""

    number: Node


@dataclass(frozen=True, slots=True)
class Negated:
    """The same with the other sign."""

    node: Node


@dataclass(frozen=True, slots=True)
class Gathered:
    """An aggregation; count: of topk and bottomk."""

    operator: str
    node: Node
    labels: tuple[str, ...] = ()
    without: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Binary:
    """Two sides and what is done with them."""

    operator: str
    left: Node
    right: Node


Node = Number | Selector | Over | VectorOf | Negated | Gathered | Binary


def is_scalar(node: Node) -> bool:
    """Return whether something is one number at a time, and no series."""
    match node:
        case Number():
            return True
        case Negated(inner):
            return is_scalar(inner)
        case Binary(_, left, right):
            return is_scalar(left) and is_scalar(right)
    return False


def has_vector(node: Node) -> bool:
    """Return whether a number stands in for series somewhere, as in `or vector(0)`."""
    match node:
        case VectorOf():
            return True
        case Negated(inner) | Gathered(node=inner):
            return has_vector(inner)
        case Binary(_, left, right):
            return has_vector(left) or has_vector(right)
    return False


def selectors_of(node: Node) -> Iterator[Selector]:
    """Yield what an expression must be given."""
    match node:
        case Selector():
            yield node
        case Over(_, selector):
            yield selector
        case VectorOf(inner) | Negated(inner) | Gathered(node=inner):
            yield from selectors_of(inner)
        case Binary(_, left, right):
            yield from selectors_of(left)
            yield from selectors_of(right)
