"""Sends echo requests to stretches of addresses, from one socket per family of the ping room's.

May import: netwatch.compiled, netwatch.errors, netwatch.ping. Called by: netwatch.discovery.probing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from netwatch.compiled.datagram_twins import NOTHING, take_answers, take_refusals
from netwatch.discovery.volleys import MOST_AT_ONCE, Asked, Volley, Volleys
from netwatch.errors import PingRefused
from netwatch.log import get_logger
from netwatch.ping import EchoSocket, count_packets, count_strays, open_socket

log = get_logger(__name__)

_RUNS = 2**53
"""Run numbers for ever: what is theirs in a packet has 54 bits."""


class Echoer:
    """Pings between the first question and `stop()`; `trouble` says why it cannot and what to type."""

    def __init__(self) -> None:
        self._sockets: dict[bool, EchoSocket | None] = {}
        self._volleys: dict[bool, Volleys] = {}
        self._troubles: dict[bool, str] = {}

    @property
    def trouble(self) -> str:
        """Return why a family cannot be pinged that somebody wanted pinged."""
        return "; ".join(dict.fromkeys(self._troubles.values()))

    def stop(self) -> None:
        """Close the sockets."""
        for one in filter(None, self._sockets.values()):
            asyncio.get_running_loop().remove_reader(one.udp)
            one.udp.close()
        self._sockets.clear()
        self._volleys.clear()

    def volley(self, asked: Asked, which: Sequence[int]) -> Volley | None:
        """Return echo requests to some of a stretch, to be sent; None where this process may not ping."""
        v6 = asked.stretch.v6
        if v6 not in self._sockets:
            self._sockets[v6] = self._opened(v6)
        if v6 not in self._volleys:
            count_packets(unsent=len(which))
            return None
        return self._volleys[v6].volley(asked, which)

    def forget(self, asked: Asked) -> None:
        """Let go of what is waited for no longer, and count what became of it."""
        if (volleys := self._volleys.get(asked.stretch.v6)) is not None:
            volleys.forget(asked)
        answered = len(asked.stretch) - asked.came.count(NOTHING)
        count_packets(answered=answered, lost=asked.packets - answered, unsent=asked.unsent)

    def _opened(self, v6: bool) -> EchoSocket | None:
        try:
            one = open_socket(v6=v6)
        except PingRefused as exc:
            if str(exc) not in self._troubles.values():
                log.warning("no ping", reason=str(exc))
            self._troubles[v6] = str(exc)
            return None
        self._volleys[v6] = Volleys(one.udp, one.form.question, 0, 1, _RUNS)
        asyncio.get_running_loop().add_reader(one.udp, self._hear, one)
        return one

    def _hear(self, one: EchoSocket) -> None:
        """Take in what came; whatever the network says of a packet, its answer is waited for all the same."""
        runs = self._volleys[one.form.v6].runs
        _, _, late, foreign = take_answers(one.udp, one.answer, runs, MOST_AT_ONCE)
        read, *_ = take_refusals(one.udp, one.answer, {}, MOST_AT_ONCE)
        count_strays(late=late, foreign=foreign, errors=read)
