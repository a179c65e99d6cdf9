"""The agent as a service: what it tells systemd, how it stops, and how it reads its configuration again."""

from __future__ import annotations

import html
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest
from pydantic import SecretStr

from netwatch.model import Credential
from netwatch.simulator import SimulatedDevice, SimulatedNetwork
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.traps.messages import v2c

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "systemd" / "netwatch.service"
SOCKET = ROOT / "systemd" / "netwatch.socket"
STOP_SECONDS = 20.0
"""Well before the unit file's TimeoutStopSec; half a second is usual."""
CONFIG = """\
credentials: {{usual: {{version: 2c, community: public}}}}
devices:
  - {{name: first, address: 127.0.0.1, port: {snmp}, credential: usual}}
polling: {{interval: 2s, reachability_interval: 1s, timeout: 500ms}}
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""
PUBLIC = Credential(name="usual", version="2c", community=SecretStr("public"))


class Manager:
    """What systemd is to a service of Type=notify: a socket that hears what it says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heard: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(str(path))

    def listen(self) -> list[str]:
        """Return every line heard so far."""
        while True:
            try:
                self.heard += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path / "notify")
    yield made
    made.close()


@pytest.fixture
def port() -> Iterator[int]:
    with SimulatedNetwork([SimulatedDevice("first", PUBLIC)]).run_in_thread() as network:
        yield network["first"].port


@pytest.fixture
def netwatch(agent, port):
    return agent(CONFIG.format(snmp=port))


def up(netwatch) -> dict[str, bool | None]:
    """Return which devices are up; nothing while a reload keeps the port closed."""
    try:
        return {row["name"]: row["up"] for row in netwatch.json("/api/v1/devices")}
    except (OSError, HTTPException):
        return {}


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "netwatch", "run", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, env={**os.environ, **environment}
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_and_soon(netwatch, until, number):
    netwatch.start()
    netwatch.wait_until_ready()
    until(lambda: up(netwatch) == {"first": True}, "the device up")
    began = time.monotonic()

    assert netwatch.end(number) == 0

    assert time.monotonic() - began < STOP_SECONDS
    assert "Traceback" not in netwatch.log.read_text()
    assert "level=error" not in netwatch.log.read_text()


def test_systemd_hears_when_it_is_ready_that_it_lives_and_when_it_stops(netwatch, manager, until):
    netwatch.start(NOTIFY_SOCKET=str(manager.path), WATCHDOG_USEC="400000")
    until(lambda: "READY=1" in manager.listen(), "READY=1")
    assert netwatch.is_ready()
    assert f"STATUS=serving {netwatch.url}/" in manager.heard

    until(lambda: manager.listen().count("WATCHDOG=1") >= 3, "three signs of life")
    netwatch.reload()
    until(lambda: manager.listen().count("READY=1") == 2, "READY=1 after a reload")
    assert netwatch.stop() == 0

    told = [line for line in manager.listen() if line.split("=")[0] in ("READY", "RELOADING", "STOPPING")]
    assert told == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]


def test_a_bad_configuration_ends_the_start_with_78_and_says_where_it_is_wrong(tmp_path):
    config = tmp_path / "netwatch.yaml"
    config.write_text("devices:\n  - {name: sw1, adress: 192.0.2.1}\npolling: {interval: 0s}\n")

    ended = run("-c", config)

    assert (ended.returncode, ended.stdout) == (78, "")
    lines = ended.stderr.splitlines()
    assert f'{config}:2:17: devices[0].adress: unknown key; did you mean "address"?' in lines
    assert f"{config}:3:21: polling.interval: must be more than 0s" in lines
    assert "Traceback" not in ended.stderr


def test_a_bad_rule_file_ends_the_start_with_78_as_well(tmp_path):
    (tmp_path / "rules.yaml").write_text("rules:\n  - {alert: Odd, expr: ifInOctts > 5}\n")
    config = tmp_path / "netwatch.yaml"
    config.write_text("rules: {paths: [rules.yaml]}\nstore: {url: 'sqlite:///x.db'}\n")

    ended = run("-c", config, "--allow-empty")

    assert ended.returncode == 78
    assert f"{tmp_path / 'rules.yaml'}:2:" in ended.stderr
    assert not (tmp_path / "x.db").exists()


def test_an_address_that_is_taken_ends_the_start_with_1_and_says_so(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = tmp_path / "netwatch.yaml"
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        config.write_text(f'web: {{listen: "{listen}"}}\nstore: {{url: "sqlite:///x.db"}}\n')

        ended = run("-c", config, "--allow-empty")

    assert ended.returncode == 1
    assert listen in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_a_changed_configuration_is_taken_on_sighup(netwatch, port, until):
    netwatch.start()
    netwatch.wait_until_ready()
    until(lambda: up(netwatch) == {"first": True}, "the device up")
    line = f"  - {{name: first, address: 127.0.0.1, port: {port}, credential: usual}}\n"
    text = netwatch.config.read_text()
    assert line in text

    netwatch.config.write_text(text.replace(line, line + line.replace("first", "second")))
    netwatch.reload()

    until(lambda: up(netwatch) == {"first": True, "second": True}, "the second device up")
    assert netwatch.stop() == 0


def test_a_configuration_with_errors_is_not_taken_on_sighup_and_the_old_one_goes_on(netwatch, until):
    netwatch.start()
    netwatch.wait_until_ready()
    good = netwatch.config.read_text()

    netwatch.config.write_text(good + "pollling: {}\n")
    netwatch.reload()

    until(lambda: "goes on with the old one" in netwatch.log.read_text(errors="replace"), "the word in the log")
    assert f"{netwatch.config}:7:1: pollling: unknown key" in netwatch.log.read_text()
    until(lambda: up(netwatch) == {"first": True}, "the device up")
    assert netwatch.stop() == 0


def test_a_configuration_that_cannot_be_started_on_sighup_leaves_the_old_one_at_work(netwatch, until):
    netwatch.start()
    netwatch.wait_until_ready()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        text = netwatch.config.read_text()
        netwatch.config.write_text(text.replace(netwatch.url.removeprefix("http://"), listen))
        netwatch.reload()

        until(lambda: "goes on with the old one" in netwatch.log.read_text(errors="replace"), "the word in the log")

    assert listen in netwatch.log.read_text()
    until(lambda: up(netwatch) == {"first": True}, "the device up")
    assert netwatch.stop() == 0


def test_systemd_likes_the_unit_files(tmp_path):
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed (Debian package: systemd)")
    # The path in the unit is where it will be installed; here any program that exists must do.
    text = UNIT.read_text()
    assert "ExecStart=/opt/netwatch/bin/netwatch run -c /etc/netwatch/netwatch.yaml" in text
    unit = tmp_path / "netwatch.service"
    unit.write_text(text.replace("/opt/netwatch/bin/netwatch", sys.executable))
    port = Path(shutil.copy(SOCKET, tmp_path))

    verified = subprocess.run(
        [program, "verify", str(unit), str(port)], capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )

    complaints = [line for line in verified.stderr.splitlines() if "netwatch." in line]
    assert (verified.returncode, complaints) == (0, []), verified.stderr


def test_the_unit_keeps_what_it_may_do_small(tmp_path):
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed (Debian package: systemd)")
    command = [program, "security", "--offline=true", "--threshold=12", str(UNIT)]

    judged = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)

    assert judged.returncode == 0, judged.stdout[-2000:]


def test_the_port_is_opened_by_systemd_and_not_by_a_privilege():
    service, port = UNIT.read_text(), SOCKET.read_text()

    assert "\nCapabilityBoundingSet=\n" in service
    assert "AmbientCapabilities" not in service
    assert int(service.partition("\nLimitNOFILE=")[2].split()[0]) >= 16384
    assert "\nListenDatagram=0.0.0.0:162\nListenDatagram=[::]:162\nBindIPv6Only=ipv6-only\n" in port
    assert "\nStopPropagatedFrom=netwatch.service\n" in port
    assert "\nWantedBy=netwatch.service\n" in port


def test_a_trap_that_came_before_the_agent_is_heard_by_way_of_systemds_socket(agent, port, until):
    program = shutil.which("systemd-socket-activate")
    if program is None:
        pytest.skip("systemd-socket-activate is not installed (Debian package: systemd)")
    netwatch = agent(CONFIG.format(snmp=port))
    heard_at = free_port()
    netwatch.config.write_text(netwatch.config.read_text() + f'traps: {{listen: ["127.0.0.1:{heard_at}"]}}\n')
    run = [sys.executable, "-m", "netwatch", "run", "-c", str(netwatch.config), "--log-format", "logfmt"]
    command = [program, "--datagram", f"--listen=127.0.0.1:{heard_at}", *run]
    with netwatch.log.open("ab") as log:
        netwatch.born(subprocess.Popen(command, stdout=log, stderr=log))
    until(lambda: "Listening on" in netwatch.log.read_text(errors="replace"), "the socket")

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(v2c(), ("127.0.0.1", heard_at))
    netwatch.wait_until_ready()

    until(lambda: netwatch.json("/api/v1/traps"), "the trap in the log")
    assert "cannot listen" not in netwatch.get("/-/ready")
    assert netwatch.stop() == 0


def test_a_refused_trap_port_is_said_with_the_line_to_type_and_everything_else_goes_on(agent, port, until):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        netwatch = agent(CONFIG.format(snmp=port))
        netwatch.config.write_text(netwatch.config.read_text() + f'traps: {{listen: ["127.0.0.1:{taken}"]}}\n')
        netwatch.start()
        netwatch.wait_until_ready()
        until(lambda: up(netwatch) == {"first": True}, "the device up")

        line = f"ss -lunp 'sport = :{taken}'"
        assert line in netwatch.get("/-/ready")
        assert line in html.unescape(netwatch.get("/"))
        assert line in netwatch.log.read_text()
        metrics = netwatch.get("/metrics")
        assert f'netwatch_traps_listening{{address="127.0.0.1:{taken}"}} 0.0' in metrics
        until(lambda: "TrapPortRefused" in netwatch.get("/api/v1/alerts"), "the alert")

    until(lambda: netwatch.get("/-/ready") == "NetWatch is ready.\n", "the port, once it is free")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(v2c(), ("127.0.0.1", taken))
    until(lambda: netwatch.json("/api/v1/traps"), "the trap in the log")
    assert netwatch.stop() == 0
