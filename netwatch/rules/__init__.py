"""Pure: does this reading break this rule?

`load_rules` reads and checks rule files; `evaluate` gives a rule's verdicts on a reading, with the help of the
TableMemory that all rules of one table of one device share; `render` writes the annotations of an alert.
"""

from netwatch.rules.loading import load_rules, parse_rules
from netwatch.rules.memory import MEMORY_SCOPE, TableMemory, memory_key
from netwatch.rules.rule import NoData, Rule, Verdicts, evaluate, render
from netwatch.rules.rule_file import RuleEntry
from netwatch.rules.settings import RuleSettings

__all__ = [
    "load_rules", "parse_rules", "RuleEntry", "RuleSettings",
    "NoData", "Rule", "Verdicts", "evaluate", "render",
    "MEMORY_SCOPE", "TableMemory", "memory_key",
]  # fmt: skip
