"""Turns a device's address, literal or DNS name, into socket addresses, and remembers the answer for a while.

A name may have several; whoever asks tries them all. Who gets no answer asks for the name anew, since a device that
moved has a new address long before an old answer is forgotten.
May import: netwatch.errors. Called by: fast/lane, general/endpoint.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from dataclasses import dataclass
from typing import Any

from netwatch.errors import PollError
from netwatch.snmp.metrics import resolutions

SocketAddress = tuple[str, int] | tuple[str, int, int, int]

NAME_LIVES_FOR_SECONDS = 300.0
FAILURE_LIVES_FOR_SECONDS = 10.0
"""An unknown name is not looked up again for every request of every poll."""
ANEW_AFTER_SECONDS = 5.0
"""A name whose device does not answer is looked up again, but not for every request of every poll either."""
MAX_NAMES = 100_000
MAX_ADDRESSES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """hosts: family, numeric host, flow and scope of each address; the port is the asker's."""

    hosts: tuple[tuple[socket.AddressFamily, str, int, int], ...]
    asked_at: float
    expires_at: float
    trouble: str = ""


def literal(address: str, port: int) -> tuple[socket.AddressFamily, SocketAddress] | None:
    """Return the socket address of a numeric address, None for a name that must be looked up."""
    try:
        found = socket.getaddrinfo(
            address.strip("[]"), port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        )
    except (OSError, UnicodeError):
        return None
    family, _, _, _, sockaddr = found[0]
    return family, sockaddr  # type: ignore[return-value]  # typeshed allows for builds without IPv6


class Resolver:
    """Looks names up through the loop's executor; one look-up per name at a time."""

    def __init__(self) -> None:
        self._answers: dict[str, _Answer] = {}
        self._running: dict[str, asyncio.Task[_Answer]] = {}

    async def resolve(
        self, name: str, port: int, *, anew: bool = False
    ) -> tuple[tuple[socket.AddressFamily, SocketAddress], ...]:
        """Return family and socket address of every address of a host, in the resolver's order.

        With `anew` an answer of more than some seconds ago is not good enough.

        Raises:
            PollError: the name is not known; says so in words.
        """
        answer, now = self._answers.get(name), asyncio.get_running_loop().time()
        is_old = answer is not None and anew and answer.asked_at + ANEW_AFTER_SECONDS <= now
        if answer is None or is_old or answer.expires_at <= now:
            answer = await self._look_up_once(name)
        if answer.trouble:
            raise PollError(answer.trouble)
        return tuple(
            (family, (host, port, flow, scope) if family == socket.AF_INET6 else (host, port))
            for family, host, flow, scope in answer.hosts
        )

    async def stop(self) -> None:
        """Give up look-ups under way."""
        for task in list(self._running.values()):
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _look_up_once(self, name: str) -> _Answer:
        task = self._running.get(name)
        if task is None:
            task = asyncio.create_task(self._look_up(name), name=f"resolve {name}")
            self._running[name] = task
            task.add_done_callback(lambda _: self._running.pop(name, None))
        return await asyncio.shield(task)

    async def _look_up(self, name: str) -> _Answer:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
            hosts = tuple(dict.fromkeys(_host(family, sockaddr) for family, _, _, _, sockaddr in found))[
                :MAX_ADDRESSES
            ]
            if not hosts:
                raise OSError(errno.ENODATA, "it has no address")
        except (OSError, UnicodeError) as exc:
            answer = self._after_failure(name, exc, loop.time())
        else:
            resolutions.labels(outcome="found").inc()
            now = loop.time()
            answer = _Answer(hosts=hosts, asked_at=now, expires_at=now + NAME_LIVES_FOR_SECONDS)
        if len(self._answers) >= MAX_NAMES:
            self._answers.pop(next(iter(self._answers)))
        self._answers[name] = answer
        return answer

    def _after_failure(self, name: str, exc: Exception, now: float) -> _Answer:
        """Keep an answer that was good before: a dead name server must not look like 1,000 dead devices."""
        resolutions.labels(outcome="failed").inc()
        expires_at = now + FAILURE_LIVES_FOR_SECONDS
        former = self._answers.get(name)
        if former is not None and not former.trouble:
            return _Answer(hosts=former.hosts, asked_at=now, expires_at=expires_at)
        words = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
        trouble = f"cannot look up the address {name!r}: {words}"
        return _Answer(hosts=(), asked_at=now, expires_at=expires_at, trouble=trouble)


def _host(family: socket.AddressFamily, sockaddr: tuple[Any, ...]) -> tuple[socket.AddressFamily, str, int, int]:
    flow, scope = (sockaddr[2], sockaddr[3]) if len(sockaddr) >= 4 else (0, 0)
    return family, str(sockaddr[0]), flow, scope
