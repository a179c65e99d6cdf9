"""`netwatch check` prints all that is wrong; `netwatch schema` prints what may stand in the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from netwatch.cli.configuration.check import check, schema

app = typer.Typer()
app.command()(check)
app.command()(schema)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "netwatch.yaml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_every_error_is_printed_with_its_place_and_the_exit_code_is_1(file):
    file.write_text("pollling: {}\npolling: {interval: 60}\n")

    result = run("check", "-c", file)

    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert f'{file}:1:1: pollling: unknown key; did you mean "polling"?' in lines
    assert f"{file}:2:21: polling.interval: 60 needs a unit, such as 60s or 60m" in lines
    assert f"{file}:1:1: warning: devices: there is nothing to watch yet" in lines
    assert lines[-1] == f"{file}: 2 errors, 2 warnings"


def test_warnings_alone_are_no_failure(file):
    file.write_text("# nothing yet\n")

    result = run("check", "--config", file)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == f"{file}: no errors, 2 warnings"


def test_programs_get_a_list_of_flat_objects(file):
    file.write_text("pollling: {}\n")

    result = run("check", "-c", file, "--format", "json")

    problems = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [one for one in problems if one["severity"] == "error"] == [{
        "file": str(file), "line": 1, "column": 1, "path": "pollling", "severity": "error",
        "message": 'unknown key; did you mean "polling"?',
    }]  # fmt: skip


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    result = run("check", "-c", tmp_path / "no.yaml")

    assert result.exit_code == 1
    assert "no.yaml:1:1: No such file or directory" in result.stdout


def test_nothing_in_the_file_can_move_the_cursor(file):
    file.write_text('"\\e[2Jx": 1\n')

    assert "\x1b" not in run("check", "-c", file).stdout


def test_the_schema_is_json():
    result = run("schema")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["title"] == "NetWatch configuration"
