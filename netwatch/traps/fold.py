"""Tells the first of what a source says at once, and its repeats as counts.

A quiet room: the instant comes in, events go out. A *saying* is a trap OID with all it says but clocks and counters;
its *subject* is what it is about, so that down and up of one port are two sayings about one subject. The rules:
- What a source has not said within the interval is told at once, whatever its rate.
- Repeats are counted; the count is told once per interval.
- A saying that is not the last about its subject is news (down, up, down), and told at once while there are tokens.
  So is a repeated inform, whose sender waits. Counts about the subject are told before it, so that what is told
  last is how things are.
- Who says more different things than can be remembered whole is braked: of what is beyond the first is told at once
  and only marked, its repeats are told as one storm with their count; so is what there is not even room to mark.
The counts of all that is told are exactly what was taken in.

May import: netwatch.model. Called by: netwatch.traps.pipeline.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable
from typing import Generic

from netwatch.model import Tag, TrapEvent
from netwatch.traps.sayings import Name, Saying, Speaker, Subject, Ticket, Told

KEYS_PER_SOURCE = 10_000
KEYS_IN_ALL = 50_000
MARKS_PER_SOURCE = 100_000
MARKS_IN_ALL = 400_000
"""28 MB. With the interval of 10 s that is told, a source may say 10,000 different things a second."""
SWEEP_EVERY_SECONDS = 1.0
COUNTS_BEFORE_NEWS = 8
"""About a subject with more sayings than that the counts wait, and are then told after newer ones: see their `at`."""
KeyOf = Callable[[TrapEvent], Hashable]
_VOLATILE = frozenset((Tag.TIME_TICKS, Tag.COUNTER32, Tag.COUNTER64))


def whole_content(event: TrapEvent) -> Hashable:
    """Return all a trap says but clocks and counters, which differ each time."""
    return tuple([(varbind.oid, varbind.value) for varbind in event.varbinds if varbind.tag not in _VOLATILE])


def names(event: TrapEvent) -> Hashable:
    """Return what a trap is about, as far as can be seen without a rule: the objects it names."""
    return tuple([varbind.oid for varbind in event.varbinds])


class Folder(Generic[Ticket]):
    """Everything said within the last interval, by source.

    `key_of` says what makes two traps of one source and trap OID the same saying, and two trap OIDs one subject;
    without it the content decides, and the objects named.
    """

    def __init__(
        self, interval_seconds: float, key_of: KeyOf | None = None, *, keys_per_source: int = KEYS_PER_SOURCE,
        keys_in_all: int = KEYS_IN_ALL, marks_per_source: int = MARKS_PER_SOURCE, marks_in_all: int = MARKS_IN_ALL,
    ) -> None:  # fmt: skip
        self._interval = interval_seconds
        self._key_of = key_of or whole_content
        self._subject_of = key_of or names
        self._keys_per_source = keys_per_source
        self._keys_in_all = keys_in_all
        self._marks_per_source = marks_per_source
        self._marks_in_all = marks_in_all
        self._marked = 0
        self._speakers: dict[str, Speaker[Ticket]] = {}
        self._size = 0
        self._flushes: list[tuple[float, str]] = []
        self._sweep_at = 0.0

    def __len__(self) -> int:
        return self._size

    # -- taking in ----------------------------------------------------------------------------------------------

    def take(
        self, event: TrapEvent, now: float, ticket: Ticket | None = None, weight: int = 1
    ) -> list[Told[Ticket]]:  # fmt: skip
        """Take an event in; return what is to be told at once, nothing where it is counted for later.

        `weight` is what it counts as where memory is bounded.

        Raises:
            OverflowError: too many wait for the same repeat to be written; this one was not counted.
        """
        speaker = self._speakers.get(event.source) or Speaker(event.source, now)
        about, key = self._subject_of(event), (event.trap_oid, self._key_of(event))
        subject = speaker.subjects.get(about)
        saying = subject.sayings.get(key) if subject else None
        if subject is None or saying is None:
            if (about, key) in speaker.marks or not self._has_room(speaker, now):
                return self._take_beyond(event, speaker, (event.source, about, key), now, ticket)
            subject = speaker.subjects.setdefault(about, Subject())
            saying = subject.sayings[key] = Saying(now, weight)
            speaker.size += weight
            self._size += weight
            self._speakers[event.source] = speaker
        elif saying.count or now - saying.told_at < self._interval:
            is_news = subject.latest != key and speaker.news.has_token(now)
            if not is_news and (ticket is None or not speaker.informs.has_token(now)):
                self._wait(speaker, saying, event, ticket, saying.told_at + self._interval)
                self._grow(speaker, saying, weight)
                subject.waiting.pop(key, None)
                subject.waiting[key] = saying
                subject.latest = key
                speaker.waiting[about] = subject
                return []
        return self._tell_now(event, speaker, subject, saying, (event.source, about, key), now, ticket)

    def _take_beyond(
        self, event: TrapEvent, speaker: Speaker[Ticket], name: Name, now: float, ticket: Ticket | None
    ) -> list[Told[Ticket]]:  # fmt: skip
        """Take in what there is no room to remember whole: the first is told and marked, the rest is counted."""
        said = name[1:]
        self._marked -= speaker.marks.forget_before(now - self._interval)
        is_full = len(speaker.marks) >= self._marks_per_source or self._marked >= self._marks_in_all
        if said in speaker.marks or is_full:
            self._wait(speaker, speaker.storm, event, ticket, now + self._interval)
            return []
        speaker.marks.add(said, now)
        self._marked += 1
        self._speakers[event.source] = speaker
        return [Told(event, "first", () if ticket is None else (ticket,), name)]

    def _tell_now(
        self, event: TrapEvent, speaker: Speaker[Ticket], subject: Subject[Ticket], saying: Saying[Ticket],
        name: Name, now: float, ticket: Ticket | None,
    ) -> list[Told[Ticket]]:  # fmt: skip
        """Tell an event, and before it what was counted about its subject."""
        _, about, key = name
        counted = saying.count
        if counted:
            saying.add(event, ticket)
            subject.waiting.pop(key, None)
            told = saying.tell("repeats", name, now)
        else:
            saying.told_at = now
            told = Told(event, "first", () if ticket is None else (ticket,), name)
        before: list[Told[Ticket]] = []
        if len(subject.waiting) <= COUNTS_BEFORE_NEWS:
            before = speaker.counts_about(about, subject, now)
        subject.latest = key
        return [*before, told]

    def _wait(
        self,
        speaker: Speaker[Ticket],
        saying: Saying[Ticket],
        event: TrapEvent,
        ticket: Ticket | None,
        until: float,
    ) -> None:
        saying.add(event, ticket)
        if speaker.flush_at is None:
            speaker.flush_at = until
            self._speakers[event.source] = speaker
            heapq.heappush(self._flushes, (until, event.source))

    def _grow(self, speaker: Speaker[Ticket], saying: Saying[Ticket], weight: int) -> None:
        """Count what a saying weighs more than before."""
        more = max(weight - saying.weight, 0)
        saying.weight += more
        speaker.size += more
        self._size += more

    def _has_room(self, speaker: Speaker[Ticket], now: float) -> bool:
        if speaker.size < self._keys_per_source and self._size < self._keys_in_all:
            return True
        if not speaker.storm.count and speaker.size >= self._keys_per_source and now >= speaker.looked_through_at:
            speaker.looked_through_at = (
                now + SWEEP_EVERY_SECONDS
            )  # thousands of sayings are not looked through per trap
            self._size -= speaker.forget_before(now - self._interval)
        if self._size >= self._keys_in_all:
            self._sweep(now)
        return speaker.size < self._keys_per_source and self._size < self._keys_in_all

    # -- telling ------------------------------------------------------------------------------------------------

    def next_due(self) -> float | None:
        """Return when counts are to be told next, None while there are none."""
        return self._flushes[0][0] if self._flushes else None

    def due(self, now: float) -> list[Told[Ticket]]:
        """Return the counts whose time has come."""
        told: list[Told[Ticket]] = []
        while self._flushes and self._flushes[0][0] <= now:
            _, source = heapq.heappop(self._flushes)
            told += self._speakers[source].counts(now)
        self._sweep(now)
        return told

    def rest(self, now: float) -> list[Told[Ticket]]:
        """Return every count that was not told yet, as at the end of the house."""
        told = [one for _, source in sorted(self._flushes) for one in self._speakers[source].counts(now)]
        self._flushes.clear()
        return told

    # -- forgetting ---------------------------------------------------------------------------------------------

    def forget(self, name: Name) -> None:
        """Take back that something was told, because it could not be kept: the next one is a first again."""
        source, about, key = name
        speaker = self._speakers.get(source)
        subject = speaker.subjects.get(about) if speaker else None
        if speaker is not None:
            self._marked -= speaker.marks.discard((about, key))
        if speaker is None or subject is None or key not in subject.sayings or subject.sayings[key].count:
            return
        weight = subject.sayings.pop(key).weight
        speaker.size -= weight
        self._size -= weight

    def _sweep(self, now: float) -> None:
        """Forget what was not said again, and who says nothing any more; not at every call."""
        if now < self._sweep_at:
            return
        self._sweep_at = now + SWEEP_EVERY_SECONDS
        for source, speaker in list(self._speakers.items()):
            self._size -= speaker.forget_before(now - self._interval)
            self._marked -= speaker.marks.forget_before(now - self._interval)
            if not speaker.subjects and not speaker.marks and speaker.flush_at is None:
                del self._speakers[source]
