"""`netwatch fire --dry-run`: whom an alert would tell, and in which words; nobody is told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from netwatch.cli.look.fire import fire
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

CONFIG = """
credentials: {pub: {version: 2c, community: public}}
defaults: {credential: pub}
devices: [{name: sw1, address: 127.0.0.1, port: 9, labels: {site: hq}}]
rules: {paths: [rules.yaml]}
route:
  receiver: noc
  routes:
    - {matchers: ['severity="critical"', 'site="hq"'], receiver: boss, continue: true}
    - {receiver: noc, fallback: [night@example.net]}
receivers:
  - {name: noc, email: {to: [noc@example.net]}}
  - {name: boss, email: {to: [boss@example.net, deputy@example.net]}}
smtp: {from: nw@example.net, relays: [{host: 127.0.0.1, port: 9}]}
web: {listen: "127.0.0.1:1"}
store: {url: "sqlite:///netwatch.db"}
"""
RULES = """
rules:
  - alert: DeviceSilent
    expr: up == 0
    labels: {severity: warning}
    annotations: {summary: "{{ device }} at {{ labels.site }} is silent"}
  - alert: PortDown
    on_trap: 1.3.6.1.6.3.1.1.5.3
    key: [ifIndex]
    labels: {severity: critical}
    annotations: {summary: "port {{ ifIndex }} of {{ device }} is down"}
    varbinds: {ifIndex: 1.3.6.1.2.1.2.2.1.1}
"""
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "netwatch.yaml").write_text(CONFIG)
    (tmp_path / "rules.yaml").write_text(RULES)
    command = typer.Typer()
    command.command()(fire)
    return lambda *arguments: CliRunner().invoke(command, [*arguments, "-c", str(tmp_path / "netwatch.yaml")])


def test_it_says_the_ways_the_receivers_and_the_words(run, tmp_path):
    ((told),) = json.loads(run("PortDown", "sw1", "ifIndex=7", "--dry-run", "--json").output)

    assert told["alert"]["severity"] == "critical"
    by_receiver = {one["receiver"]: one["messages"] for one in told["told"]}
    assert [message["to"] for message in by_receiver["boss"]] == ["boss@example.net", "deputy@example.net"]
    assert [message["to"] for message in by_receiver["noc"]] == ["noc@example.net"]
    assert all("port 7 of sw1 is down" in message["text"] for message in by_receiver["boss"])
    assert not (tmp_path / "netwatch.db").exists()


def test_another_severity_goes_another_way(run):
    output = run("DeviceSilent", "sw1", "--dry-run").output

    assert "noc@example.net" in output
    assert "boss" not in output
    assert "sw1 at hq is silent" in output
    assert "  what it cannot deliver is told to: night@example.net\n" in output
    assert "nobody was told" in output


@pytest.mark.parametrize(("arguments", "code", "words"), [
    (("PortDown", "sw1"), 2, "only --dry-run is there"),
    (("PortDwn", "sw1", "--dry-run"), 1, 'there is no rule PortDwn; did you mean "PortDown"?'),
    (("DeviceSilent", "sw2", "--dry-run"), 1, 'there is no device sw2; did you mean "sw1"?'),
])  # fmt: skip
def test_what_is_not_there_is_said_with_what_is_near(run, arguments, code, words):
    result = run(*arguments)

    assert result.exit_code == code
    assert words in result.output


def test_of_a_running_agent_it_asks_which_row_is_meant(netwatch, agent):
    agent.write_text(
        agent.read_text() + "route: {receiver: noc}\nreceivers: [{name: noc, email: {to: [noc@example.net]}}]\n"
        "smtp: {from: nw@example.net, relays: [{host: 127.0.0.1, port: 9}]}\n"
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        result = netwatch("fire", "InterfaceDown", "nasty", "Gi0/1", "--dry-run", "--json", "-c", agent)
        if result.exit_code == 0:
            break
        assert time.monotonic() < deadline, result.output

    ((told),) = json.loads(result.stdout)
    assert told["alert"]["labels"]["ifIndex"] == "1"
    assert told["alert"]["instance"] == "ifName=Gi0/1"
    wrong = netwatch("fire", "InterfaceDown", "nasty", "Gi0/9", "--dry-run", "-c", agent)
    assert wrong.exit_code == 1
    assert "nasty has no such row" in wrong.output


def test_without_an_agent_the_row_has_what_was_typed_and_that_is_said(netwatch, config):
    config.write_text(
        config.read_text() + "route: {receiver: noc}\nreceivers: [{name: noc, email: {to: [noc@example.net]}}]\n"
        "smtp: {from: nw@example.net, relays: [{host: 127.0.0.1, port: 9}]}\n"
        f'web: {{listen: "127.0.0.1:{free_port()}"}}\n'
    )

    result = netwatch("fire", "InterfaceDown", "nasty", "ifName=Gi0/1", "--dry-run", "-c", config)

    assert result.exit_code == 0
    assert "so the row has the labels that were typed" in result.stderr


BY_KIND = """
  - alert: KnownAlarm
    on_trap: defined
    labels: {severity: {from: trap_severity, map: {critical: critical}, default: warning}}
    annotations: {summary: "{{ trap_message }}"}
  - alert: RackAlarm
    on_trap: [1.3.6.1.4.1.32473.9.0.1, 1.3.6.1.4.1.32473.9.0.3]
    key: [alarm]
    labels: {severity: {from: alarm, map: {a fan failed: critical}, default: warning}}
    annotations: {summary: "{{ device }}: {{ alarm }}"}
    varbinds:
      alarm: {traps: {a door is open: 1.3.6.1.4.1.32473.9.0.1, a fan failed: 1.3.6.1.4.1.32473.9.0.3}}
  - alert: Nameless
    on_trap: NO-SUCH-MIB::nothing
    labels: {severity: warning}
"""
PUMPS = """\
traps:
  - oid: 1.3.6.1.4.1.32473.77.0.1
    name: EXAMPLE-PUMP-MIB::pumpFailed
    severity: err
    description: Pump of {{hostname}} is stuck.
"""


def test_of_kinds_of_traps_it_says_what_trap_profiles_and_words_say(run, tmp_path):
    (tmp_path / "pumps.yaml").write_text(PUMPS)
    (tmp_path / "rules.yaml").write_text(RULES + BY_KIND)
    config = tmp_path / "netwatch.yaml"
    config.write_text(f"{config.read_text()}\ntraps: {{profiles: [pumps.yaml]}}\n")

    def alert(*arguments: str) -> dict[str, str]:
        ((told),) = json.loads(run(*arguments, "--dry-run", "--json").stdout)
        return {"severity": told["alert"]["severity"], "said": told["alert"]["annotations"]["summary"]}

    assert alert("KnownAlarm", "sw1", "trap=1.3.6.1.4.1.32473.77.0.1") == {
        "severity": "critical", "said": "Pump of sw1 is stuck.",
    }  # fmt: skip
    assert alert("RackAlarm", "sw1", "alarm=a fan failed") == {"severity": "critical", "said": "sw1: a fan failed"}
    assert alert("RackAlarm", "sw1", "alarm=a door is open")["severity"] == "warning"
    assert "goes by definitions: say" in run("KnownAlarm", "sw1", "--dry-run").output
    assert "no definition says" in run("KnownAlarm", "sw1", "trap=1.3.6.1.4.1.32473.78.0.1", "--dry-run").output
