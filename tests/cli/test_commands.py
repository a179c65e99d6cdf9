"""Every command explains itself, and wrong usage is told apart from what went wrong."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

import netwatch as package
from netwatch.cli import app

COMMANDS = sorted(get_command(app).commands)
NEED_A_CONFIG = ("run", "alerts", "outbox", "test-mail", "poll")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_explains_itself_and_its_options(netwatch, command, flag):
    result = netwatch(command, flag)

    assert result.exit_code == 0
    for option in get_command(app).load(command).params:
        for name in option.opts:
            if name.startswith("-"):
                assert name in result.stdout


def test_the_help_names_every_command(netwatch):
    result = netwatch("--help")

    assert result.exit_code == 0
    for command in COMMANDS:
        assert f"│ {command} " in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_says_of_a_command_what_the_command_says_of_itself(command):
    listed = get_command(app).listed[command]
    itself = get_command(app).load(command)

    assert inspect.cleandoc(itself.help).splitlines()[0] == listed.says
    assert itself.name == command


def loaded_by(*arguments: str, **environment: str) -> set[str]:
    """Return the modules that are loaded when a run of the command line ends."""
    program = """
import sys
sys.argv[0] = "netwatch"
from netwatch.cli import main
try:
    main()
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
    )  # fmt: skip
    return set(ran.stderr.splitlines()[-1].split())


HEAVY = {"sqlalchemy", "fastapi", "uvicorn", "PIL", "pysnmp", "pysmi", "httpx", "aiosmtplib", "aiosmtpd", "jinja2",
         "cryptography", "apscheduler", "prometheus_client", "structlog", "pydantic", "ruamel.yaml"}  # fmt: skip
FOLDERS = {f"netwatch.cli.{path.name}" for path in Path(package.__file__).parent.glob("cli/*/")}


@pytest.mark.parametrize("asked", [["--help"], ["--version"], []], ids=str)
def test_the_help_loads_no_command(asked):
    loaded = loaded_by(*asked)

    assert loaded & (HEAVY | FOLDERS) == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_name_of_a_command_is_completed_without_loading_one(shell):
    words = {"COMP_WORDS": "netwatch tr", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "netwatch tr"}

    loaded = loaded_by(**words, _NETWATCH_COMPLETE=f"complete_{shell}")

    assert loaded & (HEAVY - {"pydantic"} | FOLDERS) == set()  # typer itself loads pydantic


def test_a_command_loads_what_it_needs_and_no_other_command():
    loaded = loaded_by("get", "127.0.0.1:9", "-c", "public", "-t", "0.01", "-r", "0", "1.3.6.1.2.1.1.5.0")

    assert {one for one in loaded if one in FOLDERS} == {"netwatch.cli.ask", "netwatch.cli.names"}
    assert loaded & HEAVY == {"pydantic", "prometheus_client"}


def test_the_version_is_the_packages(netwatch):
    result = netwatch("--version")

    assert (result.exit_code, result.stdout) == (0, f"netwatch {package.__version__}\n")


@pytest.mark.parametrize(
    "wrong",
    [
        ["nope"],
        ["run", "--nope"],
        ["run", "--log-level", "loud"],
        ["run", "--log-format", "xml"],
        ["demo", "--port", "70000"],
        ["check", "--format", "xml"],
        ["outbox", "--state", "lost"],
        ["alerts", "--limit", "0"],
        ["get", "192.0.2.1"],
        ["get", "192.0.2.1", "-c", "public", "noSuchName.0"],
        ["get", "192.0.2.1", "-v", "4", "-c", "public", "1.3"],
        ["get", "192.0.2.1", "-c", "public", "-t", "0", "1.3"],
        ["walk", "192.0.2.1", "-c", "public", "-r", "11"],
        ["translate", "1.3.banana"],
        ["translate"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_a_sentence(netwatch, wrong):
    result = netwatch(*wrong)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", NEED_A_CONFIG)
def test_a_configuration_with_errors_ends_with_78_and_all_of_them(netwatch, tmp_path, command):
    config = tmp_path / "netwatch.yaml"
    config.write_text("pollling: {}\npolling: {interval: 60}\n")

    result = netwatch(command, *(["core"] if command == "poll" else []), "-c", config)

    assert result.exit_code == 78
    assert result.stdout == ""
    assert f"{config}:1:1: pollling: unknown key" in result.stderr
    assert f"{config}:2:21: polling.interval: 60 needs a unit" in result.stderr


@pytest.mark.parametrize("command", NEED_A_CONFIG)
def test_a_configuration_that_is_not_there_ends_with_78(netwatch, tmp_path, command):
    result = netwatch(command, *(["core"] if command == "poll" else []), "-c", tmp_path / "no.yaml")

    assert result.exit_code == 78
    assert "no.yaml" in result.stderr


@pytest.mark.parametrize("command", [*NEED_A_CONFIG, "check"])
def test_where_no_configuration_is_the_one_of_this_directory_is_spoken_of_and_not_taken(
    netwatch, tmp_path, monkeypatch, command
):
    monkeypatch.chdir(tmp_path)
    Path("netwatch.yaml").write_text("devices: []\n")

    result = netwatch(command, *(["core"] if command == "poll" else []), NETWATCH_CONFIG=str(tmp_path / "no.yaml"))

    assert result.exit_code == (1 if command == "check" else 78)
    assert f"{tmp_path}/no.yaml:1:1: No such file or directory" in result.output
    assert "there is a netwatch.yaml in this directory; name it with --config netwatch.yaml" in result.output


def test_where_no_configuration_is_anywhere_init_is_named(netwatch, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    result = netwatch("alerts", NETWATCH_CONFIG="no.yaml")

    assert "`netwatch init` writes one; name it with --config FILE" in result.stderr


def test_the_configuration_may_be_named_by_the_environment(netwatch, config):
    result = netwatch("check", NETWATCH_CONFIG=str(config))

    assert result.exit_code == 0
    assert str(config) in result.stdout
