"""A person at a terminal, a mail server that takes everything, and an agent to be asked."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netwatch.simulator import SmtpSink

from .person import Person


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
