"""docs/first-network.md: what it has one type is typed here, against a real agent and a mail server."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.cli.configuration.init.rendered import NAMES
from netwatch.config import devices, load_settings
from netwatch.ping.sockets import CURE
from tests.ports import free_port
from tests.terminal import post

__all__ = ["post"]

PAGE = (Path(__file__).parent.parent / "docs" / "first-network.md").read_text()
CONFIGURATION, BY_ITSELF, WITHOUT_SNMP = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
INIT, EXPORT, SCRIPT, LOOK, WITH_STATE, WRITE, CHECK, TAKE_TARGETS, TAKE_CSV, RUN, FOUND, TYPED_CURE = COMMANDS
SECRETS = {"CORE_AUTH": "authpass-256", "CORE_PRIV": "privpass-256", "CAMPUS_COMMUNITY": "public"}


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run a command of the page in an empty directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NETWATCH_CONFIG", raising=False)
    for name in NAMES.values():
        monkeypatch.delenv(name, raising=False)

    def run(line, *more):
        done = CliRunner().invoke(app, [*shlex.split(line)[1:], *more])
        assert done.exit_code == 0, done.output
        return done

    return run


@pytest.fixture
def typed(run, monkeypatch, tmp_path, snmpd):
    """Run commands where the page's netwatch.yaml lies, with a real agent in the place of 192.0.2.0/24."""
    agent = snmpd("createUser netwatch SHA-256 authpass-256 AES privpass-256\nrouser netwatch")
    text = CONFIGURATION.replace("192.0.2.0/24", "127.0.0.0/29").replace("192.0.2.200/29", "127.0.0.4/31")
    (tmp_path / "netwatch.yaml").write_text(f"{text}defaults: {{port: {agent.port}}}\n")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return run


def test_a_script_says_by_options_and_environment_what_a_person_is_asked(run, post, snmpd, tmp_path, monkeypatch):
    agent, name, value = snmpd(), *EXPORT.removeprefix("export ").split("=")
    monkeypatch.setenv(name, value)
    here = {"192.0.2.1": f"127.0.0.1:{agent.port}", "mail.example.net": f"127.0.0.1:{post.sink.port}"}

    run(" ".join(here.get(word, word) for word in SCRIPT.split()), "--listen", f"127.0.0.1:{free_port()}")

    assert [mail.recipients for mail in post.sink.mails] == [("noc@example.net",)]
    settings = load_settings(tmp_path / "netwatch.yaml")
    assert ([one.name for one in settings.devices], settings.discovery.ranges) == (
        ["snmpd-under-test"], ["192.0.2.0/24"],
    )  # fmt: skip


def test_every_command_of_the_page_does_what_it_says(typed, tmp_path):
    path = tmp_path / "netwatch.yaml"
    before = path.read_text()

    shown = typed(LOOK).stdout
    assert "snmpd-under-test" in shown
    assert "+  - {name: snmpd-under-test, address: 127.0.0.1, credential: core}" in shown
    assert path.read_text() == before
    typed(WITH_STATE)
    assert json.loads((tmp_path / "sweep.json").read_text())["asked"] == 4
    assert "were asked before" in typed(WITH_STATE).stderr
    typed(WRITE)
    typed(CHECK)
    assert path.read_text() == before.replace(
        "devices: []                      # what is found comes here\n",
        "devices:  # what is found comes here\n  - {name: snmpd-under-test, address: 127.0.0.1, credential: core}\n",
    )
    (device,) = devices(load_settings(path))
    assert (device.name, device.credential.user) == ("snmpd-under-test", "netwatch")
    written = path.read_text()
    assert [one["state"] for one in json.loads(typed(WRITE, "--json").stdout) if one["device"]] == ["known"]
    assert path.read_text() == written
    (tmp_path / "targets.json").write_text('[{"targets": ["192.0.2.8", "127.0.0.1"], "labels": {"site": "hq"}}]')
    assert "+  - {name: 192.0.2.8, address: 192.0.2.8, labels: {site: hq}}" in typed(TAKE_TARGETS).stdout
    (tmp_path / "devices.csv").write_text("name;address;credential;floor\nsw8;192.0.2.8;campus;2\n")
    assert '+  - {name: sw8, address: 192.0.2.8, credential: campus, labels: {floor: "2"}}' in typed(TAKE_CSV).stdout
    assert "nothing waits" in typed(FOUND).stdout
    assert TYPED_CURE == CURE


def test_no_secret_is_printed(typed):
    done = typed(LOOK)

    assert not [secret for secret in ("authpass", "privpass") if secret in done.output]


def test_sweeps_of_its_own_are_configured_as_the_page_has_it(typed, tmp_path):
    path = tmp_path / "netwatch.yaml"
    theirs = re.search(r"^discovery:\n(  .*\n)*", path.read_text(), re.MULTILINE)[0]

    path.write_text(path.read_text().replace(theirs, BY_ITSELF))

    found = load_settings(path).discovery
    assert (found.interval.days, found.auto[0].labels, found.auto_per_day) == (1, {"site": "hq"}, 20)


def test_a_device_without_snmp_is_taken_as_the_page_has_it(tmp_path):
    (tmp_path / "netwatch.yaml").write_text(WITHOUT_SNMP)

    done = CliRunner().invoke(app, ["check", "-c", str(tmp_path / "netwatch.yaml")])

    assert "credential" not in done.output
    (device,) = devices(load_settings(tmp_path / "netwatch.yaml"))
    assert device.methods == ("ping",)
