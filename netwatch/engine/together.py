"""What is taken in within one turn of the loop, as one transaction: thousands of traps come in a second.

Who begins a batch has it written before the loop turns again, or before anything else is: so the order of what is
written stays the order in which it happened. Should the ledger refuse a batch, each part is handed in by itself, so
that what cannot be written costs no other, and whoever waits is told which traps that concerns.

May import: netwatch.model, netwatch.engine.draft. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import datetime
from functools import partial

from netwatch.engine.draft import Draft
from netwatch.errors import LeftOutError, PartlyWrittenError, StoreError
from netwatch.model import Transaction

Commit = Callable[[Transaction], asyncio.Future[None]]


class Together:
    """The batch that is being filled."""

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self._draft: Draft | None = None
        self._written: asyncio.Future[None]
        self._restated = False

    def begun(self, *, restated: bool = False) -> tuple[Draft, asyncio.Future[None]]:
        """Return the draft to fill, and what is done when that is durable; it is written within this turn.

        restated: what comes has another instant than whoever waits knows; of such a batch all is refused or nothing.
        """
        if self._draft is None:
            loop = asyncio.get_running_loop()
            self._draft, self._written, self._restated = Draft(), loop.create_future(), False
            loop.call_soon(self.write)
        self._restated = self._restated or restated
        return self._draft, self._written

    def write(self) -> None:
        """Hand in what has gathered."""
        if self._draft is None:
            return
        draft, self._draft = self._draft, None
        _Batch(self._commit, draft.finished(), self._written, self._restated).hand_in()


class _Batch:
    """A transaction on its way, and whoever waits for it."""

    def __init__(
        self, commit: Commit, transaction: Transaction, waiting: asyncio.Future[None], restated: bool
    ) -> None:  # fmt: skip
        self._commit, self._transaction, self._waiting, self._restated = commit, transaction, waiting, restated
        self._left = 0
        self._problem: BaseException | None = None
        self._refused: list[Transaction] = []

    def hand_in(self) -> None:
        """Have it written as a whole."""
        try:
            self._commit(self._transaction).add_done_callback(self._ended)
        except Exception as exc:  # noqa: BLE001  # the store is closed: whoever waits is told
            self._tell(exc)

    def _ended(self, whole: asyncio.Future[None]) -> None:
        problem = asyncio.CancelledError() if whole.cancelled() else whole.exception()
        if isinstance(problem, StoreError) and not isinstance(problem, LeftOutError):
            parts = list(parts_of(self._transaction))
            if len(parts) > 1:
                self._one_by_one(parts)
                return
        self._tell(problem)

    def _one_by_one(self, parts: list[Transaction]) -> None:
        self._left = len(parts)
        for part in parts:
            try:
                self._commit(part).add_done_callback(partial(self._part_ended, part))
            except StoreError as exc:
                self._tell(exc)
                return

    def _part_ended(self, part: Transaction, written: asyncio.Future[None]) -> None:
        self._left -= 1
        if not written.cancelled() and (problem := written.exception()) is not None:
            self._problem = problem
            self._refused.append(part)
        if self._left:
            return
        heard = {trap.at for trap in self._transaction.traps}
        lost = {at for one in self._refused for at in _instants_of(one)}
        if self._problem is not None and lost < heard and not self._restated:
            self._problem = PartlyWrittenError(str(self._problem), frozenset(at for at in lost if at is not None))
        self._tell(self._problem)

    def _tell(self, problem: BaseException | None) -> None:
        if self._waiting.done():
            return
        if problem is None:
            self._waiting.set_result(None)
        elif isinstance(problem, asyncio.CancelledError):
            self._waiting.cancel()
        else:
            self._waiting.set_exception(problem)


def _instants_of(part: Transaction) -> Iterator[datetime | None]:
    """Yield when the traps were heard that a part came of; no two have the same instant. None where none is known."""
    if part.traps:
        yield from (trap.at for trap in part.traps)
    elif part.alerts:
        yield from (alert.seen_at for alert in part.alerts)
    elif part.events:
        yield from (event.at for event in part.events)
    else:
        yield None


def parts_of(transaction: Transaction) -> Iterator[Transaction]:
    """Yield what a transaction holds, each row as a transaction; mails and what they supersede stay together."""
    mails = ("entries", "supersessions")
    if transaction.entries:
        yield Transaction(entries=transaction.entries, supersessions=transaction.supersessions)
    for field in fields(transaction):
        for one in () if field.name in mails else getattr(transaction, field.name):
            yield replace(Transaction(), **{field.name: (one,)})
