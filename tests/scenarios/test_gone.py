"""A port that fires vanishes from a device without a word: told as gone, never as well, and ended in either way."""

from __future__ import annotations

from functools import partial

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.model import Credential
from netwatch.simulator import Port, SimulatedDevice, SimulatedNetwork

from .rough_post import mail_server

CONFIG = """
credentials: {{usual: {{version: 2c, community: public}}}}
defaults: {{credential: usual}}
devices: [{{name: sw1, address: 127.0.0.1, port: {snmp}}}]
polling: {{interval: 1s, reachability_interval: 1s, timeout: 500ms, retries: 1}}
rules: {{paths: ["{rules}"]}}
route: {{receiver: noc, group_wait: 0s, group_interval: 1s}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays: [{{host: 127.0.0.1, port: {smtp}, tls: none}}]
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""
PORTS = [Port(index=index, name=f"Gi0/{index}") for index in (1, 2)]
RULES = """
rules:
  - {alert: PortDown, expr: ifOperStatus == 'down', labels: {severity: critical}}
  - {alert: PortGone, expr: absent(ifOperStatus) and seen(ifOperStatus == 'up')}
"""


@pytest.fixture
def network() -> SimulatedNetwork:
    usual = Credential(name="usual", version="2c", community=SecretStr("public"))
    return SimulatedNetwork([SimulatedDevice("sw1", usual, ports=PORTS)])


def test_a_port_that_vanishes_while_it_is_down_is_gone_until_it_is_seen_well_or_forgotten(
    agent, network, tmp_path, until
):
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    with network.run_in_thread(), mail_server() as post:
        running = agent(CONFIG.format(snmp=network["sw1"].port, rules=rules, smtp=post.port))
        running.start()
        running.wait_until_ready()
        device, first = network["sw1"], sorted(network["sw1"].interfaces)[0]

        def state(rule: str) -> str:
            found = running.json("/api/v1/alerts")
            alive = [one["state"] for one in found if one["rule"] == rule and one["state"] != "resolved"]
            return str(alive[0]) if alive else ""

        def subjects() -> list[str]:
            return [str(row["subject"]) for row in running.json("/api/v1/outbox")]

        def forget(rule: str, code: int = 0) -> str:
            done = CliRunner().invoke(app, ["forget", rule, "sw1", "--by", "anna", "-c", str(running.config)])
            assert done.exit_code == code, done.output
            return done.output

        until(lambda: running.json("/api/v1/devices/sw1"), "the first poll")
        until(lambda: any("ifOperStatus" in row for row in running.json("/api/v1/devices/sw1")), "ports read")
        network.do(partial(device.interface_down, first))
        until(lambda: state("PortDown") == "firing", "the port is down")
        assert "still there" in forget("PortDown", code=1)

        network.do(partial(device.lose_interface, first))
        until(lambda: state("PortDown") == "gone", "the port is gone")
        until(lambda: state("PortGone") == "firing", "absent() sees it")
        until(lambda: any(one.startswith("[GONE") for one in subjects()), "that is told")
        assert not any(one.startswith("[OK]") for one in subjects())

        assert "forgotten by anna" in forget("PortGone")
        until(lambda: state("PortGone") == "", "one is forgotten")
        until(lambda: len(subjects()) == 3, "that is told by itself: together with a recovery it would be no OK")
        network.do(partial(device.interface_up, first))
        network.do(partial(device.regain_interface, first))
        until(lambda: state("PortDown") == "", "the other is seen well")
        until(lambda: any(one.startswith("[OK]") for one in subjects()), "and that is told")
        assert running.stop() == 0
