"""Proposes the matchers of a silence for alerts that somebody points at.

A quiet room.
May import: netwatch.alerts.routing, netwatch.model. Called by: netwatch.web.pages, netwatch.app.answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netwatch.alerts.routing import routing_labels
from netwatch.model import Alert, matcher_text

_FIRST = ("alertname", "device")
_SAYS_NOTHING = frozenset({"severity"})


def proposed_labels(alert: Alert) -> dict[str, str]:
    """Return the labels that make this alert and no other: rule, device, and those its instance is named by.

    Where the instance is a bare number, all labels of the row together have to do.
    """
    labels = routing_labels(alert)
    kept = {name: labels[name] for name in _FIRST}
    if not alert.key.instance:
        return kept
    rest = {name: text for name, text in labels.items() if name not in kept and name not in _SAYS_NOTHING and text}
    named = {name: text for name, text in rest.items() if f",{name}={text}," in f",{alert.key.instance},"}
    return kept | (named or rest)


def common_labels(alerts: Sequence[Alert]) -> dict[str, str]:
    """Return the proposed labels that all these alerts have alike; empty where they have nothing in common."""
    first, *others = map(proposed_labels, alerts)
    return {name: text for name, text in first.items() if all(other.get(name) == text for other in others)}


def silences_for(alerts: Sequence[Alert]) -> list[dict[str, str]]:
    """Return the labels of as few silences as cover these alerts: one for what they share, else one for each."""
    common = common_labels(alerts)
    if common:
        return [common]
    each = {as_matchers(labels): labels for labels in map(proposed_labels, alerts)}
    return list(each.values())


def as_matchers(labels: Mapping[str, str]) -> tuple[str, ...]:
    """Write labels as matchers, one each."""
    return tuple(matcher_text(name, text) for name, text in labels.items())
