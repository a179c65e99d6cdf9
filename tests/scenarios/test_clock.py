"""The wall clock is set by an hour, the machine sleeps for two, summer time begins: the whole agent takes no notice.

The agent is a process of its own whose clocks the test sets (see dying_agent.py). It starts on the night when summer
time begins in Berlin, a few seconds before. What it does is timed by the test's own clock.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from pydantic import SecretStr

from netwatch.model import Credential
from netwatch.simulator import RoughMail, RoughServer, SimulatedDevice, SimulatedNetwork, Step, reply

from .agent import wait_until
from .reckoning import rows_and_firing
from .rough_post import slow_mail_server

RULES = Path(__file__).resolve().parents[2] / "config" / "rules" / "devices.yaml"
DEVICES = ("sw1", "sw2", "sw3")
HOUR_SECONDS = 3600
SUMMER_TIME_BEGINS = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
QUIET_SECONDS = 5.0
"""Long enough for two checks, each with its retries, which are patient with a busy machine."""
FIRST_RETRY_SECONDS, JITTER, TICK_SECONDS = 5.0, 0.2, 1.0
BUSY_SECONDS = 10.0
"""What a busy machine may be late by; an hour would be wrong."""
CONFIG = """
credentials: {{usual: {{version: 2c, community: public}}}}
devices:
{devices}
polling: {{interval: 5s, reachability_interval: 2s, timeout: 600ms, retries: 2}}
rules: {{paths: ["{rules}"]}}
route: {{receiver: noc, group_wait: 0s, group_interval: 1s}}
receivers:
  - {{name: noc, email: {{to: [noc@example.net]}}}}
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays: [{{host: 127.0.0.1, port: {smtp}}}]
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""


class Clocks:
    """What the clocks of the agent's machine show, against those of this one."""

    def __init__(self, file: Path) -> None:
        self._file, self._ahead, self._slept = file, 0.0, 0.0

    def set_by(self, seconds: float) -> None:
        """Set the wall clock forth or back."""
        self._ahead += seconds
        self._write()

    def sleep(self, seconds: float) -> None:
        """Let the machine sleep: everything but time.monotonic() goes on."""
        self._slept += seconds
        self._write()

    def _write(self) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps([self._ahead, self._slept]))
        fresh.replace(self._file)


@pytest.fixture
def network() -> Iterator[SimulatedNetwork]:
    public = Credential(name="usual", version="2c", community=SecretStr("public"))
    with SimulatedNetwork([SimulatedDevice(name, public) for name in DEVICES]).run_in_thread() as running:
        yield running


@pytest.fixture
def mail_server() -> Iterator[RoughServer]:
    with slow_mail_server() as server:
        yield server


@pytest.mark.parametrize("hours", [1, -1])
def test_no_alert_is_false_none_is_lost_and_no_retry_is_off(agent, network, mail_server, nursery_for, hours):
    netwatch = agent(config_for(network, mail_server))
    clocks = Clocks(netwatch.config.with_name("clocks"))
    clocks.set_by((SUMMER_TIME_BEGINS - datetime.now(UTC)).total_seconds() - QUIET_SECONDS)
    netwatch.born(nursery_for(netwatch).fork("on_a_machine_whose_clocks_are_set", TZ="Europe/Berlin"))
    netwatch.wait_until_ready()
    wait_until(lambda: all(row["up"] for row in netwatch.json("/api/v1/devices")), "all devices up")

    time.sleep(2 * QUIET_SECONDS)  # summer time begins
    clocks.set_by(hours * HOUR_SECONDS)
    time.sleep(QUIET_SECONDS)
    clocks.sleep(2 * HOUR_SECONDS)
    time.sleep(QUIET_SECONDS)
    assert mail_server.mails == []
    assert netwatch.json("/api/v1/alerts") == []

    mail_server.play({Step.DOT: [reply(451)]})
    network.do(network["sw2"].silence)
    wait_until(lambda: len(mail_server.mails) == 1, "a mail that is put off")
    refused = time.monotonic()
    time.sleep(FIRST_RETRY_SECONDS / 4)
    clocks.set_by(hours * HOUR_SECONDS)
    wait_until(lambda: len(mail_server.mails) == 2, "the mail again")
    off = time.monotonic() - refused - FIRST_RETRY_SECONDS
    assert -FIRST_RETRY_SECONDS * JITTER - TICK_SECONDS <= off <= FIRST_RETRY_SECONDS * JITTER + BUSY_SECONDS

    clocks.sleep(2 * HOUR_SECONDS)
    time.sleep(QUIET_SECONDS)
    network.do(network["sw2"].recover)
    wait_until(lambda: len(mail_server.mails) == 3, "the end of it")
    time.sleep(QUIET_SECONDS)
    assert netwatch.stop() == 0
    assert [subject_of(mail) for mail in mail_server.mails] == [
        "[DOWN] sw2 does not answer", "[DOWN] sw2 does not answer", "[OK] sw2 does not answer",
    ]  # fmt: skip
    assert mail_server.mails[0].message == mail_server.mails[1].message
    assert rows_and_firing(netwatch.config.parent / "netwatch.db")[1] == []
    assert "Traceback" not in netwatch.log.read_text()


def config_for(network: SimulatedNetwork, mail_server: RoughServer) -> str:
    line = "  - {{name: {0.name}, address: 127.0.0.1, port: {0.port}, credential: usual}}"
    devices = "\n".join(line.format(device) for device in network.devices.values())
    return CONFIG.format(devices=devices, rules=RULES, smtp=mail_server.port)


def subject_of(mail: RoughMail) -> str:
    return str(message_from_bytes(mail.message)["Subject"])
