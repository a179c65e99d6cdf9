"""What became of the last mails, kept durably: what was dealt with once is not dealt with again.

A mail is known by its Message-ID (its octets, where it has none), since servers number anew, mails are moved, and two
copies come of one. What was acted on is kept apart from what came from strangers, so that no flood of these makes us
forget it.
A quiet room. May import: netwatch.model, netwatch.mailbox.deciding. Called by: netwatch.app, cli, web.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from netwatch.mailbox.deciding import Outcome
from netwatch.model import Memory

MAILBOX_MEMORY = "mailbox"
MOST_OURS = 5000
MOST_OTHERS = 200
_MARK = "mark:"
_MAIL = "mail:"
_OURS = (Outcome.ACTED, Outcome.ASKED, Outcome.REFUSED, Outcome.REPORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One mail and what became of it; texts are cleaned and cut by whoever read the mail.

    at: when it was dealt with. identity: see reading.Mail. known_by: how it was tied to one of ours: `reference` or
    `tag`. entry_id: the outbox row it answers. alert_ids: what was acted on, the first ones.
    """

    at: datetime
    identity: str
    sender: str
    subject: str
    outcome: Outcome
    words: str
    verb: str = ""
    known_by: str = ""
    entry_id: str = ""
    alert_ids: tuple[str, ...] = ()
    evidence: str = ""


class Book:
    """What is known of mails that came; `note` returns what is to be written down."""

    def __init__(self, mailbox: str) -> None:
        """Keep the book of one mailbox, by its name in the configuration."""
        self._mark_key = _MARK + _digest(mailbox)
        self._ours: dict[str, Record] = {}
        self._others: dict[str, Record] = {}
        self.mark = ""

    def restore(self, memories: Iterable[Memory]) -> None:
        """Take back what was written down."""
        for record in read_records(memories):
            self._kind_of(record)[record.identity] = record
        for memory in memories:
            if memory.key == self._mark_key and memory.text is not None:
                self.mark = memory.text

    def knows(self, identity: str) -> Record | None:
        """Return what became of a mail that was dealt with, None for one that was not."""
        return self._ours.get(identity) or self._others.get(identity)

    def reports_about(self, entry_id: str) -> int:
        """Return how many reports about a mail of ours are known to have changed something, or to be the first."""
        return sum(one.outcome is Outcome.REPORT and one.entry_id == entry_id for one in self._ours.values())

    def records(self) -> Sequence[Record]:
        """Return the last mails, the newest first."""
        every = [*self._ours.values(), *self._others.values()]
        return sorted(every, key=lambda record: record.at, reverse=True)

    def written(self, record: Record, mark: str) -> tuple[Memory, ...]:
        """Return what writes a record down, and what forgets the oldest; `noted` once that is durable."""
        memories = [_memory_of(record), self.mark_written(mark)]
        kept, most = self._kind_of(record), self._most(record)
        if len(kept) >= most and (oldest := next(iter(kept.values()))).identity != record.identity:
            memories.append(Memory(scope=MAILBOX_MEMORY, key=_MAIL + _digest(oldest.identity), text=None))
        return tuple(memories)

    def noted(self, record: Record, mark: str) -> None:
        """Know a record from now on."""
        kept = self._kind_of(record)
        kept[record.identity] = record
        if len(kept) > self._most(record):
            del kept[next(iter(kept))]
        self.mark = mark

    def mark_written(self, mark: str) -> Memory:
        """Return what writes down where to go on reading."""
        return Memory(scope=MAILBOX_MEMORY, key=self._mark_key, text=mark)

    def _kind_of(self, record: Record) -> dict[str, Record]:
        return self._ours if record.outcome in _OURS else self._others

    def _most(self, record: Record) -> int:
        return MOST_OURS if record.outcome in _OURS else MOST_OTHERS


def read_records(memories: Iterable[Memory]) -> list[Record]:
    """Return the records among what is remembered, the oldest first; what cannot be read is passed over."""
    found = [_record_from(memory.text or "") for memory in memories if memory.key.startswith(_MAIL)]
    return sorted((record for record in found if record is not None), key=lambda record: record.at)


def flat_record(record: Record) -> dict[str, Any]:
    """Return a record as an object that JSON can hold."""
    at = record.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {**asdict(record), "at": at, "outcome": str(record.outcome), "alert_ids": [*record.alert_ids]}


def _memory_of(record: Record) -> Memory:
    text = json.dumps({**flat_record(record), "at": record.at.isoformat()})
    return Memory(scope=MAILBOX_MEMORY, key=_MAIL + _digest(record.identity), text=text)


def _record_from(text: str) -> Record | None:
    try:
        read = json.loads(text)
        return Record(
            **{**read, "at": datetime.fromisoformat(read["at"]), "outcome": Outcome(read["outcome"]),
               "alert_ids": tuple(map(str, read["alert_ids"]))}
        )  # fmt: skip
    except (ValueError, TypeError, KeyError):
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
