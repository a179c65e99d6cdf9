"""What README.md tells people to type works as it stands there; its tree is checked by test_house.py."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.cli.lazy import LazyGroup
from netwatch.web.settings import WebSettings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = get_command(app).commands


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def typed() -> list[list[str]]:
    """Return every `netwatch ...` that stands in the text as code."""
    spans = re.findall(r"`(netwatch(?: [^`]*)?)`", re.sub(r"```.*?```", "", README, flags=re.DOTALL))
    return [shlex.split(span) for span in spans]


def test_there_are_two_commands_and_these_are_they():
    """CI runs both as they stand here; tests/scenarios/test_demo.py runs what the first one ends with."""
    assert fenced("sh") == [
        "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/netwatch demo\n",
        "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest\n",
    ]


def test_ci_takes_both_commands_from_here():
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    patterns = re.findall(r"sed -n 's/(.*?)/\\1/p' README\.md", ci)

    assert len(patterns) == 2
    for pattern in patterns:
        python = pattern.replace(r"\(", "(").replace(r"\)", ")")
        (found,) = re.findall(python, README, re.MULTILINE)
        assert f"{found}\n" in fenced("sh")


def test_every_fence_is_of_a_kind_that_is_checked():
    assert set(re.findall(r"^```(\w*)$", README, re.MULTILINE)) - {""} == {"sh", "yaml", "text"}


def test_the_smallest_configuration_has_no_errors_and_no_warnings(tmp_path):
    (snippet,) = fenced("yaml")
    config = tmp_path / "netwatch.yaml"
    config.write_text(snippet)

    checked = CliRunner().invoke(app, ["check", "-c", str(config)], env={"CAMPUS_COMMUNITY": "something"})

    first, last = checked.stdout.splitlines()
    assert (checked.exit_code, first) == (0, f"{config}: no errors, no warnings")
    assert last.startswith(f"{config}: would run 1 device, ")
    assert last.endswith("1 receiver, 1 mail relay; page on 127.0.0.1:10916, traps on nowhere")


@pytest.mark.parametrize("command", typed(), ids=" ".join)
def test_every_command_and_option_named_here_exists(command):
    _, *words = command
    named = get_command(app)
    while words and not words[0].startswith("-") and hasattr(named, "commands"):
        assert words[0] in named.commands
        name = words.pop(0)
        named = named.load(name) if isinstance(named, LazyGroup) else named.commands[name]
    known = {option for param in named.params for option in param.opts} | {"--help", "-h"}
    for word in words:
        if word.startswith("-"):
            assert word in known


def test_commands_are_named_here():
    assert {command[1] for command in typed() if len(command) > 1} >= {"check", "run"}


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)#]+)\)", README))
def test_every_link_leads_to_a_file(target):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("path", re.findall(r"`((?:netwatch|config|tests|systemd|mibs)/[^`\s]*)`", README))
def test_every_path_named_here_exists(path):
    assert (ROOT / path).exists()


def test_the_page_is_where_it_says():
    assert f"<http://{WebSettings().listen}/>" in README


def test_the_programs_named_here_are_there():
    assert "`bash .ci/run`" in README
    assert (ROOT / ".ci" / "run").is_file()
