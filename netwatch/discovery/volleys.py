"""Asks stretches of addresses one question from one socket, many in one system call; what comes is noted by address.

May import: netwatch.compiled, the files of this room. Called by: echoing, knocking, probing.
"""

from __future__ import annotations

import asyncio
import socket
from array import array
from collections.abc import Sequence

from netwatch.compiled.datagram_twins import FULL, NOTHING, Question, Run, send_run
from netwatch.discovery.pace import Pace
from netwatch.discovery.ranges import Stretch

MOST_AT_ONCE = 512
"""Messages that are read before others have their turn on the loop."""
RECEIVE_OCTETS = 4 * 2**20
SO_RCVBUFFORCE = 33
IP_RECVERR, IPV6_RECVERR = 11, 25
FULL_SECONDS = (0.001, 0.05)
"""So long the first and the longest wait takes for room in this machine's queues; they double."""
FULL_FOR_SECONDS = 10.0
"""Where there was none for so long a packet is given up."""


class Asked:
    """One question to a stretch of addresses, and what came of it.

    came: for each address after how many seconds it answered, 0 where all it said is that nothing listens there, and
    NOTHING. engines: place in the stretch -> the id of the SNMP engine there. packets: how many left.
    """

    __slots__ = ("came", "engines", "numbers", "packets", "stretch", "unsent")

    def __init__(self, stretch: Stretch) -> None:
        self.stretch, self.came = stretch, array("d", [NOTHING]) * len(stretch)
        self.engines: dict[int, bytes] = {}
        self.numbers: list[int] = []
        self.packets = self.unsent = 0

    @property
    def is_complete(self) -> bool:
        """Return whether every address has said something."""
        return NOTHING not in self.came

    @property
    def silent(self) -> list[int]:
        """Return the places of those that have said nothing."""
        return [index for index, came in enumerate(self.came) if came < 0.0]


class Volleys:
    """What was asked from one socket. `runs` is what the compiled part notes answers in, by number."""

    def __init__(self, udp: socket.socket, question: Question, port: int, first: int, numbers: int) -> None:
        """Take a socket that does not block; run numbers begin with `first`, and there are `numbers` of them."""
        self.udp, self.port = udp, port
        self.runs: dict[int, Run] = {}
        self.asked: dict[int, Asked] = {}
        self._question = question
        self._next, self._numbers = first % numbers, numbers

    def volley(self, asked: Asked, which: Sequence[int]) -> Volley:
        """Return a round of the question, to the addresses at some places, which is still to be sent."""
        number = self._next
        self._next = (number + 1) % self._numbers
        self.runs[number] = Run(asked.stretch.addresses, asked.came, array("d", [0.0]) * len(asked.came))
        self.asked[number] = asked
        asked.numbers.append(number)
        return Volley(self, number, asked, array("H", which))

    def send(self, number: int, asked: Asked, which: array[int], begin: int, most: int) -> tuple[int, int]:
        """Send a part of a round; return how many left, and the errno of the one after them."""
        return send_run(
            self.udp, self._question, number, self.runs[number], which, begin, most, self.port, asked.stretch.scope
        )

    def forget(self, asked: Asked) -> None:
        """Let go of what is waited for no longer."""
        for number in asked.numbers:
            del self.runs[number], self.asked[number]
        asked.numbers.clear()


class Volley:
    """One round of a question, sent bit by bit."""

    def __init__(self, volleys: Volleys, number: int, asked: Asked, which: array[int]) -> None:
        self._volleys, self._number, self._asked, self._which = volleys, number, asked, which
        self._at = 0
        self._full_for = 0.0

    @property
    def left(self) -> int:
        """Return how many are still to be sent."""
        return len(self._which) - self._at

    async def go_on(self, most: int, pace: Pace) -> None:
        """Send some more, at most so many and no more than the pace lets; nothing is raised.

        A packet for which this machine has no room is none that is lost: it is waited for, and sent.
        """
        allowed = await pace.some(min(most, self.left))
        sent, trouble = self._volleys.send(self._number, self._asked, self._which, self._at, allowed)
        self._at += sent
        self._asked.packets += sent
        pace.give_back(allowed - sent)
        if sent or not trouble:
            self._full_for = 0.0
        if trouble in FULL and self._full_for < FULL_FOR_SECONDS:
            await self._wait_for_room()
        elif trouble:  # no way there, or not permitted: it is as silent as nobody
            self._at += 1
            self._asked.unsent += 1

    async def _wait_for_room(self) -> None:
        first, longest = FULL_SECONDS
        seconds = min(max(self._full_for, first), longest)
        self._full_for += seconds
        await asyncio.sleep(seconds)


async def send_in_turn(volleys: Sequence[Volley], pace: Pace) -> None:
    """Send rounds of several questions side by side, as fast as the pace lets."""
    under_way = [volley for volley in volleys if volley.left]
    while under_way:
        for volley in under_way:
            await volley.go_on(-(-pace.burst // len(under_way)), pace)
        under_way = [volley for volley in under_way if volley.left]


def prepare(udp: socket.socket, *, v6: bool) -> None:
    """Give a socket room for answers, and have it told what the network says of packets."""
    try:
        udp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_OCTETS)
    except OSError:  # only root may go beyond net.core.rmem_max
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_OCTETS)
    if v6:
        udp.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
    else:
        udp.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
