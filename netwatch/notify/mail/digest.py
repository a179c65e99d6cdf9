"""What a person is told in one digest instead of thousands of mails: exact counts, and the worst of it by name.

A digest opens with the first mail that is too much and leaves a while later. Until then it is kept as memories, each
written in the transaction of the outbox row it counts, so that it says the same after a restart. Names of devices are
kept in bundles: only the last is written again with every row.
A quiet room.
May import: netwatch.model, netwatch.notify.{facts, guard, words, mail.story}.
Called by: netwatch.notify.{mailer, mail.{digest_letter, earlier}}.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import structlog

from netwatch.model import Alert, Memory, Notification
from netwatch.notify.facts import RANK, USUAL, Manner, severity_of, urgency
from netwatch.notify.guard import clean_line
from netwatch.notify.mail.story import MAX_SUBJECT, headline_of, incident_subject
from netwatch.notify.words import counted

log = structlog.get_logger(__name__)

SCOPE = "digest"
MAX_LINES = 40
BUNDLE = 200
MAX_SHARES = 100
"""Different labels, parents and rules that are counted; the first ones met."""
_BUNDLE = "devices-"

BEGAN, CHANGED, ENDED, REPEATED = "began", "changed", "ended", "repeated"
CHANGES = (BEGAN, CHANGED, ENDED, REPEATED)
_SAID = {BEGAN: "began", CHANGED: "changed", ENDED: "ended", REPEATED: "still the same"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One mail of which only this is told: the brackets and the rest of its subject, and when."""

    headline: str
    subject: str
    severity: str
    at: datetime


@dataclass(slots=True, kw_only=True)
class Digest:
    """What waits for one recipient; `mailbox` is how the configuration writes the recipient.

    counts: (what happened, severity) -> mails; each mail is counted once. lines: the worst, then the first of them.
    shares: what devices have in common ("of site s05") -> of how many of them.
    """

    recipient: str
    mailbox: str
    receiver: str
    entry_id: str
    thread_id: str
    opened_at: datetime
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    shares: Counter[str] = field(default_factory=Counter)
    _known: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        """Return how many mails it tells."""
        return self.counts.total()

    def add(self, notification: Notification, manner: Manner = USUAL) -> list[Memory]:
        """Count one mail in, and return what of the digest is to be written down again."""
        change, severity = _change_of(notification)
        self.counts[(change, severity)] += 1
        changed = [self._head()]
        line = Line(
            headline=headline_of(notification, manner), subject=incident_subject(notification), severity=severity,
            at=notification.at,
        )  # fmt: skip
        if self._keep(line):
            changed.append(self._lines())
        return [*changed, *self._note_devices(notification, manner)]

    def memories(self) -> list[Memory]:
        """Return all that is to be kept of it."""
        bundles = range(-(-len(self.devices) // BUNDLE))
        return [self._head(), self._lines(), self._shares(), *(self._bundle(number) for number in bundles)]

    def forgotten(self) -> list[Memory]:
        """Return what takes it out of the store."""
        return [Memory(scope=memory.scope, key=memory.key, text=None) for memory in self.memories()]

    def _keep(self, line: Line) -> bool:
        """Keep a line while there is room; something critical takes the place of the last that is not."""
        if len(self.lines) < MAX_LINES:
            self.lines.append(line)
            return True
        lesser = [place for place, kept in enumerate(self.lines) if RANK[kept.severity] > RANK[line.severity]]
        if line.severity != "critical" or not lesser:
            return False
        del self.lines[lesser[-1]]
        self.lines.append(line)
        return True

    def _note_devices(self, notification: Notification, manner: Manner) -> Iterator[Memory]:
        before = len(self.devices)
        for alert in (*notification.firing, *notification.resolved):
            if alert.key.device not in self._known:
                self._known.add(alert.key.device)
                self.devices.append(alert.key.device)
                self._note_shares(alert, manner)
        if len(self.devices) > before:
            yield self._shares()
            yield from map(self._bundle, range(before // BUNDLE, -(-len(self.devices) // BUNDLE)))

    def _note_shares(self, alert: Alert, manner: Manner) -> None:
        """Count what a device may have in common with the others: its labels, what it stands behind, its trouble."""
        place = manner.place_of(alert.key.device)
        found = [f"of {name} {text}" for name, text in place.labels.items() if text]
        found += [f"behind {parent}" for parent in place.parents]
        for share in (clean_line(text, 80) for text in (*found, f"with {alert.key.alertname}")):
            if share in self.shares or len(self.shares) < MAX_SHARES:
                self.shares[share] += 1

    def _shares(self) -> Memory:
        return self._memory("shares", dict(self.shares))

    def _head(self) -> Memory:
        counts = [[change, severity, count] for (change, severity), count in self.counts.items()]
        head = {
            "mailbox": self.mailbox, "receiver": self.receiver, "entry_id": self.entry_id,
            "thread_id": self.thread_id, "opened_at": self.opened_at.isoformat(), "counts": counts,
        }  # fmt: skip
        return self._memory("head", head)

    def _lines(self) -> Memory:
        return self._memory("lines", [asdict(line) | {"at": line.at.isoformat()} for line in self.lines])

    def _bundle(self, number: int) -> Memory:
        return self._memory(f"{_BUNDLE}{number}", self.devices[number * BUNDLE : (number + 1) * BUNDLE])

    def _memory(self, part: str, content: Any) -> Memory:
        # A mail address holds no blank.
        return Memory(scope=SCOPE, key=f"{self.recipient} {part}", text=json.dumps(content))


def restored(memories: Iterable[Memory]) -> dict[str, Digest]:
    """Return the digests of a former life, by recipient.

    What cannot be read is left out and said: a damaged note is no reason not to start.
    """
    parts: dict[str, dict[str, str]] = {}
    for memory in memories:
        recipient, _, part = memory.key.partition(" ")
        if memory.scope == SCOPE and memory.text is not None and "@" in recipient:
            parts.setdefault(recipient, {})[part] = memory.text
    digests = {}
    for recipient, texts in parts.items():
        try:
            digests[recipient] = _restored(recipient, {part: json.loads(text) for part, text in texts.items()})
        except (ValueError, TypeError, KeyError) as exc:
            log.error("what waited for a digest cannot be read", recipient=recipient, error=repr(exc))
    return digests


def _restored(recipient: str, parts: dict[str, Any]) -> Digest:
    head = parts["head"]
    bundles = sorted((part for part in parts if part.startswith(_BUNDLE)), key=lambda part: int(part[len(_BUNDLE) :]))
    devices = [name for bundle in bundles for name in parts[bundle]]
    return Digest(
        recipient=recipient,
        mailbox=head["mailbox"],
        receiver=head["receiver"],
        entry_id=head["entry_id"],
        thread_id=head["thread_id"],
        opened_at=datetime.fromisoformat(head["opened_at"]),
        counts=Counter({(change, severity): count for change, severity, count in head["counts"]}),
        lines=[Line(**line | {"at": datetime.fromisoformat(line["at"])}) for line in parts.get("lines", ())],
        devices=devices,
        shares=Counter(parts.get("shares", {})),
        _known=set(devices),
    )


def changes_in_words(digest: Digest) -> str:
    """Return `9,900 began (7,000 critical, 2,900 warning), 80 ended`."""
    return ", ".join(_change_in_words(digest, change) for change in CHANGES if _count(digest, change))


def digest_subject(digest: Digest) -> str:
    """Return `[DIGEST] 9,980 more changes: 7,000 critical, 80 ended`, by severity and change where there is room."""
    subject = f"[DIGEST] {counted(digest.total, 'more change')}: {changes_in_words(digest)}"
    return (
        subject
        if len(subject) <= MAX_SUBJECT
        else f"[DIGEST] {counted(digest.total, 'more change')}: {_brief(digest)}"
    )


def _brief(digest: Digest) -> str:
    """Return how many mails were of the worst severity, and how many told of an end."""
    open_ = Counter({severity: sum(digest.counts[(change, severity)] for change in CHANGES if change != ENDED)
                     for severity in RANK})  # fmt: skip
    worst = next((f"{count:,} {severity}" for severity, count in open_.items() if count), "")
    ended = _count(digest, ENDED)
    return ", ".join(part for part in (worst, f"{ended:,} ended" if ended else "") if part)


def _change_in_words(digest: Digest, change: str) -> str:
    by_severity = [
        (severity, count) for severity in RANK if change != ENDED and (count := digest.counts[(change, severity)])
    ]
    told = ", ".join(f"{count:,} {severity}" for severity, count in by_severity)
    return f"{_count(digest, change):,} {_SAID[change]}" + (f" ({told})" if told else "")


def _count(digest: Digest, change: str) -> int:
    return sum(digest.counts[(change, severity)] for severity in RANK)


def _change_of(notification: Notification) -> tuple[str, str]:
    """Return what a mail would have said happened, and how bad that is or was."""
    alerts = notification.firing or notification.resolved
    severity = severity_of(min(alerts, key=urgency)) if alerts else "info"
    if not notification.firing:
        return ENDED, severity
    if notification.repeat:
        return REPEATED, severity
    return (BEGAN if notification.sequence == 1 else CHANGED), severity
