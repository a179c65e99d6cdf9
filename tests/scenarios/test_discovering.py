"""From nothing to a network that is watched: questions, a sweep, the agent; and an agent that looks by itself."""

from __future__ import annotations

import json
import stat

import pytest

from netwatch.config import check
from tests.ports import free_port
from tests.terminal import at_terminal, post
from tests.test_docs_first_network import INIT, RUN, WRITE

from .agent import RunningAgent, wait_until

__all__ = ["at_terminal", "post"]


@pytest.fixture
def lab(snmpd):
    """Two real agents on the same port of two addresses."""
    first = snmpd("sysName core-sw1")
    return first, snmpd("sysName edge-sw2", "127.0.0.2", first.port)


def watched(agent: RunningAgent) -> dict[str, object]:
    return {one["name"]: one["up"] for one in json.loads(agent.get("/api/v1/devices"))}


def test_from_an_empty_directory_init_and_discover_monitor_the_lab(at_terminal, lab, post, tmp_path):
    """The commands are those of docs/first-network.md."""
    port = free_port()
    person = at_terminal(*INIT.split()[1:])
    person.answers("Its address or name", f"127.0.0.1:{lab[0].port}")
    person.answers("User of SNMP version 3", "")
    person.answers("Community, not shown", "wrong")
    person.reads("an SNMP agent is there and keeps silent")
    person.answers("[a]gain", "a")
    person.answers(f"[127.0.0.1:{lab[0].port}]", "")
    person.answers("User of SNMP version 3", "")
    person.answers("Community, not shown", "public")
    person.reads("it answers: 'core-sw1', up for ")
    person.answers("Mail address", "nobody at all")
    person.reads("is not a mail address")
    person.answers("Mail address", "noc@example.net")
    person.answers("HOST[:PORT]", f"127.0.0.1:{post.sink.port}")
    person.answers("Its mails come from [NetWatch <netwatch@example.net>]", "")
    person.reads("took the mail to noc@example.net and said: 250")
    person.answers("Address and port", f"127.0.0.1:{port}")
    person.answers("How people reach it", "")
    person.answers("Look for more devices", "y")
    person.answers("Where, with blanks between", "127.0.0.0/29")
    person.reads("edge-sw2")
    person.answers("Add these to the configuration?", "n")
    assert person.leaves() == 0
    secret, config = tmp_path / "secrets" / "community", tmp_path / "netwatch.yaml"
    assert (secret.read_text(), stat.S_IMODE(secret.stat().st_mode)) == ("public\n", 0o600)
    assert "public" not in person.screen + config.read_text()
    assert check(config) == []
    assert [mail.recipients for mail in post.sink.mails] == [("noc@example.net",)]

    writer = at_terminal(*WRITE.split()[1:])
    assert writer.leaves() == 0, writer.screen
    assert "netwatch.yaml: 1 added" in writer.screen

    agent = RunningAgent(tmp_path / RUN.split()[-1], port)
    agent.start()
    try:
        agent.wait_until_ready()
        wait_until(lambda: watched(agent) == {"core-sw1": True, "edge-sw2": True}, "both devices up")
    finally:
        agent.kill()


def test_an_agent_finds_a_device_takes_it_and_watches_it(agent, lab, until):
    netwatch = agent(f"""
credentials: {{main: {{version: 2c, community: public}}}}
defaults: {{credential: main, port: {lab[0].port}}}
devices: [{{name: core, address: 127.0.0.1}}]
discovery:
  ranges: [127.0.0.0/29]
  credentials: [main]
  interval: 24h
  timeout: 500ms
  auto: [{{matchers: ['sys_name=~"edge-.*"'], labels: {{site: hq}}}}]
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
""")
    netwatch.start()
    netwatch.wait_until_ready()

    until(lambda: _or_nothing(netwatch) == {"core": True, "edge-sw2": True}, "the new device up")

    (found,) = json.loads(netwatch.get("/api/v1/discovery"))
    assert (found["device"], found["state"], found["address"]) == ("edge-sw2", "taken", "127.0.0.2")
    assert "edge-sw2" in netwatch.get("/discovery")
    (told,) = until(
        lambda: [one for one in json.loads(netwatch.get("/api/v1/alerts")) if one["rule"] == "DevicesFound"],
        "the alert that devices were found",
    )
    assert "1 device was found; 1 taken: edge-sw2 (127.0.0.2)" in json.dumps(told)
    assert 'netwatch_discovery_devices{state="taken"} 1.0' in netwatch.get("/metrics")


def _or_nothing(agent: RunningAgent) -> dict[str, object]:
    """Return who is watched; nothing while the agent changes over to its grown configuration."""
    try:
        return watched(agent)
    except OSError:
        return {}
