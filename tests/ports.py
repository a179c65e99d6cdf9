"""Ports for peers and configurations that want a number before anybody listens.

A port that was free a moment ago may be another's by the time it is used: the kernel gives it to whoever asks for
any port, and another worker, or another run on this machine, may have found it free as well. So these ports lie below
those that the kernel gives away, and come from blocks that one process holds at a time.
"""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Iterator

BLOCKS = range(20_000, 32_000, 100)
"""The first ports of the blocks; Linux gives away 32768 and above (net.ipv4.ip_local_port_range)."""


def _ports() -> Iterator[int]:
    """Yield the ports of one block after another; a name in the abstract namespace of sockets holds a block."""
    start = os.getpid() % len(BLOCKS)
    for block in itertools.chain(BLOCKS[start:], BLOCKS[:start]):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as claim:
            try:
                claim.bind(f"\0netwatch-tests-ports-{block}")
            except OSError:
                continue
            yield from range(block, block + BLOCKS.step)
    raise AssertionError("all blocks of ports are used up")


_OURS = _ports()


def free_port() -> int:
    """Return a port that is free on loopback, for UDP and TCP, and that no other test is given."""
    return next(port for port in _OURS if _is_free(port))


def _is_free(port: int) -> bool:
    try:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
