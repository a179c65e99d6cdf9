"""Reads Python's own syntax, one thread at a time.

Python 3.11 counts the depth of a tree for all threads together: where two make one at once, and the collector lets
the other have its turn in the middle, one of them fails ("AST constructor recursion depth mismatch").

May import: nothing. Called by: door, formulas.
"""

from __future__ import annotations

import ast
import warnings
from threading import RLock

_ONE_AT_A_TIME = RLock()
"""One that may be taken again: the collector may end things in the middle whose end comes by here."""


def parsed(text: str) -> ast.Module:
    """Return the tree of a module, and warn of nothing in it; raises what `ast.parse` raises."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def parsed_expression(text: str) -> ast.Expression:
    """Return the tree of an expression, and warn of nothing in it; raises what `ast.parse` raises."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, mode="eval")
