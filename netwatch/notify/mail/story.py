"""Everything one mail says: the state in a line, the problems, what else is wrong, and what is held back and why.

A quiet room.
May import: netwatch.model, netwatch.notify.{facts, guard, links, words}.
Called by: netwatch.notify.mail.{compose, digest, wordings}.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from netwatch.model import Alert, HeldBack, MuteKind, Notification
from netwatch.notify.facts import (
    USUAL,
    Manner,
    Problem,
    alert_name,
    is_old,
    problem_of,
    urgency,
    word_of_all,
)
from netwatch.notify.guard import clean_line
from netwatch.notify.links import Links
from netwatch.notify.words import clock, counted, in_words, in_zone, measure, sentence, shortened, when_lately

IN_FULL = 3
IN_BRIEF = 40
ALSO = 10
MAX_HELD_BACK = 10
MAX_SUBJECT = 60
"""Letters of a whole subject: what a telephone shows of it."""
MAX_TOPIC = 44
"""Letters of it outside the brackets."""
NO_LINKS = Links()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything one mail says. `more_firing`, `more_ended`, `more_also` count what is not listed.

    headline: what stands in the subject's brackets. subject: what the incident is called, outside of them.
    lead:     the whole state in one line. notes: why this mail comes as it does, a sentence each.
    earlier:  what ended in mails of the incident before this one, where it takes their place.
    how_to:   how to take it in hand, where the mail has no links for that.
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
    how_to: str
    links: Links
    receiver: str
    sequence: int

    @property
    def preview(self) -> str:
        """Return what the worst problem is in a line, with its value: what stands beside the subject in a list."""
        if not self.firing:
            return " ".join((self.lead, *self.notes))
        worst = self.firing[0]
        named = {fact.name: fact.value for fact in worst.facts}
        value = next((f", {name.lower()} {named[name]}" for name in ("Now", "Value") if name in named), "")
        return f"{worst.title}{value}. {self.lead}"


def incident_subject(notification: Notification) -> str:
    """Return what the incident is called: the text of its subjects outside the brackets (see alerts/naming.py).

    It is what the group keeps; where it keeps none, the device, row and name of its first alert.
    """
    if kept := clean_line(notification.group.subject, 4 * MAX_SUBJECT):
        return shortened(kept, MAX_TOPIC)
    every = (*notification.firing, *notification.resolved)
    if not every:
        return "nothing to report"
    first = min(every, key=lambda alert: (alert.pending_at, alert.id))
    return shortened(alert_name(first), MAX_TOPIC) or "something without a name"


def subject_line(headline: str, topic: str) -> str:
    """Return a whole subject: `[DOWN] core-sw1 does not answer`."""
    return f"[{headline}] {topic}"


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
    manner: Manner = USUAL,
    acts: bool = False,
) -> Story:
    """Return what a mail about this notification says; the worst and newest problem comes first.

    With `overtakes` it is the mail that takes the place of earlier ones of the incident that never left; `earlier` is
    what those said had ended. `acts` says whether the mail will have links to act on the incident.
    """
    firing, ended = by_urgency(notification.firing), sorted(notification.resolved, key=lambda alert: alert.pending_at)
    also = by_urgency(notification.also)
    full_ended = 0 if firing else IN_FULL
    subject = incident_subject(notification)

    def problem(alert: Alert) -> Problem:
        mark, curve = notification.marks.get(alert.id, ""), notification.curves.get(alert.id)
        standing = notification.standings.get(alert.id) if _tells_standing(notification, alert) else None
        return problem_of(
            alert, now, mark=mark, curve=curve, page=links.page, manner=manner, standing=standing,
            other_end=notification.other_ends.get(alert.id, ""),
        )  # fmt: skip

    return Story(
        word=word_of_all(firing or ended),
        headline=_headline(notification, firing, subject, manner),
        subject=subject,
        lead=_lead(firing, ended, now, manner.zone),
        notes=tuple(_notes(notification, firing, now, manner.zone, overtakes=overtakes)),
        firing=tuple(problem(alert) for alert in firing[:IN_FULL]),
        brief=tuple(problem(alert) for alert in firing[IN_FULL : IN_FULL + IN_BRIEF]),
        more_firing=max(0, len(firing) - IN_FULL - IN_BRIEF),
        ended=tuple(problem(alert) for alert in ended[: full_ended + IN_BRIEF]),
        more_ended=max(0, len(ended) - full_ended - IN_BRIEF),
        earlier=tuple(earlier) if overtakes else (),
        also=tuple(problem(alert) for alert in also[:ALSO]),
        also_where=_also_where(also),
        more_also=max(0, len(also) - ALSO),
        held_back=tuple(in_zone(line, now, manner.zone) for line in _held_back(notification.held_back)),
        how_to="" if acts else _how_to(firing, links.page),
        links=links,
        receiver=clean_line(notification.group.receiver, 80),
        sequence=notification.sequence,
    )


def headline_of(notification: Notification, manner: Manner = USUAL) -> str:
    """Return what stands in the brackets of a notification's subject."""
    return _headline(notification, by_urgency(notification.firing), incident_subject(notification), manner)


def _headline(notification: Notification, firing: Sequence[Alert], topic: str, manner: Manner) -> str:
    """Return how bad it is now, and how many there are: `DOWN 25`, `STILL WARN, now 95 %`, `1 OF 3 LEFT`, `OK`."""
    if not firing:
        return word_of_all(notification.resolved)
    if notification.resolved and not notification.repeat and not _has_news(notification):
        ever = len(firing) + max(notification.group.ended, len(notification.resolved))
        return _fitting(topic, f"{len(firing):,} OF {ever:,} LEFT", f"{len(firing):,} LEFT")
    word = word_of_all(firing) + (f" {len(firing):,}" if len(firing) > 1 else "")
    if not notification.repeat:
        return word
    stands = _stands(notification, firing, manner)
    return _fitting(topic, f"STILL {word}{stands}", f"STILL {word}", f"STILL {len(firing):,}")


def _fitting(topic: str, *headlines: str) -> str:
    """Return the first that the subject has room for; the last says the least."""
    fit = (headline for headline in headlines if len(subject_line(headline, topic)) <= MAX_SUBJECT)
    return next(fit, headlines[-1])


def _has_news(notification: Notification) -> bool:
    """Return whether a mail is the first that tells of something that fires, or that it is no longer there."""
    told, told_gone = notification.group.told, notification.group.told_gone
    return any(notification.at in (told.get(alert.id), told_gone.get(alert.id)) for alert in notification.firing)


def _stands(notification: Notification, firing: Sequence[Alert], manner: Manner) -> str:
    """Return how the one problem of a repeated mail stands now, in few words."""
    if len(firing) > 1:
        return ""
    (alert,) = firing
    if alert.gone_at is not None:
        return ""
    if alert.healthy_since is not None:
        return f", well since {alert.healthy_since.astimezone(manner.zone):%H:%M}"
    standing, unit = notification.standings.get(alert.id), manner.unit_of(alert)
    if standing is None or not isinstance(standing.value, float) or is_old(standing, notification.at):
        return ""
    if not unit and standing.value == alert.value:
        return ""
    return clean_line(f", now {measure(standing.value, unit, 3)}", 24).translate(_NO_BRACKETS)


_NO_BRACKETS = str.maketrans("[]", "()")


def _tells_standing(notification: Notification, alert: Alert) -> bool:
    """Return whether a mail says how an alert stands now: where it told of it before, or where it is well again."""
    told = notification.group.told.get(alert.id)
    return alert.healthy_since is not None or (notification.sequence > 1 and told != notification.at)


def _how_to(firing: Sequence[Alert], page: str) -> str:
    """Return how to take in hand what fires, where no link of the mail does that."""
    loose = next((alert.key for alert in firing if not alert.acked_at), None)
    if loose is None:
        return ""
    row = [loose.instance] if loose.instance and "," not in loose.instance else []
    words = ("netwatch", "ack", loose.rule, loose.device, *row)
    command = " ".join(shlex.quote(clean_line(word, 60)) for word in words)
    if page:
        return f"To take it in hand: {command}, or on the page."
    return (
        f"To take it in hand: {command}, where NetWatch runs, or on its page; "
        "mails link there once `web: {external_url}` is set."
    )


def _lead(firing: Sequence[Alert], ended: Sequence[Alert], now: datetime, zone: tzinfo | None) -> str:
    """Return the whole state in one line: what an eye on a telephone takes in."""
    if not firing:
        over = "It is over" if len(ended) == 1 else f"All {len(ended):,} problems are over"
        if unseen := sum(alert.gone_at is not None for alert in ended):
            which = "it is" if len(ended) == 1 else f"{unseen:,} of them are"
            over = f"{over}, though nobody saw it well: {which} no longer there,"
        last = max((alert.resolved_at for alert in ended if alert.resolved_at), default=None)
        return f"{over} since {clock(last, zone)}." if last else f"{over}."
    first = min(alert.pending_at for alert in firing)
    said = "Since" if len(firing) == 1 else f"{len(firing):,} problems since"
    gone = sum(alert.gone_at is not None for alert in firing)
    which = "it is" if len(firing) == 1 else "all of it is" if gone == len(firing) else f"{gone:,} of them are"
    more = f"; {which} no longer there, which is not to say that all is well" if gone else ""
    more += f"; {len(ended):,} ended" if ended else ""
    return f"{said} {clock(first, zone)} ({in_words(now - first)}){more}."


def _notes(
    notification: Notification, firing: Sequence[Alert], now: datetime, zone: tzinfo | None, *, overtakes: bool
) -> Iterable[str]:
    """Yield why this mail comes to this person, why it comes as it does, and what is well again though it is held."""
    well = [alert.healthy_since for alert in firing if alert.healthy_since is not None]
    if well and len(firing) == 1:
        yield f"It is well again since {when_lately(well[0], now, zone)}, and over once that has lasted."
    elif well:
        yield f"{len(well):,} of them {'is' if len(well) == 1 else 'are'} well again, and over once that has lasted."
    if notification.group.escalation and notification.firing:
        yield f"You are told because {clean_line(notification.group.escalation, 120)}."
    if overtakes:
        yield _overtaking(notification, zone)


def _overtaking(notification: Notification, zone: tzinfo | None) -> str:
    """Say that earlier mails of the incident could not leave; only of the second is it known which that was."""
    unsent = "the mail about its beginning" if notification.sequence == 2 else "an earlier mail about it"
    if notification.firing:
        return sentence(f"{unsent} could not leave before; this one says all there is to say")
    first = min((alert.pending_at for alert in notification.resolved), default=notification.at)
    last = max((alert.resolved_at or notification.at for alert in notification.resolved), default=notification.at)
    return f"It began {clock(first, zone)} and ended {clock(last, zone)}; {unsent} could not leave before."


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
