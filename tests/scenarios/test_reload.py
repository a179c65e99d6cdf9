"""A reload at any moment, and what a configuration that is not taken looks like to whoever reads mails."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from netwatch.app import Keeper
from netwatch.simulator import ReceivedMail, SmtpSink
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """\
credentials: {{lab: {{version: 2c, community: public}}}}
devices: [{{name: nobody, address: 127.0.0.1, port: {snmp}, credential: lab}}]
polling: {{interval: 2s, reachability_interval: 1s, timeout: 100ms, retries: 0}}
rules: {{paths: ["{rules}"]}}
route: {{receiver: noc, group_wait: 0s, group_interval: 1s}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{from: netwatch@example.net, relays: [{{host: 127.0.0.1, port: {mail}, tls: none}}]}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{store}"}}
"""
OWN_RULES = ROOT / "config" / "rules" / "netwatch.yaml"


def config_in(folder: Path, mail: int = 25) -> str:
    return CONFIG.format(snmp=free_port(), web=free_port(), mail=mail, rules=OWN_RULES, store=folder / "state.db")


def heeds_hangup(pid: int) -> bool:
    """Return whether a process would not be ended by SIGHUP: it has a handler, or ignores it."""
    status = Path(f"/proc/{pid}/status").read_text()
    masks = [int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("SigCgt", "SigIgn"))]
    return any(mask & 1 << signal.SIGHUP - 1 for mask in masks)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says which signals are heeded")
@pytest.mark.parametrize("born_deaf", [False, True], ids=["as a service", "under nohup"])
def test_a_sighup_at_any_moment_of_the_start_ends_nothing_and_is_not_forgotten(tmp_path, until, born_deaf):
    """Hundreds of them, from the first moment a Python program can heed one on."""
    config, log = tmp_path / "netwatch.yaml", tmp_path / "log"
    config.write_text(config_in(tmp_path))
    with log.open("wb") as written, contextlib.ExitStack() as on_end:
        command = [sys.executable, "-m", "netwatch", "run", "-c", str(config), "--log-format", "logfmt"]
        deaf = partial(signal.signal, signal.SIGHUP, signal.SIG_IGN) if born_deaf else None
        child = subprocess.Popen(command, stdout=written, stderr=written, preexec_fn=deaf)
        on_end.callback(child.wait)
        on_end.callback(child.kill)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not heeds_hangup(child.pid):
            assert time.monotonic() < deadline
        sent = 0
        while b"netwatch started" not in log.read_bytes():
            child.send_signal(signal.SIGHUP)
            sent += 1
            assert child.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.01)  # the moments, not a condition

        until(lambda: b"configuration read again" in log.read_bytes(), "the reading that was asked for at the start")
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE_SECONDS) == 0, log.read_text()
    assert sent > 10
    assert "Traceback" not in log.read_text()


async def test_a_configuration_that_is_not_taken_is_mailed_and_so_is_its_mending(tmp_path):
    """NetWatch looks at itself every ten seconds, and this takes two looks."""
    sink, config = SmtpSink(), tmp_path / "netwatch.yaml"
    await sink.start()
    good = config_in(tmp_path, sink.port)
    config.write_text(good)
    keeper = Keeper(config)
    await keeper.start()
    keeping = asyncio.create_task(keeper.keep())
    try:
        config.write_text(good + "receivrs: []\n")
        assert "receivrs" in await keeper.reload()
        mail = await mailed(sink, lambda one: "configuration is not in use" in one.subject)
        assert "netwatch.yaml:10:1: receivrs: unknown key" in mail.text

        config.write_text(good)
        assert await keeper.reload() == ""
        await mailed(sink, lambda one: one.subject.startswith("[OK]") and "configuration" in one.subject)
    finally:
        keeper.end()
        await keeping
        await keeper.stop()
        await sink.stop()


async def mailed(sink: SmtpSink, is_wanted: Callable[[ReceivedMail], bool]) -> ReceivedMail:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := [one for one in sink.mails if is_wanted(one)]):  # noqa: ASYNC110  # a mail wakes nobody here
            await asyncio.sleep(0.1)
    return found[0]
