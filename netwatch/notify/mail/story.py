"""Everything one mail says: the state in a line, the problems, what else is wrong, and what is held back and why.

A quiet room.
May import: netwatch.model, netwatch.notify.{facts, guard, links, words}.
Called by: netwatch.notify.mail.{compose, digest, wordings}.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from netwatch.model import Alert, HeldBack, MuteKind, Notification
from netwatch.notify.facts import (
    MAX_SUBJECT,
    Problem,
    alert_name,
    problem_of,
    row_of,
    urgency,
    word_of_all,
)
from netwatch.notify.guard import clean_line
from netwatch.notify.links import Links
from netwatch.notify.words import clock, counted, in_words, sentence

IN_FULL = 3
IN_BRIEF = 40
ALSO = 10
MAX_HELD_BACK = 10
MAX_CALLED = 48
NO_LINKS = Links()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything one mail says. `more_firing`, `more_ended`, `more_also` count what is not listed.

    headline: what stands in the subject's brackets. subject: what stays the same in all mails of the incident.
    lead:     the whole state in one line. notes: why this mail comes as it does, a sentence each.
    earlier:  what ended in mails of the incident before this one, where it takes their place.
    also:     what else is wrong on the devices, named by `also_where`. held_back: what is not told, and why.
    """

    word: str
    headline: str
    subject: str
    lead: str
    notes: tuple[str, ...]
    firing: tuple[Problem, ...]
    brief: tuple[Problem, ...]
    more_firing: int
    ended: tuple[Problem, ...]
    more_ended: int
    earlier: tuple[str, ...]
    also: tuple[Problem, ...]
    also_where: str
    more_also: int
    held_back: tuple[str, ...]
    links: Links
    receiver: str
    sequence: int

    @property
    def preview(self) -> str:
        """Return what the worst problem is in a line, with its value: what stands beside the subject in a list."""
        if not self.firing:
            return " ".join((self.lead, *self.notes))
        worst = self.firing[0]
        value = next((f", {fact.name.lower()} {fact.value}" for fact in worst.facts if fact.name == "Value"), "")
        return f"{worst.title}{value}. {self.lead}"


def incident_subject(notification: Notification) -> str:
    """Return the text that stays the same in every subject of the incident.

    It is what the group keeps; where it keeps none, the device, row and name of its first alert.
    """
    if kept := clean_line(notification.group.subject, MAX_SUBJECT):
        return kept
    every = (*notification.firing, *notification.resolved)
    if not every:
        return "nothing to report"
    return alert_name(min(every, key=lambda alert: (alert.pending_at, alert.id))) or "something without a name"


def by_urgency(alerts: Iterable[Alert]) -> list[Alert]:
    """Return the worst and newest first."""
    return sorted(sorted(alerts, key=lambda alert: alert.pending_at, reverse=True), key=urgency)


def story_of(
    notification: Notification,
    *,
    now: datetime,
    links: Links = NO_LINKS,
    overtakes: bool = False,
    earlier: Sequence[str] = (),
) -> Story:
    """Return what a mail about this notification says; the worst and newest problem comes first.

    With `overtakes` it is the mail that takes the place of earlier ones of the incident that never left; `earlier` is
    what those said had ended.
    """
    firing, ended = by_urgency(notification.firing), sorted(notification.resolved, key=lambda alert: alert.pending_at)
    also = by_urgency(notification.also)
    full_ended = 0 if firing else IN_FULL
    subject = incident_subject(notification)

    def problem(alert: Alert) -> Problem:
        mark, curve = notification.marks.get(alert.id, ""), notification.curves.get(alert.id)
        return problem_of(alert, now, mark=mark, curve=curve, page=links.page)

    return Story(
        word=word_of_all(firing or ended),
        headline=_headline(notification, firing, subject),
        subject=subject,
        lead=_lead(firing, ended, now),
        notes=tuple(_notes(notification, overtakes=overtakes)),
        firing=tuple(problem(alert) for alert in firing[:IN_FULL]),
        brief=tuple(problem(alert) for alert in firing[IN_FULL : IN_FULL + IN_BRIEF]),
        more_firing=max(0, len(firing) - IN_FULL - IN_BRIEF),
        ended=tuple(problem(alert) for alert in ended[: full_ended + IN_BRIEF]),
        more_ended=max(0, len(ended) - full_ended - IN_BRIEF),
        earlier=tuple(earlier) if overtakes else (),
        also=tuple(problem(alert) for alert in also[:ALSO]),
        also_where=_also_where(also),
        more_also=max(0, len(also) - ALSO),
        held_back=tuple(_held_back(notification.held_back)),
        links=links,
        receiver=clean_line(notification.group.receiver, 80),
        sequence=notification.sequence,
    )


def headline_of(notification: Notification) -> str:
    """Return what stands in the brackets of a notification's subject."""
    return _headline(notification, by_urgency(notification.firing), incident_subject(notification))


def _headline(notification: Notification, firing: Sequence[Alert], subject: str) -> str:
    """Return how bad it is now, and what is so bad where the rest of the subject speaks of another problem."""
    if not firing:
        return word_of_all(notification.resolved)
    word = word_of_all(firing) + _called(firing, subject)
    if notification.repeat:
        return f"STILL {word}"
    return f"{word}, {len(firing)} left" if notification.resolved else word


def _called(firing: Sequence[Alert], subject: str) -> str:
    """Return `: DeviceDown` where that is the worst and the subject was made of what began first.

    It stands in the brackets, since mail programs keep mails together whose subjects differ only there.
    """
    worst = [alert for alert in firing if urgency(alert) == urgency(firing[0])]
    if any(alert_name(alert) == subject for alert in worst):
        return ""
    key = worst[0].key
    here = subject.startswith(f"{clean_line(key.device, MAX_SUBJECT)} ")
    name = f"{key.rule} {row_of(worst[0])}" if here else f"{key.device} {key.rule}"
    return ": " + clean_line(name.translate(_NO_BRACKETS), MAX_CALLED)


_NO_BRACKETS = str.maketrans("[]", "()")


def _lead(firing: Sequence[Alert], ended: Sequence[Alert], now: datetime) -> str:
    """Return the whole state in one line: what an eye on a telephone takes in."""
    if not firing:
        over = "It is over" if len(ended) == 1 else f"All {len(ended):,} problems are over"
        if unseen := sum(alert.gone_at is not None for alert in ended):
            which = "it is" if len(ended) == 1 else f"{unseen:,} of them are"
            over = f"{over}, though nobody saw it well: {which} no longer there,"
        last = max((alert.resolved_at for alert in ended if alert.resolved_at), default=None)
        return f"{over} since {clock(last)}." if last else f"{over}."
    first = min(alert.pending_at for alert in firing)
    said = "Since" if len(firing) == 1 else f"{len(firing):,} problems since"
    gone = sum(alert.gone_at is not None for alert in firing)
    which = "it is" if len(firing) == 1 else "all of it is" if gone == len(firing) else f"{gone:,} of them are"
    more = f"; {which} no longer there, which is not to say that all is well" if gone else ""
    more += f"; {len(ended):,} ended" if ended else ""
    return f"{said} {clock(first)} ({in_words(now - first)}){more}."


def _notes(notification: Notification, *, overtakes: bool) -> Iterable[str]:
    """Yield why this mail comes to this person, and why it comes as it does."""
    if notification.group.escalation and notification.firing:
        yield f"You are told because {clean_line(notification.group.escalation, 120)}."
    if overtakes:
        yield _overtaking(notification)


def _overtaking(notification: Notification) -> str:
    """Say that earlier mails of the incident could not leave; only of the second is it known which that was."""
    unsent = "the mail about its beginning" if notification.sequence == 2 else "an earlier mail about it"
    if notification.firing:
        return sentence(f"{unsent} could not leave before; this one says all there is to say")
    first = min((alert.pending_at for alert in notification.resolved), default=notification.at)
    last = max((alert.resolved_at or notification.at for alert in notification.resolved), default=notification.at)
    return f"It began {clock(first)} and ended {clock(last)}; {unsent} could not leave before."


def _also_where(also: Sequence[Alert]) -> str:
    devices = {alert.key.device for alert in also}
    return clean_line(next(iter(devices)), 80) if len(devices) == 1 else "these devices"


def _held_back(every: Sequence[HeldBack]) -> Iterable[str]:
    """Yield how many alerts are not told and why, the most first."""
    ordered = sorted(every, key=lambda held: held.alerts, reverse=True)
    yield from (_held(held) for held in ordered[:MAX_HELD_BACK])
    if rest := ordered[MAX_HELD_BACK:]:
        yield f"{counted(sum(held.alerts for held in rest), 'alert')} for {counted(len(rest), 'other reason')}"


def _held(held: HeldBack) -> str:
    muting = held.muting
    count = f"{counted(held.alerts, 'alert')} on {counted(held.devices, 'device')}"
    if muting.kind is MuteKind.PARENT and muting.by and held.alerts > 1:
        return clean_line(f"{count} that can only be reached through {muting.by}", 300)
    return clean_line(f"{count}: {muting.reason}", 300)
