"""Pure: reads an expression of Prometheus' query language into a tree, whole and strictly.

What is done with a tree is not said here: netwatch.web.prometheus.promql answers some of them from the history,
netwatch.rules.importing makes rules of others, and each says what it does not take.

May import: nothing. Called by: rules, web.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.promql.parser import AGGREGATIONS, MOST_DEEP, MOST_PARTS, parse
    from netwatch.promql.tokens import MOST_LETTERS, NotPromql
    from netwatch.promql.tree import Call, Negative, Number, Operation, Selector, Subquery, Text, Tree
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "AGGREGATIONS", "MOST_DEEP", "MOST_LETTERS", "MOST_PARTS", "Call", "Negative", "NotPromql", "Number", "Operation",
    "Selector", "Subquery", "Text", "Tree", "parse",
]  # fmt: skip
