"""`check` says which rules look further back than history is kept."""

from __future__ import annotations

import pytest

from netwatch.config import Settings
from netwatch.config.history_checks import history_checks
from netwatch.model import CONCEPTS
from netwatch.rules import parse_rules

SCHEMA = {"storage": CONCEPTS["storage"].schema}


def said_of(expr, *, devices=10, **history):
    text = f'rules:\n  - {{alert: Test, expr: "{expr}"}}\n'
    rules = parse_rules(text, "rules.yaml", SCHEMA)
    return [str(one) for one in history_checks(rules, Settings(history=history), devices)]


@pytest.mark.parametrize(("expr", "history", "devices", "said"), [
    ("storage_used_bytes > same_hour(storage_used_bytes, '7d')", {"enabled": False}, 10,
     "looks back 7d with same_hour, and no history is kept (`history`): it will never be true"),
    ("forecast(storage_used_bytes, '30d') > storage_size_bytes", {}, 1001,
     "looks back 8d, and no history is kept"),
    ("storage_used_bytes > same_hour(storage_used_bytes, '28d', '7d')", {"five_minutes": "10d", "hours": "20d"}, 10,
     "looks back 28d, and history is kept for 20d: set history.hours to 29d or more"),
])  # fmt: skip
def test_a_rule_that_looks_further_back_than_history_is_named_with_its_line(expr, history, devices, said):
    (found,) = said_of(expr, devices=devices, **history)

    assert found.startswith("rules.yaml:2:1: warning: ")
    assert f"the rule Test {said}" in found


@pytest.mark.parametrize("expr", [
    "avg_over(storage_used_bytes, '1d') > 5", "sum_over(storage_used_bytes, '7d') > 5",
])  # fmt: skip
def test_what_memory_keeps_wants_no_history(expr):
    assert said_of(expr, enabled=False) == []


def test_what_history_keeps_is_no_matter():
    assert said_of("storage_used_bytes > same_hour(storage_used_bytes, '28d', '7d')") == []
