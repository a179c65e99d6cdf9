"""The whole house against real peers: the agent as a process of its own, a real Postfix, simulated devices."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

PATIENCE_SECONDS = 60.0
SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def wait_until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Return the condition's first true value; fail with `what` where it does not come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds:g} s")


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait for a condition, bounded in time."""
    return wait_until


def free_tcp_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RunningAgent:
    """`netwatch run` as a process; `kill()` is SIGKILL, `stop()` is what systemd does."""

    def __init__(self, config: Path, port: int) -> None:
        self.config, self.url = config, f"http://127.0.0.1:{port}"
        self.log = config.parent / "agent.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "netwatch", "run", "-c", str(self.config), "--log-format", "logfmt"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)

    def wait_until_ready(self) -> None:
        wait_until(self._is_ready, f"the agent ready; its log:\n{self.log.read_text()}")

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    def json(self, path: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.get(path))
        return rows

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(number)
        code = self._process.wait(20)
        self._process = None
        return code


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Callable[[str], RunningAgent]]:
    """Make an agent from the text of a configuration; `{port}` and `{state}` in it are filled in."""
    agents: list[RunningAgent] = []

    def make(config: str) -> RunningAgent:
        folder = tmp_path / f"agent{len(agents)}"
        folder.mkdir()
        port = free_tcp_port()
        path = folder / "netwatch.yaml"
        path.write_text(config.replace("{port}", str(port)).replace("{state}", str(folder / "netwatch.db")))
        agents.append(RunningAgent(path, port))
        return agents[-1]

    yield make
    for made in agents:
        made.kill()


class Postfix:
    """A real Postfix that relays everything to a real smtp-sink, which writes each mail into a file."""

    def __init__(self, folder: Path) -> None:
        self.port, self._sink_port = free_tcp_port(), free_tcp_port()
        self._folder, self._etc, self._kept = folder, folder / "etc", folder / "sink"
        self._sink: subprocess.Popen[bytes] | None = None

    @property
    def mails(self) -> list[Message]:
        """The mails that came out at the far end, oldest first."""
        files = sorted(self._kept.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        return [message_from_bytes(path.read_bytes()) for path in files]

    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    def start(self) -> None:
        for name in ("etc", "queue", "data", "sink"):
            (self._folder / name).mkdir()
        shutil.chown(self._folder / "data", "postfix")
        shutil.chown(self._kept, "nobody")
        (self._etc / "main.cf").write_text(MAIN_CF.format(folder=self._folder, sink=self._sink_port))
        (self._etc / "master.cf").write_text(MASTER_CF.format(port=self.port))
        sink = shutil.which("smtp-sink", path=SBIN)
        command = [str(sink), "-u", "nobody", "-R", str(self._kept), "-d", "m.", f"127.0.0.1:{self._sink_port}", "64"]
        self._sink = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self._postfix("start")
        wait_until(self._answers, "Postfix answering")

    def stop(self) -> None:
        self._postfix("stop")
        if self._sink is not None:
            self._sink.kill()
            self._sink.wait(10)

    def _postfix(self, verb: str) -> None:
        command = [str(shutil.which("postfix", path=SBIN)), "-c", str(self._etc), verb]
        subprocess.run(command, check=True, timeout=30, capture_output=True)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                return probe.recv(3) == b"220"
        except OSError:
            return False


MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mta.test
mydestination =
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{sink}
smtpd_relay_restrictions = permit_mynetworks, reject
alias_maps =
alias_database =
"""
MASTER_CF = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""


@pytest.fixture
def postfix() -> Iterator[Postfix]:
    """A running Postfix; it wants root, and a folder that its own users may enter."""
    if shutil.which("postfix", path=SBIN) is None or shutil.which("smtp-sink", path=SBIN) is None:
        pytest.skip("Postfix is not installed (Debian package: postfix)")
    if os.geteuid() != 0:
        pytest.skip("a Postfix of our own can be started by root only")
    with tempfile.TemporaryDirectory(prefix="netwatch-postfix-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        mta = Postfix(folder)
        mta.start()
        yield mta
        mta.stop()
