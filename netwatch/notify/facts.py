"""What a mail says, before it has a form: the facts about each problem, in the order a person asks for them.

A quiet room. Every text that may come from a device is cleaned here, once, so that the templates only place it.
May import: netwatch.model, netwatch.notify.guard. Called by: netwatch.notify.compose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from netwatch.model import Alert, Notification
from netwatch.notify.guard import clean_block, clean_line

IN_FULL = 3
IN_BRIEF = 40
MAX_LABELS = 8
MAX_SUBJECT = 120

_RANK = {"critical": 0, "warning": 1, "info": 2}
_WORDS = {"critical": "DOWN", "warning": "WARN", "info": "INFO"}
_SEVERITIES = {
    "critical": "critical", "page": "critical", "emergency": "critical", "disaster": "critical", "fatal": "critical",
    "info": "info", "informational": "info", "notice": "info", "none": "info", "debug": "info",
}  # fmt: skip
_SAID_ELSEWHERE = frozenset({"severity", "alertname", "device"})
_LINK = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and what is known under it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One alert as a mail shows it. `word` is DOWN, WARN, INFO or OK; `when` one line about its time."""

    word: str
    title: str
    rule: str
    where: str
    when: str
    description: str
    facts: tuple[Fact, ...]
    runbook: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything one mail says. `more_firing`, `more_ended` count what is not listed."""

    word: str
    still: bool
    subject: str
    lead: str
    firing: tuple[Problem, ...]
    brief: tuple[Problem, ...]
    more_firing: int
    ended: tuple[Problem, ...]
    more_ended: int
    link: str
    receiver: str
    sequence: int

    @property
    def headline(self) -> str:
        """Return what stands in the subject's brackets; a mail about an end says how many problems are left."""
        if self.still:
            return f"STILL {self.word}"
        left = len(self.firing) + len(self.brief) + self.more_firing
        return f"{self.word}, {left} left" if left and self.ended else self.word


def severity_of(alert: Alert) -> str:
    """Return critical, warning or info, whatever words the rules use; an unknown word is a warning."""
    return _SEVERITIES.get(alert.severity.lower(), "warning")


def incident_subject(notification: Notification) -> str:
    """Return the text that stays the same in every subject of the incident.

    It is what the group keeps; where it keeps none, the device, row and name of its first alert.
    """
    if notification.group.subject:
        return clean_line(notification.group.subject, MAX_SUBJECT)
    every = (*notification.firing, *notification.resolved)
    if not every:
        return "nothing to report"
    first = min(every, key=lambda alert: (alert.pending_at, alert.id))
    return clean_line(f"{first.key.device} {_row(first)} {first.key.rule}", MAX_SUBJECT)


def alert_subject(alert: Alert) -> str:
    """Return one alert as a subject: `[DOWN] core-sw1 Gi1/0/7 InterfaceDown`."""
    return f"[{_word(alert)}] " + clean_line(f"{alert.key.device} {_row(alert)} {alert.key.rule}", MAX_SUBJECT)


def _word(alert: Alert) -> str:
    return "OK" if alert.resolved_at else _WORDS[severity_of(alert)]


def story_of(notification: Notification, *, now: datetime, link: str = "") -> Story:
    """Return what a mail about this notification says; the worst and newest problem comes first."""
    firing = sorted(notification.firing, key=lambda alert: alert.pending_at, reverse=True)
    firing.sort(key=lambda alert: _RANK[severity_of(alert)])
    ended = sorted(notification.resolved, key=lambda alert: alert.pending_at)
    full_ended = 0 if firing else IN_FULL
    return Story(
        word=_WORDS[severity_of(firing[0])] if firing else "OK",
        still=notification.repeat and bool(firing),
        subject=incident_subject(notification),
        lead=_lead(firing, ended, now),
        firing=tuple(_problem(alert, now) for alert in firing[:IN_FULL]),
        brief=tuple(_problem(alert, now) for alert in firing[IN_FULL : IN_FULL + IN_BRIEF]),
        more_firing=max(0, len(firing) - IN_FULL - IN_BRIEF),
        ended=tuple(_problem(alert, now) for alert in ended[: full_ended + IN_BRIEF]),
        more_ended=max(0, len(ended) - full_ended - IN_BRIEF),
        link=link,
        receiver=clean_line(notification.group.receiver, 80),
        sequence=notification.sequence,
    )


def _lead(firing: Sequence[Alert], ended: Sequence[Alert], now: datetime) -> str:
    """Return the whole state in one line: what an eye on a telephone takes in."""
    if not firing:
        over = "It is over" if len(ended) == 1 else f"All {len(ended)} problems are over"
        last = max((alert.resolved_at for alert in ended if alert.resolved_at), default=None)
        return f"{over} since {_clock(last)}." if last else f"{over}."
    first = min(alert.pending_at for alert in firing)
    said = "Since" if len(firing) == 1 else f"{len(firing)} problems since"
    more = f"; {len(ended)} ended" if ended else ""
    return f"{said} {_clock(first)} ({in_words(now - first)}){more}."


def _problem(alert: Alert, now: datetime) -> Problem:
    where = clean_line(f"{alert.key.device} {_row(alert)}".strip(), 120)
    summary = clean_line(alert.annotations.get("summary", ""), 300)
    runbook = alert.annotations.get("runbook_url", "").strip()
    return Problem(
        word=_word(alert),
        title=summary or clean_line(f"{alert.key.rule} on {where}", 300),
        rule=clean_line(alert.key.rule, 80),
        where=where,
        when=_when(alert, now),
        description=clean_block(alert.annotations.get("description", "")),
        facts=tuple(_facts(alert, now)),
        runbook=runbook if _LINK.fullmatch(runbook) and len(runbook) <= 500 else "",
    )


def _facts(alert: Alert, now: datetime) -> Iterable[Fact]:
    """Yield where, how much and since when, and only then what else is known."""
    yield _fact("Device", alert.key.device)
    named = [part.partition("=")[::2] for part in alert.key.instance.split(",") if "=" in part]
    yield from (_fact(name, value) for name, value in named)
    if alert.value is not None:
        limit = f" (threshold {_number(alert.threshold)})" if alert.threshold is not None else ""
        yield _fact("Value", _number(alert.value) + limit)
    yield _fact("Since", _when(alert, now))
    shown = {name for name, _ in named} | _SAID_ELSEWHERE
    labels = [(name, value) for name, value in sorted(alert.labels.items()) if name not in shown and value]
    yield from (_fact(name, value) for name, value in labels[:MAX_LABELS])
    yield _fact("Severity", alert.severity)
    yield _fact("Rule", alert.key.rule)


def _fact(name: str, value: str) -> Fact:
    return Fact(name=clean_line(name, 40), value=clean_line(value, 120))


def _when(alert: Alert, now: datetime) -> str:
    if alert.resolved_at is None:
        return f"{_clock(alert.pending_at)} ({in_words(now - alert.pending_at)})"
    return f"{_clock(alert.resolved_at)} after {in_words(alert.resolved_at - alert.pending_at)}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def in_words(duration: timedelta) -> str:
    """Write a duration for people, in its two largest units: `45 s`, `3 min 40 s`, `3 h 5 min`, `2 d 4 h`."""
    left, said = max(0, round(duration.total_seconds())), []
    for unit, seconds in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, seconds)
        if count:
            said.append(f"{count} {unit}")
        elif said:
            break
    return " ".join(said[:2]) or "0 s"


def _number(value: float | str | None) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:,.4g}"
    return clean_line(str(value), 80)


def _row(alert: Alert) -> str:
    """Return the row's value without its label's name: `Gi1/0/7` for `ifName=Gi1/0/7`."""
    return ", ".join(part.partition("=")[2] or part for part in alert.key.instance.split(",") if part)
