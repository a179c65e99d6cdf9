"""Which message has the last word about an alert, to one recipient by one way, in whatever incident.

Pure. Every message says words about alerts; words are numbered as they are written, for the clock may be set. An
older message is never handed over after a newer one about the same alert was accepted, and never beside it:

    newer words are there for all its alerts    it is superseded
    another about the same alert is under way   it waits a moment
    for some of them, and were accepted         it is sent, and says so (a post leaves them out)
    else                                        it is sent

Posts of one incident keep their order by themselves: each is sent (see notify.http.sender).
May import: netwatch.model. Called by: netwatch.store.sql.{changes, entries, words}, netwatch.store.memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwatch.model import UNSENT, Elsewhere, OutboxEntry, OutboxKind, OutboxState

WAIT = timedelta(milliseconds=250)
"""How long a message lets another about the same alert go on, before it asks again."""
GOES_ON = frozenset(OutboxState) - {OutboxState.DEAD, OutboxState.SUPERSEDED}
"""States of messages whose words arrived or will."""
HEARD = frozenset({OutboxState.SENT, OutboxState.UNKNOWN, OutboxState.DIGESTED})
"""States of messages that the recipient has had, or may have had."""
ARRIVED = frozenset({OutboxState.SENT, OutboxState.DIGESTED})
"""What must have become of newer words before one that perhaps arrived is sent no more."""
OVERTAKABLE = frozenset({OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.UNKNOWN})
_IN_ORDER = frozenset({OutboxKind.WEBHOOK, OutboxKind.ALERTMANAGER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What one message says of one alert, and how that message stands."""

    number: int
    key: str
    word: str
    alert_id: str
    entry_id: str
    kind: OutboxKind
    recipient: str
    state: OutboxState
    thread_id: str
    subject: str
    written_at: datetime

    @property
    def subject_of(self) -> tuple[OutboxKind, str, str]:
        """Return about what and to whom it is."""
        return self.kind, self.recipient, self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to become of a message: it waits, another tells it (`told_by`), or it goes and says what is newer."""

    wait: bool = False
    told_by: str = ""
    overtaken: tuple[Elsewhere, ...] = ()


def decide(own: Sequence[Word], others: Iterable[Word], *, by_hand: bool = False) -> Decision:
    """Return what becomes of a message with these words; `others` are those of any messages about the same alerts.

    What a person had sent again is sent, with a note of what is newer.
    """
    mine = {word.key: word for word in sorted(own, key=_number)}
    newest: dict[str, Word] = {}
    heard: dict[str, Word] = {}
    beside = False
    for word in sorted(others, key=_number):
        ours = mine.get(word.key)
        if ours is None or word.entry_id == ours.entry_id or word.subject_of != ours.subject_of:
            continue
        if word.word == ours.word:
            continue
        beside = beside or word.state is OutboxState.SENDING
        if word.number < ours.number or _in_order(word, ours):
            continue
        if word.state in (ARRIVED if ours.state is OutboxState.UNKNOWN else GOES_ON):
            newest[word.key] = word
        if word.state in HEARD:
            heard[word.key] = word
    if mine and not by_hand and newest.keys() == mine.keys():
        return Decision(told_by=max(newest.values(), key=_number).entry_id)
    return Decision(wait=True) if beside else Decision(overtaken=_elsewhere(own, heard))


def needless(words: Iterable[Word]) -> list[int]:
    """Return the numbers of words that can decide nothing any more.

    Those of messages that are done with, before the newest that was accepted; and those that never arrived and are
    not the newest.
    """
    found: list[int] = []
    newest: dict[tuple[OutboxKind, str, str], int] = {}
    sent: dict[tuple[OutboxKind, str, str], int] = {}
    for word in sorted(words, key=_number, reverse=True):
        about = word.subject_of
        if word.state not in UNSENT and (
            sent.get(about, 0) > word.number or (word.state not in HEARD and newest.get(about, 0) > word.number)
        ):
            found.append(word.number)
        newest.setdefault(about, word.number)
        if word.state is OutboxState.SENT:
            sent.setdefault(about, word.number)
    return found


def sent_again_by_hand(entry: OutboxEntry) -> bool:
    """Return whether a person gave a finished message its tries again."""
    return entry.state is OutboxState.DEFERRED and entry.attempts == 0


def older_than_another(words: Iterable[Word], states: Collection[OutboxState]) -> set[str]:
    """Return the messages in some states that say of an alert what is not the newest."""
    every = list(words)
    newest: dict[tuple[OutboxKind, str, str], int] = {}
    for word in every:
        newest[word.subject_of] = max(newest.get(word.subject_of, 0), word.number)
    return {word.entry_id for word in every if word.state in states and word.number < newest[word.subject_of]}


def by_subject(words: Iterable[Word]) -> Mapping[tuple[OutboxKind, str, str], list[Word]]:
    """Return words by what they are about and to whom."""
    found: dict[tuple[OutboxKind, str, str], list[Word]] = {}
    for word in words:
        found.setdefault(word.subject_of, []).append(word)
    return found


def by_entry(words: Iterable[Word], entry_ids: Collection[str]) -> Mapping[str, list[Word]]:
    """Return the words of some messages."""
    found: dict[str, list[Word]] = {entry_id: [] for entry_id in entry_ids}
    for word in words:
        if word.entry_id in found:
            found[word.entry_id].append(word)
    return found


def _elsewhere(own: Sequence[Word], heard: Mapping[str, Word]) -> tuple[Elsewhere, ...]:
    by_message: dict[str, list[Word]] = {}
    for word in own:
        if word.key in heard:
            by_message.setdefault(heard[word.key].entry_id, []).append(word)
    tellers = {word.entry_id: word for word in heard.values()}
    return tuple(
        Elsewhere(
            subject=tellers[entry_id].subject,
            at=tellers[entry_id].written_at,
            alert_ids=tuple(dict.fromkeys(word.alert_id for word in words)),
        )
        for entry_id, words in by_message.items()
    )


def _in_order(word: Word, ours: Word) -> bool:
    return word.kind in _IN_ORDER and bool(word.thread_id) and word.thread_id == ours.thread_id


def _number(word: Word) -> int:
    return word.number
