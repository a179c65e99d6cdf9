"""Alerts that explain others: while one fires that is a rule's source, nobody is told of the rule's targets.

As in Alertmanager: source and target must agree on every label of `equal`, where a label that both lack agrees too;
and an alert that is source and target of a rule is not held back by others that are both, or two of a kind would
silence each other.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from netwatch.alerts.routing import routing_labels
from netwatch.alerts.settings import InhibitRuleSettings
from netwatch.model import Alert, Matcher, MuteKind, Muting, all_hold, parse_matchers


@dataclass(frozen=True, slots=True, kw_only=True)
class InhibitRule:
    """One rule, with its matchers read."""

    sources: tuple[Matcher, ...]
    targets: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sources:
    """Of all sources with the same `equal` labels: the oldest, and the oldest that is not a target too."""

    oldest: Alert
    oldest_one_sided: Alert | None


class Inhibitors:
    """What fires now, by what it holds back; built anew for every round."""

    def __init__(self, rules: Sequence[InhibitRule], firing: Iterable[Alert]) -> None:
        """Sort the firing alerts; others among them are passed over."""
        self._rules = rules
        self._sources: list[dict[tuple[str, ...], _Sources]] = [{} for _ in rules]
        if not rules:
            return
        for alert in sorted(firing, key=_age):
            if alert.stands:
                self._file(alert, routing_labels(alert))

    def muting_of(self, alert: Alert, labels: Mapping[str, str]) -> Muting | None:
        """Return what holds an alert with these routing labels back, None where nothing does."""
        for rule, sources in zip(self._rules, self._sources, strict=True):
            if not sources or not all_hold(rule.targets, labels):
                continue
            found = sources.get(_equal(rule, labels))
            if found is None:
                continue
            both = all_hold(rule.sources, labels)
            source = found.oldest_one_sided if both else found.oldest
            if source is not None:
                return _muting(source)
        return None

    def _file(self, alert: Alert, labels: Mapping[str, str]) -> None:
        for rule, sources in zip(self._rules, self._sources, strict=True):
            if not all_hold(rule.sources, labels):
                continue
            one_sided = None if all_hold(rule.targets, labels) else alert
            found = sources.setdefault(_equal(rule, labels), _Sources(alert, one_sided))
            if found.oldest_one_sided is None:
                found.oldest_one_sided = one_sided


def build_inhibit_rules(settings: Sequence[InhibitRuleSettings]) -> tuple[InhibitRule, ...]:
    """Return the rules of the configuration."""
    return tuple(
        InhibitRule(
            sources=tuple(matcher for text in part.source_matchers for matcher in parse_matchers(text)),
            targets=tuple(matcher for text in part.target_matchers for matcher in parse_matchers(text)),
            equal=tuple(part.equal),
        )
        for part in settings
    )


def _equal(rule: InhibitRule, labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in rule.equal)


def _age(alert: Alert) -> tuple[datetime, str]:
    return alert.firing_at or alert.pending_at, alert.id


def _muting(source: Alert) -> Muting:
    row = f" ({source.key.instance})" if source.key.instance else ""
    reason = f"{source.key.alertname} fires on {source.key.device}{row}, which explains this"
    return Muting(kind=MuteKind.INHIBITED, reason=reason, by=source.id)
