"""An expression after it was checked: a tree in which every node has a type and every name is a known column.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas.frame. Called by: checker, which makes trees; emitter, proofs, formula, which read them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from netwatch.formulas.frame import Source


class Kind(Enum):
    """What an expression's values are. WRONG is what has been complained about already."""

    NUMBER = "a number"
    TEXT = "text"
    TRUTH = "true or false"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Any part of an expression; `offset` is where it stands in the text, in characters from 0."""

    offset: int = field(default=0, compare=False)
    kind: Kind = Kind.NUMBER

    def parts(self) -> tuple[Node, ...]:
        """Return the nodes directly below."""
        return ()

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below, leftmost first."""
        yield self
        for part in self.parts():
            yield from part.walk()

    @property
    def is_constant(self) -> bool:
        """Return whether no reading can change the result."""
        return not any(isinstance(node, Read) for node in self.walk())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong(Node):
    """Stands where something could not be understood."""

    kind: Kind = Kind.WRONG


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Node):
    """A number; `name` is set where it was written as the name of an enumeration's value."""

    value: float
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Node):
    """A text."""

    value: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Node):
    """A column, rate, label, or whatever else comes from the reading or the memory; `names` those of an enum."""

    source: Source
    names: Mapping[int, str] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """Two numbers and `+ - * / % **`."""

    operator: str
    left: Node
    right: Node

    def parts(self) -> tuple[Node, ...]:
        """Return both sides."""
        return (self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function(Node):
    """`abs`, `negative`, or row-wise `min` and `max` of numbers."""

    name: str
    arguments: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        """Return the arguments."""
        return self.arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Node):
    """Two values and `== != < <= > >=`."""

    operator: str
    left: Node
    right: Node
    kind: Kind = Kind.TRUTH

    def parts(self) -> tuple[Node, ...]:
        """Return both sides."""
        return (self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Node):
    """`x in (..)`; not in is a Negation of it."""

    argument: Node
    options: tuple[Number | Words, ...]
    kind: Kind = Kind.TRUTH

    def parts(self) -> tuple[Node, ...]:
        """Return what is looked for."""
        return (self.argument,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching(Node):
    """matches(text, 'regex')."""

    argument: Node
    pattern: str
    matcher: Callable[[str], bool] = field(compare=False)
    kind: Kind = Kind.TRUTH

    def parts(self) -> tuple[Node, ...]:
        """Return the text."""
        return (self.argument,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence(Node):
    """absent(x): the one thing that is never unknown."""

    argument: Node
    kind: Kind = Kind.TRUTH

    def parts(self) -> tuple[Node, ...]:
        """Return what may be missing."""
        return (self.argument,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction(Node):
    """`and` or `or` of two or more."""

    operator: str
    arguments: tuple[Node, ...]
    kind: Kind = Kind.TRUTH

    def parts(self) -> tuple[Node, ...]:
        """Return the arguments."""
        return self.arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation(Node):
    """`not x`."""

    argument: Node
    kind: Kind = Kind.TRUTH

    def parts(self) -> tuple[Node, ...]:
        """Return what is negated."""
        return (self.argument,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Node):
    """`a if test else b`."""

    test: Node
    chosen: Node
    otherwise: Node

    def parts(self) -> tuple[Node, ...]:
        """Return test and both results."""
        return (self.test, self.chosen, self.otherwise)


def without_leading_factor(node: Node) -> tuple[Number, Node] | None:
    """Split `0.90 * ifHighSpeed * 1e6` into 0.90 and the rest; None where no number leads, or only numbers follow."""
    if not isinstance(node, Arithmetic) or node.operator not in "*/" or node.is_constant:
        return None
    if isinstance(node.left, Number):
        return node.left, replace(node, left=replace(node.left, value=1))
    split = without_leading_factor(node.left)
    return None if split is None else (split[0], replace(node, left=split[1]))
