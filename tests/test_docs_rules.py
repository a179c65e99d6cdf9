"""docs/rules.md says what is so: every snippet works, and no key, function or default is missing or made up."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.formulas import WITH_MEMORY
from netwatch.model import USUAL_SEVERITIES, parse_duration
from netwatch.profiles import load_library
from netwatch.rules import FILTERS, IgnoreSettings, LimitSettings, RuleEntry, parse_rule_book

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")
COMMANDS = get_command(app).commands
SCHEMA = load_library([]).schema()
CONFIG = """credentials: {campus: {version: 2c, community: "${env:CAMPUS}"}}
defaults: {credential: campus}
devices:
  - {name: core-sw1, address: 192.0.2.1, labels: {site: lab, role: core}}
  - {name: edge-r1, address: 192.0.2.2}
rules: {paths: [builtin, rules.yaml]}
"""


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def tables() -> list[list[list[str]]]:
    """Return every table as rows of cells, its head first."""
    found = re.findall(r"(?:^\|.*\|\n)+", TEXT, re.MULTILINE)
    return [[_cells(line) for line in table.splitlines() if "---" not in line] for table in found]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def table_of(head: str) -> list[list[str]]:
    return [row for table in tables() if table[0][0] == head for row in table[1:]]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


RULES = [text for text in fenced("yaml") if text.startswith(("rules:", "groups:"))]
SETTINGS = [text for text in fenced("yaml") if text not in RULES]
EXAMPLES = [code(row[2])[0] for row in table_of("function")]


@pytest.mark.parametrize("number", range(len(RULES)))
def test_every_rule_file_in_it_is_one(number):
    book = parse_rule_book(RULES[number], "rules.yaml", SCHEMA, severities=USUAL_SEVERITIES)

    assert book.rules
    assert not book.warnings


def test_every_piece_of_configuration_in_it_passes_the_check(tmp_path):
    assert SETTINGS
    (tmp_path / "rules.yaml").write_text("rules: [{alert: A, expr: \"hrProcessorLoad > limit('cpu_high', 70)\"}]\n")
    for text in SETTINGS:
        config = tmp_path / "netwatch.yaml"
        config.write_text(CONFIG + text)
        checked = CliRunner().invoke(app, ["check", "-c", str(config)], env={"CAMPUS": "x"})
        assert checked.exit_code == 0, checked.output
        assert "no errors, 1 warning" in checked.output.replace("\n", " ")  # nobody is mailed


def test_every_command_in_it_exists():
    lines = [line for text in fenced("sh") for line in text.splitlines()]
    typed = [*lines, *re.findall(r"`(netwatch [^`]*)`", re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL))]
    assert lines
    for line in typed:
        program, command, *_ = shlex.split(line)
        assert (program, command in COMMANDS) == ("netwatch", True), line


@pytest.mark.parametrize("expr", EXAMPLES)
def test_the_example_of_every_function_is_a_rule(expr):
    text = f"rules:\n  - alert: Example\n    expr: >-\n      {expr}\n"

    assert parse_rule_book(text, "example.yaml", SCHEMA).rules


def test_every_function_is_explained_with_an_example_of_it_and_none_is_made_up():
    told = {re.match(r"\w+", code(row[0])[0])[0]: code(row[2])[0] for row in table_of("function")}

    assert told.keys() == WITH_MEMORY.keys()
    assert all(f"{name}(" in example for name, example in told.items())


def test_every_filter_is_explained_and_none_is_made_up():
    assert [code(row[0])[0] for row in table_of("filter")] == list(FILTERS)


def default_of(cell: str) -> object:
    text = code(cell)[0] if code(cell) else None
    if text is None:
        return None
    return parse_duration(text) if re.fullmatch(r"[0-9]+[smhd]", text) else text


def test_every_key_of_a_rule_is_explained_with_its_default_and_none_is_made_up():
    told = {code(row[0])[0]: row[1] for row in table_of("key")}

    assert sorted(told) == sorted(RuleEntry.keys())
    for name, field in RuleEntry.model_fields.items():
        cell, usual = told[field.alias or name], field.get_default(call_default_factory=True)
        if field.is_required():
            assert cell == ""
        elif isinstance(usual, str | timedelta):
            assert default_of(cell) == usual
        else:
            assert not usual
            assert cell
            assert default_of(cell) in (None, "expr")


@pytest.mark.parametrize(("part", "shape", "further"), [
    ("limits", LimitSettings, ["any column"]), ("ignore", IgnoreSettings, []),
])  # fmt: skip
def test_every_key_of_limits_and_ignore_is_explained(part, shape, further):
    told = [(code(row[0]) or [row[0]])[0] for row in table_of(f"key of `{part}`")]

    assert told == [*shape.model_fields, *further]


def test_every_fence_is_of_a_kind_that_is_checked():
    assert set(re.findall(r"^```(\w*)$", TEXT, re.MULTILINE)) - {""} == {"sh", "yaml"}
