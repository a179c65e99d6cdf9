"""Every alert that is alive, and the way a change of one is written down.

May import: netwatch.alerts, netwatch.model. Called by: netwatch.engine.engine, intake, decisions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias, TypeVar

from netwatch.alerts import FlapPolicy, Happening, Step, Timing, Transition, calmed, is_flapping, noted, step
from netwatch.engine.draft import Draft, event_of
from netwatch.engine.metrics import FLAPPING, TRANSITIONS
from netwatch.engine.telling.incidents import Incidents
from netwatch.engine.telling.suppression import Suppression
from netwatch.model import ALIVE, Alert, AlertGroup, AlertKey, AlertState, ClockStep, moved_alert
from netwatch.model.concepts import LEARNED_OF_PORTS

K = TypeVar("K")
Watcher: TypeAlias = Callable[[Alert, Transition, datetime], None]
MOST_STARTS = 10_000
"""Alerts whose beginnings are remembered before the old ones are looked for and forgotten."""

_COUNTERS = {transition: TRANSITIONS.labels(transition) for transition in Transition}


class AlertBook:
    """The alerts there are now, by rule and device; what fires or ends here is told to the incidents.

    `known` is shared with the incidents: every alert by id that is alive or that an open group still tells of.
    """

    def __init__(
        self,
        device_labels: Mapping[str, Mapping[str, str]],
        known: dict[str, Alert],
        suppression: Suppression,
        wake: Callable[[], None],
        new_id: Callable[[], str],
        unlogged: Collection[str] = (),
    ) -> None:
        """Begin empty; `wake` is called when there is news for people, `unlogged` are rules that are no news."""
        self._device_labels, self._known, self._suppression = device_labels, known, suppression
        self._wake, self._new_id, self._unlogged = wake, new_id, unlogged
        self._incidents: Incidents | None = None
        self._watcher: Watcher = _nobody
        self._current: dict[tuple[str, str], dict[str, Alert]] = {}
        self._of_rule: dict[str, dict[str, Alert]] = {}
        self._of_device: dict[str, dict[str, Alert]] = {}
        self._gone: dict[str, Alert] = {}
        self._states: Counter[AlertState] = Counter()
        self._starts: dict[AlertKey, tuple[datetime, ...]] = {}
        self._most_starts = MOST_STARTS

    def tell(self, incidents: Incidents) -> None:
        """Have the incidents told of what fires and ends from now on; they in turn look into this book."""
        self._incidents = incidents

    def watch(self, watcher: Watcher) -> None:
        """Have somebody told of every transition from now on."""
        self._watcher = watcher

    def alerts(self) -> list[Alert]:
        """Return what is alive now."""
        return [alert for alerts in self._current.values() for alert in alerts.values()]

    def known(self) -> list[Alert]:
        """Return what is alive, and what is over and not yet told."""
        return list(self._known.values())

    def states(self) -> Mapping[AlertState, int]:
        """Return how many alerts stand in each state."""
        return self._states

    def find(self, alert_id: str) -> Alert | None:
        """Return an alert that is alive, or one that is over and not yet told."""
        return self._known.get(alert_id)

    def of_device(self, device: str) -> Collection[Alert]:
        """Return what is alive on one device."""
        return self._of_device.get(device, {}).values()

    def of_rules(self, rules: Iterable[str]) -> list[Alert]:
        """Return what is alive of some rules."""
        return [alert for rule in rules for alert in self._of_rule.get(rule, {}).values()]

    def current(self, rule: str, device: str) -> Mapping[str, Alert]:
        """Return what is alive of one rule and device, by instance."""
        return self._current.get((rule, device), {})

    def gone(self) -> list[Alert]:
        """Return the alerts of what is no longer there."""
        return list(self._gone.values())

    def look_again_at(self, devices: Iterable[str]) -> None:
        """Have the incidents look again at what they hold back of some devices' alerts."""
        if self._incidents is not None:
            self._incidents.look_again(alert.id for device in devices for alert in self.of_device(device))

    def move(self, step: ClockStep) -> None:
        """Move the times of every alert with the wall clock."""
        for alert in list(self._known.values()):
            self.keep(moved_alert(alert, step))
        self._starts = {key: tuple(map(step.moved, starts)) for key, starts in self._starts.items()}

    def recall_starts(self, alerts: Iterable[Alert], now: datetime) -> None:
        """Take back when alerts began lately, so that what flapped before a restart is not told anew."""
        policy = self._flap_policy()
        for alert in sorted(alerts, key=lambda one: one.pending_at):
            if policy is not None and alert.firing_at is not None and now - alert.firing_at < policy.within:
                self._starts[alert.key] = noted(self._starts.get(alert.key, ()), alert.firing_at, policy)

    def step(self, timing: Timing, key: AlertKey, happening: Happening, now: datetime) -> Step:
        """Return what becomes of an alert; nothing is written yet."""
        before = self.current(key.rule, key.device).get(key.instance)
        policy = self._flap_policy()
        if policy is not None and before is not None and before.flapping:
            timing = calmed(timing, policy)
        return step(timing, before, happening, now, key=key, new_id=self._new_id)

    def labels_of_device(self, device: str) -> Mapping[str, str]:
        """Return the labels that the configuration gives a device."""
        return self._device_labels.get(device, {})

    def labels_for(self, alert: Alert, labels: Mapping[str, str], rule_labels: Mapping[str, str]) -> dict[str, str]:
        """Return what an alert's labels come to: the device's, those it had, the row's, the rule's."""
        device = self._device_labels.get(alert.key.device, {})
        if device and not LEARNED_OF_PORTS.isdisjoint(device):  # `role: core` of a device is what routes ask for
            labels = {
                name: text for name, text in labels.items() if name not in LEARNED_OF_PORTS or name not in device
            }
        return {**device, **(alert.labels or labels), **labels, **rule_labels}

    def dressed(
        self,
        alert: Alert,
        labels: Mapping[str, str],
        rule_labels: Mapping[str, str],
        value: float | str | None,
        threshold: float | str | None,
    ) -> Alert:
        """Return the alert with value, threshold and labels: the device's, those it had, the row's, the rule's."""
        return replace(
            alert,
            labels=self.labels_for(alert, labels, rule_labels),
            value=alert.value if value is None else value,
            threshold=alert.threshold if threshold is None else threshold,
        )

    def put(
        self,
        draft: Draft,
        alert: Alert,
        transition: Transition | None,
        reason: str,
        now: datetime,
        details: Mapping[str, str] | None = None,
    ) -> None:
        """Write down an alert that changed, and see to it that people are told."""
        if transition in (Transition.FIRING, Transition.RELAPSED, Transition.RETURNED):
            alert, reason = self._start_noted(alert, reason, now)
        if transition is not None and alert.key.rule not in self._unlogged:
            draft.events.append(event_of(alert, f"{transition}: {reason}", now, details=details or {}))
            _COUNTERS[transition].inc()
        before = self._known.get(alert.id)
        draft.alerts[alert.id] = alert
        self.keep(alert)
        if (
            before is not None
            and self._incidents is not None
            and self._incidents.note_graver(draft, alert, before, now)
        ):
            draft.events.append(event_of(alert, f"graver: {before.severity} became {alert.severity}", now))
            self._wake()
        if self._incidents is not None and transition is Transition.FIRING:
            self._incidents.join(draft, alert, now)
            self._wake()
        if self._incidents is not None and transition in (Transition.RESOLVED, Transition.GONE):
            self._incidents.note_news(alert)
            self._wake()
        if transition is not None:
            self._watcher(alert, transition, now)

    def keep(self, alert: Alert) -> None:
        """Bring memory up to date with an alert."""
        place = (alert.key.rule, alert.key.device)
        self._known[alert.id] = alert
        before = self._current.get(place, {}).get(alert.key.instance)
        if before is not None and (before.id == alert.id or alert.state in ALIVE):
            self._take_out(place, before)
        self._gone.pop(alert.id, None)
        if alert.state is AlertState.GONE:
            self._gone[alert.id] = alert
        if alert.state in ALIVE:
            self._current.setdefault(place, {})[alert.key.instance] = alert
            self._of_rule.setdefault(alert.key.rule, {})[alert.id] = alert
            self._of_device.setdefault(alert.key.device, {})[alert.id] = alert
            self._states[alert.state] += 1
        elif self._incidents is None or not self._incidents.tell_of(alert.id):
            self._known.pop(alert.id, None)
        if self._suppression.note_alert(alert) and self._incidents is not None:
            self._incidents.look_again()

    def rename(self, draft: Draft, alert: Alert, renamed: Alert) -> None:
        """Write down an alert under another key: the same alert, whose id and whose mails stay."""
        place = (alert.key.rule, alert.key.device)
        if self._current.get(place, {}).get(alert.key.instance) is alert:
            self._take_out(place, alert)
        draft.alerts[renamed.id] = renamed
        self.keep(renamed)

    def count_of(self, rule: str) -> int:
        """Return how many alerts of a rule are pending or firing."""
        return len(self._of_rule.get(rule, ()))

    def forget_told(self, group: AlertGroup) -> None:
        """Forget the members that are over and that no open group tells of any more."""
        for member in group.members:
            alert = self._known.get(member)
            if alert is None or alert.resolved_at is None:
                continue
            if self._incidents is None or not self._incidents.tell_of(member):
                del self._known[member]

    def _take_out(self, place: tuple[str, str], alert: Alert) -> None:
        self._states[alert.state] -= 1
        _drop(self._current, place, alert.key.instance)
        _drop(self._of_rule, alert.key.rule, alert.id)
        _drop(self._of_device, alert.key.device, alert.id)

    def _flap_policy(self) -> FlapPolicy | None:
        return self._suppression.policy.flapping

    def _start_noted(self, alert: Alert, reason: str, now: datetime) -> tuple[Alert, str]:
        """Return the alert, marked where it began so often lately that its end is to be held back."""
        policy = self._flap_policy()
        if policy is None or alert.firing_at is None:
            return alert, reason
        starts = self._starts[alert.key] = noted(self._starts.get(alert.key, ()), now, policy)
        if len(self._starts) > self._most_starts:
            self._starts = {key: known for key, known in self._starts.items() if now - known[-1] < policy.within}
            self._most_starts = max(MOST_STARTS, 2 * len(self._starts))
        if alert.flapping or not is_flapping(starts, now, policy):
            return alert, reason
        FLAPPING.inc()
        return replace(alert, flapping=True), f"{reason}; it comes and goes ({policy}), so its end is held back"


def _nobody(alert: Alert, transition: Transition, now: datetime) -> None:
    """Stand in until somebody wants to know."""


def _drop(shelves: dict[K, dict[str, Alert]], key: K, name: str) -> None:
    """Take one alert off its shelf, and the shelf away where it was the last."""
    shelf = shelves[key]
    del shelf[name]
    if not shelf:
        del shelves[key]
