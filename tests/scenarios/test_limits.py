"""The agent at the end of what the system lets it have: descriptors and memory, taken from it while it runs."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import socket
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from netwatch.model import Credential
from netwatch.simulator import SimulatedDevice, SimulatedNetwork, SmtpSink
from tests.patience import PATIENCE_SECONDS

CONFIG = """\
credentials: {{usual: {{version: 2c, community: public}}}}
devices:
  - {{name: first, address: 127.0.0.1, port: {snmp}, credential: usual}}
polling: {{interval: 2s, reachability_interval: 1s, timeout: 200ms, retries: 1}}
route: {{receiver: noc, group_by: [alertname], group_wait: 0s, group_interval: 1s}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{relays: [{{host: 127.0.0.1, port: {smtp}}}], check_interval: 0s}}
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""
PUBLIC = Credential(name="usual", version="2c", community=SecretStr("public"))
LITTLE_LOG_BYTES = 100_000
"""Far from the megabytes a second that asyncio's own retrying wrote."""


@pytest.fixture
def network():
    with SimulatedNetwork([SimulatedDevice("first", PUBLIC)]).run_in_thread() as network:
        yield network


@pytest.fixture
def sink():
    sink, loop = SmtpSink(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(sink.start(), loop).result(PATIENCE_SECONDS)
    yield sink
    asyncio.run_coroutine_threadsafe(sink.stop(), loop).result(PATIENCE_SECONDS)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(PATIENCE_SECONDS)
    loop.close()


@pytest.fixture
def netwatch(agent, network, sink, until):
    made = agent(CONFIG.format(snmp=network["first"].port, smtp=sink.port))
    made.start()
    made.wait_until_ready()
    until(lambda: '"up":true' in made.get("/api/v1/devices").replace(" ", ""), "the device up")
    return made


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def test_without_descriptors_mail_still_gets_out_and_the_page_is_back_when_there_are_some(
    netwatch, network, sink, until
):
    few = open_files(netwatch.pid) + 15
    soft, hard = resource.prlimit(netwatch.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(netwatch.pid, resource.RLIMIT_NOFILE, (few, hard))
    with contextlib.ExitStack() as crowd:
        for _ in range(40):
            crowd.enter_context(socket.create_connection(("127.0.0.1", int(netwatch.url.rpartition(":")[2]))))
        until(lambda: open_files(netwatch.pid) >= few, "no descriptor left")
        network.do(network["first"].silence)

        until(lambda: any("first" in mail.subject for mail in sink.mails), "the mail about the device")
        until(lambda: any("file descriptors" in mail.subject for mail in sink.mails), "the mail about descriptors")
    resource.prlimit(netwatch.pid, resource.RLIMIT_NOFILE, (soft, hard))

    until(netwatch.is_ready, "the page back")
    metrics = netwatch.get("/metrics").splitlines()
    (mishaps,) = [line for line in metrics if line.startswith('netwatch_loop_mishaps_total{what="accept"}')]
    assert float(mishaps.split()[-1]) > 0
    assert netwatch.log.stat().st_size < LITTLE_LOG_BYTES
    assert netwatch.stop() == 0


@pytest.mark.parametrize("taken_mib", [0, 200])
def test_without_memory_it_ends_as_a_failure_and_the_next_life_knows_everything(
    netwatch, network, sink, until, taken_mib
):
    network.do(network["first"].silence)
    until(lambda: any("first" in mail.subject for mail in sink.mails), "the mail")
    used = int(Path(f"/proc/{netwatch.pid}/statm").read_text().split()[0]) * resource.getpagesize()
    room = used - taken_mib * 2**20
    resource.prlimit(netwatch.pid, resource.RLIMIT_AS, (room, room))

    code = netwatch.wait_for_end(PATIENCE_SECONDS)

    assert code not in (0, -signal.SIGKILL)
    assert "no memory is left" in netwatch.log.read_text()
    netwatch.start()
    netwatch.wait_until_ready()
    (alert,) = [one for one in netwatch.json("/api/v1/alerts") if one["rule"] == "DeviceDown"]
    assert alert["state"] == "firing"
    assert netwatch.stop() == 0
