"""What every test may ask for: the recordings beside the checkout, free ports, a temporary directory for state."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.web.chromium import Chromium, ChromiumEndedError

# Some hundreds of agents and commands are started; where this is set, each would compile a thousand modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# How long an example takes says how busy the machine is. Before any test is read: what they set builds on this.
settings.register_profile(
    "busy machine", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy machine")

SHARED = Path(__file__).resolve().parents[2] / "shared"

LONGEST = (
    "test_kill_points.py", "test_kill.py", "test_docs_installing.py", "test_demo.py", "test_clock.py",
    "test_collection.py",
)  # fmt: skip
"""What takes about a minute and more, the longest first."""

CHROMIUM_ENDED = pytest.mark.flaky(reruns=1, only_rerun=[ChromiumEndedError.__name__])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, then the scenarios: begun last, one would run on alone for minutes.

    And where a browser ended by itself, which is told from all else that fails, it is tried with one more.
    """
    begin = {name: place for place, name in enumerate(LONGEST)}

    def rank(item: pytest.Item) -> int:
        others = len(LONGEST) + (item.path.parent.name != "scenarios")
        return begin.get(item.path.name, others)

    items.sort(key=rank)
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(CHROMIUM_ENDED)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Commands and agents set up the log of their process; here no test begins with the log of another.

    Nor with that of a fixture that several tests share, which ran before this one and ends behind it.
    """
    root = logging.getLogger()
    handlers = [one for one in root.handlers if type(one) is not logging.StreamHandler]  # the others are pytest's

    def begin_anew() -> None:
        root.handlers[:] = handlers
        root.setLevel(logging.WARNING)
        structlog.reset_defaults()

    begin_anew()
    yield
    begin_anew()


@pytest.fixture
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chromium]:
    """A real browser, for what people see."""
    made = Chromium(tmp_path_factory.mktemp("chromium"))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real recordings, MIB files and packets; they stand beside the checkout and are never part of it."""
    path = SHARED / "corpus"
    if not path.is_dir():
        pytest.skip("the corpus of real recordings and packets is not beside this checkout")
    return path


@pytest.fixture(scope="session")
def lab() -> Path:
    """The C agent and the maker of recordings, beside the checkout."""
    path = SHARED / "lab"
    if not path.is_dir():
        pytest.skip("the lab with the fast C agent is not beside this checkout")
    return path


@pytest.fixture
def udp_port() -> int:
    """A UDP port on loopback at which nobody listens, and which nobody else is given."""
    return free_port()


@pytest.fixture
def tcp_port() -> int:
    """A TCP port on loopback at which nobody listens, and which nobody else is given."""
    return free_port()


class Snmpd:
    """A real net-snmp agent on loopback: community `public`, the users of SNMPD_USERS; killed, started at will."""

    def __init__(self, directory: Path, port: int, extra: str, address: str = "127.0.0.1") -> None:
        self.port, self.address = port, address
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        users = "\n".join(f"createUser {line}\nrouser {line.split()[0]} noauth" for line in SNMPD_USERS)
        named = "" if "sysName" in extra else "sysName snmpd-under-test"
        text = f"rocommunity public\n{named}\nsysContact noc@example.net\n{users}\n{extra}\n"
        (directory / "snmpd.conf").write_text(text)

    def start(self) -> None:
        """Start the agent and wait until it answers."""
        program = shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        assert program is not None
        command = [
            program, "-f", "-Lf", str(self._directory / "log"), "-C", "-c", str(self._directory / "snmpd.conf"),
            "-p", str(self._directory / "pid"), "-I", "-smux", "-r", f"udp:{self.address}:{self.port}",
        ]  # fmt: skip
        environment = {**os.environ, "SNMP_PERSISTENT_DIR": str(self._directory / "state"), "MIBS": ""}
        self._process = subprocess.Popen(command, env=environment)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            assert self._process.poll() is None, (self._directory / "log").read_text()
            assert time.monotonic() < deadline, "snmpd does not answer"

    def _answers(self) -> bool:
        """Ask for sysUpTime.0 once, in bytes written by hand, so that no code under test decides."""
        request = bytes.fromhex("302602010104067075626c6963a019020101020100020100300e300c06082b060102010103000500")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.1)
            try:
                probe.connect((self.address, self.port))
                probe.send(request)
                return bool(probe.recv(2048))
            except OSError:
                time.sleep(0.02)
                return False

    def kill(self) -> None:
        """End the agent at once, without a word to anybody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None


SNMPD_USERS = (
    "noauth",
    "md5des MD5 authpass-md5 DES privpass-des",
    "sha SHA authpass-sha",
    "shaaes SHA authpass-sha AES privpass-aes",
    "sha256aes SHA-256 authpass-256 AES privpass-256",
    "sha512aes SHA-512 authpass-512 AES privpass-512",
)
"""createUser lines: name, auth protocol and passphrase, privacy protocol and passphrase."""


@pytest.fixture
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Snmpd]]:
    """A factory of running agents; `snmpd("sysLocation here")` adds lines to its configuration."""
    if shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None:
        pytest.skip("snmpd is not installed (Debian package: snmpd)")
    agents: list[Snmpd] = []

    def start(extra: str = "", address: str = "127.0.0.1", port: int | None = None) -> Snmpd:
        agent = Snmpd(tmp_path_factory.mktemp("snmpd"), port or free_port(), extra, address)
        agents.append(agent)
        agent.start()
        return agent

    yield start
    for agent in agents:
        agent.kill()


class TrapDaemon:
    """A real snmptrapd on loopback: community `public` and the users given; `heard` is what it wrote down."""

    def __init__(self, port: int, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.port, self._log, self._process = port, log, process

    def stop(self) -> None:
        """Let it hear without answering, as a host that is overwhelmed."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self._process.send_signal(signal.SIGCONT)

    @property
    def heard(self) -> list[str]:
        """One line for each notification: `TRAP2, SNMP v2c, community public .1.3.6... = ...`."""
        lines = self._log.read_text(errors="replace").splitlines()
        return [line.removeprefix("HEARD ") for line in lines if line.startswith("HEARD ")]

    async def until_heard(self, count: int = 1) -> list[str]:
        """Wait for so many notifications."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.heard) < count:
            assert time.monotonic() < deadline, self._log.read_text(errors="replace")
            await asyncio.sleep(0.01)
        return self.heard


@pytest.fixture
def snmptrapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., TrapDaemon]]:
    """A factory of running trap daemons; `snmptrapd("createUser ...")` adds lines to the configuration."""
    program = shutil.which("snmptrapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        pytest.skip("snmptrapd is not installed (Debian package: snmptrapd)")
    running: list[subprocess.Popen[bytes]] = []

    def start(extra: str = "") -> TrapDaemon:
        directory, port = tmp_path_factory.mktemp("snmptrapd"), free_port()
        log, configuration = directory / "log", directory / "snmptrapd.conf"
        configuration.write_text(f"authCommunity log public\n{extra}\n")
        command = [
            program, "-f", "-n", "-Lf", str(log), "-C", "-c", str(configuration), "-On", "-p", str(directory / "pid"),
            "-F", r"HEARD %P %v\n", f"udp:127.0.0.1:{port}",
        ]  # fmt: skip
        environment = {**os.environ, "SNMP_PERSISTENT_DIR": str(directory / "state"), "MIBS": ""}
        process = subprocess.Popen(command, env=environment)
        running.append(process)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (log.exists() and "NET-SNMP version" in log.read_text()):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, "snmptrapd does not start"
            time.sleep(0.02)
        return TrapDaemon(port, log, process)

    yield start
    for process in running:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def pytest_configure() -> None:
    """Let children obey Ctrl-C although a shell that put this run in the background told it to ignore that."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)  # what is caught, and not ignored, is as usual in a new program


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI every peer is installed, so a skipped test is a hole; only what stands beside us may be missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    holes = [report for report in skipped if "beside this checkout" not in str(report.longrepr)]
    if os.environ.get("CI") and holes and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
