"""Asks any number of addresses who their SNMP engine is, from one socket per family.

That is the discovery of RFC 3414, section 4, which names no user and needs no credential; and the host of an address
where nothing listens says so (ICMP port unreachable), which is as good to know.
May import: netwatch.compiled, netwatch.snmp. Called by: netwatch.discovery (probing, looking).
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Sequence

from netwatch.compiled.datagram_twins import IN_A_RUN, Question, Sign, take_refusals
from netwatch.discovery.ranges import Stretch, packed
from netwatch.discovery.volleys import MOST_AT_ONCE, Asked, Volley, Volleys, prepare
from netwatch.errors import FastLaneRefused
from netwatch.snmp import (
    LEVEL,
    NO_KEYS,
    SEQUENCE,
    Flag,
    Pdu,
    PduKind,
    encode_context,
    encode_pdu,
    encode_tlv,
    open_header,
    seal,
)

_LEAST_NUMBER = 2**30
"""Numbers of 31 bits are four octets, whatever they are."""
_RUNS = _LEAST_NUMBER // IN_A_RUN
_NUMBER_OCTETS = 4


class Knocker:
    """Knocks between `start()` and `stop()`; what comes stands in what was asked."""

    def __init__(self, port: int = 161) -> None:
        self._port = port
        self._volleys: dict[bool, Volleys | None] = {}
        self._key = _LEAST_NUMBER | secrets.randbits(30)
        self._question, self._refusal = _forms(self._key)

    def start(self) -> None:
        """Get ready; a socket is opened with the first address of its family."""
        self._volleys.clear()

    def stop(self) -> None:
        """Close the sockets."""
        for one in filter(None, self._volleys.values()):
            asyncio.get_running_loop().remove_reader(one.udp)
            one.udp.close()
        self._volleys.clear()

    def volley(self, asked: Asked, which: Sequence[int]) -> Volley | None:
        """Return the question to some of a stretch, to be sent; None where this machine has no such family."""
        volleys = self._of(asked.stretch)
        return volleys.volley(asked, which) if volleys is not None else None

    def forget(self, asked: Asked) -> None:
        """Let go of what is waited for no longer."""
        if (volleys := self._of(asked.stretch)) is not None:
            volleys.forget(asked)

    def _of(self, stretch: Stretch) -> Volleys | None:
        if stretch.v6 not in self._volleys:
            self._volleys[stretch.v6] = self._opened(stretch.v6)
        return self._volleys[stretch.v6]

    def _opened(self, v6: bool) -> Volleys | None:
        try:
            udp = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        except OSError:  # this machine has no such family
            return None
        prepare(udp, v6=v6)
        volleys = Volleys(udp, self._question, self._port, secrets.randbelow(_RUNS), _RUNS)
        asyncio.get_running_loop().add_reader(udp, self._hear, volleys)
        return volleys

    def _hear(self, volleys: Volleys) -> None:
        """Take in what came, and what the network says: the socket is ready as long as there is some of either."""
        take_refusals(volleys.udp, self._refusal, volleys.runs, MOST_AT_ONCE)
        for _ in range(MOST_AT_ONCE):
            try:
                data, sender = volleys.udp.recvfrom(4096)
            except BlockingIOError:
                return
            except OSError:  # one that is pending; what it is about is in the queue of errors
                continue
            self._take(volleys, data, sender[0], sender[1])

    def _take(self, volleys: Volleys, data: bytes, address: str, port: int) -> None:
        """Take an unsigned answer with an engine's id, from the very address that was asked with its number."""
        try:
            header = open_header(data)
        except FastLaneRefused:
            return
        number, index = divmod(int.from_bytes(header.msg_id) ^ self._key, IN_A_RUN)
        asked = volleys.asked.get(number)
        if asked is None or port != self._port or not header.engine_id or header.flags & LEVEL:
            return
        if index < len(asked.stretch) and asked.stretch.packed(index) == packed(address):
            asked.came[index] = 0.0
            asked.engines[index] = header.engine_id


def _forms(key: int) -> tuple[Question, Sign]:
    """Return a discovery with room for its number, and how much of it a refusal has to quote."""
    number = (0x5A5B5C5D).to_bytes(_NUMBER_OCTETS)
    scoped = encode_tlv(
        SEQUENCE, encode_context(b"", b"") + encode_pdu(Pdu(kind=PduKind.GET, request_id=int.from_bytes(number)))
    )
    whole = seal(
        scoped, msg_id=int.from_bytes(number), flags=Flag.REPORTABLE, engine_id=b"", boots=0, time=0, user=b"",
        keys=NO_KEYS,
    )  # fmt: skip
    first = whole.index(number)
    second = whole.index(number, first + 1)
    places = ((first, _NUMBER_OCTETS), (second, _NUMBER_OCTETS))
    return Question(whole, places, key=key), Sign(((0, whole[:first]),), places[:1], key)
