"""Pure: the column language, compiled. Whole columns of a reading in, one column of results out.

`parse` reads an expression, a `Checker` types it against a table with the functions it is given (FUNCTIONS, or
WITH_MEMORY for those who bring one), a `Formula` is what comes of it and gives results for a `Frame`: a reading, and
the one before it. `outcomes` and `common_ground` find slips, `said` and `written` put expressions into words. What an
expression is for stays outside: netwatch.rules makes conditions of them.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.formulas.checker import ABOUT_DEVICES, Checker, Signature
    from netwatch.formulas.formula import Formula, one_value
    from netwatch.formulas.frame import Frame, FrameMemory, LongAgo, Prepared, Source, columns_of, moved_rows
    from netwatch.formulas.functions import FUNCTIONS
    from netwatch.formulas.grammar import BadExpression, Flaw, did_you_mean, names_in, offset_of, parse
    from netwatch.formulas.nodes import Absence, Arithmetic, Comparison, Kind, Node, Read, without_leading_factor
    from netwatch.formulas.proofs import common_ground, outcomes
    from netwatch.formulas.remembering import MAX_SPAN, WITH_MEMORY, Over, Seen
    from netwatch.formulas.sources import (
        Aggregate,
        Earlier,
        FirstKnown,
        Increases,
        Labels,
        Limit,
        Now,
        Numbers,
        OfSystem,
        Rates,
        Texts,
    )
    from netwatch.formulas.spoken import UNKNOWN, parts_of, result_of, said, source_text, value_text, written
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "BadExpression", "Flaw", "did_you_mean", "names_in", "offset_of", "parse",
    "Checker", "Signature", "ABOUT_DEVICES", "FUNCTIONS", "WITH_MEMORY", "MAX_SPAN",
    "Kind", "Node", "Absence", "Arithmetic", "Comparison", "Read", "without_leading_factor",
    "Source", "Numbers", "Texts", "Labels", "Rates", "Aggregate", "Increases", "Limit", "Now", "OfSystem", "Earlier",
    "FirstKnown", "Seen", "Over",
    "Formula", "Frame", "FrameMemory", "LongAgo", "Prepared", "moved_rows", "columns_of",
    "one_value",
    "common_ground", "outcomes",
    "UNKNOWN", "parts_of", "result_of", "said", "source_text", "value_text", "written",
]  # fmt: skip
