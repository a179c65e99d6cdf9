"""Odd questions and odd answers by the thousand, sent and taken by the compiled part and by its Python twin alike.

Run as `python -m tests.compiled.datagram_junk LIBRARY COUNT SEED`, where LIBRARY is a compiled datagrams.c, such as
one built with sanitizers; it prints how many there were, and ends with 1 at the first that the two disagree on.
"""

from __future__ import annotations

import contextlib
import importlib.util
import random
import select
import socket
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from itertools import islice
from types import ModuleType
from typing import Any

from netwatch.compiled.datagram_twins import (
    IN_A_RUN,
    NOTHING,
    Question,
    Run,
    Sign,
    send_in_python,
    take_answers_in_python,
    take_refusals_in_python,
)

WAIT_SECONDS, TRIES = 5.0, 4
IP_PKTINFO, IP_RECVERR = 8, 11
HOSTS = ("127.0.0.1", "127.0.0.2", "127.9.8.7")
GARBAGE: tuple[Any, ...] = (
    None, 7, -1, 2**70, "x", b"", b"12345", (), ((1, 9),), ((-1, 2),), ((2**40, 2),), [], {}, 1.5, array("d", [1.0]),
    array("H", [7, 7]), array("f", [1.0]), {0: 7}, {0: (b"1234", array("d"), array("d", [1.0]))},
)  # fmt: skip


class Place:
    """Who asks and who is asked, on loopback: one socket for the questions, and one at each host."""

    def __init__(self, family: int) -> None:
        self.v6 = family == socket.AF_INET6
        self.hosts = ("::1",) if self.v6 else HOSTS
        self.asker = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.asker.bind(("::1" if self.v6 else "127.0.0.1", 0))
        self.asked = self._bound(family)
        self.port = self.asked[0].getsockname()[1]
        with socket.socket(family, socket.SOCK_DGRAM) as nobody:
            nobody.bind((self.hosts[0], 0))
            self.closed_port = nobody.getsockname()[1]
        if self.v6:
            self.asker.setsockopt(socket.IPPROTO_IPV6, 25, 1)
        else:
            self.asker.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)

    def close(self) -> None:
        """Close all of it."""
        for udp in (self.asker, *self.asked):
            udp.close()

    def _bound(self, family: int) -> list[socket.socket]:
        """Return a socket at each host, all on one port."""
        while True:
            found = [socket.socket(family, socket.SOCK_DGRAM) for _ in self.hosts]
            found[0].bind((self.hosts[0], 0))
            try:
                for one, host in zip(found[1:], self.hosts[1:], strict=True):
                    one.bind((host, found[0].getsockname()[1]))
            except OSError:
                for one in found:
                    one.close()
                continue
            return found

    def packed(self, index: int) -> bytes:
        """Return the octets of a host's address."""
        return socket.inet_pton(socket.AF_INET6 if self.v6 else socket.AF_INET, self.hosts[index])

    def heard(self, count: int) -> list[list[bytes]]:
        """Return what came to each host; waits for so many datagrams in all."""
        found: list[list[bytes]] = [[] for _ in self.asked]
        ends_at = time.monotonic() + WAIT_SECONDS
        while sum(map(len, found)) < count and (left := ends_at - time.monotonic()) > 0:
            for one in select.select(self.asked, [], [], left)[0]:
                found[self.asked.index(one)].append(one.recv(4096))
        return found

    def clear(self) -> None:
        """Forget what is under way."""
        for udp in (self.asker, *self.asked):
            with contextlib.suppress(OSError):
                while udp.recvmsg(1, 1, socket.MSG_DONTWAIT):
                    pass
        with contextlib.suppress(OSError):
            while self.asker.recvmsg(1, 1, socket.MSG_ERRQUEUE):
                pass


def question(rng: random.Random) -> Question:
    """Return a question of any shape."""
    octets = rng.randbytes(rng.choice((9, 12, 24, 25, 64, 111, 512)))
    places = tuple(
        (rng.randrange(len(octets) - width + 1), width)
        for width in (rng.choice((8, 4)), *rng.choices((1, 2, 3, 4, 8), k=rng.randrange(3)))
    )
    checksum_at = rng.choice((-1, -1, 0, 2, len(octets) - 2))
    return Question(octets, places, checksum_at, rng.getrandbits(rng.choice((0, 30, 63))))


def run_of(place: Place, rng: random.Random) -> tuple[Run, list[int]]:
    """Return a run, and the host that stands at each place of it."""
    hosts = [rng.randrange(len(place.hosts)) for _ in range(rng.choice((0, 1, 2, 5, 9)))]
    size = len(hosts)
    return Run(b"".join(map(place.packed, hosts)), array("d", [NOTHING] * size), array("d", [0.0] * size)), hosts


def fresh(run: Run) -> Run:
    """Return the same run with nothing noted."""
    return Run(run.addresses, array("d", [NOTHING] * len(run.came)), array("d", [0.0] * len(run.sent)))


def outcome_of(work: Callable[..., Any], *arguments: Any) -> object:
    """Return what a call gives, or the kind of what it raises."""
    try:
        return work(*arguments)
    except (TypeError, ValueError, OverflowError, OSError, SystemError, AttributeError) as exc:
        return type(exc).__name__


def sent_alike(datagrams: Any, place: Place, rng: random.Random) -> str:
    """Return what the two send differently, empty for nothing."""
    one, (run, hosts) = question(rng), run_of(place, rng)
    which = array("H", rng.choices(range(len(hosts)), k=rng.randrange(12)) if hosts else [])
    begin, most = rng.randrange(len(which) + 2), rng.choice((0, 1, 5, 1000))
    number = rng.choice((0, 1, 2**20 - 1, 2**53))
    told = []
    for send in (send_in_python, datagrams.send_run):
        run = fresh(run)
        said = outcome_of(send, place.asker, one, number, run, which, begin, most, place.port, 0)
        count = said[0] if isinstance(said, tuple) else 0
        heard = [sorted(came) for came in place.heard(count)]
        told.append((said, heard, [index for index, at in enumerate(run.sent) if at > 0.0]))
    return "" if told[0] == told[1] else f"{one} to {hosts} of {which}[{begin}:+{most}]: {told}"


def answer(rng: random.Random, sign: Sign, number: int) -> bytes:
    """Return an answer with this number, or something like one."""
    data = bytearray(rng.randbytes(rng.choice((30, 40, 64, 600))))
    head = 20 if sign.in_ip else 0
    if sign.in_ip:
        data[0] = rng.choice((0x45, 0x45, 0x46, 0x4F, 0x41))
        head = (data[0] & 15) * 4
    for at, like in sign.marks:
        data[head + at : head + at + len(like)] = like
    for at, octets in sign.places[::-1]:
        data[head + at : head + at + octets] = ((number ^ sign.key) & (1 << 8 * octets) - 1).to_bytes(octets)
    kind = rng.random()
    if kind < 0.2:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind < 0.35:
        del data[rng.randrange(len(data)) :]
    return bytes(data)


def taken_alike(datagrams: Any, place: Place, rng: random.Random) -> str:
    """Return what the two make differently of what comes, empty for nothing."""
    marks = tuple((rng.choice((0, 1, 8)), rng.randbytes(rng.randrange(4))) for _ in range(rng.randrange(3)))
    sign = Sign(marks, ((16, 8), (12, 2))[: rng.choice((1, 2))], rng.getrandbits(30), rng.random() < 0.3)
    run, hosts = run_of(place, rng)
    number = rng.randrange(2**20)
    sends = []
    for _ in range(rng.randrange(8)):
        index = rng.randrange(len(hosts) + 1)
        host = hosts[index] if index < len(hosts) and rng.random() < 0.8 else rng.randrange(len(place.hosts))
        of_run = number if rng.random() < 0.9 else number + 1
        sends.append((host, answer(rng, sign, of_run * IN_A_RUN + index)))
    most = rng.choice((1, 3, 100))
    told = []
    for take in (take_answers_in_python, datagrams.take_answers):
        run = fresh(run)
        for host, data in sends:
            place.asked[host].sendto(data, place.asker.getsockname())
        counts, first = [0, 0, 0, 0], tuple[int, ...]()
        ends_at = time.monotonic() + WAIT_SECONDS
        while counts[0] < len(sends) and time.monotonic() < ends_at:
            select.select([place.asker], [], [], WAIT_SECONDS)
            first = take(place.asker, sign, {number: run}, most)
            counts = [one + more for one, more in zip(counts, first, strict=True)]
        told.append((counts, first[0] <= most if first else True, [came >= 0.0 for came in run.came]))
    return "" if told[0] == told[1] else f"{sends} for {sign}, run {number} to {hosts}: {told}"


def refused_alike(datagrams: Any, place: Place, rng: random.Random) -> str:
    """Return what the two make differently of refusals, empty for nothing."""
    octets = rng.randbytes(rng.choice((12, 40)))
    one = Question(octets, ((4, 8),), -1, rng.getrandbits(30))
    sign = Sign(((0, octets[: rng.choice((0, 4))]),), one.places, one.key ^ (rng.random() < 0.1))
    run, hosts = run_of(place, rng)
    number, which = rng.randrange(2**20), array("H", range(len(hosts)))
    told = []
    for send, take in (
        (send_in_python, take_refusals_in_python), (datagrams.send_run, datagrams.take_refusals),
    ):  # fmt: skip
        run = fresh(run)
        said = send(place.asker, one, number, run, which, 0, 100, place.closed_port, 0)
        counts = [0, 0, 0, 0]
        ends_at = time.monotonic() + WAIT_SECONDS
        while counts[0] < said[0] and time.monotonic() < ends_at:
            select.select([], [], [place.asker], 0.001)
            counts = [
                had + more for had, more in zip(counts, take(place.asker, sign, {number: run}, 100), strict=True)
            ]
        told.append((said, counts, list(run.came)))
    return "" if told[0] == told[1] else f"{one} for {sign}, run {number} to {hosts}: {told}"


def survives(datagrams: Any, place: Place, rng: random.Random) -> str:
    """Give it arguments that are none; what comes of them is an exception or nothing, and no more."""
    good: list[Any] = [place.asker, Question(bytes(12), ((4, 8),)), 1, Run(b"", array("d"), array("d")), array("H"),
                       0, 9, place.port, 0]  # fmt: skip
    good[rng.randrange(len(good))] = rng.choice(GARBAGE)
    outcome_of(datagrams.send_run, *good)
    taken: list[Any] = [place.asker, Sign(((0, b""),), ((0, 8),)), {}, 9]
    taken[rng.randrange(len(taken))] = rng.choice(GARBAGE)
    place.asked[0].sendto(bytes(20), place.asker.getsockname())
    outcome_of(rng.choice((datagrams.take_answers, datagrams.take_refusals)), *taken)
    place.clear()
    return ""


def disagreements(datagrams: Any, count: int, seed: int) -> Iterator[str]:
    """Yield what the two do differently. Others may flood loopback: what is lost there is tried again."""
    rng = random.Random(seed)
    families = [socket.AF_INET]
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp:
        udp.bind(("::1", 0))
        families.append(socket.AF_INET6)
    with contextlib.ExitStack() as stack:
        places = [stack.enter_context(contextlib.closing(Place(family))) for family in families]
        for _ in range(count):
            look = rng.choice((sent_alike, taken_alike, refused_alike, survives))
            if told := _disagreement(look, datagrams, rng.choice(places), rng.random()):
                yield f"{look.__name__}: {told}"


def _disagreement(look: Callable[..., str], datagrams: Any, place: Place, case: float) -> str:
    told = ""
    for _ in range(TRIES):
        told = look(datagrams, place, random.Random(case))
        place.clear()
        if not told:
            break
    return told


def load(path: str) -> ModuleType:
    """Load a compiled datagrams.c from where it was built."""
    spec = importlib.util.spec_from_file_location("netwatch.compiled.datagrams", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> int:
    """Work on as many as were asked for."""
    library, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    first = next(islice(disagreements(load(library), count, seed), 1), "")
    sys.stdout.write(first or f"{count} odd datagrams: the same\n")
    return bool(first)


if __name__ == "__main__":
    raise SystemExit(main())
