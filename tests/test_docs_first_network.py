"""docs/first-network.md: what it has one type is typed here, against a real agent."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.config import devices, load_settings
from netwatch.ping.sockets import CURE

PAGE = (Path(__file__).parent.parent / "docs" / "first-network.md").read_text()
CONFIGURATION, WITHOUT_SNMP = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
SECRETS = {"CORE_AUTH": "authpass-256", "CORE_PRIV": "privpass-256", "CAMPUS_COMMUNITY": "public"}


@pytest.fixture
def typed(tmp_path, monkeypatch, snmpd):
    """Run a command of the page where netwatch.yaml lies, with a real agent in the place of 192.0.2.0/24."""
    agent = snmpd("createUser netwatch SHA-256 authpass-256 AES privpass-256\nrouser netwatch")
    text = CONFIGURATION.replace("192.0.2.0/24", "127.0.0.0/29").replace("192.0.2.200/29", "127.0.0.4/31")
    (tmp_path / "netwatch.yaml").write_text(f"{text}defaults: {{port: {agent.port}}}\n")
    monkeypatch.chdir(tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)

    def run(line, *more):
        done = CliRunner().invoke(app, [*shlex.split(line)[1:], *more])
        assert done.exit_code == 0, done.output
        return done

    return run


def test_every_command_of_the_page_does_what_it_says(typed, tmp_path):
    path = tmp_path / "netwatch.yaml"
    before = path.read_text()
    look, with_state, write, check, take_targets, take_csv, cure = COMMANDS

    shown = typed(look).stdout
    assert "snmpd-under-test" in shown
    assert "+  - {name: snmpd-under-test, address: 127.0.0.1, credential: core}" in shown
    assert path.read_text() == before
    typed(with_state)
    assert json.loads((tmp_path / "sweep.json").read_text())["asked"] == 4
    assert "were asked before" in typed(with_state).stderr
    typed(write)
    typed(check)
    assert path.read_text() == before.replace(
        "devices: []                      # what is found comes here\n",
        "devices:  # what is found comes here\n  - {name: snmpd-under-test, address: 127.0.0.1, credential: core}\n",
    )
    (device,) = devices(load_settings(path))
    assert (device.name, device.credential.user) == ("snmpd-under-test", "netwatch")
    written = path.read_text()
    assert [one["state"] for one in json.loads(typed(write, "--json").stdout) if one["device"]] == ["known"]
    assert path.read_text() == written
    (tmp_path / "targets.json").write_text('[{"targets": ["192.0.2.8", "127.0.0.1"], "labels": {"site": "hq"}}]')
    assert "+  - {name: 192.0.2.8, address: 192.0.2.8, labels: {site: hq}}" in typed(take_targets).stdout
    (tmp_path / "devices.csv").write_text("name;address;credential;floor\nsw8;192.0.2.8;campus;2\n")
    assert '+  - {name: sw8, address: 192.0.2.8, credential: campus, labels: {floor: "2"}}' in typed(take_csv).stdout
    assert cure == CURE


def test_no_secret_is_printed(typed):
    done = typed(COMMANDS[0])

    assert not [secret for secret in ("authpass", "privpass") if secret in done.output]


def test_a_device_without_snmp_is_taken_as_the_page_has_it(tmp_path):
    (tmp_path / "netwatch.yaml").write_text(WITHOUT_SNMP)

    done = CliRunner().invoke(app, ["check", "-c", str(tmp_path / "netwatch.yaml")])

    assert "credential" not in done.output
    (device,) = devices(load_settings(tmp_path / "netwatch.yaml"))
    assert device.methods == ("ping",)
