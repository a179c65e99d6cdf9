"""What the running engine knows at this moment, for those who explain; what the log cannot say.

May import: netwatch.rules, netwatch.alerts, netwatch.model, netwatch.engine.history. Called by: answer; app and cli,
which make one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from netwatch.alerts import FlapPolicy, GroupTiming, Route, RouteMatch, calmed
from netwatch.engine.history import History, KeptGap
from netwatch.model import Alert, AlertGroup, Curve, Fault, Muting, all_hold, format_duration
from netwatch.rules import NO_MIB, MibNames, Rule, TrapRule, Verdicts

AnyRule = Rule | TrapRule
GONE_AFTER = timedelta(hours=24)


class Live(Protocol):
    """What an answer needs beside the log; None and nothing where nobody runs."""

    @property
    def names(self) -> MibNames:
        """Return who writes OIDs for people."""

    @property
    def is_running(self) -> bool:
        """Return whether this speaks for a running engine."""

    def now(self) -> datetime:
        """Return the time."""

    def rule(self, name: str) -> AnyRule | None:
        """Return a rule of either kind."""

    def rule_names(self) -> Collection[str]:
        """Return the names of all rules."""

    def device_names(self) -> Collection[str]:
        """Return the names of all devices."""

    def ways(self, labels: Mapping[str, str]) -> Sequence[tuple[str, RouteMatch]]:
        """Return the nodes of the routing tree that take an alert, each in words, and what comes of it."""

    def verdicts(self, rule: str, device: str) -> Verdicts | None:
        """Return what a rule says of the newest reading, None where there is none."""

    def gaps(self, device: str, table: str) -> Sequence[KeptGap]:
        """Return when a table could not be read lately."""

    def curve(self, rule: str, device: str, instance: str) -> Curve | None:
        """Return a rule's value over the last hour."""

    def alert(self, rule: str, device: str, instance: str) -> Alert | None:
        """Return the alert that is pending or firing now."""

    def muting(self, alert: Alert) -> Muting | None:
        """Return why people are not told of an alert now."""

    def next_due(self, alert_id: str) -> datetime | None:
        """Return when the mails of an alert are next decided on."""

    def is_meant(self, rule: str, device: str) -> bool:
        """Return whether a rule is meant for a device."""

    def held_off(self, device: str) -> str:
        """Return why readings of a device are not held against rules now; empty where they are."""

    def faults(self, rule: str, device: str) -> Sequence[Fault]:
        """Return what of NetWatch's own work fails of a rule on a device."""

    def told(self, alert_id: str) -> Mapping[str, datetime]:
        """Return the receivers that open incidents count as told of an alert, and since when."""

    def keeps_firing_for(self, rule: AnyRule, alert: Alert) -> timedelta:
        """Return how long an alert of a rule goes on once its expression is no longer true."""

    def gone_after(self, rule: AnyRule) -> timedelta:
        """Return after how long what vanished is taken as removed."""


class Running(Protocol):
    """What is asked of the engine's desk."""

    def current(self, rule: str, device: str, instance: str) -> Alert | None:
        """Return the alert that is pending or firing of one row."""

    def muting_of(self, alert: Alert) -> Muting | None:
        """Return why people are not told of an alert at this moment."""

    def next_due(self, alert_id: str) -> datetime | None:
        """Return when the mails of an alert are next decided on."""

    def groups_of(self, alert_id: str) -> Sequence[AlertGroup]:
        """Return the incidents that tell of an alert."""

    def verdicts_now(self, rule: str, device: str) -> Verdicts | None:
        """Return what a rule says of the newest reading of its table."""

    def is_meant(self, rule: str, device: str) -> bool:
        """Return whether a rule is meant for a device."""

    def held_off(self, device: str) -> str:
        """Return why readings of a device are not held against rules now."""

    def faults_of(self, rule: str, device: str) -> Sequence[Fault]:
        """Return what of NetWatch's own work fails of a rule on a device."""


class OnPaper:
    """Knows the configuration and nothing that happens: for who asks while no agent runs."""

    is_running = False

    def __init__(
        self,
        *,
        rules: Sequence[AnyRule],
        devices: Collection[str],
        route: Route | None,
        names: MibNames = NO_MIB,
        flapping: FlapPolicy | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        gone_after: timedelta = GONE_AFTER,
    ) -> None:
        self._rules = {rule.name: rule for rule in rules}
        self._flapping, self._gone_after = flapping, gone_after
        self._devices, self._route, self._now = devices, route, now
        self.names = names

    def now(self) -> datetime:
        """Return the time."""
        return self._now()

    def renew(self, rules: Sequence[AnyRule]) -> None:
        """Know these rules from now on."""
        self._rules = {rule.name: rule for rule in rules}

    def rule(self, name: str) -> AnyRule | None:
        """Return a rule of either kind."""
        return self._rules.get(name)

    def rule_names(self) -> Collection[str]:
        """Return the names of all rules."""
        return self._rules.keys()

    def device_names(self) -> Collection[str]:
        """Return the names of all devices."""
        return self._devices

    def ways(self, labels: Mapping[str, str]) -> Sequence[tuple[str, RouteMatch]]:
        """Return the nodes that take an alert."""
        return [] if self._route is None or not self._route.receiver else ways_through(self._route, labels)

    def verdicts(self, rule: str, device: str) -> Verdicts | None:
        """Return None."""
        return None

    def gaps(self, device: str, table: str) -> Sequence[KeptGap]:
        """Return nothing."""
        return ()

    def curve(self, rule: str, device: str, instance: str) -> Curve | None:
        """Return None."""
        return None

    def alert(self, rule: str, device: str, instance: str) -> Alert | None:
        """Return None."""
        return None

    def muting(self, alert: Alert) -> Muting | None:
        """Return None."""
        return None

    def next_due(self, alert_id: str) -> datetime | None:
        """Return None."""
        return None

    def is_meant(self, rule: str, device: str) -> bool:
        """Return whether a rule is meant for a device."""
        return True

    def held_off(self, device: str) -> str:
        """Return nothing."""
        return ""

    def faults(self, rule: str, device: str) -> Sequence[Fault]:
        """Return nothing."""
        return ()

    def told(self, alert_id: str) -> Mapping[str, datetime]:
        """Return nobody."""
        return {}

    def gone_after(self, rule: AnyRule) -> timedelta:
        """Return after how long what vanished is taken as removed."""
        own = rule.gone_after if isinstance(rule, Rule) else None
        return self._gone_after if own is None else own

    def keeps_firing_for(self, rule: AnyRule, alert: Alert) -> timedelta:
        """Return how long an alert of a rule goes on once its expression is no longer true."""
        if alert.flapping and self._flapping is not None:
            return calmed(rule, self._flapping).keep_firing_for
        return rule.keep_firing_for


class LiveEngine(OnPaper):
    """Knows what happens as well: for the page and the API of the running agent."""

    is_running = True

    def __init__(
        self,
        desk: Running,
        history: History,
        *,
        rules: Sequence[AnyRule],
        devices: Collection[str],
        route: Route | None,
        names: MibNames = NO_MIB,
        flapping: FlapPolicy | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        gone_after: timedelta = GONE_AFTER,
    ) -> None:
        super().__init__(rules=rules, devices=devices, route=route, names=names, flapping=flapping, now=now,
                         gone_after=gone_after)  # fmt: skip
        self._desk, self._history = desk, history

    def verdicts(self, rule: str, device: str) -> Verdicts | None:
        """Return what a rule says of the newest reading."""
        return self._desk.verdicts_now(rule, device)

    def gaps(self, device: str, table: str) -> Sequence[KeptGap]:
        """Return when a table could not be read lately."""
        return self._history.gaps_of(device, table)

    def curve(self, rule: str, device: str, instance: str) -> Curve | None:
        """Return a rule's value over the last hour."""
        return self._history.curve(rule, device, instance, self.now())

    def alert(self, rule: str, device: str, instance: str) -> Alert | None:
        """Return the alert that is pending or firing now."""
        return self._desk.current(rule, device, instance)

    def muting(self, alert: Alert) -> Muting | None:
        """Return why people are not told of an alert now."""
        return self._desk.muting_of(alert)

    def next_due(self, alert_id: str) -> datetime | None:
        """Return when the mails of an alert are next decided on."""
        return self._desk.next_due(alert_id)

    def is_meant(self, rule: str, device: str) -> bool:
        """Return whether a rule is meant for a device."""
        return self._desk.is_meant(rule, device)

    def held_off(self, device: str) -> str:
        """Return why readings of a device are not held against rules now."""
        return self._desk.held_off(device)

    def faults(self, rule: str, device: str) -> Sequence[Fault]:
        """Return what of NetWatch's own work fails of a rule on a device."""
        return self._desk.faults_of(rule, device)

    def told(self, alert_id: str) -> Mapping[str, datetime]:
        """Return the receivers that open incidents count as told of an alert, and since when."""
        groups = self._desk.groups_of(alert_id)
        return {group.receiver: group.told[alert_id] for group in groups if alert_id in group.told}


def ways_through(route: Route, labels: Mapping[str, str], above: str = "the root") -> list[tuple[str, RouteMatch]]:
    """Return every node that takes an alert with these labels, in words, and its receiver and group.

    It goes through the tree as Route does, which says nothing of the way.
    """
    ways: list[tuple[str, RouteMatch]] = []
    for number, child in enumerate(route.routes, 1):
        if all_hold(child.matchers, labels):
            matchers = ", ".join(map(str, child.matchers)) or "everything"
            ways += ways_through(child, labels, f"{above} > route {number} ({matchers})")
            if not child.continues:
                break
    return ways or [(above, route.match_for(labels))]


def timing_words(timing: GroupTiming) -> dict[str, str]:
    """Return the times of a group by their names in a configuration."""
    return {
        "group_wait": format_duration(timing.group_wait),
        "group_interval": format_duration(timing.group_interval),
        "repeat_interval": format_duration(timing.repeat_interval),
        "urgent_from": timing.urgent_from,
    }
