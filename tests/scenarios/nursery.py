"""Agents forked off a process that has imported everything already, so that hundreds of lives take minutes."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.patience import PATIENCE_SECONDS

LOOK_AGAIN_SECONDS = 0.5
"""Another thread may have been told what one waits for."""


class Nursery:
    """Forks agents off a process that has imported everything already; see dying_agent.py for the points."""

    def __init__(self, config: Path, log: Path) -> None:
        self.armed = config.parent / "armed"
        self._config, self._log = config, log
        self._process: subprocess.Popen[bytes] | None = None
        self._youngest: ForkedAgent | None = None

    def fork(self, point: str = "", **environment: str) -> ForkedAgent:
        """Start an agent that will die at a point once `armed` exists; the first one's environment is everybody's."""
        self.armed.unlink(missing_ok=True)
        if self._process is None:
            program = Path(__file__).with_name("dying_agent.py")
            command = [sys.executable, "-P", program, self._config, self._log, self.armed]
            path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, bufsize=0,
                    env={**os.environ, **environment, "PYTHONPATH": path},
                )  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(f"{point}\n".encode())
        self._youngest = ForkedAgent(self._process)
        return self._youngest

    def close(self) -> None:
        """End the nursery, and the agent that may still live."""
        if self._process is not None:
            if self._youngest is not None:
                self._youngest.send_signal(signal.SIGKILL)
                self._youngest.wait(PATIENCE_SECONDS)  # whoever asks for it later finds its end told
            self._process.kill()
            self._process.communicate()
            self._process = None


class ForkedAgent:
    """A child of the nursery's process, which tells its pid and later its exit code."""

    def __init__(self, nursery: subprocess.Popen[bytes]) -> None:
        assert nursery.stdout is not None
        self._told, self._code = nursery.stdout, None
        self._reading = threading.Lock()
        self.pid = self._number(PATIENCE_SECONDS)
        assert self.pid is not None, "no agent was forked"

    def poll(self) -> int | None:
        with self._reading:  # who sends signals meanwhile asks too, and the code is told once
            if self._code is None:
                self._code = self._number(0)
            return self._code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def wait(self, timeout: float) -> int:
        give_up_at = time.monotonic() + timeout
        while (code := self.poll()) is None and (left := give_up_at - time.monotonic()) > 0:
            select.select([self._told], [], [], min(left, LOOK_AGAIN_SECONDS))
        assert code is not None, f"the agent did not end within {timeout:g} s"
        return code

    def _number(self, timeout: float) -> int | None:
        """Return the next number told, None where none comes in time."""
        ready, _, _ = select.select([self._told], [], [], timeout)
        return int(self._told.readline()) if ready else None
