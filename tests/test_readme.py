"""What README.md tells people to type works as it stands there; its tree is checked by test_house.py."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.cli.lazy import LazyGroup
from netwatch.model import parse_yaml, plain
from netwatch.web.settings import WebSettings
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = get_command(app).commands


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def typed() -> list[list[str]]:
    """Return every `netwatch ...` that stands in the text as code."""
    spans = re.findall(r"`(netwatch(?: [^`]*)?)`", re.sub(r"```.*?```", "", README, flags=re.DOTALL))
    return [shlex.split(span) for span in spans]


def test_there_are_two_commands_a_way_to_a_service_and_these_are_they():
    """CI runs the first two as they stand here; tests/scenarios/test_demo.py runs what the first one ends with."""
    demo, test, service = fenced("sh")

    assert [demo, test] == [
        "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/netwatch demo\n",
        "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest\n",
    ]
    assert service.startswith("python3 -m venv /opt/netwatch && /opt/netwatch/bin/pip install -q .\n")
    assert service.endswith("systemctl daemon-reload && systemctl enable --now netwatch.service\n")


def test_the_way_to_a_service_leads_to_units_and_an_environment_in_which_check_is_content(tmp_path):
    """All of it is run below another root, but for what installs packages and what starts units."""
    (snippet,) = fenced("yaml")
    for directory in ("etc/netwatch", "etc/systemd/system", "opt/netwatch/bin"):
        (tmp_path / directory).mkdir(parents=True)
    (tmp_path / "etc/netwatch/netwatch.yaml").write_text(snippet)
    program = tmp_path / "opt/netwatch/bin/netwatch"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m netwatch "$@"\n')
    program.chmod(0o755)
    _, *lines, _ = fenced("sh")[2].splitlines()
    script = re.sub(r"(?<=[\s(])/(?=etc/|opt/)", f"{tmp_path}/", "\n".join(lines))

    ran = subprocess.run(
        ["sh", "-euc", script], cwd=ROOT, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[0] == f"{tmp_path}/etc/netwatch/netwatch.yaml: no errors, no warnings"
    unit = (tmp_path / "etc/systemd/system/netwatch.service").read_text()
    assert "\nExecStart=/opt/netwatch/bin/netwatch run -c /etc/netwatch/netwatch.yaml\n" in unit
    assert "\nEnvironmentFile=-/etc/netwatch/environment\n" in unit
    assert (tmp_path / "etc/netwatch/environment").read_text() == "CAMPUS_COMMUNITY=public\n"
    assert (tmp_path / "etc/netwatch/environment").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "etc/systemd/system/netwatch.socket").is_file()


def test_what_a_network_needs_of_its_own_fits_into_the_configuration_as_it_stands(tmp_path):
    (snippet,) = fenced("yaml")
    (tmp_path / "own.yaml").write_text("rules: [{alert: Full, expr: hrProcessorLoad > 90}]\n")
    config = tmp_path / "netwatch.yaml"
    config.write_text(snippet + "\n".join(re.findall(r"^- (?:Rules|Traps): `([^`]*)`", README, re.MULTILINE)) + "\n")

    checked = CliRunner().invoke(app, ["check", "-c", str(config)], env={"CAMPUS_COMMUNITY": "something"})

    assert (checked.exit_code, checked.stdout.splitlines()[0]) == (0, f"{config}: no errors, no warnings")
    assert checked.stdout.endswith("traps on 0.0.0.0:162\n")


def test_prometheus_is_sent_to_where_the_page_is():
    (scrape,) = re.findall(r"^- Prometheus: `([^`]*)`", README, re.MULTILINE)

    (job,) = plain(parse_yaml(scrape, "prometheus.yml").data)["scrape_configs"]

    assert job == {"job_name": "netwatch", "static_configs": [{"targets": [WebSettings().listen]}]}


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
