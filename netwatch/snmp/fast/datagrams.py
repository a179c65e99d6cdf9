"""Takes datagrams from a socket: as many as wait in one system call where the compiled part is in use, else in turn.

May import: netwatch.compiled. Called by: endpoint.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator

from netwatch.snmp.codec.decoders import IS_COMPILED
from netwatch.snmp.resolver import SocketAddress

LONGEST = 65535


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


if IS_COMPILED:
    from netwatch.compiled import wire

    def receive(udp: socket.socket, most: int) -> Iterable[tuple[bytes, SocketAddress]]:
        """Return what waits, at most so many or 64; raises what `one_by_one` does."""
        return wire.receive(udp.fileno(), most)
else:
    receive = one_by_one

__all__ = ["one_by_one", "receive"]
