"""A person at a terminal who types when asked, on a real pty; and a mail server that takes everything."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from netwatch.simulator import SmtpSink
from tests.patience import PATIENCE_SECONDS


class Person:
    """Runs a command on a terminal of her own; `screen` is all that was ever shown on it."""

    def __init__(self, command: list[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.screen, self._read_to = "", 0
        self._pid, self._terminal = pty.fork()
        if not self._pid:
            try:
                os.chdir(folder)
                os.execvpe(command[0], command, {**os.environ, **environment})  # noqa: S606  # it is the terminal's process
            finally:
                os._exit(127)

    def reads(self, text: str) -> str:
        """Wait until a text stands on the screen behind what was read before; return all up to it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (at := self.screen.find(text, self._read_to)) < 0:
            assert time.monotonic() < deadline, f"{text!r} does not come:\n{self.screen}"
            assert self._sees_more(), f"the command ended without {text!r}:\n{self.screen}"
        begin, self._read_to = self._read_to, at + len(text)
        return self.screen[begin : self._read_to]

    def types(self, text: str = "") -> None:
        os.write(self._terminal, f"{text}\n".encode())

    def answers(self, question: str, text: str = "") -> None:
        self.reads(question)
        self.reads(": ")  # what is typed before the terminal stopped to show it is thrown away
        self.types(text)

    def leaves(self) -> int:
        """Wait for the end of the command; return its exit code."""
        while self._sees_more():
            pass
        os.close(self._terminal)
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        return os.waitstatus_to_exitcode(status)

    def gives_up(self) -> None:
        """End the command if it still runs."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            os.close(self._terminal)
            self._pid = 0

    def _sees_more(self) -> bool:
        """Take in what is printed next; return whether the command still has the terminal."""
        ready, _, _ = select.select([self._terminal], [], [], PATIENCE_SECONDS)
        assert ready, f"nothing more comes:\n{self.screen}"
        try:
            more = os.read(self._terminal, 65536)
        except OSError:  # how Linux says that nobody has the other end any more
            return False
        self.screen += more.decode(errors="replace").replace("\r\n", "\n")
        return bool(more)


@pytest.fixture
def at_terminal(tmp_path: Path) -> Iterator[Callable[..., Person]]:
    """Run netwatch on a terminal, in an empty folder, for somebody who types."""
    people: list[Person] = []

    def run(*arguments: str, **environment: str) -> Person:
        usual = {"COLUMNS": "200", "LINES": "60", "TERM": "xterm", "NETWATCH_CONFIG": ""}
        people.append(Person([sys.executable, "-m", "netwatch", *arguments], tmp_path, usual | environment))
        return people[-1]

    yield run
    for person in people:
        person.gives_up()


class Post:
    """A mail server in a thread of its own."""

    def __init__(self, login: tuple[str, str] | None = None) -> None:
        self.sink = SmtpSink(login=login)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.sink.start(), self._loop).result()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.sink.stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def post() -> Iterator[Post]:
    server = Post()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def post_with_login() -> Iterator[Post]:
    server = Post(login=("netwatch", "pa55word-of-the-relay"))
    server.start()
    yield server
    server.stop()
