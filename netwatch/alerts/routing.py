"""Who is told of an alert: the routing tree, in Alertmanager's words.

An alert goes down the tree: the first child whose matchers hold takes it, a child with `continue` lets its later
brothers see it too, and where no child wants it the node itself takes it. A child inherits receiver, group_by, times,
escalation and fallback; the intervals in which a node is closed are its own, as in Alertmanager. Unlike there, two
ways to the same receiver with the same group labels make one group: nobody is told of one incident twice. A way that
is not always open makes a group of its own, and none where another way to that group is always open.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.errors. Called by: netwatch.engine, config.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from netwatch.alerts.escalation import EscalationStep, build_steps
from netwatch.alerts.settings import (
    DEFAULT_GROUP_BY,
    DEFAULT_GROUP_INTERVAL,
    DEFAULT_GROUP_WAIT,
    DEFAULT_REPEAT_INTERVAL,
    DEFAULT_URGENT_FROM,
    NOTHING_IS_URGENT,
    RouteSettings,
)
from netwatch.errors import ConfigError
from netwatch.model import USUAL_SEVERITIES, Alert, AlertGroup, Matcher, Severities, parse_matchers

EVERY_LABEL = "..."
"""`group_by: ["..."]` groups by all labels, so every alert is mailed alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTiming:
    """When the mails of a group go out; what is as grave as `urgent_from` does not wait for group_interval."""

    group_wait: timedelta = DEFAULT_GROUP_WAIT
    group_interval: timedelta = DEFAULT_GROUP_INTERVAL
    repeat_interval: timedelta = DEFAULT_REPEAT_INTERVAL
    severities: Severities = USUAL_SEVERITIES
    urgent_from: str = DEFAULT_URGENT_FROM

    def is_urgent(self, alert: Alert) -> bool:
        """Return whether news of an alert may not wait behind what was told before."""
        if self.urgent_from == NOTHING_IS_URGENT:
            return False
        return self.severities.rank(alert.severity) >= self.severities.rank(self.urgent_from)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMatch:
    """One receiver of an alert, the group in which it is told, and when that is closed (see intervals)."""

    receiver: str
    group_key: str
    group_labels: Mapping[str, str]
    timing: GroupTiming
    mute_time_intervals: tuple[str, ...] = ()
    active_time_intervals: tuple[str, ...] = ()
    escalate: tuple[EscalationStep, ...] = ()
    fallback: tuple[str, ...] = ()

    def is_as(self, other: RouteMatch) -> bool:
        """Return whether people are told in the same way, but for the group."""
        return replace(self, group_key=other.group_key, group_labels=other.group_labels) == other

    def escalated(self, step: EscalationStep) -> RouteMatch:
        """Return the way to whom a step tells as well: the same group, told at once, with no steps of its own."""
        return replace(
            self,
            receiver=step.receiver,
            group_key=f"{step.receiver}{self.group_key.removeprefix(self.receiver)}",
            timing=replace(self.timing, group_wait=timedelta(0)),
            escalate=(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A node of the tree with everything it inherited filled in."""

    receiver: str
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] = DEFAULT_GROUP_BY
    timing: GroupTiming = GroupTiming()
    continues: bool = False
    mute_time_intervals: tuple[str, ...] = ()
    active_time_intervals: tuple[str, ...] = ()
    escalate: tuple[EscalationStep, ...] = ()
    fallback: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()

    def receivers_for(self, labels: Mapping[str, str]) -> tuple[RouteMatch, ...]:
        """Return whom to tell of an alert with these labels; each group once, never nobody."""
        groups: dict[str, RouteMatch] = {}
        takers = self._takers(labels)
        always = {node._group_key(labels) for node in takers if not node._hours()}
        for node in takers:
            if node._hours() and node._group_key(labels) in always:
                continue
            match = node.match_for(labels)
            groups.setdefault(match.group_key, match)
        return tuple(groups.values())

    def match_for(self, labels: Mapping[str, str]) -> RouteMatch:
        """Return receiver and group of an alert that this very node takes."""
        return RouteMatch(
            receiver=self.receiver,
            group_key=self._group_key(labels) + self._hours(),
            group_labels=self._group_labels(labels),
            timing=self.timing,
            mute_time_intervals=self.mute_time_intervals,
            active_time_intervals=self.active_time_intervals,
            escalate=self.escalate,
            fallback=self.fallback,
        )

    def match_of(self, group: AlertGroup, alerts: Mapping[str, Alert]) -> RouteMatch:
        """Return the way to an open group, found again through its members.

        Where the configuration no longer leads there, its incident goes on with the times of the root.
        """
        for member in group.members:
            for match in self.receivers_for(routing_labels(alerts[member])) if member in alerts else ():
                ways = (match, *(match.escalated(step) for step in match.escalate))
                if way := next((way for way in ways if way.group_key == group.key), None):
                    return way
        return RouteMatch(receiver=group.receiver, group_key=group.key, group_labels=group.labels, timing=self.timing)

    def looks_at(self) -> tuple[str, ...] | None:
        """Return the labels that decide who is told and in which group; None where all do."""
        found: set[str] = set()
        for node in (self, *self.routes):
            if EVERY_LABEL in node.group_by:
                return None
            found.update(node.group_by, (matcher.label for matcher in node.matchers))
        inner = [child.looks_at() for child in self.routes]
        if any(names is None for names in inner):
            return None
        return tuple(sorted(found.union(*(names for names in inner if names is not None))))

    def fallback_of(self, receiver: str, alerts: Iterable[Alert]) -> tuple[str, ...]:
        """Return who is told what did not reach a receiver: receivers and addresses, as the configuration has them.

        It is that of the routes by which these alerts are told to the receiver, escalation included. Where none is
        known any more, or none leads there now, it is that of every route which tells the receiver.
        """
        matches = (match for alert in alerts for match in self.receivers_for(routing_labels(alert)))
        told = [one for one in matches if receiver in (one.receiver, *(step.receiver for step in one.escalate))]
        found = [one.fallback for one in told]
        if not told:
            found = [node.fallback for node in self.nodes() if receiver in node.own_receivers()]
        return tuple(dict.fromkeys(name for names in found for name in names))

    def nodes(self) -> Iterator[Route]:
        """Yield this node and all below it."""
        yield self
        for child in self.routes:
            yield from child.nodes()

    def own_receivers(self) -> tuple[str, ...]:
        """Return the receivers this very node tells, those of its escalation among them."""
        return (self.receiver, *(step.receiver for step in self.escalate))

    def receivers(self) -> frozenset[str]:
        """Return every receiver the tree names, those of escalations among them."""
        return frozenset(name for node in self.nodes() for name in node.own_receivers())

    def _group_labels(self, labels: Mapping[str, str]) -> dict[str, str]:
        names = labels if EVERY_LABEL in self.group_by else self.group_by
        return {name: labels[name] for name in sorted(names) if name in labels}

    def _group_key(self, labels: Mapping[str, str]) -> str:
        inside = ", ".join(f'{name}="{text}"' for name, text in self._group_labels(labels).items())
        return f"{self.receiver}{{{inside}}}"

    def _hours(self) -> str:
        """Return when this node is closed, in words; nothing where it is always open."""
        words = [f"except {name}" for name in self.mute_time_intervals]
        words += [f"only {name}" for name in self.active_time_intervals]
        return "".join(f" {word}" for word in words)

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
    return {**alert.labels, "device": alert.key.device, "alertname": alert.key.alertname, "severity": alert.severity}


def build_route(settings: RouteSettings, severities: Severities = USUAL_SEVERITIES) -> Route:
    """Return the tree of the configuration; `severities` says what is graver than what.

    Raises:
        ConfigError: the root has no receiver, or has matchers: some alert would reach nobody; or a severity that is
            none.
    """
    if not settings.receiver:
        raise ConfigError("route: needs a receiver, the one who is told when nobody else wants an alert")
    if settings.match or settings.matchers:
        raise ConfigError("route: takes every alert and so cannot have match or matchers; put them under routes")
    if settings.mute_time_intervals or settings.active_time_intervals:
        raise ConfigError("route: is always open, so that no alert is lost; put time intervals under routes")
    names = severities.names
    urgent_from = DEFAULT_URGENT_FROM if DEFAULT_URGENT_FROM in names else names[-1]
    timing = GroupTiming(severities=severities, urgent_from=urgent_from)
    return _node(settings, Route(receiver=settings.receiver, timing=timing))


def _node(settings: RouteSettings, parent: Route) -> Route:
    """Return the node of `settings`, with what it inherits: all but `continue`, matchers and intervals."""
    own = Route(
        receiver=settings.receiver or parent.receiver,
        matchers=_matchers_of(settings),
        group_by=parent.group_by if settings.group_by is None else tuple(settings.group_by),
        timing=_timing_of(settings, parent.timing),
        continues=settings.continue_,
        mute_time_intervals=tuple(settings.mute_time_intervals),
        active_time_intervals=tuple(settings.active_time_intervals),
        escalate=parent.escalate if settings.escalate is None else build_steps(settings.escalate),
        fallback=parent.fallback if settings.fallback is None else tuple(settings.fallback),
    )
    return replace(own, routes=tuple(_node(child, own) for child in settings.routes))


def _matchers_of(settings: RouteSettings) -> tuple[Matcher, ...]:
    exact = [Matcher(label=label, text=text) for label, text in settings.match.items()]
    return (*exact, *(matcher for text in settings.matchers for matcher in parse_matchers(text)))


def _timing_of(settings: RouteSettings, parent: GroupTiming) -> GroupTiming:
    def own(value: timedelta | None, inherited: timedelta) -> timedelta:
        return inherited if value is None else value

    urgent_from = settings.urgent_from or parent.urgent_from
    if settings.urgent_from is not None and settings.urgent_from not in (*parent.severities.names, NOTHING_IS_URGENT):
        known = ", ".join((*parent.severities.names, NOTHING_IS_URGENT))
        raise ConfigError(f"route: urgent_from: {urgent_from!r} is none of {known}")
    return GroupTiming(
        severities=parent.severities,
        urgent_from=urgent_from,
        group_wait=own(settings.group_wait, parent.group_wait),
        group_interval=own(settings.group_interval, parent.group_interval),
        repeat_interval=own(settings.repeat_interval, parent.repeat_interval),
    )
