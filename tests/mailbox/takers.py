"""Somebody who keeps what a mailbox hands over, as the agent does: each mail with the mark behind it."""

from __future__ import annotations

import asyncio
import time

from netwatch.mailbox import Arrived, read_mail
from tests.patience import PATIENCE_SECONDS


class KeepingTaker:
    """Keeps mails and the mark; `refuses` is raised in place of keeping, once each."""

    def __init__(self, mark: str = "") -> None:
        self.mark = mark
        self.taken: list[Arrived] = []
        self.refuses: list[Exception] = []
        self._changed = asyncio.Condition()

    async def take(self, arrived: Arrived, mark: str) -> bool:
        if self.refuses:
            raise self.refuses.pop()
        self.taken.append(arrived)
        await self.go_on_at(mark)
        return True

    def was_ours(self, identity: str) -> bool:
        return any(read_mail(one.octets).identity == identity for one in self.taken)

    async def go_on_at(self, mark: str) -> None:
        async with self._changed:
            self.mark = mark
            self._changed.notify_all()

    async def until(self, mails: int) -> None:
        """Wait until so many mails were taken and the mailbox was looked at."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: len(self.taken) >= mails and bool(self.mark))


async def eventually(condition, what: str) -> None:
    """Wait for a condition that nothing tells of."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.01)
