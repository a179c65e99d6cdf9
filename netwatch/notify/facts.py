"""What a mail says of one alert, before it has a form: the facts, in the order a person asks for them.

A quiet room. Every text that may come from a device is cleaned here, once, so that the templates only place it.
May import: netwatch.model, netwatch.notify.{curves, guard, links, words}.
Called by: netwatch.notify.{mailer, http.compose, mail.*, snmp.compose}.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from types import MappingProxyType

from netwatch.model import ENDED, Alert, Curve, Standing
from netwatch.notify.curves import curve_words
from netwatch.notify.guard import clean_block, clean_line
from netwatch.notify.links import device_page, explanation
from netwatch.notify.words import clock, in_words, in_zone, measure, when_lately

MAX_LABELS = 8
MAX_GIVEN = 64
"""Labels of an alert that a template can name."""
MAX_SUBJECT = 120
MAX_LINK = 900
FRESH_FOR = timedelta(minutes=10)
"""How long a reading says how it is now; slower polls are rare, and then it is said when it was."""
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
class Place:
    """Where a device is: its address, where it says that it stands, its labels, what it is reached through."""

    address: str = ""
    location: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    parents: tuple[str, ...] = ()


NOWHERE = Place()


def _nowhere(device: str) -> Place:
    return NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How mails to one receiver are worded.

    zone: of its times; None is that of this machine. units: rule -> unit of its values. place_of: device -> where it
    is.
    """

    zone: tzinfo | None = UTC
    units: Mapping[str, str] = field(default_factory=dict)
    place_of: Callable[[str], Place] = _nowhere

    def unit_of(self, alert: Alert) -> str:
        """Return the unit of an alert's value: what the rule's annotation `unit` says, or what its columns are in.

        Of a sensor that is what its row says: `{quantity}` stands for the label of that name.
        """
        unit = alert.annotations.get("unit") or self.units.get(alert.key.rule, "")
        return alert.labels.get("quantity", "") if unit == "{quantity}" else unit


USUAL = Manner()


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
    place: address, location and labels of the device in a line.
    now: how it stands at the newest reading, where that is known and says more than `when`.
    severity, value, threshold, unit, address, location, labels: what the facts say, for templates that people write.
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
    unit: str
    now: str
    address: str
    location: str
    place: str
    zone: tzinfo | None

    @property
    def chart_words(self) -> str:
        """Return what the chart shows, empty where there is none."""
        return curve_words(self.curve, self.unit, self.zone) if self.curve is not None else ""


def severity_of(alert: Alert) -> str:
    """Return critical, warning or info, whatever words the rules use; an unknown word is a warning."""
    return _SEVERITIES.get(alert.severity.lower(), "warning")


def urgency(alert: Alert) -> int:
    """Return 0 for what is worst; to sort by."""
    return RANK[severity_of(alert)]


def alert_name(alert: Alert) -> str:
    """Return device, row and rule: `core-sw1 Gi1/0/7 InterfaceDown`."""
    return clean_line(f"{alert.key.device} {row_of(alert)} {alert.key.alertname}", MAX_SUBJECT)


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
    gravest = min(map(urgency, standing))  # once: of a storm there are thousands
    seen = (alert for alert in standing if alert.gone_at is None and urgency(alert) == gravest)
    return next(map(word_of, seen), GONE)


def row_of(alert: Alert) -> str:
    """Return the row's value without its label's name: `Gi1/0/7` for `ifName=Gi1/0/7`."""
    return ", ".join(part.partition("=")[2] or part for part in alert.key.instance.split(",") if part)


def problem_of(
    alert: Alert,
    now: datetime,
    *,
    mark: str = "",
    curve: Curve | None = None,
    page: str = "",
    manner: Manner = USUAL,
    standing: Standing | None = None,
    other_end: str = "",
) -> Problem:
    """Return an alert as a mail shows it; `mark` is a remark made on it, `page` the address of NetWatch's page.

    `standing` is how it stands at the newest reading, where the mail is to say so. `other_end` is the port at the
    other end of its link.
    """
    place, unit, zone = manner.place_of(alert.key.device), clean_line(manner.unit_of(alert), 16), manner.zone
    stands = standing_words(alert, standing, now, unit, zone)
    where = clean_line(f"{alert.key.device} {row_of(alert)}".strip(), 120)
    summary = clean_line(alert.annotations.get("summary", ""), 300)
    runbook = alert.annotations.get("runbook_url", "").strip()
    remarks = tuple(_remarks(alert, mark, now, zone, other_end))
    facts = _facts(alert, now, remarks, curve, place=place, unit=unit, zone=zone, stands=stands)
    return Problem(
        word=word_of(alert),
        title=summary or clean_line(_sentence(alert, where, unit), 300),
        rule=clean_line(alert.key.alertname, 80),
        device=clean_line(alert.key.device, 80),
        where=where,
        when=when(alert, now, zone),
        remark="; ".join((*([stands] if stands and alert.healthy_since else []), *(fact.value for fact in remarks))),
        description=clean_block(alert.annotations.get("description", "")),
        facts=tuple(facts),
        runbook=runbook if _LINK.fullmatch(runbook) and len(runbook) <= 500 else "",
        page=whole_link(device_page(page, alert.key.device)),
        explanation=whole_link(explanation(page, alert)),
        curve=curve,
        severity=clean_line(alert.severity, 40),
        value=_cleaned(alert.value),
        threshold=_cleaned(alert.threshold),
        labels=MappingProxyType(
            {clean_line(name, 80): clean_line(text, 200) for name, text in islice(alert.labels.items(), MAX_GIVEN)}
        ),
        unit=unit,
        now=stands,
        address=clean_line(place.address, 80),
        location=clean_line(place.location, 120),
        place=_place_words(place),
        zone=zone,
    )


def _place_words(place: Place) -> str:
    """Return where a device is in a line: `192.0.2.1, Rack 4, site hq, role core`."""
    labels = (f"{name} {text}" for name, text in islice(place.labels.items(), MAX_LABELS) if text != place.location)
    return clean_line(", ".join(part for part in (place.address, place.location, *labels) if part), 200)


def _cleaned(value: float | str | None) -> float | str | None:
    return clean_line(value, 80) if isinstance(value, str) else value


def when(alert: Alert, now: datetime, zone: tzinfo | None = UTC) -> str:
    """Return since when, or when it ended and how long it was."""
    if alert.resolved_at is None:
        return f"{clock(alert.pending_at, zone)} ({in_words(now - alert.pending_at)})"
    ended = f"{clock(alert.resolved_at, zone)} after {in_words(alert.resolved_at - alert.pending_at)}"
    if alert.gone_at is None:
        return ended
    return clean_line(f"{ended}: {alert.annotations.get(ENDED, 'no longer there')}", 300)


def standing_words(
    alert: Alert, standing: Standing | None, now: datetime, unit: str = "", zone: tzinfo | None = UTC
) -> str:
    """Return how it stands now: `up again since 17:10:36 CET; ...`, `95 % at 17:10:36 CET`; empty where unknown."""
    if alert.resolved_at is not None or alert.gone_at is not None:
        return ""
    value = None if standing is None or standing.value in (None, "") else standing.value
    said = "" if value is None else measure(value, unit)
    if alert.healthy_since is not None:
        well = f"{said} again" if isinstance(value, str) else "well again"
        more = f" ({said})" if said and not isinstance(value, str) else ""
        held = "it keeps coming and going, so it is held until it has been calm" if alert.flapping else _HELD
        return f"{well} since {when_lately(alert.healthy_since, now, zone)}{more}; {held}"
    if standing is None or not said:
        return ""
    between = ", neither broken nor well" if standing.broken is False else ""
    when_read = when_lately(standing.at, now, zone)
    if is_old(standing, now):
        return f"not known; {said} when last read, at {when_read}"
    return f"{said} at {when_read}{between}"


def is_old(standing: Standing, now: datetime) -> bool:
    """Return whether a reading is too old to say how it is now: its device or table has not answered since."""
    return now - standing.at > FRESH_FOR


_HELD = "it is over once that has lasted"


def _sentence(alert: Alert, where: str, unit: str) -> str:
    """Return what is wrong in a sentence, of a rule that has none of its own: `PortFull on core-sw1 Gi1: 98 %`."""
    said = "" if alert.value in (None, "") else f": {_value(alert, unit)}"
    return f"{alert.key.alertname} on {where}{said}"


def _value(alert: Alert, unit: str) -> str:
    """Return the value, and what it was held against where that is a number too."""
    numbers = isinstance(alert.value, float | int) and isinstance(alert.threshold, float | int)
    numbers = numbers and alert.value != alert.threshold
    return measure(alert.value, unit) + (f" (threshold {measure(alert.threshold, unit)})" if numbers else "")


def _facts(
    alert: Alert,
    now: datetime,
    remarks: Iterable[Fact],
    curve: Curve | None,
    *,
    place: Place,
    unit: str,
    zone: tzinfo | None,
    stands: str,
) -> Iterable[Fact]:
    """Yield where, how much and since when, and only then what else is known; nothing twice."""
    address = f" ({place.address})" if place.address and place.address != alert.key.device else ""
    yield _fact("Device", alert.key.device + address, weighty=True)
    if place.location:
        yield _fact("Location", place.location)
    named = _without_indexes([part.partition("=")[::2] for part in alert.key.instance.split(",") if "=" in part])
    yield from (_fact(name, value) for name, value in named)
    if alert.value is not None and alert.value != "":
        yield _fact("Last value" if alert.gone_at else "Value", _value(alert, unit), weighty=True)
    yield _fact("Since", when(alert, now, zone), weighty=True)
    if stands:
        yield _fact("Now", stands, weighty=True, limit=200)
    yield from remarks
    if curve is not None and (words := curve_words(curve, unit, zone)):
        yield _fact(LAST_HOUR, words, limit=200)
    if alert.trap_count > 1 and alert.seen_at is not None:
        yield _fact("Traps", f"{alert.trap_count:,}, the last at {clock(alert.seen_at, zone)}")
    yield from (_fact(name, value) for name, value in _labels(alert, named, place)[:MAX_LABELS])
    yield _fact("Severity", alert.severity)
    yield _fact("Rule", alert.key.alertname)


def _labels(alert: Alert, named: list[tuple[str, str]], place: Place) -> list[tuple[str, str]]:
    """Return what the alert's labels say that no other row does, those of the device first."""
    shown = {name for name, _ in named} | _SAID_ELSEWHERE
    said = {value for _, value in named} | {alert.key.device}
    labels = [
        (name, value)
        for name, value in sorted(alert.labels.items(), key=lambda item: (item[0] not in place.labels, item[0]))
        if name not in shown and value and (name in place.labels or value not in said)
    ]
    return (
        labels
        if not (named or any(not _is_index(name) for name, _ in labels))
        else _without_indexes(labels, bool(named))
    )


def _without_indexes(pairs: list[tuple[str, str]], named: bool = False) -> list[tuple[str, str]]:
    """Return what is no bare number of a row beside its name: `ifName=Gi1/0/7`, not `ifIndex=7`."""
    kept = [(name, value) for name, value in pairs if not _is_index(name)]
    return kept if kept or named else pairs


def _is_index(name: str) -> bool:
    return name.endswith("Index")


def _remarks(alert: Alert, mark: str, now: datetime, zone: tzinfo | None, other_end: str) -> Iterable[Fact]:
    """Yield what else to know before getting up: it is gone, somebody is at it, it is expected, it comes and goes."""
    if other_end:
        yield _fact("Other end", other_end, weighty=True, limit=300)
    if alert.gone_at is not None:
        yield _fact("Gone", f"no longer there since {clock(alert.gone_at, zone)}; nobody saw it well")
    if alert.acked_at is not None:
        who = alert.acked_by or "somebody"
        comment = f": {alert.ack_comment}" if alert.ack_comment else ""
        yield _fact("In hand", f"acknowledged by {who} at {clock(alert.acked_at, zone)}{comment}", limit=200)
    if mark:
        yield _fact("Expected", in_zone(mark, now, zone), limit=200)
    if alert.flapping and alert.healthy_since is None:
        yield _fact(
            "Flapping", "it keeps coming and going; that it is over is told once it has been calm for a while"
        )


def _fact(name: str, value: str, *, weighty: bool = False, limit: int = 120) -> Fact:
    return Fact(name=clean_line(name, 24), value=clean_line(value, limit), weighty=weighty)


def whole_link(link: str) -> str:
    """Return a link that mail programs leave whole, and none rather than one cut in two."""
    return link if len(link) <= MAX_LINK else ""
