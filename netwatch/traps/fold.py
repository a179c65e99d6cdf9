"""Tells the first of what a source says at once, and its repeats as counts.

A quiet room: the instant comes in, events go out. The rules:
- What a source has not said within the interval is told at once, whatever its rate.
- A repeat of what it said last is counted; the count is told once per interval, the last said last, so that what
  stands at the end is how things are.
- A repeat of something older is news again (down, up, down), and is told at once while the source has tokens.
  So is a repeated inform, whose sender waits.
- Who says more different things than can be remembered is braked: what is beyond is told as one storm with its count.
The counts of all that is told are exactly what was taken in.

May import: netwatch.model. Called by: netwatch.traps.pipeline.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from netwatch.model import Oid, Tag, TrapEvent, Varbind
from netwatch.traps.oids import SNMP_TRAP_OID, TRAP_STORM

Ticket = TypeVar("Ticket")
"""Who waits for the event to be written: an inform to be acknowledged."""

KEYS_PER_SOURCE = 10_000
KEYS_IN_ALL = 50_000
TICKETS_PER_KEY = 64
NEWS = (20.0, 5.0)
"""Tokens a source may save up, and gets per second, for telling at once what it said some time ago."""
INFORMS = (500.0, 100.0)
"""The same for repeated informs, whose senders wait for us and so slow themselves down."""

KeyOf = Callable[[TrapEvent], Hashable]
_VOLATILE = frozenset((Tag.TIME_TICKS, Tag.COUNTER32, Tag.COUNTER64))


def whole_content(event: TrapEvent) -> Hashable:
    """Return all a trap says but clocks and counters, which differ each time."""
    return tuple([(varbind.oid, varbind.value) for varbind in event.varbinds if varbind.tag not in _VOLATILE])


@dataclass(frozen=True, slots=True)
class Told(Generic[Ticket]):
    """An event to be told; `kind` is first, repeats or storm. `name` identifies what was said to `forget`."""

    event: TrapEvent
    kind: str
    tickets: tuple[Ticket, ...]
    name: tuple[str, Hashable]


class _Saying(Generic[Ticket]):
    """One thing a source says: when it was last told, and its repeats since."""

    __slots__ = ("count", "event", "tickets", "told_at")

    def __init__(self, told_at: float) -> None:
        self.told_at = told_at
        self.count = 0
        self.event: TrapEvent | None = None
        self.tickets: list[Ticket] = []

    def add(self, event: TrapEvent, ticket: Ticket | None) -> bool:
        """Count a repeat; return False where too many wait for this one already."""
        if ticket is not None:
            if len(self.tickets) >= TICKETS_PER_KEY:
                return False
            self.tickets.append(ticket)
        self.count += event.count
        self.event = event
        return True


class _Bucket:
    """A token bucket."""

    __slots__ = ("_most", "_per_second", "_refilled_at", "_tokens")

    def __init__(self, most: float, per_second: float, now: float) -> None:
        self._most = self._tokens = most
        self._per_second = per_second
        self._refilled_at = now

    def has_token(self, now: float) -> bool:
        """Take a token; return False where there is none."""
        self._tokens = min(self._most, self._tokens + (now - self._refilled_at) * self._per_second)
        self._refilled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class _Speaker(Generic[Ticket]):
    """One source: what it says, what of it is to be told yet, in the order last heard."""

    __slots__ = ("flush_at", "informs", "latest", "news", "sayings", "storm", "waiting")

    def __init__(self, now: float) -> None:
        self.sayings: dict[Hashable, _Saying[Ticket]] = {}
        self.waiting: dict[Hashable, _Saying[Ticket]] = {}
        self.storm: _Saying[Ticket] = _Saying(now)
        self.latest: Hashable = None
        self.flush_at: float | None = None
        self.news = _Bucket(*NEWS, now)
        self.informs = _Bucket(*INFORMS, now)


class Folder(Generic[Ticket]):
    """Everything said within the last interval, by source."""

    def __init__(
        self,
        interval_seconds: float,
        key_of: KeyOf = whole_content,
        *,
        keys_per_source: int = KEYS_PER_SOURCE,
        keys_in_all: int = KEYS_IN_ALL,
    ) -> None:
        self._interval = interval_seconds
        self._key_of = key_of
        self._keys_per_source = keys_per_source
        self._keys_in_all = keys_in_all
        self._speakers: dict[str, _Speaker[Ticket]] = {}
        self._size = 0
        self._flushes: list[tuple[float, str]] = []
        self._sweep_at = 0.0

    def __len__(self) -> int:
        return self._size

    # -- taking in ----------------------------------------------------------------------------------------------

    def take(self, event: TrapEvent, now: float, ticket: Ticket | None = None) -> Told[Ticket] | None:
        """Take an event in; return what is to be told at once, None where it is counted for later.

        Raises:
            OverflowError: too many wait for the same repeat to be written; this one was not counted.
        """
        speaker = self._speakers.get(event.source)
        if speaker is None:
            speaker = self._speakers[event.source] = _Speaker(now)
        key = (event.trap_oid, self._key_of(event))
        saying = speaker.sayings.get(key)
        if saying is None and not self._has_room(speaker, now):
            self._count(event, speaker, speaker.storm, None, now, ticket)
            return None
        if saying is None:
            saying = speaker.sayings[key] = _Saying(now)
            self._size += 1
        elif saying.count or now - saying.told_at < self._interval:
            is_news = speaker.latest != key and speaker.news.has_token(now)
            if not (is_news or (ticket is not None and speaker.informs.has_token(now))):
                speaker.latest = key
                self._count(event, speaker, saying, key, now, ticket)
                return None
        return self._tell_now(event, speaker, saying, key, now, ticket)

    def _tell_now(
        self, event: TrapEvent, speaker: _Speaker[Ticket], saying: _Saying[Ticket], key: Hashable, now: float,
        ticket: Ticket | None,
    ) -> Told[Ticket]:  # fmt: skip
        """Tell an event, and with it what was counted of the same before."""
        kind = "repeats" if saying.count else "first"
        tickets = (*saying.tickets, ticket) if ticket is not None else tuple(saying.tickets)
        if saying.count:
            event = replace(event, count=event.count + saying.count, repeated=True)
            speaker.waiting.pop(key, None)
        saying.told_at, saying.count, saying.event, saying.tickets = now, 0, None, []
        speaker.latest = key
        return Told(event, kind, tickets, (event.source, key))

    def _count(
        self, event: TrapEvent, speaker: _Speaker[Ticket], saying: _Saying[Ticket], key: Hashable, now: float,
        ticket: Ticket | None,
    ) -> None:  # fmt: skip
        if not saying.add(event, ticket):
            raise OverflowError
        if key is not None:
            speaker.waiting.pop(key, None)
            speaker.waiting[key] = saying
        if speaker.flush_at is None:
            speaker.flush_at = (saying.told_at if key is not None else now) + self._interval
            heapq.heappush(self._flushes, (speaker.flush_at, event.source))

    def _has_room(self, speaker: _Speaker[Ticket], now: float) -> bool:
        if len(speaker.sayings) < self._keys_per_source and self._size < self._keys_in_all:
            return True
        if speaker.storm.count:
            return False
        self._forget_old(speaker, now)
        if self._size >= self._keys_in_all:
            self._sweep(now)
        return len(speaker.sayings) < self._keys_per_source and self._size < self._keys_in_all

    # -- telling ------------------------------------------------------------------------------------------------

    def next_due(self) -> float | None:
        """Return when counts are to be told next, None while there are none."""
        return self._flushes[0][0] if self._flushes else None

    def due(self, now: float) -> list[Told[Ticket]]:
        """Return the counts whose time has come."""
        told: list[Told[Ticket]] = []
        while self._flushes and self._flushes[0][0] <= now:
            _, source = heapq.heappop(self._flushes)
            told += self._flush(source, now)
        if now >= self._sweep_at:
            self._sweep(now)
        return told

    def rest(self, now: float) -> list[Told[Ticket]]:
        """Return every count that was not told yet, as at the end of the house."""
        told = [one for _, source in sorted(self._flushes) for one in self._flush(source, now)]
        self._flushes.clear()
        return told

    def _flush(self, source: str, now: float) -> Iterator[Told[Ticket]]:
        speaker = self._speakers[source]
        speaker.flush_at = None
        waiting, speaker.waiting = speaker.waiting, {}
        if speaker.storm.count:
            yield self._told(speaker.storm, "storm", (source, None), now)
        for key, saying in waiting.items():
            yield self._told(saying, "repeats", (source, key), now)

    def _told(self, saying: _Saying[Ticket], kind: str, name: tuple[str, Hashable], now: float) -> Told[Ticket]:
        assert saying.event is not None  # noqa: S101  # it has a count
        event = replace(saying.event, count=saying.count, repeated=True)
        told = Told(_storm(event) if kind == "storm" else event, kind, tuple(saying.tickets), name)
        saying.told_at, saying.count, saying.event, saying.tickets = now, 0, None, []
        return told

    # -- forgetting ---------------------------------------------------------------------------------------------

    def forget(self, name: tuple[str, Hashable]) -> None:
        """Take back that something was told, because it could not be kept: the next one is a first again."""
        source, key = name
        speaker = self._speakers.get(source)
        if speaker is None or key not in speaker.sayings or speaker.sayings[key].count:
            return
        del speaker.sayings[key]
        self._size -= 1

    def _forget_old(self, speaker: _Speaker[Ticket], now: float) -> None:
        oldest = now - self._interval
        old = [key for key, one in speaker.sayings.items() if one.told_at <= oldest and not one.count]
        for key in old:
            del speaker.sayings[key]
        self._size -= len(old)

    def _sweep(self, now: float) -> None:
        """Forget what was not said again, and who says nothing any more."""
        self._sweep_at = now + self._interval
        for source, speaker in list(self._speakers.items()):
            self._forget_old(speaker, now)
            if not speaker.sayings and speaker.flush_at is None:
                del self._speakers[source]


def _storm(last: TrapEvent) -> TrapEvent:
    """Return what tells of a storm; which trap came last is all that can be said of its content."""
    varbind = Varbind(oid=SNMP_TRAP_OID, tag=Tag.OBJECT_IDENTIFIER, value=Oid(last.trap_oid))
    return replace(last, trap_oid=TRAP_STORM, varbinds=(varbind,))
