"""What an expression is made of. Durations are as they are written: `1h30m`.

May import: nothing. Called by: netwatch.promql.parser, and whoever does something with a tree.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as it is written."""

    text: str

    @property
    def value(self) -> float:
        """Return it."""
        return float(int(self.text, 16)) if self.text.lower().startswith("0x") else float(self.text)


@dataclass(frozen=True, slots=True)
class Text:
    """A text, without its quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class Selector:
    """Series by name and matchers (label, operator, text); what is not written is empty.

    span: of a range, as in x[5m]. offset: how long ago. instant: what stands behind `@`.
    """

    name: str
    matchers: tuple[tuple[str, str, str], ...] = ()
    span: str = ""
    offset: str = ""
    instant: str = ""


@dataclass(frozen=True, slots=True)
class Subquery:
    """An expression over a range: x > 1 in (x > 1)[5m:1m]."""

    inner: Tree
    span: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an aggregation; by: the labels behind by or without, None where neither is written."""

    name: str
    arguments: tuple[Tree, ...]
    by: tuple[str, ...] | None = None
    without: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """Two sides and what is between them.

    is_bool: a comparison that gives 0 or 1. matching: on or ignoring, where one says which series belong together.
    """

    operator: str
    left: Tree
    right: Tree
    is_bool: bool = False
    matching: str = ""


@dataclass(frozen=True, slots=True)
class Negative:
    """The same with the other sign."""

    inner: Tree


Tree = Number | Text | Selector | Subquery | Call | Operation | Negative
