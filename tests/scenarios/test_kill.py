"""kill -9 at random moments, with alerts firing and mail under way: no mail is lost, none is invented.

The agent is killed and started again 12 times while six devices come and go, and again so while its configuration is
read again all the time (half of the files are none), MIB files change that are to be compiled, and clients of its web
server mean ill. `NETWATCH_KILLS=200` is the full count;
`NETWATCH_SEED=...` repeats the dice of a run that failed (it stands in the captured log; the machine's own timing
cannot be repeated). Afterwards three things are held against each other: what was done to the devices, what the
outbox says, and what the mail server took.
"""

from __future__ import annotations

import logging
import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from netwatch.model import Credential, OutboxEntry
from netwatch.simulator import RoughServer, SimulatedDevice, SimulatedNetwork

from .agent import RunningAgent, wait_until
from .disturbances import Disturbances, around
from .reckoning import (
    by_device_and_recipient,
    every_down_has_its_ok,
    integrity,
    nothing_left_to_say,
    repeats_of,
    rows_and_firing,
    the_mails_are_those_of_the_outbox,
    word_of,
)
from .rough_post import slow_mail_server
from .silences import LONG_SECONDS, Silences, Span, random_silences

KILLS = int(os.environ.get("NETWATCH_KILLS", "12"))
RULES = Path(__file__).resolve().parents[2] / "config" / "rules" / "devices.yaml"
DEVICES = [f"sw{number}" for number in range(1, 7)]
RECIPIENTS = ("one@example.net", "two@example.net")
QUIET_ENDS = 5
"""So often the agent is let run until it has nothing left to say."""
KNOWN_WITHIN = timedelta(seconds=4)
"""How long an agent that runs may take until the outbox says what a device does: a check, its retries, a tick."""
KNOWN_WITHIN_RELOADS = timedelta(seconds=10)
"""The same for one that is stopped and started again every few seconds on a machine that compiles MIBs."""
LONG_LIFE_SECONDS, LONG_LIFE_OF_RELOADS_SECONDS = (5.0, 6.5), (13.0, 16.0)
LONG_SILENCES_SECONDS = (11.0, 18.0)
CONNECTIONS = 4
"""Mails that may be under way at a kill, and so the most that may come twice because of it: smtp.connections."""
CONFIG = """
credentials: {{usual: {{version: 2c, community: public}}}}
devices:
{devices}
polling: {{interval: 60s, reachability_interval: 500ms, timeout: 200ms, retries: 2}}
rules: {{paths: ["{rules}"]}}
flapping: {{starts: 0}}
route: {{receiver: both, group_wait: 0s, group_interval: 1s}}
receivers:
  - {{name: both, email: {{to: [one@example.net, two@example.net]}}}}
smtp:
  from: "NetWatch <netwatch@example.net>"
  relays: [{{host: 127.0.0.1, port: {smtp}}}]
  storm: {{mails: 10000, critical_mails: 10000}}
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""
MIBS = "mibs: {paths: [mibs]}\n"

log = logging.getLogger(__name__)


@pytest.fixture
def network() -> Iterator[SimulatedNetwork]:
    public = Credential(name="usual", version="2c", community=SecretStr("public"))
    with SimulatedNetwork([SimulatedDevice(name, public) for name in DEVICES]).run_in_thread() as running:
        yield running


@pytest.fixture
def mail_server() -> Iterator[RoughServer]:
    with slow_mail_server() as server:
        yield server


@pytest.mark.timeout(300 + 60 * KILLS)
@pytest.mark.parametrize("disturbed", [False, True], ids=["in peace", "reloads, MIBs and clients that mean ill"])
def test_whatever_the_moment_of_a_kill_no_mail_is_lost_and_a_repeated_one_is_the_same(
    agent, network, mail_server, nursery_for, disturbed
):
    seed = os.environ.get("NETWATCH_SEED") or secrets.token_hex(8)
    log.warning("repeat with NETWATCH_SEED=%s NETWATCH_KILLS=%d", seed, KILLS)
    dice = random.Random(seed)
    netwatch = agent(config_for(network, mail_server) + (MIBS if disturbed else ""))
    disturbances = Disturbances(netwatch, dice) if disturbed else None
    nursery = nursery_for(netwatch)

    lives = []
    with random_silences(network, dice, LONG_SILENCES_SECONDS if disturbed else LONG_SECONDS) as silences:
        for kill in range(KILLS):
            netwatch.born(nursery.fork())
            with around(disturbances):
                long = LONG_LIFE_OF_RELOADS_SECONDS if disturbed else LONG_LIFE_SECONDS
                lives.append(one_life(netwatch, mail_server, dice, kill, long))
    store = netwatch.config.parent / "netwatch.db"
    for _ in range(QUIET_ENDS):  # on a busy machine a device may be slow at the very end, and is told of once more
        netwatch.born(nursery.fork())
        netwatch.wait_until_ready()
        wait_until(lambda: nothing_left_to_say(store), "the end of all alerts and mails")
        assert netwatch.stop() == 0
        rows, firing = rows_and_firing(store)
        if not firing and nothing_left_to_say(store):
            break
    log.warning("%d mails, taken %d times, %d lives", len(rows), len(mail_server.accepted), len(lives))
    assert firing == []
    assert the_mails_are_those_of_the_outbox(rows, mail_server.accepted) == []
    assert len(repeats_of(mail_server.accepted)) <= CONNECTIONS * KILLS
    assert every_down_has_its_ok(rows, RECIPIENTS) == []
    within = KNOWN_WITHIN_RELOADS if disturbed else KNOWN_WITHIN
    assert the_outbox_tells_what_the_devices_did(rows, silences, lives, within) == []
    assert disturbances is None or (disturbances.reloads and disturbances.clients)
    assert "\n".join(line[-900:] for line in netwatch.log.read_text().splitlines() if "Traceback" in line) == ""
    assert integrity(store) == "ok"


def config_for(network: SimulatedNetwork, mail_server: RoughServer) -> str:
    line = "  - {{name: {0.name}, address: 127.0.0.1, port: {0.port}, credential: usual}}"
    devices = "\n".join(line.format(device) for device in network.devices.values())
    return CONFIG.format(devices=devices, rules=RULES, smtp=mail_server.port)


# -- lives and deaths -----------------------------------------------------------------------------------------------


def one_life(
    netwatch: RunningAgent, mail_server: RoughServer, dice: random.Random, number: int, long: tuple[float, float]
) -> Span | None:
    """Watch the agent, and kill it; return from when to when it was surely at work, None if it never was."""
    if number % 10 == 3:
        time.sleep(dice.uniform(0.3, 2.5))  # anywhere in its start
        netwatch.kill()
        return None
    netwatch.wait_until_ready()
    begin = datetime.now(UTC)
    wait_for_a_moment_to_die(mail_server, dice, number, long)
    end = datetime.now(UTC)
    netwatch.kill()
    return Span(begin=begin, end=end)


def wait_for_a_moment_to_die(
    mail_server: RoughServer, dice: random.Random, number: int, long: tuple[float, float]
) -> None:
    """Return at any moment, or right in a transaction: at DATA, at the dot, or just after."""
    if number % 6 == 0:
        time.sleep(dice.uniform(*long))
        return
    moment = dice.choice((at_data, at_the_dot, whenever))
    moment(mail_server, dice)


def whenever(_server: RoughServer, dice: random.Random) -> None:
    time.sleep(dice.uniform(0.0, 1.5))


def at_data(server: RoughServer, dice: random.Random) -> None:
    seen = len(server.commands)
    wait_a_little(lambda: "DATA" in server.commands[seen:])
    time.sleep(dice.uniform(0.0, 0.05))


def at_the_dot(server: RoughServer, dice: random.Random) -> None:
    seen = len(server.mails)
    wait_a_little(lambda: len(server.mails) > seen)
    time.sleep(dice.uniform(0.0, 0.2))


def wait_a_little(condition) -> None:
    """Wait for a mail; where none comes in 3 s, now is as good a moment as any."""
    deadline = time.monotonic() + 3
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)


# -- what must hold, and gives back what does not --------------------------------------------------------------------


def the_outbox_tells_what_the_devices_did(
    rows: Sequence[OutboxEntry], silences: Silences, lives: Sequence[Span | None], within: timedelta
) -> list[str]:
    """Where an agent ran and a device kept silent (or answered) long enough, the last mail by then says so."""
    told = by_device_and_recipient(rows)
    wrong, looked_at = [], Counter[str]()
    for word, device, span in silences.spans():
        for life in filter(None, lives):
            both = span.meet(life)
            if both.seconds <= within.total_seconds():
                continue
            looked_at[word] += 1
            for recipient in RECIPIENTS:
                mails = [row for row in told[device, recipient] if row.created_at <= both.begin + within]
                if (word_of(mails[-1]) if mails else "OK") != word:
                    wrong.append(f"{recipient} was not told {word} of {device} from {both.begin} to {both.end}")
    log.warning("held against the outbox: %s", dict(looked_at))
    return wrong if looked_at["DOWN"] else ["no outage was long enough to say anything"]
