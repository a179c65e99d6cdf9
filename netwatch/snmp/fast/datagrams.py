"""Takes datagrams from a socket and sends them, and says which request each answers.

Where the compiled part is in use as many as wait are taken in one system call, else in turn.
May import: netwatch.compiled. Called by: endpoint.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Mapping

from netwatch.snmp.codec.decoders import IS_COMPILED, open_response
from netwatch.snmp.codec.hot import RESPONSE, OddHeader
from netwatch.snmp.fast.peer import Exchange
from netwatch.snmp.resolver import SocketAddress

LONGEST = 65535
Matched = tuple[Exchange, bytes, bytes, int, int, int, int]
"""An exchange, its request-id, the datagram, where its varbinds begin and end, error-status and error-index."""


def one_by_one(udp: socket.socket, most: int) -> Iterator[tuple[bytes, SocketAddress]]:
    """Yield what waits, at most so many.

    Raises:
        OSError: a trouble that is no want of datagrams; what came before it has been given.
    """
    for _ in range(most):
        try:
            yield udp.recvfrom(LONGEST)
        except BlockingIOError:
            return


def send_in_python(udp: socket.socket, datagram: bytes, address: SocketAddress) -> None:
    """Send a datagram, at once or not at all.

    Raises:
        OSError: it is not sent; BlockingIOError: the socket's buffer is full.
    """
    udp.sendto(datagram, address)


def match_in_python(pending: Mapping[bytes, Exchange], data: bytes, source: SocketAddress) -> Matched | None:
    """Return the answer that a datagram plainly is, of version 1 or 2c; None where somebody has to look closer.

    Plainly, that is by request-id, address and community, and a Response.
    """
    try:
        identity, kind, request_id, status, index, at, end = open_response(data)
    except OddHeader:
        return None
    exchange = pending.get(request_id)
    if exchange is None or kind != RESPONSE:
        return None
    peer = exchange.peer
    if peer.identity != identity or peer.address != source:
        return None
    return exchange, request_id, data, at, end, status, index


if IS_COMPILED:
    from netwatch.compiled import wire

    match, send_to = wire.match, wire.send_to

    def send(udp: socket.socket, datagram: bytes, address: SocketAddress) -> None:
        """Do what `send_in_python` does; of an address with a name in it (fe80::1%eth0) Python makes sense."""
        if not send_to(udp.fileno(), datagram, address):
            udp.sendto(datagram, address)

    def receive(udp: socket.socket, most: int) -> Iterable[tuple[bytes, SocketAddress]]:
        """Return what waits, at most so many or 64; raises what `one_by_one` does."""
        return wire.receive(udp.fileno(), most)
else:
    receive, match, send = one_by_one, match_in_python, send_in_python

__all__ = ["Matched", "match", "match_in_python", "one_by_one", "receive", "send", "send_in_python"]
