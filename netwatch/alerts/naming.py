"""What an incident is called: the text of its subjects outside the brackets, and when it is called otherwise.

Gmail keeps mails together by References only where that text stays the same, so it stays as long as it is true: while
the worst of what fires is what it speaks of. What is graver, a second port beside the one that is named, or another
trouble that is left over give the incident a new name, and its later mails, the last one too, keep that. Everybody
else goes by References alone, which never change.

One alert is named by its rule's annotation `title`, else its `summary` where that is short, else by device, row and
rule; several of a rule by its annotation `several` ("OSPF neighbours") after what the group has in common.

A quiet room: no clock, no socket, no database. May import: netwatch.model. Called by: netwatch.alerts.grouping.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netwatch.model import Alert, AlertGroup, Severities

MAX_TITLE = 44
"""What is left of 60 characters beside the longest usual bracket; the mail cuts what is longer after all."""
MAX_NAME = 300
TWO_ENDS = 2
_SAYS_NOTHING = frozenset({"alertname", "severity"})
"""Labels of a group that name no place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What an incident is called; `about` says what that speaks of, for programs."""

    subject: str
    about: str


def named(alerts: Sequence[Alert], labels: Mapping[str, str], severities: Severities) -> Name:
    """Return the name of an incident in which these fire; `labels` are those its group has in common."""
    kind = _worst_kind(alerts, severities)
    if len(kind) == 1:
        return Name(subject=title_of(kind[0])[:MAX_NAME], about=_about_one(kind[0]))
    scope = _scope(kind, labels)
    several = _line(kind[0].annotations.get("several", "")) or kind[0].key.alertname
    return Name(subject=f"{scope}: {several}"[:MAX_NAME], about=_about_several(kind[0].key.rule, scope))


def still_fits(group: AlertGroup, alerts: Sequence[Alert], severities: Severities) -> bool:
    """Return whether the name of an incident still speaks of the worst of what fires.

    An incident that an older NetWatch named keeps its name.
    """
    if not group.about:
        return True
    worst = _worst(alerts, severities)
    for rule in dict.fromkeys(alert.key.rule for alert in worst):
        kind = [alert for alert in worst if alert.key.rule == rule]
        if group.about == _about_several(rule, _scope(kind, group.labels)):
            return True
        if len(kind) == 1 and group.about == _about_one(kind[0]):
            return True
    return False


def title_of(alert: Alert) -> str:
    """Return one alert in few words, its device among them: `core-sw1 does not answer`."""
    if title := _line(alert.annotations.get("title", "")):
        return title
    summary, device = _line(alert.annotations.get("summary", "")), alert.key.device
    short = summary if device in summary else f"{device}: {summary}"
    if summary and len(short) <= MAX_TITLE:
        return short.rstrip(".")
    return " ".join(part for part in (device, row_of(alert), alert.key.alertname) if part)


def row_of(alert: Alert) -> str:
    """Return the row's value without its label's name: `Gi1/0/7` for `ifName=Gi1/0/7`."""
    return ", ".join(part.partition("=")[2] or part for part in alert.key.instance.split(",") if part)


def _worst(alerts: Sequence[Alert], severities: Severities) -> list[Alert]:
    """Return the gravest; what is critical of a whole device is graver than what is of a row of one."""
    top = len(severities.names) - 1

    def weight(alert: Alert) -> tuple[int, bool]:
        rank = severities.rank(alert.severity)
        return rank, rank == top and not alert.key.instance

    most = max(map(weight, alerts))
    return [alert for alert in alerts if weight(alert) == most]


def _worst_kind(alerts: Sequence[Alert], severities: Severities) -> list[Alert]:
    """Return, of the gravest, those of the rule that most of them are of; of several such rules the first."""
    worst = _worst(alerts, severities)
    rule = Counter(alert.key.rule for alert in worst).most_common(1)[0][0]
    return [alert for alert in worst if alert.key.rule == rule]


def _scope(kind: Sequence[Alert], labels: Mapping[str, str]) -> str:
    """Return where several alerts are: what their group has in common, or else their devices."""
    devices = dict.fromkeys(alert.key.device for alert in kind)
    first = next(iter(devices))
    if "device" in labels and devices.keys() - {labels["device"]}:  # the other ends of links are among them
        ends = [" ".join(filter(None, (alert.key.device, row_of(alert)))) for alert in kind]
        return " and ".join(ends) if len(ends) <= TWO_ENDS else f"{labels['device']} and others"
    if place := " ".join(text for name, text in labels.items() if text and name not in _SAYS_NOTHING):
        return place
    return first if len(devices) == 1 else f"{first} and others"


def _about_one(alert: Alert) -> str:
    return json.dumps(["one", alert.id])


def _about_several(rule: str, scope: str) -> str:
    return json.dumps(["several", rule, scope])


def _line(text: str) -> str:
    return " ".join(text.split())
