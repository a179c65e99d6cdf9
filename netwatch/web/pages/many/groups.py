"""Puts alerts into groups by what they have in one label, the group with the gravest first.

A quiet room. May import: netwatch.alerts, netwatch.model, netwatch.web. Called by: netwatch.web.pages.many.alerts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netwatch.alerts import routing_labels
from netwatch.model import Alert, matcher_text


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertGroup:
    """Alerts that have one text in a label; empty text of those that have none.

    count: how many there are, also of those not shown. severities: how many of each, in the order they come.
    """

    label: str
    text: str
    alerts: tuple[Alert, ...]
    count: int
    severities: tuple[tuple[str, int], ...]

    @property
    def condition(self) -> str:
        """Return what asks for this group alone."""
        return matcher_text(self.label, self.text)


def grouped(alerts: Sequence[Alert], label: str) -> list[Alert]:
    """Return alerts with those of one group behind each other; groups and alerts in the order they come."""
    order: dict[str, list[Alert]] = {}
    for alert in alerts:
        order.setdefault(text_of(alert, label), []).append(alert)
    return [alert for group in order.values() for alert in group]


def groups_of(shown: Iterable[Alert], all_found: Iterable[Alert], label: str) -> list[AlertGroup]:
    """Return the groups of the alerts on a page, each with the count of all that were found."""
    severities: dict[str, Counter[str]] = {}
    for alert in all_found:
        severities.setdefault(text_of(alert, label), Counter())[alert.severity] += 1
    on_page: dict[str, list[Alert]] = {}
    for alert in shown:
        on_page.setdefault(text_of(alert, label), []).append(alert)
    return [
        AlertGroup(
            label=label, text=text, alerts=tuple(alerts), count=severities[text].total(),
            severities=tuple(severities[text].items()),
        )
        for text, alerts in on_page.items()
    ]  # fmt: skip


def label_names(alerts: Iterable[Alert], most: int) -> list[str]:
    """Return the names of labels that alerts have, so many at most."""
    return sorted({name for alert in alerts for name in routing_labels(alert)})[:most]


def text_of(alert: Alert, label: str) -> str:
    """Return what an alert has in a label, as routes and matchers see it."""
    return routing_labels(alert).get(label, "")
