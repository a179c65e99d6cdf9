"""Pure: does this reading, or this trap, break this rule?

`load_rule_book` reads and checks rule files. `evaluate` gives a rule's verdicts on a reading, with the help of the
TableMemory that all rules of one table of one device share; `render` writes the annotations of an alert. For a trap
`facts_of`, `verdict_on` and `render_trap` do the same, without any memory. `evidence_of` and `trap_evidence` say what
a verdict rests on, `values_in` what the values of rules are in every row, for those who keep them.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.rules.absence import comes_and_goes, evaluate_gone, sees_absence
    from netwatch.rules.concerned import Concerned
    from netwatch.rules.entry import ASKED_OF_DEVICES, RuleEntry
    from netwatch.rules.evidence import Part, evidence_of, parts_with_verdicts
    from netwatch.rules.exceptions import EVERY_RULE, Exceptions, columns_of_limits
    from netwatch.rules.filters import FILTERS
    from netwatch.rules.hindsight import Answer, Hindsight, Look, Question, answered
    from netwatch.rules.importing.carrying import Carried, Known, carry_over, series_of_rules
    from netwatch.rules.loading import (
        ON_TRAP,
        RuleBook,
        compiled_again,
        load_rule_book,
        load_rules,
        parse_rule_book,
        parse_rules,
    )
    from netwatch.rules.long_windows import TOO_YOUNG
    from netwatch.rules.memory import MEMORY_SCOPE, WINDOW_SCOPE, TableMemory, memory_key, table_of_window
    from netwatch.rules.own_exceptions import MOST_OWN, matchers_of_row, own_id, read_own, write_own
    from netwatch.rules.reach import Reach, curve_question, reach_of
    from netwatch.rules.replay import has_curve, threshold_in, values_in
    from netwatch.rules.roles.kept import ROLES_SCOPE
    from netwatch.rules.roles.roles import Roles
    from netwatch.rules.roles.words import role_words
    from netwatch.rules.rule import NoData, OnGone, Rule, Verdicts, evaluate, own_labels, render, verdicts_again
    from netwatch.rules.settings import IgnoreSettings, LimitSettings, RoleSettings, RuleSettings
    from netwatch.rules.supposing import says_no_of, would_be_broken
    from netwatch.rules.traps.alike import AlikeTraps
    from netwatch.rules.traps.entry import TrapEntry
    from netwatch.rules.traps.evidence import trap_evidence
    from netwatch.rules.traps.judging import Opinion, opinions_on, unmatched_in
    from netwatch.rules.traps.known import meanings_of
    from netwatch.rules.traps.names import DEFINED, NO_MIB, MibNames, TrapPattern, pattern_of
    from netwatch.rules.traps.proposing import proposed_file
    from netwatch.rules.traps.rule import (
        Outcome,
        TrapFacts,
        TrapRule,
        TrapVerdict,
        facts_of,
        labels_of_trap,
        own_trap_labels,
        render_trap,
        severity_words,
        verdict_on,
    )
    from netwatch.rules.traps.words import varbinds_text
    from netwatch.rules.traps.writing import rule_text, sibling_of
    from netwatch.rules.units import unit_of, units_of
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "RuleBook", "compiled_again", "load_rule_book", "parse_rule_book", "load_rules", "parse_rules",
    "RuleEntry", "ASKED_OF_DEVICES", "TrapEntry", "ON_TRAP", "RuleSettings", "LimitSettings", "IgnoreSettings",
    "RoleSettings", "Roles", "role_words", "ROLES_SCOPE",
    "Exceptions", "EVERY_RULE", "columns_of_limits", "MOST_OWN", "matchers_of_row", "own_id", "read_own",
    "write_own",
    "comes_and_goes", "evaluate_gone", "sees_absence",
    "NoData", "OnGone", "Rule", "Verdicts", "evaluate", "verdicts_again", "render", "own_labels", "own_trap_labels",
    "says_no_of", "would_be_broken", "Concerned",
    "MEMORY_SCOPE", "WINDOW_SCOPE", "TableMemory", "memory_key", "table_of_window",
    "Hindsight", "Question", "Answer", "Look", "answered", "TOO_YOUNG", "Reach", "reach_of", "curve_question",
    "TrapRule", "TrapPattern", "TrapFacts", "TrapVerdict", "Outcome", "facts_of", "verdict_on", "render_trap",
    "meanings_of", "AlikeTraps",
    "labels_of_trap", "severity_words", "Opinion", "opinions_on", "unmatched_in", "rule_text", "sibling_of",
    "proposed_file",
    "varbinds_text", "evidence_of", "trap_evidence", "parts_with_verdicts", "Part",
    "has_curve", "values_in", "threshold_in", "MibNames", "NO_MIB", "DEFINED", "pattern_of",
    "unit_of", "units_of",
    "FILTERS", "Carried", "Known", "carry_over", "series_of_rules",
]  # fmt: skip
