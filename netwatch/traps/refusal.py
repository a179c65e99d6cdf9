"""Why a datagram raised nothing, and the list of those whom somebody may want to let in.

May import: netwatch.model. Called by: netwatch.traps; app shows the list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from netwatch.model import Memory
from netwatch.traps.metrics import UNLISTED

NEWCOMERS = 128
KNOWN = 384
MOST_OF_ONE = 8
SCOPE = "traps-refused"
_KEY = "list"


class NotAccepted(Exception):
    """A datagram that raises nothing; `cause` is one of metrics.CAUSES, `detail` says more without any secret."""

    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A sender that was turned away for one cause: how often, and when first and last. `detail` holds no secret."""

    source: str
    cause: str
    detail: str
    count: int
    first_at: datetime
    last_at: datetime


_Key = tuple[str, str, str]
_Tally = tuple[int, datetime, datetime]


class RefusedList:
    """The senders turned away; bounded, because anybody can send anything, and fair.

    Who came once gives way to who comes; who came again stands on a list of its own, so that invented addresses push
    out each other and no device that keeps trying. One sender has MOST_OF_ONE places, its further causes share one.
    """

    def __init__(self, newcomers: int = NEWCOMERS, known: int = KNOWN) -> None:
        self._most = {"new": newcomers, "known": known}
        self._new: dict[_Key, _Tally] = {}
        self._known: dict[_Key, _Tally] = {}
        self._places: dict[str, int] = {}
        self.changes = 0

    def note(self, source: str, cause: str, detail: str, at: datetime) -> None:
        """Count a datagram that was turned away."""
        self.changes += 1
        key = (source, cause, detail)
        if key not in self._known and key not in self._new and self._places.get(source, 0) >= MOST_OF_ONE:
            key = (source, cause, "")
        tally = self._known.pop(key, None) or self._new.pop(key, None)
        if tally is None:
            self._places[source] = self._places.get(source, 0) + 1
            self._put(self._new, key, (1, at, at), self._most["new"])
        else:
            count, first_at, _ = tally
            self._put(self._known, key, (count + 1, first_at, at), self._most["known"])

    def newest_first(self) -> tuple[Refused, ...]:
        """Return the list; safe to ask from another thread than the one that writes."""
        entries = [*self._known.copy().items(), *self._new.copy().items()]
        entries.sort(key=lambda entry: entry[1][2], reverse=True)
        return tuple(
            Refused(source=source, cause=cause, detail=detail, count=count, first_at=first_at, last_at=last_at)
            for (source, cause, detail), (count, first_at, last_at) in entries
        )

    def to_remember(self) -> Memory:
        """Return what is to be kept over a restart."""
        entries = [
            [one.source, one.cause, one.detail, one.count, one.first_at.timestamp(), one.last_at.timestamp()]
            for one in reversed(self.newest_first())
        ]
        return Memory(scope=SCOPE, key=_KEY, text=json.dumps(entries, separators=(",", ":")))

    def recall(self, memories: Iterable[Memory]) -> None:
        """Take back what `to_remember` gave in an earlier life; what cannot be read is left."""
        for memory in memories:
            if memory.scope == SCOPE and memory.key == _KEY and memory.text:
                for one in _entries(memory.text):
                    places = self._known if one.count > 1 else self._new
                    self._places[one.source] = self._places.get(one.source, 0) + 1
                    most = self._most["known" if one.count > 1 else "new"]
                    self._put(
                        places, (one.source, one.cause, one.detail), (one.count, one.first_at, one.last_at), most
                    )

    def _put(self, places: dict[_Key, _Tally], key: _Key, tally: _Tally, most: int) -> None:
        """Put an entry behind all others, in the place of the one that was not heard for the longest time."""
        while len(places) >= most:
            gone = next(iter(places))
            UNLISTED.inc(places.pop(gone)[0])
            left = self._places.get(gone[0], 1) - 1
            if left > 0:
                self._places[gone[0]] = left
            else:
                self._places.pop(gone[0], None)
        places[key] = tally


def refused_in(memory: Memory) -> tuple[Refused, ...]:
    """Return the list that a memory holds, for who looks at the database alone; the newest first."""
    listed = RefusedList()
    listed.recall([memory])
    return listed.newest_first()


def _entries(text: str) -> list[Refused]:
    try:
        return [
            Refused(
                source=str(source), cause=str(cause), detail=str(detail), count=int(count),
                first_at=datetime.fromtimestamp(first, UTC), last_at=datetime.fromtimestamp(last, UTC),
            )
            for source, cause, detail, count, first, last in json.loads(text)
        ]  # fmt: skip
    except (ValueError, TypeError, OverflowError):
        return []
