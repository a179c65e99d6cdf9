"""`netwatch run` as a process of its own, as systemd would start it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from tests.patience import PATIENCE_SECONDS


def wait_until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Return the condition's first true value; fail with `what` where it does not come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds:g} s")


class Process(Protocol):
    """What is needed of an agent's process; `subprocess.Popen` has it."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def send_signal(self, sig: int) -> None: ...

    def wait(self, timeout: float) -> int: ...


class RunningAgent:
    """`netwatch run` as a process; `kill()` is SIGKILL, `stop()` is what systemd does."""

    def __init__(self, config: Path, port: int) -> None:
        self.config, self.url = config, f"http://127.0.0.1:{port}"
        self.log = config.parent / "agent.log"
        self._process: Process | None = None

    def start(self, **environment: str) -> None:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "netwatch", "run", "-c", str(self.config), "--log-format", "logfmt"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **environment})

    def born(self, process: Process) -> None:
        """Be this process, which somebody else started."""
        self._process = process

    @property
    def pid(self) -> int:
        """The process, for what only the system can do to it."""
        assert self._process is not None
        return self._process.pid

    def wait_until_ready(self) -> None:
        try:
            wait_until(self.is_ready, "the agent ready")
        except AssertionError as exc:
            raise AssertionError(f"{exc}; its log:\n{self.log.read_text()}") from exc

    def is_ready(self) -> bool:
        assert self._process is not None
        assert (code := self._process.poll()) is None, f"the agent has ended with {code}"
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=PATIENCE_SECONDS) as answer:
            text: str = answer.read().decode()
            return text

    def json(self, path: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.get(path))
        return rows

    def reload(self) -> None:
        """Send what `systemctl reload` sends."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def wait_for_end(self, seconds: float) -> int:
        """Wait until it has ended by itself; return its exit code, negative for a signal."""
        assert self._process is not None
        code = self._process.wait(seconds)
        self._process = None
        return code

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def stop(self) -> int:
        return self.end(signal.SIGTERM)

    def end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(number)
        code = self._process.wait(PATIENCE_SECONDS)
        self._process = None
        return code
