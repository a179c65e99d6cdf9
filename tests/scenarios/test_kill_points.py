"""kill -9 at every named point between a commit and the record that a mail was sent: exactly what is due is told.

Every life of the agent first finishes what the one before left, then some devices lose or find their port, and the
agent dies at its point. Where the point lies in the agent it kills itself (dying_agent.py), where it lies in the SMTP
dialogue the mail server does. Two lives for each point, NETWATCH_POINT_LIVES for more.
"""

from __future__ import annotations

import functools
import itertools
import logging
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr

from netwatch.model import Credential, OutboxState
from netwatch.simulator import Port, RoughServer, SimulatedDevice, SimulatedNetwork, Step
from tests.patience import PATIENCE_SECONDS

from .agent import wait_until
from .reckoning import (
    by_device_and_recipient,
    every_down_has_its_ok,
    integrity,
    repeats_of,
    rows_and_firing,
    the_mails_are_those_of_the_outbox,
    word_of,
)
from .rough_post import slow_mail_server

LIVES = int(os.environ.get("NETWATCH_POINT_LIVES", "2"))
INSIDE = (
    "before_the_commit_of_a_mail", "after_the_commit_of_a_mail", "after_the_claim", "in_the_middle_of_the_content",
    "before_it_is_recorded_as_sent", "after_it_was_recorded_as_sent",
)  # fmt: skip
"""As dying_agent.py calls them."""
IN_THE_DIALOGUE = tuple(itertools.product((Step.MAIL, Step.RCPT, Step.DATA, Step.DOT), (False, True)))
"""A step of SMTP, and whether the server has answered it."""
DEVICES = [f"sw{number}" for number in range(1, 7)]
AT_ONCE = 3
RECIPIENTS = ("one@example.net", "two@example.net")
CONNECTIONS = 4
"""Mails that may be under way at a kill, and so the most that may come twice because of it: smtp.connections."""
RULES = """
rules:
  - alert: PortDown
    expr: ifOperStatus == 'down'
    clear_expr: ifOperStatus == 'up'
    labels: {severity: critical}
"""
CONFIG = """
credentials: {{usual: {{version: 2c, community: public}}}}
devices:
{devices}
polling: {{interval: 400ms, reachability_interval: 400ms, timeout: 300ms, retries: 3}}
rules: {{paths: ["{rules}"]}}
flapping: {{starts: 0}}
route: {{receiver: both, group_wait: 0s, group_interval: 200ms}}
receivers:
  - {{name: both, email: {{to: [one@example.net, two@example.net]}}}}
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays: [{{host: 127.0.0.1, port: {smtp}}}]
  storm: {{mails: 10000, critical_mails: 10000}}
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""

log = logging.getLogger(__name__)


class Killer:
    """Kills a process when the mail server is at a step; once, and only while it aims."""

    def __init__(self) -> None:
        self.aim: tuple[Step, bool] | None = None
        self.victim = 0

    def __call__(self, step: Step, answered: bool) -> None:
        if self.aim == (step, answered):
            self.aim = None
            os.kill(self.victim, signal.SIGKILL)


@pytest.fixture
def network() -> Iterator[SimulatedNetwork]:
    public = Credential(name="usual", version="2c", community=SecretStr("public"))
    devices = [SimulatedDevice(name, public, ports=[Port(index=1, name="Gi1")]) for name in DEVICES]
    with SimulatedNetwork(devices).run_in_thread() as running:
        yield running


@pytest.fixture
def killer() -> Killer:
    return Killer()


@pytest.fixture
def mail_server(killer: Killer) -> Iterator[RoughServer]:
    with slow_mail_server(killer) as server:
        yield server


@pytest.mark.timeout(300 + 300 * LIVES)
def test_at_whatever_point_the_agent_dies_each_change_is_told_once_to_everybody(
    agent, network, mail_server, killer, nursery_for, tmp_path
):
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    netwatch = agent(config_for(network, mail_server, rules))
    nursery, store = nursery_for(netwatch), netwatch.config.parent / "netwatch.db"
    told: dict[str, list[str]] = {device: [] for device in DEVICES}
    turns = itertools.cycle(itertools.combinations(DEVICES, AT_ONCE))

    repeats = 0
    for point in (*INSIDE, *IN_THE_DIALOGUE) * LIVES:
        netwatch.born(nursery.fork(point if isinstance(point, str) else ""))
        wait_until(lambda: is_told(store, told), f"what was to be told before {point}: {told}", PATIENCE_SECONDS)
        repeats_before, repeats = repeats, len(repeats_of(mail_server.accepted))
        assert repeats - repeats_before <= CONNECTIONS, f"{repeats - repeats_before} repeats before {point}"
        turn(network, next(turns), told)
        if isinstance(point, str):
            nursery.armed.touch()
        else:
            killer.victim, killer.aim = netwatch.pid, point
        assert netwatch.wait_for_end(PATIENCE_SECONDS) == -signal.SIGKILL, f"at {point}: {netwatch.log.read_text()}"
    netwatch.born(nursery.fork())
    wait_until(lambda: is_told(store, told), f"what was to be told at the end: {told}", PATIENCE_SECONDS)
    turn(network, [device for device in DEVICES if len(told[device]) % 2], told)
    wait_until(lambda: is_told(store, told), f"the end of it all: {told}", PATIENCE_SECONDS)
    assert netwatch.stop() == 0

    rows, firing = rows_and_firing(store)
    log.warning("%d mails, taken %d times", len(rows), len(mail_server.accepted))
    assert firing == []
    assert the_mails_are_those_of_the_outbox(rows, mail_server.accepted) == []
    assert every_down_has_its_ok(rows, RECIPIENTS) == []
    assert "Traceback" not in netwatch.log.read_text()
    assert integrity(store) == "ok"


def config_for(network: SimulatedNetwork, mail_server: RoughServer, rules: Path) -> str:
    line = "  - {{name: {0.name}, address: 127.0.0.1, port: {0.port}, credential: usual}}"
    devices = "\n".join(line.format(device) for device in network.devices.values())
    return CONFIG.format(devices=devices, rules=rules, smtp=mail_server.port)


def turn(network: SimulatedNetwork, devices: Sequence[str], told: Mapping[str, list[str]]) -> None:
    """Let devices lose their port, or have it again, and note what people are to be told of it."""
    for name in devices:
        is_down = len(told[name]) % 2 == 1
        action = network[name].interface_up if is_down else network[name].interface_down
        network.do(functools.partial(action, 1))
        told[name].append("OK" if is_down else "DOWN")


def is_told(store: Path, told: Mapping[str, Sequence[str]]) -> bool:
    """Return whether exactly this was mailed to everybody, and just those devices fire that are down."""
    if not store.exists():
        return not any(told.values())
    rows, firing = rows_and_firing(store)
    sent = by_device_and_recipient(rows)
    down = sorted(device for device, words in told.items() if len(words) % 2)
    return (
        all(row.state is OutboxState.SENT for row in rows)
        and sorted(alert.key.device for alert in firing) == down
        and all([word_of(row) for row in sent[name, to]] == told[name] for name in told for to in RECIPIENTS)
    )
