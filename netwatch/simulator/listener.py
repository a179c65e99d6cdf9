"""Ends a server so that nobody who was accepted is forgotten.

A quiet room. May import: nothing of NetWatch. Called by: the servers here and those of tests.
"""

from __future__ import annotations

import asyncio

TURNS = ("transport", "protocol", "first step")
"""What an accepted connection gets in the turns of the loop after its acceptance, one in each."""


async def close_listener(server: asyncio.Server) -> None:
    """Take nobody more; when this returns, everyone who was accepted is known to whoever serves them.

    Until CPython 3.12 `Server.close()` alone leaves who was accepted in the same turn with an open socket and no
    transport, and whoever ends conversations at once misses those that have not begun.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening.fileno())
    for _ in TURNS:
        await asyncio.sleep(0)
    server.close()
