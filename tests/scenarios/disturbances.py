"""What goes on around an agent besides its work: reloads good and bad, MIB files that change, ill-meaning clients."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.patience import PATIENCE_SECONDS

from .agent import RunningAgent

RELOAD_EVERY_SECONDS = (1.0, 4.0)
CLIENT_EVERY_SECONDS = (0.02, 0.2)
MOST_CLIENTS = 60
MIB_FILES = 20
NO_CONFIGURATIONS = ("", "devices: [", "devices: 7\n", "credentials: {x: !!python/none }\n", "\x00", "[" * 50)
"""Files that are no configuration; the agent goes on with the one it has."""
MEANT_ILL: tuple[bytes, ...] = (
    b"",
    b"GET / HT",
    b"POST /api/v2/silences HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 60000\r\n\r\n{",
    b"GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /api/v1/alerts HTTP/1.1\r\nHost: elsewhere.example.net\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
    b"\x00" * 300,
)


class Disturbances:
    """Goes on around one life of an agent after the other, from `begin()` to `end()`."""

    def __init__(self, netwatch: RunningAgent, dice: random.Random) -> None:
        self._netwatch, self._dice = netwatch, dice
        self._good = netwatch.config.read_text()
        self._mibs = netwatch.config.parent / "mibs"
        self._mibs.mkdir()
        for number in range(MIB_FILES):
            self._write_mib(number)
        self.reloads, self.clients = 0, 0
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        """Disturb the agent that was just born."""
        self._over.clear()
        seeds = [self._dice.random() for _ in range(2)]
        self._threads = [
            threading.Thread(target=self._reload, args=(random.Random(seeds[0]),), daemon=True),
            threading.Thread(target=self._besiege, args=(random.Random(seeds[1]),), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Leave it alone, with the good configuration on the disk."""
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        self._threads = []
        self._put(self._good)

    def _reload(self, dice: random.Random) -> None:
        while not self._over.wait(0.05) and not _or_none(self._netwatch.is_ready):
            pass
        while not self._over.wait(dice.uniform(*RELOAD_EVERY_SECONDS)):
            self._put(dice.choice(NO_CONFIGURATIONS) if dice.random() < 0.5 else self._good)
            self._write_mib(dice.randrange(MIB_FILES))
            with contextlib.suppress(AssertionError, ProcessLookupError):  # it was killed meanwhile
                self._netwatch.reload()
                self.reloads += 1

    def _besiege(self, dice: random.Random) -> None:
        """Open connections that say odd things and never finish; now and then one breaks off."""
        where = urlsplit(self._netwatch.url)
        open_now: list[socket.socket] = []
        while not self._over.wait(dice.uniform(*CLIENT_EVERY_SECONDS)):
            with contextlib.suppress(OSError):
                client = socket.create_connection((where.hostname, where.port), timeout=1)
                open_now.append(client)
                client.sendall(dice.choice(MEANT_ILL))
                self.clients += 1
            while len(open_now) > MOST_CLIENTS or (open_now and dice.random() < 0.3):
                open_now.pop(dice.randrange(len(open_now))).close()
        for client in open_now:
            client.close()

    def _put(self, text: str) -> None:
        """Write the configuration as an editor does: whole or not at all."""
        beside = self._netwatch.config.with_suffix(".new")
        beside.write_text(text)
        beside.replace(self._netwatch.config)

    def _write_mib(self, number: int) -> None:
        """Write a module that no cache knows yet."""
        name, salt = f"DISTURBANCE{number}-MIB", self._dice.randrange(10**9)
        scalars = "\n".join(
            f"disturbance{number}x{place} OBJECT-TYPE SYNTAX Integer32 MAX-ACCESS read-only STATUS current\n"
            f'  DESCRIPTION "{salt}" ::= {{ disturbance{number} {place} }}'
            for place in range(1, 200)
        )
        (self._mibs / name).write_text(
            f"{name} DEFINITIONS ::= BEGIN\n"
            "IMPORTS MODULE-IDENTITY, OBJECT-TYPE, Integer32, enterprises FROM SNMPv2-SMI;\n"
            f'disturbance{number} MODULE-IDENTITY LAST-UPDATED "202601010000Z" ORGANIZATION "x" CONTACT-INFO "x"\n'
            f'  DESCRIPTION "{salt}" ::= {{ enterprises 32473 {100 + number} }}\n{scalars}\nEND\n'
        )


@contextmanager
def around(disturbances: Disturbances | None) -> Iterator[None]:
    """Disturb one life, or leave it in peace."""
    if disturbances is None:
        yield
        return
    disturbances.begin()
    try:
        yield
    finally:
        disturbances.end()


def _or_none(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except AssertionError:
        return False
