"""What definitions make of a trap no rule speaks of: begins with severity and words, ends by its counterpart."""

from __future__ import annotations

from netwatch.mib import load_index
from netwatch.rules import Outcome, meanings_of

from .shop import book, trap, varbind

RULE = """
rules:
  - alert: TrapAlarm
    on_trap: defined
    key: [trap, row]
    labels: {severity: {from: trap_severity, map: {critical: critical, warning: warning}, default: warning}}
"""
ALARM = "1.3.6.1.4.1.368.4.2"


def test_an_alarm_begins_readably_and_its_counterpart_ends_the_same_one():
    names = load_index()
    (rule,) = book(RULE, names).trap_rules
    carried = (varbind(f"{ALARM}.1", 4), varbind(f"{ALARM}.2", b"Storage"), varbind(f"{ALARM}.3", b"Card is full"))

    ((begun, verdict),) = meanings_of(rule, trap(f"{ALARM}.0.1", *carried), names)
    ((ended, over),) = meanings_of(rule, trap(f"{ALARM}.0.2", *carried), names)

    assert (verdict.outcome, over.outcome) == (Outcome.BEGINS, Outcome.ENDS)
    assert begun.key == ended.key
    assert begun.texts["trap_severity"] == "warning"
    assert "Card is full" in begun.texts["trap_message"]


def test_a_kind_that_no_definition_knows_means_nothing():
    names = load_index()
    (rule,) = book(RULE, names).trap_rules

    assert meanings_of(rule, trap("1.3.6.1.4.1.32473.77.0.1"), names) == ()
