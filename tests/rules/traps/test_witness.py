"""Trap rules that speak for a rule about readings: what is tied, what is refused, and where."""

from __future__ import annotations

import pytest

from netwatch.model import ColumnKind, InvalidFile, TableSchema
from netwatch.rules import RuleBook, parse_rule_book, render

SCHEMA = {
    "ifTable": TableSchema(
        name="ifTable", columns={"ifOperStatus": ColumnKind.ENUM}, labels=("ifIndex", "ifName"),
        enums={"ifOperStatus": {1: "up", 2: "down"}},
    ),
    "system": TableSchema(name="system", columns={"upsOutputSource": ColumnKind.GAUGE}),
}  # fmt: skip
POLLED = """
  - alert: PortDown
    expr: ifOperStatus == 'down'
    annotations: {summary: "{{ ifName }} is down{% if reason %}, {{ reason }}{% endif %}, says {{ source }}"}
  - {alert: PortsDown, expr: "count(ifOperStatus == 'down') > 3"}
  - {alert: OnBattery, expr: upsOutputSource == 5}
"""
TRAP = """
  - alert: LinkDown
    on_trap: 1.3.6.1.6.3.1.1.5.3
    ttl: 1d
    key: [KEY]
    varbinds: {ifIndex: 1.3.6.1.2.1.2.2.1.1, upsAlarmId: 1.3.6.1.2.1.33.1.6.2.1.1,
               reason: {oid: 1.3.6.1.4.1.9.2.2.1.1.20, kind: text}}
    witness_of: MEANT
"""


def book(meant: str, key: str, *, trap_first: bool = False) -> RuleBook:
    trap = TRAP.replace("MEANT", meant).replace("KEY", key)
    parts = (trap, POLLED) if trap_first else (POLLED, trap)
    return parse_rule_book("rules:" + "".join(parts), "test.yaml", SCHEMA)


@pytest.mark.parametrize("trap_first", [True, False])
@pytest.mark.parametrize(("meant", "key"), [("PortDown", "ifIndex"), ("PortsDown", ""), ("OnBattery", "")])
def test_a_trap_rule_is_tied_to_the_rule_it_speaks_for_wherever_that_stands(meant, key, trap_first):
    if meant == "PortDown":
        (rule,) = book(meant, key, trap_first=trap_first).trap_rules
    else:
        text = POLLED.replace("{% if reason %}, {{ reason }}{% endif %}, says {{ source }}", "")
        text += TRAP.replace("MEANT", meant).replace("key: [KEY]", "key: []")
        (rule,) = parse_rule_book("rules:" + text, "test.yaml", SCHEMA).trap_rules

    assert rule.witness_of is not None
    assert rule.witness_of.name == meant


@pytest.mark.parametrize(("meant", "key", "said"), [
    ("PortDwon", "ifIndex", "no rule about readings is called PortDwon, did you mean PortDown?"),
    ("LinkDown", "ifIndex", "LinkDown is about traps too; only a rule about readings has the last word"),
    ("PortDown", "upsAlarmId",
     "the rows of ifTable, which PortDown is about, have ifIndex, ifName, and not upsAlarmId, which is in the key"),
    ("PortDown", "",
     "without a key a trap does not say which row it means; the rows of ifTable, which PortDown is about, "
     "have ifIndex, ifName"),
    ("OnBattery", "ifIndex",
     "system has one row per device, so a trap that speaks for it has no key; here it is ifIndex"),
    ("PortsDown", "ifIndex",
     "PortsDown is about all of ifTable, so a trap that speaks for it has no key; here it is ifIndex"),
])  # fmt: skip
def test_what_cannot_be_tied_is_refused_where_it_is_written(meant, key, said):
    text = TRAP.replace("MEANT", meant).replace("[KEY]", f"[{key}]")
    polled = POLLED.replace("{% if reason %}, {{ reason }}{% endif %}, says {{ source }}", "")

    with pytest.raises(InvalidFile) as caught:
        parse_rule_book("rules:" + polled + text, "test.yaml", SCHEMA)

    (problem,) = caught.value.problems
    assert (problem.message, problem.line, problem.column) == (said, 14, 17)


def test_a_polled_rule_that_is_wrong_itself_is_the_only_thing_to_mend():
    text = TRAP.replace("MEANT", "PortDown").replace("KEY", "ifIndex")

    with pytest.raises(InvalidFile) as caught:
        parse_rule_book("rules:\n  - {alert: PortDown, expr: ifOperStaus == 'down'}" + text, "test.yaml", SCHEMA)

    assert [problem.message for problem in caught.value.problems] == [
        "no table has a column or label ifOperStaus, did you mean ifOperStatus?"
    ]


def test_the_polled_rules_words_may_name_what_its_witness_carries_and_nothing_else():
    rule = next(one for one in book("PortDown", "ifIndex").rules if one.name == "PortDown")

    by_trap = render(rule, device="sw1", labels={"ifName": "Gi1", "reason": "LOS", "source": "192.0.2.1"})
    by_poll = render(rule, device="sw1", labels={"ifName": "Gi1"})

    assert by_trap["summary"] == "Gi1 is down, LOS, says 192.0.2.1"
    assert by_poll["summary"] == "Gi1 is down, says"
    with pytest.raises(InvalidFile, match="nothing is called reason here"):
        parse_rule_book("rules:" + POLLED, "test.yaml", SCHEMA)


def test_what_all_such_traps_say_of_the_row_finds_it_and_is_a_value_of_its_columns():
    text = (
        TRAP.replace("MEANT", "PortDown").replace("[KEY]", "[ifIndex]")
        + "    row: {ifName: p1, ifOperStatus: down}\n"
    )

    (rule,) = parse_rule_book("rules:" + POLLED + text, "test.yaml", SCHEMA).trap_rules

    assert (rule.row, rule.says) == ({"ifName": "p1"}, {"ifOperStatus": 2})


@pytest.mark.parametrize(("row", "meant", "said"), [
    ("{ifOperStatus: dwon}", "PortDown", "dwon in row is none of up, down"),
    ("{ifAlias: x}", "PortDown", "x in row is of no use: ifAlias is none of ifIndex, ifName, ifOperStatus"),
    ("{ifName: p1}", None, "row says something of a polled row; it goes with witness_of"),
])  # fmt: skip
def test_what_a_row_cannot_be_is_refused(row, meant, said):
    text = TRAP.replace("[KEY]", "[ifIndex]") + f"    row: {row}\n"
    text = text.replace("MEANT", meant) if meant else text.replace("    witness_of: MEANT\n", "")
    polled = POLLED.replace("{% if reason %}, {{ reason }}{% endif %}, says {{ source }}", "")

    with pytest.raises(InvalidFile) as caught:
        parse_rule_book("rules:" + polled + text, "test.yaml", SCHEMA)

    assert [problem.message for problem in caught.value.problems] == [said]
