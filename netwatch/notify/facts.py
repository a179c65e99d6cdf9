"""What a mail says of one alert, before it has a form: the facts, in the order a person asks for them.

A quiet room. Every text that may come from a device is cleaned here, once, so that the templates only place it.
May import: netwatch.model, netwatch.notify.{curves, guard, links, words}.
Called by: netwatch.notify.{mailer, http.compose, mail.*, snmp.compose}.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import MappingProxyType

from netwatch.model import ENDED, Alert, Curve
from netwatch.notify.curves import curve_words
from netwatch.notify.guard import clean_block, clean_line
from netwatch.notify.links import device_page, explanation
from netwatch.notify.words import clock, in_words, number

MAX_LABELS = 8
MAX_GIVEN = 64
"""Labels of an alert that a template can name."""
MAX_SUBJECT = 120
MAX_LINK = 900
LAST_HOUR = "Last hour"
"""The fact that a chart shows too."""

RANK = {"critical": 0, "warning": 1, "info": 2}
WORDS = {"critical": "DOWN", "warning": "WARN", "info": "INFO"}
OVER = "OK"
GONE = "GONE"
"""What vanished while its alert fired: it stands, or it ended although nobody saw it well."""
_SEVERITIES = {
    "critical": "critical", "page": "critical", "emergency": "critical", "disaster": "critical", "fatal": "critical",
    "info": "info", "informational": "info", "notice": "info", "none": "info", "debug": "info",
}  # fmt: skip
_SAID_ELSEWHERE = frozenset({"severity", "alertname", "device"})
_LINK = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and what is known under it; `weighty` is what an eye on a telephone should find first."""

    name: str
    value: str
    weighty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """One alert as a mail shows it.

    word:  DOWN, WARN, INFO, GONE or OK. when: one line about its time. remark: what else to know before getting up.
    curve: what the chart shows, None where there is none. page, explanation: where to read more.
    severity, value, threshold, labels: what the facts say, for templates that people write.
    """

    word: str
    title: str
    rule: str
    device: str
    where: str
    when: str
    remark: str
    description: str
    facts: tuple[Fact, ...]
    runbook: str
    page: str
    explanation: str
    curve: Curve | None
    severity: str
    value: float | str | None
    threshold: float | str | None
    labels: Mapping[str, str]

    @property
    def chart_words(self) -> str:
        """Return what the chart shows, empty where there is none."""
        return curve_words(self.curve) if self.curve is not None else ""


def severity_of(alert: Alert) -> str:
    """Return critical, warning or info, whatever words the rules use; an unknown word is a warning."""
    return _SEVERITIES.get(alert.severity.lower(), "warning")


def urgency(alert: Alert) -> int:
    """Return 0 for what is worst; to sort by."""
    return RANK[severity_of(alert)]


def alert_name(alert: Alert) -> str:
    """Return device, row and rule: `core-sw1 Gi1/0/7 InterfaceDown`."""
    return clean_line(f"{alert.key.device} {row_of(alert)} {alert.key.rule}", MAX_SUBJECT)


def alert_subject(alert: Alert) -> str:
    """Return one alert as a subject: `[DOWN] core-sw1 Gi1/0/7 InterfaceDown`."""
    return f"[{word_of(alert)}] {alert_name(alert)}"


def word_of(alert: Alert) -> str:
    """Return DOWN, WARN, INFO, OK or GONE."""
    if alert.gone_at is not None:
        return GONE
    return OVER if alert.resolved_at else WORDS[severity_of(alert)]


def word_of_all(alerts: Sequence[Alert]) -> str:
    """Return the word for alerts that stand, the worst first, or that are all over: OK if all were seen well.

    Of those that stand it is that of the gravest: GONE only if all that are as grave are gone.
    """
    if all(alert.resolved_at for alert in alerts):
        return GONE if any(alert.gone_at for alert in alerts) else OVER
    standing = [alert for alert in alerts if not alert.resolved_at]
    gravest = [alert for alert in standing if urgency(alert) == min(map(urgency, standing))]
    return next((word_of(alert) for alert in gravest if alert.gone_at is None), GONE)


def row_of(alert: Alert) -> str:
    """Return the row's value without its label's name: `Gi1/0/7` for `ifName=Gi1/0/7`."""
    return ", ".join(part.partition("=")[2] or part for part in alert.key.instance.split(",") if part)


def problem_of(alert: Alert, now: datetime, *, mark: str = "", curve: Curve | None = None, page: str = "") -> Problem:
    """Return an alert as a mail shows it; `mark` is a remark made on it, `page` the address of NetWatch's page."""
    where = clean_line(f"{alert.key.device} {row_of(alert)}".strip(), 120)
    summary = clean_line(alert.annotations.get("summary", ""), 300)
    runbook = alert.annotations.get("runbook_url", "").strip()
    remarks = tuple(_remarks(alert, mark))
    return Problem(
        word=word_of(alert),
        title=summary or clean_line(f"{alert.key.rule} on {where}", 300),
        rule=clean_line(alert.key.rule, 80),
        device=clean_line(alert.key.device, 80),
        where=where,
        when=when(alert, now),
        remark="; ".join(fact.value for fact in remarks),
        description=clean_block(alert.annotations.get("description", "")),
        facts=tuple(_facts(alert, now, remarks, curve)),
        runbook=runbook if _LINK.fullmatch(runbook) and len(runbook) <= 500 else "",
        page=_short(device_page(page, alert.key.device)),
        explanation=_short(explanation(page, alert)),
        curve=curve,
        severity=clean_line(alert.severity, 40),
        value=_cleaned(alert.value),
        threshold=_cleaned(alert.threshold),
        labels=MappingProxyType(
            {clean_line(name, 80): clean_line(text, 200) for name, text in islice(alert.labels.items(), MAX_GIVEN)}
        ),
    )


def _cleaned(value: float | str | None) -> float | str | None:
    return clean_line(value, 80) if isinstance(value, str) else value


def when(alert: Alert, now: datetime) -> str:
    """Return since when, or when it ended and how long it was."""
    if alert.resolved_at is None:
        return f"{clock(alert.pending_at)} ({in_words(now - alert.pending_at)})"
    ended = f"{clock(alert.resolved_at)} after {in_words(alert.resolved_at - alert.pending_at)}"
    if alert.gone_at is None:
        return ended
    return clean_line(f"{ended}: {alert.annotations.get(ENDED, 'no longer there')}", 300)


def _facts(alert: Alert, now: datetime, remarks: Iterable[Fact], curve: Curve | None) -> Iterable[Fact]:
    """Yield where, how much and since when, and only then what else is known."""
    yield _fact("Device", alert.key.device, weighty=True)
    named = [part.partition("=")[::2] for part in alert.key.instance.split(",") if "=" in part]
    yield from (_fact(name, value) for name, value in named)
    if alert.value is not None:
        limit = f" (threshold {number(alert.threshold)})" if alert.threshold is not None else ""
        yield _fact("Last value" if alert.gone_at else "Value", number(alert.value) + limit, weighty=True)
    yield _fact("Since", when(alert, now), weighty=True)
    yield from remarks
    if curve is not None and (words := curve_words(curve)):
        yield _fact(LAST_HOUR, words, limit=200)
    if alert.trap_count > 1 and alert.seen_at is not None:
        yield _fact("Traps", f"{alert.trap_count:,}, the last at {clock(alert.seen_at)}")
    shown = {name for name, _ in named} | _SAID_ELSEWHERE
    labels = [(name, value) for name, value in sorted(alert.labels.items()) if name not in shown and value]
    yield from (_fact(name, value) for name, value in labels[:MAX_LABELS])
    yield _fact("Severity", alert.severity)
    yield _fact("Rule", alert.key.rule)


def _remarks(alert: Alert, mark: str) -> Iterable[Fact]:
    """Yield what else to know before getting up: it is gone, somebody is at it, it is expected, it comes and goes."""
    if alert.gone_at is not None:
        yield _fact("Gone", f"no longer there since {clock(alert.gone_at)}; nobody saw it well")
    if alert.acked_at is not None:
        who = alert.acked_by or "somebody"
        comment = f": {alert.ack_comment}" if alert.ack_comment else ""
        yield _fact("In hand", f"acknowledged by {who} at {clock(alert.acked_at)}{comment}", limit=200)
    if mark:
        yield _fact("Expected", mark, limit=200)
    if alert.flapping:
        yield _fact(
            "Flapping", "it keeps coming and going; that it is over is told once it has been calm for a while"
        )


def _fact(name: str, value: str, *, weighty: bool = False, limit: int = 120) -> Fact:
    return Fact(name=clean_line(name, 24), value=clean_line(value, limit), weighty=weighty)


def _short(link: str) -> str:
    """Return a link that mail programs leave whole, and none rather than one cut in two."""
    return link if len(link) <= MAX_LINK else ""
