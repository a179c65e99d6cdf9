"""TAB offers the names of the configuration, at once, and says nothing where there are none."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cpu import spent

CONFIG = """
# devices: {name: no}
credentials: {usual: {version: 2c, community: public}}
defaults: {credential: usual}
devices:
  # a device: {name: commented}
  - {name: core-sw1, address: 192.0.2.1, labels: {name: a-label}}
  - name: "core sw2"
    address: 192.0.2.2
    labels:
      name: another-label
    depends_on: [core-sw1]
  - {address: 192.0.2.3, name: 'edge-r1'}   # the last
rules:
  paths: ["mine/*.yaml", builtin]
receivers:
  - {name: noc, email: {to: [noc@example.net, "boss@example.net"]}}
route: {receiver: noc}
"""
RULES = """
rules:
  - alert: MineDown
    expr: up == 0
  - {alert: "MineSlow", expr: 'x > 1'}
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "netwatch.yaml"
    path.write_text(CONFIG)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/rules.yaml").write_text(RULES)
    return path


PROGRAM = "import sys; sys.argv = ['netwatch']; from netwatch.cli import main; main()"


def completed(words: str, config, shell: str = "bash") -> list[str]:
    """Return what a shell is offered behind these words, of which the last is unfinished."""
    parts = words.split(" ")
    environment = {
        "_NETWATCH_COMPLETE": f"complete_{shell}", "COMP_WORDS": words, "COMP_CWORD": str(len(parts) - 1),
        "_TYPER_COMPLETE_ARGS": words, "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": parts[-1], "NETWATCH_CONFIG": str(config),
        "PATH": os.environ["PATH"], "HOME": str(config.parent),
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, env=environment
    )
    assert ran.stderr == ""
    return ran.stdout.split("\n")[:-1] if ran.stdout.strip() else []


@pytest.mark.parametrize(
    "command", ["get", "walk", "table", "set", "poll", "traps --device", "explain InterfaceDown"]
)
def test_devices_are_those_of_the_configuration(config, command):
    assert completed(f"netwatch {command} ", config) == ["core-sw1", "core sw2", "edge-r1"]


def test_only_what_begins_so_is_offered(config):
    assert completed("netwatch get e", config) == ["edge-r1"]


def test_concepts_are_offered_behind_a_device(config):
    assert completed("netwatch poll edge-r1 s", config) == ["storage", "sensor", "supply"]


@pytest.mark.parametrize("command", ["explain", "ack", "unack"])
def test_rules_are_those_of_its_rule_files(config, command):
    found = completed(f"netwatch {command} ", config)

    assert found[:2] == ["MineDown", "MineSlow"]
    assert "InterfaceDown" in found


def test_receivers_are_offered_by_their_addresses(config):
    assert completed("netwatch test-mail --to ", config) == ["noc@example.net", "boss@example.net"]


def test_a_configuration_named_on_the_line_counts(config, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text("devices: [{name: elsewhere, address: 192.0.2.9}]\n")

    assert completed(f"netwatch get --config {other} ", config) == ["elsewhere"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(("words", "name"), [("netwatch tr", "translate"), ("netwatch get co", "core-sw1")])
def test_every_shell_is_answered(config, shell, words, name):
    assert name in "\n".join(completed(words, config, shell))


def test_commands_of_a_group_are_offered(config):
    assert completed("netwatch mib ", config) == ["list", "check", "show", "tree", "fetch", "rule"]


@pytest.mark.parametrize(
    "text", ["", "devices: [", "\t\x00", "- a list", "rules: {paths: 7}", "rules: [", "devices: {name: }"]
)
@pytest.mark.parametrize("words", ["netwatch get ", "netwatch silence expire ", "netwatch test-mail --to "])
def test_a_broken_configuration_offers_nothing_and_says_nothing(config, words, text):
    config.write_text(text)

    assert completed(words, config) == []


@pytest.mark.parametrize("words", ["netwatch get ", "netwatch explain ", "netwatch silence expire "])
def test_where_there_is_no_configuration_nothing_of_one_is_offered(config, words):
    config.unlink()

    assert completed(words, config) == []


def test_silences_are_asked_of_an_agent_and_nobody_hears_that_there_is_none(config):
    assert completed("netwatch silence expire ", config) == []


def test_ten_thousand_devices_are_offered_while_somebody_waits(config):
    from netwatch.cli.completion import devices

    class Line:
        params = {"config": config}  # noqa: RUF012 - it is read only

    config.write_text("devices:\n" + "".join(
        f"  - {{name: sw{number}, address: 192.0.2.1, labels: {{site: s{number}}}}}\n" for number in range(10_000)
    ))  # fmt: skip

    with spent() as cpu:
        found = devices(Line(), "sw9999")

    assert found == ["sw9999"]
    assert cpu.seconds < 1
