"""The time that may be spent: on reading in one poll, so that it is over before the next, and on what was in vain.

Discovery does not count: it is bounded by itself, and a slow device would otherwise never be read at all.
May import: nothing. Called by: netwatch.polling.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType

FIRST_WAIT_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 3600.0


class Budget:
    """Seconds for what is done inside `async with budget`; TimeoutError where they are used up."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timeout: asyncio.Timeout | None = None
        self.seconds_beside = 0.0
        """How long time stood still."""

    async def __aenter__(self) -> Budget:
        self._timeout = asyncio.timeout(self._seconds)
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        timeout, self._timeout = self._timeout, None
        if timeout is not None:
            await timeout.__aexit__(kind, error, traceback)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the time stand still."""
        timeout = self._timeout
        ends_at = None if timeout is None else timeout.when()
        if timeout is None or ends_at is None:
            yield
            return
        clock = asyncio.get_running_loop().time
        began = clock()
        left = ends_at - began
        timeout.reschedule(None)
        try:
            yield
        finally:
            self.seconds_beside += clock() - began
            timeout.reschedule(clock() + left)


class Patience:
    """Keeps what was of no use from being done all the time: after a minute, then two, then four, up to an hour."""

    def __init__(self) -> None:
        self._not_before = 0.0
        self._wait = FIRST_WAIT_SECONDS

    def allows(self, now: float) -> bool:
        """Return whether it may be done now."""
        return now >= self._not_before

    def note(self, now: float, *, worth_it: bool) -> None:
        """Take in whether it was of any use."""
        if worth_it:
            self._wait, self._not_before = FIRST_WAIT_SECONDS, 0.0
        else:
            self._not_before = now + self._wait
            self._wait = min(2 * self._wait, LONGEST_WAIT_SECONDS)


class SilentTables:
    """The tables that a device does not answer although it answers otherwise; they are asked last, and seldom.

    The first silence may be the device's own: only where it is up at its next poll, it was that table's.
    """

    def __init__(self) -> None:
        self._why: dict[str, str] = {}
        self._patience: dict[str, Patience] = {}

    def __contains__(self, table: str) -> bool:
        return table in self._patience

    def last(self, tables: Iterable[str]) -> list[str]:
        """Return the tables in the order to ask them."""
        return sorted(tables, key=self._patience.__contains__) if self._patience else list(tables)

    def note(self, table: str, why: str, now: float) -> None:
        """Take in that a table was not answered."""
        self._why[table] = why
        if table in self._patience:
            self._patience[table].note(now, worth_it=False)
        else:
            self._patience[table] = Patience()

    def ask_again(self) -> None:
        """Have each asked at its next turn, still last: what was in vain before says little of now."""
        for table in self._patience:
            self._patience[table] = Patience()

    def settle(self, table: str) -> None:
        """Take in that a table was answered."""
        if self._patience and self._patience.pop(table, None) is not None:
            del self._why[table]

    def why_not(self, table: str, now: float) -> str:
        """Return why a table is not asked now, empty where it is."""
        patience = self._patience.get(table)
        return "" if patience is None or patience.allows(now) else self._why[table]
