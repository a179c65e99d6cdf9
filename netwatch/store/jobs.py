"""What waits to be written, how it is carried out on a connection, and how its caller is told.

May import: netwatch.errors, netwatch.model. Called by: writer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from netwatch.errors import StoreError
from netwatch.model import Transaction
from netwatch.store.sql.changes import Prepared, apply


@dataclass(slots=True, eq=False)
class Job:
    """Something to write: a transaction (prepared in the thread), or a function on the connection.

    A `droppable` one is not begun when its caller has gone: a claim would lease rows to nobody. What is not `lasting`
    may be lost where the power goes: it comes to a mail that is sent twice.
    weight, hollow, taken: the backlog's own notes: bytes, whether nothing is left, whether it went to be written.
    """

    future: asyncio.Future[Any]
    transaction: Transaction | None = None
    work: Callable[[Connection], Any] | None = None
    prepared: Prepared | None = None
    droppable: bool = False
    lasting: bool = True
    weight: int = 0
    hollow: bool = False
    taken: bool = False

    def run(self, connection: Connection) -> Any:
        """Do the work, where there is some and it is still wanted."""
        if self.work is None or (self.droppable and self.future.cancelled()):
            return None
        return self.work(connection)


@dataclass(slots=True, eq=False)
class Outcome:
    """How a job ended: its result, or the exception for whoever asked."""

    job: Job
    result: Any = None
    error: StoreError | None = None


def carry_out(connection: Connection, batch: Sequence[Job]) -> list[Outcome]:
    """Write jobs in their order, neighbouring transactions together."""
    outcomes: list[Outcome] = []
    for _, group in groupby(batch, key=lambda job: job.work is None):
        run = list(group)
        apply(connection, [job.prepared for job in run if job.prepared is not None])
        outcomes += [Outcome(job=job, result=job.run(connection)) for job in run]
    return outcomes


def tell(outcomes: Sequence[Outcome], on_outbox_commit: Callable[[], None] | None) -> None:
    """Resolve the futures of jobs, on their loop."""
    for one in outcomes:
        if one.job.future.done():
            continue
        if one.error is not None:
            one.job.future.set_exception(one.error)
        else:
            one.job.future.set_result(one.result)
    if on_outbox_commit is not None:
        on_outbox_commit()
