"""What waits to be written, in order; and what of it is left out while the database takes nothing for long.

Alerts, incidents, silences and mails are kept, however many. Beyond a bound the rest goes first, and is counted:
traps of the log, lines of the event log that belong to no alert or mail, and memories that newer ones replace.
Not thread-safe: the writer holds its lock. May import: netwatch.model. Called by: writer.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import replace

from netwatch.model import Memory, Transaction
from netwatch.store.jobs import Job
from netwatch.store.metrics import LEFT_OUT, QUEUE_BYTES

BOUND_BYTES = 64 * 2**20
ROW_BYTES = 500
"""What a noun takes in memory beside its long texts, roughly."""
MAX_HOLLOW = 1000
LEFT_OUT_NOUNS = ("events", "traps", "memories")


def weight_of(transaction: Transaction | None) -> int:
    """Return about how many bytes of memory a transaction keeps while it waits."""
    if transaction is None:
        return ROW_BYTES
    one = transaction
    rows = 1 + len(one.alerts) + len(one.groups) + len(one.events) + len(one.memories) + len(one.silences)
    rows += len(one.returned)
    return (
        rows * ROW_BYTES
        + sum(ROW_BYTES + len(entry.message) for entry in one.entries)
        + sum(len(event.text) for event in one.events)
        + sum(len(memory.text or "") for memory in one.memories)
        + sum(ROW_BYTES * (1 + len(trap.varbinds)) for trap in one.traps)
    )


def essential(transaction: Transaction) -> Transaction:
    """Return what must be written even where space is short: the log of traps goes, and lines that stand alone."""
    bare = replace(transaction, traps=(), events=())
    if replace(bare, memories=()):
        return replace(bare, events=transaction.events)
    return bare


class Backlog:
    """Jobs in their order."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self._weight = 0
        self._hollow = 0
        self._lightening = False
        self._latest: dict[tuple[str, str], Job] = {}
        self.left_out = Counter(dict.fromkeys(LEFT_OUT_NOUNS, 0))  # it never grows: two threads look at it

    def __len__(self) -> int:
        return len(self._jobs) - self._hollow

    def push(self, job: Job, *, troubled: bool) -> list[Job]:
        """Add a job; return those that are given up for it, which only happens while the database is in trouble."""
        job.weight = weight_of(job.transaction)
        self._jobs.append(job)
        self._weigh(job.weight)
        if not troubled or self._weight < BOUND_BYTES // 2:
            self._lightening = False
        if self._lightening:
            return self._lighten(job)
        if not troubled or self._weight <= BOUND_BYTES:
            return []
        self._lightening = True
        self._latest = {}
        return [hollow for one in tuple(self._jobs) for hollow in self._lighten(one)]

    def take(self, limit: int) -> list[Job]:
        """Remove and return the oldest jobs."""
        taken: list[Job] = []
        while self._jobs and len(taken) < limit:
            job = self._jobs.popleft()
            self._weigh(-job.weight)
            job.taken = True
            if job.hollow:
                self._hollow -= 1
            else:
                taken.append(job)
        if not self._jobs:
            self._latest = {}
        return taken

    def count_left_out(self, before: Transaction, after: Transaction) -> None:
        """Write down what of a transaction is not written."""
        for what in LEFT_OUT_NOUNS:
            if gone := len(getattr(before, what)) - len(getattr(after, what)):
                self.left_out[what] += gone
                LEFT_OUT.labels(what).inc(gone)

    def _lighten(self, job: Job) -> list[Job]:
        """Leave out of a job what can be, and out of older ones the memories it replaces; return those left empty."""
        if job.transaction is None or not job.transaction or job.hollow:
            return []
        emptied = self._replace(job, essential(job.transaction))
        for memory in job.transaction.memories:
            key = (memory.scope, memory.key)
            older, self._latest[key] = self._latest.get(key), job
            if older is not None and older is not job and older.transaction is not None:
                emptied += self._replace(older, _without(older.transaction, memory))
        self._tidy()
        return emptied

    def _replace(self, job: Job, lighter: Transaction) -> list[Job]:
        if job.hollow or job.taken or job.transaction is None:
            return []
        self.count_left_out(job.transaction, lighter)
        job.transaction = lighter
        job.hollow = not lighter
        weight = 0 if job.hollow else weight_of(lighter)
        self._weigh(weight - job.weight)
        job.weight = weight
        self._hollow += job.hollow
        return [job] if job.hollow else []

    def _tidy(self) -> None:
        if self._hollow > MAX_HOLLOW:
            self._jobs = deque(job for job in self._jobs if not job.hollow)
            self._hollow = 0

    def _weigh(self, more: int) -> None:
        self._weight += more
        QUEUE_BYTES.set(self._weight)


def _without(transaction: Transaction, newer: Memory) -> Transaction:
    kept = [one for one in transaction.memories if (one.scope, one.key) != (newer.scope, newer.key)]
    return replace(transaction, memories=tuple(kept))
