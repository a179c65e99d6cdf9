"""Runs the compiler as a child process and ends it when a file takes too long or too much.

May import: nothing of ours. Called by: netwatch.mib.building, fetching.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

MAX_ANSWER_BYTES = 64 * 2**20
PIPE_BYTES = 4096
"""PIPE_BUF: a pipe that is ready takes so many bytes without blocking."""
SECONDS_TO_START = 60.0
WALL_SECONDS_PER_CPU_SECOND = 20.0
"""How long a file may take by the clock, as a multiple of its CPU time: the machine may be busy with other things."""
LEAST_WALL_SECONDS = 60.0
_ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LANG", "LC_ALL", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found in a text; `final` where the text alone decided it: a time-out may end otherwise next time."""

    found: dict[str, Any]
    final: bool


class Compiler:
    """A compiling child, started when first needed; a context manager."""

    def __init__(self, seconds: float = 30.0) -> None:
        """Let each text take so many seconds of CPU time."""
        self._seconds = seconds
        self._wall_seconds = max(seconds * WALL_SECONDS_PER_CPU_SECOND, LEAST_WALL_SECONDS)
        self._child: subprocess.Popen[bytes] | None = None
        self._broken = ""

    def __enter__(self) -> Compiler:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def compile(self, text: str) -> Answer:
        """Return modules and faults of a text; a child that dies or hangs is a fault of that text alone."""
        if self._broken:
            return _given_up(self._broken)
        try:
            child = self._child or self._start()
        except OSError as exc:
            self.stop()
            self._broken = f"the MIB compiler does not start: {exc}"
            return _given_up(self._broken)
        request = json.dumps({"text": text, "seconds": self._seconds}).encode() + b"\n"
        try:
            return Answer(json.loads(_exchange(child, request, self._wall_seconds)), final=True)
        except TimeoutError:
            self.stop()
            return _given_up(f"is not compiled after {self._wall_seconds:g} s; given up")
        except OSError:
            return self._ended(child)

    def _ended(self, child: subprocess.Popen[bytes]) -> Answer:
        """Return what became of a text whose child is gone; too much CPU time is its own doing, so that is kept."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(1.0)  # its pipes are closed, so it is as good as gone; else it said too much, and is ended
        spent = child.returncode == -signal.SIGPROF
        self.stop()
        if not spent:
            return _given_up("made the compiler stop; it may need too much memory")
        answer = _given_up(f"is not compiled after {self._seconds:g} s of CPU time; given up")
        return Answer(answer.found | {"given_up_after": self._seconds}, final=True)

    def _start(self) -> subprocess.Popen[bytes]:
        """Start a child and wait until it is ready.

        Raises:
            OSError: it does not start; the message holds its last words.
        """
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        with tempfile.TemporaryFile() as words:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", "netwatch.mib.compiler"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                env=environment | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
                cwd="/",
            )
            try:
                _exchange(self._child, b"", SECONDS_TO_START)
            except OSError as exc:
                words.seek(0)
                last = words.read(65536).decode("utf-8", "replace").strip().splitlines()[-1:]
                raise OSError(last[0] if last else "it says nothing") from exc
        return self._child

    def stop(self) -> None:
        """End the child; the next text starts another."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        child.wait()


def _given_up(message: str) -> Answer:
    fault = {"line": 1, "name": "", "message": message, "severity": "error"}
    return Answer({"modules": [], "faults": [fault]}, final=False)


def _exchange(child: subprocess.Popen[bytes], request: bytes, seconds: float) -> bytes:
    """Send a request and return the line that answers it.

    Raises:
        TimeoutError: no answer within so many seconds. OSError: the child is gone, or says too much.
    """
    assert child.stdin is not None  # noqa: S101 - Popen was given PIPE
    assert child.stdout is not None  # noqa: S101
    deadline = time.monotonic() + seconds
    answer = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        if request:
            selector.register(child.stdin, selectors.EVENT_WRITE)
        while not answer.endswith(b"\n"):
            for key, _ in _ready(selector, deadline):
                if key.fileobj is child.stdout:
                    answer += _read(key.fd)
                    _check_size(answer)
                    continue
                request = request[os.write(key.fd, request[:PIPE_BYTES]) :]
                if not request:
                    selector.unregister(child.stdin)
    return bytes(answer)


def _ready(selector: selectors.BaseSelector, deadline: float) -> list[tuple[selectors.SelectorKey, int]]:
    left = deadline - time.monotonic()
    events = selector.select(left) if left > 0 else []
    if not events:
        raise TimeoutError
    return events


def _read(descriptor: int) -> bytes:
    chunk = os.read(descriptor, 2**20)
    if not chunk:
        raise BrokenPipeError
    return chunk


def _check_size(answer: bytearray) -> None:
    if len(answer) > MAX_ANSWER_BYTES:
        raise BrokenPipeError
