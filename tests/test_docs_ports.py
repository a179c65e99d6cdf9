"""docs/ports.md says what is so: its snippets work, and no role, key or number is missing or made up."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from netwatch.alerts import build_route
from netwatch.config import Settings
from netwatch.model import CONCEPTS
from netwatch.model.concepts import PORT_ROLES
from netwatch.rules import RoleSettings, parse_rule_book
from netwatch.rules.roles.judging import MANY, SEVERAL, SWITCHED
from netwatch.rules.roles.standing import FIRST_DAY, SINKS_AFTER

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "ports.md").read_text(encoding="utf-8")
ROUTES, ROLES, RULES = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
NAMES = {"one": 1, "four": 4, "five": 5, "seven": 7, "nine": 9, "ten": 10}


def test_every_role_stands_in_it_the_gravest_first():
    rows = re.findall(r"^\| `(\w+)` \| .*\|$", TEXT, re.MULTILINE)

    assert tuple(rows[: len(PORT_ROLES)]) == PORT_ROLES
    assert rows[len(PORT_ROLES) :] == list(RoleSettings.model_fields)


def test_the_numbers_in_it_are_those_of_the_code():
    assert (NAMES["ten"], NAMES["five"], NAMES["four"]) == (MANY, SEVERAL, SWITCHED)
    assert "ten hardware addresses or more" in TEXT
    assert "five to nine hardware addresses" in TEXT
    assert "one to four hardware addresses" in TEXT
    assert "behind four of its ports or more" in TEXT
    assert (SINKS_AFTER.days, FIRST_DAY.days) == (7, 1)


def test_its_routes_and_roles_are_taken():
    settings = Settings.model_validate(yaml.safe_load(ROUTES) | yaml.safe_load(ROLES))

    build_route(settings.route, settings.severity_order())
    assert [one.role for one in settings.roles] == ["access", "uplink"]


def test_its_rule_is_one():
    schema = {name: concept.schema for name, concept in CONCEPTS.items()}
    book = parse_rule_book(RULES, "rules.yaml", schema)

    assert [(rule.name, rule.table) for rule in book.rules] == [("OutletDown", "interface")]
    assert book.warnings == ()
