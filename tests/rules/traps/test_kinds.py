"""One rule for many kinds of traps: words by the kind, parts under several OIDs, severity by how often."""

from __future__ import annotations

import pytest

from netwatch.mib import load_index
from netwatch.rules import NO_MIB, facts_of, labels_of_trap, verdict_on

from .shop import rule, trap, varbind

RACK = "1.3.6.1.4.1.32473.9"
TEXT = f"""
rules:
  - alert: RackAlarm
    on_trap: [{RACK}.1, {RACK}.3, {RACK}.7.*]
    clear_on: [{RACK}.2, {RACK}.4]
    key: [alarm, part]
    labels:
      severity: {{from: alarm, map: {{a fan failed: critical}}, default: warning}}
      often: {{from: count, map: {{10: "yes", 100: very}}, default: "no"}}
    varbinds:
      alarm:
        traps:
          a fan failed: [{RACK}.1, {RACK}.2]
          a door is open: [{RACK}.3, {RACK}.4]
      part: {{oid: [{RACK}.0.1, {RACK}.0.2], kind: text}}
"""


@pytest.mark.parametrize(("kind", "column", "key", "severity", "outcome"), [
    ("1", 1, {"alarm": "a fan failed", "part": "left"}, "critical", "begins"),
    ("0.1", 2, {"alarm": "a fan failed", "part": "left"}, "critical", "begins"),
    ("3", 2, {"alarm": "a door is open", "part": "left"}, "warning", "begins"),
    ("4", 1, {"alarm": "a door is open", "part": "left"}, "warning", "ends"),
    ("7.5", 1, {"part": "left"}, "warning", "begins"),
])  # fmt: skip
def test_the_kind_of_a_trap_is_a_word_in_the_key_and_decides_the_severity(kind, column, key, severity, outcome):
    found = rule(TEXT)
    facts = facts_of(found, trap(f"{RACK}.{kind}", varbind(f"{RACK}.0.{column}.5", b"left")), NO_MIB)

    assert found.looks_at(facts.event.trap_oid)
    assert (dict(facts.key), verdict_on(found, facts, {}).outcome.value) == (key, outcome)
    assert labels_of_trap(found, facts)["severity"] == severity


def test_a_part_that_no_varbind_names_is_the_row_of_another_where_only_it_is_missing():
    facts = facts_of(rule(TEXT.replace("[alarm, part]", "[alarm, row]").replace(
        "      part:", f"      row: {RACK}.0.9\n      part:"
    )), trap(f"{RACK}.1", varbind(f"{RACK}.0.2.4.1", b"left")), NO_MIB)  # fmt: skip

    assert facts.key == {"alarm": "a fan failed", "row": "4.1"}


def test_a_label_by_how_often_changes_where_its_numbers_are_reached():
    found = rule(TEXT)
    facts = facts_of(found, trap(f"{RACK}.1"), NO_MIB)

    assert [labels_of_trap(found, facts, count)["often"] for count in (1, 9, 10, 99, 100)] == [
        "no", "no", "yes", "yes", "very",
    ]  # fmt: skip


def test_a_key_under_a_name_of_its_own_is_read_from_the_index_by_that_of_its_module():
    text = """
rules:
  - alert: Neighbour
    on_trap: 1.3.6.1.2.1.14.16.2.2
    key: [who]
    varbinds: {who: {oid: [1.3.6.1.4.1.32473.1, 1.3.6.1.2.1.14.10.1.1], kind: text}, state: 1.3.6.1.2.1.14.10.1.6}
"""
    state = varbind("1.3.6.1.2.1.14.10.1.6.192.0.2.9.0", 1)

    with_names = facts_of(rule(text), trap("1.3.6.1.2.1.14.16.2.2", state), load_index())

    assert with_names.key == {"who": "192.0.2.9"}
    assert facts_of(rule(text), trap("1.3.6.1.2.1.14.16.2.2", state), NO_MIB).key == {"who": "192.0.2.9.0"}
