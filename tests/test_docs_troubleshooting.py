"""docs/troubleshooting.md: its commands are typed beside an agent that runs, and what it names is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY
from pydantic import SecretStr
from typer.testing import CliRunner

import netwatch.polling.metrics
import netwatch.traps.metrics  # noqa: F401 # their metrics are counted from here on
from netwatch.cli import app
from netwatch.model import Credential, shipped_directory
from netwatch.simulator import SimulatedDevice, SimulatedNetwork
from tests.ports import free_port
from tests.scenarios.agent import RunningAgent, wait_until
from tests.scenarios.rough_post import mail_server

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
ANSWERS = {
    "netwatch check": "would run 1 device",
    "netwatch explain DeviceDown core-sw1": "It does not fire",
    "netwatch outbox": "",
    "netwatch test-mail": "noc@example.net",
    "netwatch fire DeviceDown core-sw1 --dry-run": "noc@example.net",
    "netwatch silence list": "",
    "netwatch backtest InterfaceDown --since 1d": "no reading",  # history is minutes old at best
    "netwatch devices": "core-sw1",
    "netwatch get core-sw1 sysUpTime.0": "sysUpTime.0",
    "netwatch poll core-sw1": "core-sw1",
    "netwatch profiles show core-sw1": "identity",
    "netwatch profiles why core-sw1 ifHCInOctets": "ifHCInOctets",
    "netwatch support core-sw1 -o core-sw1.snmprec": "core-sw1.snmprec",
    "netwatch traps": "",
    "netwatch backup /var/backups/netwatch.db": "netwatch.db",
}
"""Of each command a word of what it prints, where it has something to print."""
CONFIG = """
credentials: {{usual: {{version: 2c, community: public}}}}
defaults: {{credential: usual}}
devices: [{{name: core-sw1, address: 127.0.0.1, port: {port}}}]
polling: {{interval: 2s, reachability_interval: 2s, timeout: 1500ms}}
route: {{receiver: noc}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays: [{{host: 127.0.0.1, port: {smtp}, tls: none}}]
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{store}"}}
"""


def test_every_command_works_as_written_beside_an_agent_that_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    usual = Credential(name="usual", version="2c", community=SecretStr("public"))
    network = SimulatedNetwork([SimulatedDevice("core-sw1", usual)])
    with network.run_in_thread(), mail_server() as post:
        path, web = tmp_path / "netwatch.yaml", free_port()
        device = network["core-sw1"]
        path.write_text(CONFIG.format(port=device.port, smtp=post.port, web=web, store=tmp_path / "netwatch.db"))
        agent = RunningAgent(path, web)
        agent.start()
        try:
            agent.wait_until_ready()
            wait_until(lambda: "netwatch_device_up" in agent.get("/metrics"), "a poll")
            for line in COMMANDS:
                words = shlex.split(line.replace("/var/backups", str(tmp_path / "copies")))
                (tmp_path / "copies").mkdir(exist_ok=True)
                done = CliRunner().invoke(app, words[1:], env={"NETWATCH_CONFIG": str(path)})
                assert done.exit_code == 0, (line, done.output)
                assert ANSWERS[line] in done.output, (line, done.output)
        finally:
            agent.kill()


def test_alerts_and_metrics_that_it_names_are_there():
    rules = [yaml.safe_load(path.read_text()) for path in shipped_directory("rules").glob("*.yaml")]
    alerts = {rule["alert"] for file in rules for rule in file["rules"]}
    named = set(re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", TEXT)) - {"NetWatch", "InterfaceDown"}
    metrics = {name for family in REGISTRY.collect() for name in (family.name, f"{family.name}_total")}

    assert named - {"NetWatch"} <= alerts | {"WatchdogSec"}
    assert set(re.findall(r"\bnetwatch_\w+", TEXT)) <= metrics


@pytest.mark.parametrize("target", re.findall(r"\]\(([\w-]+\.md)", TEXT))
def test_every_link_leads_to_a_page(target):
    assert (Path(__file__).resolve().parents[1] / "docs" / target).is_file()
