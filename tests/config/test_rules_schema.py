"""The schema of rule files takes what is a rule file, and says what a rule may say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwatch.config import rule_schema
from netwatch.model import plain, read_yaml
from netwatch.rules import RuleEntry, TrapEntry
from tests.json_schema import misfits

SHIPPED = sorted((Path(__file__).resolve().parents[2] / "config" / "rules").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_rules_that_come_with_netwatch_fit_it(path):
    schema = json.loads(json.dumps(rule_schema()))

    assert list(misfits(plain(read_yaml(path).data), schema, schema)) == []


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([{"alert": "A", "expr": "up == 0", "fro": "5m"}], "rules[0]: unknown key fro"),
        ([{"alert": "A"}], "rules[0]: lacks expr"),
        ([{"alert": "A", "on_trap": "any", "no_data": "keep"}], "rules[0]: unknown key no_data"),
        ([{"alert": "A", "expr": "up == 0", "no_data": "maybe"}], "rules[0].no_data: 'maybe' is none of"),
        ([{"alert": "A", "expr": 5}], "rules[0].expr: is no string"),
    ],
)
def test_what_is_wrong_in_a_rule_does_not_fit_it(rules, said):
    schema = rule_schema()

    assert [one for one in misfits({"rules": rules}, schema, schema) if said in one]


def test_short_forms_and_groups_fit_it():
    schema = rule_schema()
    trap = {"alert": "T", "on_trap": "any", "key": "ifIndex", "devices": 'site="hq"', "varbinds": {"x": "1.3.6.1"}}
    tree = {"groups": [{"name": "g", "labels": {"team": "noc"}, "rules": [trap, {"alert": "A", "expr": "up == 0"}]}]}

    assert list(misfits(tree, schema, schema)) == []


def test_every_key_of_a_rule_is_in_it_and_described():
    parts = rule_schema()["$defs"]

    for entry in (RuleEntry, TrapEntry):
        properties = parts[entry.__name__]["properties"]
        assert set(properties) == set(entry.keys())
        assert all(about.get("description") for about in properties.values())
