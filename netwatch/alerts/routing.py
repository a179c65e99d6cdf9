"""Who is told of an alert: the routing tree, in Alertmanager's words.

An alert goes down the tree: the first child whose matchers hold takes it, a child with `continue` lets its later
brothers see it too, and where no child wants it the node itself takes it. A child inherits receiver, group_by and
times. Unlike in Alertmanager, two ways to the same receiver with the same group labels make one group: nobody is
told of one incident twice.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.errors. Called by: netwatch.engine, config.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from netwatch.alerts.matchers import Matcher, parse_matchers
from netwatch.alerts.settings import (
    DEFAULT_GROUP_BY,
    DEFAULT_GROUP_INTERVAL,
    DEFAULT_GROUP_WAIT,
    DEFAULT_REPEAT_INTERVAL,
    RouteSettings,
)
from netwatch.errors import ConfigError
from netwatch.model import Alert, AlertGroup

EVERY_LABEL = "..."
"""`group_by: ["..."]` groups by all labels, so every alert is mailed alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTiming:
    """When the mails of a group go out."""

    group_wait: timedelta = DEFAULT_GROUP_WAIT
    group_interval: timedelta = DEFAULT_GROUP_INTERVAL
    repeat_interval: timedelta = DEFAULT_REPEAT_INTERVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMatch:
    """One receiver of an alert, and the group in which it is told."""

    receiver: str
    group_key: str
    group_labels: Mapping[str, str]
    timing: GroupTiming


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A node of the tree with everything it inherited filled in."""

    receiver: str
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] = DEFAULT_GROUP_BY
    timing: GroupTiming = GroupTiming()
    continues: bool = False
    routes: tuple[Route, ...] = ()

    def receivers_for(self, labels: Mapping[str, str]) -> tuple[RouteMatch, ...]:
        """Return whom to tell of an alert with these labels; each group once, never nobody."""
        groups: dict[str, RouteMatch] = {}
        for node in self._takers(labels):
            match = node.match_for(labels)
            groups.setdefault(match.group_key, match)
        return tuple(groups.values())

    def match_for(self, labels: Mapping[str, str]) -> RouteMatch:
        """Return receiver and group of an alert that this very node takes."""
        names = labels if EVERY_LABEL in self.group_by else self.group_by
        group = {name: labels[name] for name in sorted(names) if name in labels}
        inside = ", ".join(f'{name}="{text}"' for name, text in group.items())
        return RouteMatch(
            receiver=self.receiver,
            group_key=f"{self.receiver}{{{inside}}}",
            group_labels=group,
            timing=self.timing,
        )

    def timing_of(self, group: AlertGroup, alerts: Mapping[str, Alert]) -> GroupTiming:
        """Return the times of an open group, found again through its members; the root's where none leads there."""
        for member in group.members:
            for match in self.receivers_for(routing_labels(alerts[member])) if member in alerts else ():
                if match.group_key == group.key:
                    return match.timing
        return self.timing

    def receivers(self) -> frozenset[str]:
        """Return every receiver the tree names."""
        return frozenset({self.receiver}.union(*(child.receivers() for child in self.routes)))

    def _takers(self, labels: Mapping[str, str]) -> list[Route]:
        takers: list[Route] = []
        for child in self.routes:
            if all(matcher.holds(labels) for matcher in child.matchers):
                takers += child._takers(labels)
                if not child.continues:
                    break
        return takers or [self]


def routing_labels(alert: Alert) -> dict[str, str]:
    """Return the labels that routes see: the alert's own, `device` and `alertname`."""
    return {**alert.labels, "device": alert.key.device, "alertname": alert.key.rule, "severity": alert.severity}


def build_route(settings: RouteSettings) -> Route:
    """Return the tree of the configuration.

    Raises:
        ConfigError: the root has no receiver, or has matchers: some alert would reach nobody.
    """
    if not settings.receiver:
        raise ConfigError("route: needs a receiver, the one who is told when nobody else wants an alert")
    if settings.match or settings.matchers:
        raise ConfigError("route: takes every alert and so cannot have match or matchers; put them under routes")
    return _node(settings, Route(receiver=settings.receiver))


def _node(settings: RouteSettings, parent: Route) -> Route:
    """Return the node of `settings`, inheriting from `parent`; `continue` and matchers are never inherited."""
    own = Route(
        receiver=settings.receiver or parent.receiver,
        matchers=_matchers_of(settings),
        group_by=parent.group_by if settings.group_by is None else tuple(settings.group_by),
        timing=_timing_of(settings, parent.timing),
        continues=settings.continue_,
    )
    return Route(
        receiver=own.receiver, matchers=own.matchers, group_by=own.group_by, timing=own.timing,
        continues=own.continues, routes=tuple(_node(child, own) for child in settings.routes),
    )  # fmt: skip


def _matchers_of(settings: RouteSettings) -> tuple[Matcher, ...]:
    exact = [Matcher(label=label, text=text) for label, text in settings.match.items()]
    return (*exact, *(matcher for text in settings.matchers for matcher in parse_matchers(text)))


def _timing_of(settings: RouteSettings, parent: GroupTiming) -> GroupTiming:
    def own(value: timedelta | None, inherited: timedelta) -> timedelta:
        return inherited if value is None else value

    return GroupTiming(
        group_wait=own(settings.group_wait, parent.group_wait),
        group_interval=own(settings.group_interval, parent.group_interval),
        repeat_interval=own(settings.repeat_interval, parent.repeat_interval),
    )
