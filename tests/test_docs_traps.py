"""docs/traps.md: its examples work, and every key that there is stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from netwatch.cli.commands import COMMANDS
from netwatch.mib import LoadOptions, MibIndex, load_index
from netwatch.model import CONCEPTS, ColumnKind, TableSchema, parse_yaml, plain
from netwatch.rules import TrapEntry, parse_rule_book
from netwatch.rules.traps.entry import LabelMap, VarbindEntry
from netwatch.rules.traps.rule import TRAP_GIVEN
from netwatch.traps import fair_queue, fold, refusal, reports
from netwatch.traps.settings import TrapSettings

TEXT = (Path(__file__).parent.parent / "docs" / "traps.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```(yaml|console)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
RULES = [text for kind, text in SNIPPETS if kind == "yaml" and text.startswith("rules:")]
SCHEMA = {
    "ifTable": TableSchema(
        name="ifTable", columns={"ifOperStatus": ColumnKind.ENUM}, labels=("ifIndex", "ifName", "ifAlias")
    ),
    "peer": CONCEPTS["peer"].schema,
}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> MibIndex:
    return load_index(
        [], options=LoadOptions(cache=tmp_path_factory.getbasetemp() / "cli-mib-cache" / "netwatch" / "mibs")
    )


@pytest.mark.parametrize("text", RULES, ids=range(len(RULES)))
def test_an_example_is_taken_without_a_complaint(names, text):
    book = parse_rule_book(text, "docs/traps.md", SCHEMA, names)

    assert book.trap_rules
    assert book.warnings == ()


def test_the_settings_shown_are_settings():
    (text,) = (text for kind, text in SNIPPETS if kind == "yaml" and text.startswith("traps:"))

    shown = TrapSettings.model_validate(plain(parse_yaml(text, "docs/traps.md").data)["traps"])

    assert shown.communities == [SecretStr("${env:TRAP_COMMUNITY}")]


@pytest.mark.parametrize("key", [
    *TrapEntry.keys(), *VarbindEntry.model_fields, "from", *sorted(set(LabelMap.model_fields) - {"from_"}),
    *TrapSettings.model_fields, *TRAP_GIVEN,
])  # fmt: skip
def test_every_key_is_explained(key):
    assert f"`{key}`" in TEXT


def test_the_commands_shown_exist():
    lines = [line.split() for kind, text in SNIPPETS if kind == "console" for line in text.splitlines()]

    assert lines
    assert all(line[0] == "netwatch" and line[1] in COMMANDS for line in lines)


def test_the_bounds_told_are_those_that_hold():
    for bound in (
        fair_queue.MOST_BYTES_OF_ONE, fair_queue.MOST_BYTES, fold.KEYS_PER_SOURCE, fold.KEYS_IN_ALL,
        fold.MARKS_PER_SOURCE, fold.MARKS_IN_ALL,
        refusal.NEWCOMERS + refusal.KNOWN, reports.REPORTS_PER_SECOND,
    ):  # fmt: skip
        assert f"{bound:,}" in TEXT
    assert f"{refusal.MOST_OF_ONE + 1} causes" in TEXT
