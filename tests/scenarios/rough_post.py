"""A slow mail server in a thread of its own, so that a test can wait and kill while mails come in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager

from netwatch.simulator import Act, RoughServer, Step, reply

START_SECONDS = 20.0
SLOW = {Step.DATA: reply(354, after=0.05), Step.DOT: reply(250, after=0.15)}
"""Long enough at the two moments that matter for a kill to land there."""


@contextmanager
def slow_mail_server(
    on_step: Callable[[Step, bool], None] = lambda _step, _answered: None,
) -> Iterator[RoughServer]:
    """Take mail slowly until the block ends; what was taken stays readable."""
    with mail_server(SLOW, on_step=on_step) as server:
        yield server


@contextmanager
def mail_server(
    script: Mapping[Step, Act] | None = None,
    *,
    recipients: Mapping[str, Act] | None = None,
    on_step: Callable[[Step, bool], None] = lambda _step, _answered: None,
) -> Iterator[RoughServer]:
    """Take mail, or not, as the script says, until the block ends."""
    server = RoughServer(script, recipients=recipients, on_step=on_step)
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(server, started)), name="mail server", daemon=True)
    thread.start()
    loop, over = started.result(START_SECONDS)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(START_SECONDS)


async def _serve(server: RoughServer, started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
    over = asyncio.Event()
    try:
        await server.start()
    except OSError as exc:
        started.set_exception(exc)
        return
    started.set_result((asyncio.get_running_loop(), over))
    await over.wait()
    await server.stop()
