"""A real Prometheus scrapes the running agent, and knows every port by its name and alias."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from netwatch.model import Credential
from netwatch.simulator import Port, SimulatedDevice, SimulatedNetwork
from tests.patience import PATIENCE_SECONDS

from .prometheus import Prometheus

ALIASES = {1: "desk 1", 2: 'printer "laser" \\ 2nd floor', 3: "caf\u00e9", 4: ""}
CONFIG = """
credentials: {{usual: {{version: 2c, community: public}}}}
devices: [{{name: access-sw1, address: 127.0.0.1, port: {snmp}, credential: usual, labels: {{site: hq}}}}]
polling: {{interval: 1s, reachability_interval: 1s, timeout: 500ms}}
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""
PUBLIC = Credential(name="usual", version="2c", community=SecretStr("public"))
STYLE_STATUS = 3
"""promtool's exit code where it can read all but dislikes a name; 1 is a text that cannot be read."""
DISLIKED = (
    "metric names should be written in 'snake_case' not 'camelCase'",
    "label names should be written in 'snake_case' not 'camelCase'",
    'counter metrics should have "_total" suffix',
    'use base unit "bytes" instead of "bits"',
)
"""What promtool says of the MIB's own names, which stay as they are so that dashboards work; and of the speed of
lines, which people count in bits."""


@pytest.fixture
def switch() -> Iterator[SimulatedDevice]:
    ports = [Port(index=index, name=f"Gi0/{index}", alias=alias) for index, alias in ALIASES.items()]
    with SimulatedNetwork([SimulatedDevice("access-sw1", PUBLIC, ports=ports)]).run_in_thread() as network:
        yield network["access-sw1"]


@pytest.fixture
def netwatch(agent, switch, until):
    """The agent, as soon as it shows a whole reading of the switch."""
    running = agent(CONFIG.format(snmp=switch.port))
    running.start()
    running.wait_until_ready()
    until(lambda: 'ifHCInOctets{device="access-sw1"' in running.get("/metrics"), "octets in /metrics")
    return running


def program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed (Debian package: prometheus)")
    return path


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[Prometheus]:
    running = Prometheus(program("prometheus"), tmp_path)
    yield running
    running.stop()


def test_promtool_reads_what_the_agent_exposes_and_dislikes_only_the_mibs_own_names(netwatch):
    text = netwatch.get("/metrics")

    checked = subprocess.run(
        [program("promtool"), "check", "metrics"],
        input=text,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )

    assert checked.returncode in (0, STYLE_STATUS), checked.stderr
    remarks = checked.stderr.splitlines()
    assert [remark for remark in remarks if remark.partition(" ")[2] not in DISLIKED] == []
    ours = [remark for remark in remarks if remark.startswith("netwatch_")]
    assert not [remark for remark in ours if not remark.startswith("netwatch_interface_")]
    for name in ("netwatch_device_up", "netwatch_polls_total", "netwatch_snmp_requests_total"):
        assert f"\n{name}{{" in text or f"\n{name} " in text


def test_prometheus_answers_for_the_octets_of_every_port_by_name_and_alias(netwatch, prometheus):
    prometheus.start(netwatch.url.removeprefix("http://"))

    octets = prometheus.answer("ifHCInOctets")
    rates = prometheus.answer('rate(ifHCInOctets{ifName="Gi0/1"}[10s]) > 0')

    known = {(one["metric"]["ifName"], one["metric"].get("ifAlias", "")) for one in octets}
    assert known == {(f"Gi0/{index}", alias) for index, alias in ALIASES.items()}
    assert {(one["metric"]["device"], one["metric"]["job"]) for one in octets} == {("access-sw1", "netwatch")}
    assert rates[0]["metric"]["ifAlias"] == "desk 1"
    assert prometheus.answer("netwatch_device_up == 1")
