"""What a source says and has said again: the memory that `fold` decides on.

Quiet: instants come in. May import: netwatch.model. Called by: netwatch.traps.fold.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from netwatch.model import Oid, Tag, TrapEvent, Varbind
from netwatch.traps.marks import Marks
from netwatch.traps.oids import SNMP_TRAP_OID, TRAP_STORM
from netwatch.traps.token_bucket import TokenBucket

Ticket = TypeVar("Ticket")
"""Who waits for the event to be written: an inform to be acknowledged."""

TICKETS_PER_KEY = 64
NEWS = (20.0, 5.0)
"""Tokens a source may save up, and gets per second, for telling at once what it said some time ago."""
INFORMS = (500.0, 100.0)
"""The same for repeated informs, whose senders wait for us and so slow themselves down."""

Name = tuple[str, Hashable, Hashable]
"""Source, subject and key of a saying."""


@dataclass(frozen=True, slots=True)
class Told(Generic[Ticket]):
    """An event to be told; `kind` is first, repeats or storm, `name` is for `forget`."""

    event: TrapEvent
    kind: str
    tickets: tuple[Ticket, ...]
    name: Name


class Saying(Generic[Ticket]):
    """One thing a source says: when it was last told, and its repeats since."""

    __slots__ = ("count", "event", "tickets", "told_at", "weight")

    def __init__(self, told_at: float, weight: int = 0) -> None:
        self.told_at = told_at
        self.weight = weight
        self.count = 0
        self.event: TrapEvent | None = None
        self.tickets: list[Ticket] = []

    def add(self, event: TrapEvent, ticket: Ticket | None) -> None:
        """Count a repeat.

        Raises:
            OverflowError: too many wait for this one already.
        """
        if ticket is not None:
            if len(self.tickets) >= TICKETS_PER_KEY:
                raise OverflowError
            self.tickets.append(ticket)
        self.count += event.count
        self.event = event

    def tell(self, kind: str, name: Name, now: float) -> Told[Ticket]:
        """Return what was counted, and count anew."""
        assert self.event is not None  # noqa: S101  # something was counted
        event = replace(self.event, count=self.count, repeated=True)
        told = Told(_storm(event) if kind == "storm" else event, kind, tuple(self.tickets), name)
        self.told_at, self.count, self.event, self.tickets = now, 0, None, []
        return told


class Subject(Generic[Ticket]):
    """What a source says about one thing; `waiting` has those with a count, the last heard last."""

    __slots__ = ("latest", "sayings", "waiting")

    def __init__(self) -> None:
        self.sayings: dict[Hashable, Saying[Ticket]] = {}
        self.waiting: dict[Hashable, Saying[Ticket]] = {}
        self.latest: Hashable = None


class Speaker(Generic[Ticket]):
    """One source."""

    __slots__ = (
        "flush_at", "informs", "looked_through_at", "marks", "news", "size", "source", "storm", "subjects", "waiting",
    )  # fmt: skip

    def __init__(self, source: str, now: float) -> None:
        self.source = source
        self.subjects: dict[Hashable, Subject[Ticket]] = {}
        self.waiting: dict[Hashable, Subject[Ticket]] = {}
        self.size = 0
        self.storm: Saying[Ticket] = Saying(now)
        self.marks = Marks()
        self.flush_at: float | None = None
        self.looked_through_at = now
        self.news = TokenBucket(*NEWS, now)
        self.informs = TokenBucket(*INFORMS, now)

    def counts_about(self, about: Hashable, subject: Subject[Ticket], now: float) -> list[Told[Ticket]]:
        """Return the counts about one subject, the last heard last."""
        told = [one.tell("repeats", (self.source, about, key), now) for key, one in subject.waiting.items()]
        subject.waiting.clear()
        self.waiting.pop(about, None)
        return told

    def counts(self, now: float) -> Iterator[Told[Ticket]]:
        """Yield all there is to tell."""
        self.flush_at = None
        if self.storm.count:
            yield self.storm.tell("storm", (self.source, None, None), now)
        for about, subject in list(self.waiting.items()):
            yield from self.counts_about(about, subject, now)

    def forget_before(self, instant: float) -> int:
        """Forget what was told before an instant and not said again; return what that weighed."""
        gone = 0
        for about, subject in list(self.subjects.items()):
            for key in [key for key, one in subject.sayings.items() if one.told_at <= instant and not one.count]:
                gone += subject.sayings.pop(key).weight
            if not subject.sayings:
                del self.subjects[about]
        self.size -= gone
        return gone


def _storm(last: TrapEvent) -> TrapEvent:
    """Return what tells of a storm; which trap came last is all that can be said of its content."""
    varbind = Varbind(oid=SNMP_TRAP_OID, tag=Tag.OBJECT_IDENTIFIER, value=Oid(last.trap_oid))
    return replace(last, trap_oid=TRAP_STORM, varbinds=(varbind,))
