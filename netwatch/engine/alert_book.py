"""Every alert that is pending or firing, and the way a change of one is written down.

May import: netwatch.alerts, netwatch.model. Called by: netwatch.engine.engine, traps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from netwatch.alerts import Happening, Step, Timing, Transition, step
from netwatch.engine.draft import Draft, event_of
from netwatch.engine.incidents import Incidents
from netwatch.engine.metrics import TRANSITIONS
from netwatch.model import Alert, AlertGroup, AlertKey, AlertState


class AlertBook:
    """The alerts there are now, by rule and device; what fires or ends here is told to the incidents.

    `known` is shared with the incidents: every alert by id that is alive or that an open group still tells of.
    """

    def __init__(
        self,
        device_labels: Mapping[str, Mapping[str, str]],
        known: dict[str, Alert],
        incidents: Incidents,
        wake: Callable[[], None],
        new_id: Callable[[], str],
    ) -> None:
        """Begin empty; `wake` is called when there is news for people."""
        self._device_labels, self._known, self._incidents = device_labels, known, incidents
        self._wake, self._new_id = wake, new_id
        self._current: dict[tuple[str, str], dict[str, Alert]] = {}

    def alerts(self) -> list[Alert]:
        """Return what is pending or firing now."""
        return [alert for alerts in self._current.values() for alert in alerts.values()]

    def current(self, rule: str, device: str) -> Mapping[str, Alert]:
        """Return what is pending or firing of one rule and device, by instance."""
        return self._current.get((rule, device), {})

    def step(self, timing: Timing, key: AlertKey, happening: Happening, now: datetime) -> Step:
        """Return what becomes of an alert; nothing is written yet."""
        before = self.current(key.rule, key.device).get(key.instance)
        return step(timing, before, happening, now, key=key, new_id=self._new_id)

    def dressed(
        self,
        alert: Alert,
        labels: Mapping[str, str],
        rule_labels: Mapping[str, str],
        value: float | str | None,
        threshold: float | str | None,
    ) -> Alert:
        """Return the alert with value, threshold and labels: the device's, those it had, the row's, the rule's."""
        device = self._device_labels.get(alert.key.device, {})
        return replace(
            alert,
            labels={**device, **(alert.labels or labels), **labels, **rule_labels},
            value=alert.value if value is None else value,
            threshold=alert.threshold if threshold is None else threshold,
        )

    def put(self, draft: Draft, alert: Alert, transition: Transition | None, reason: str, now: datetime) -> None:
        """Write down an alert that changed, and see to it that people are told."""
        if transition is not None:
            draft.events.append(event_of(alert, f"{transition}: {reason}", now))
            TRANSITIONS.labels(transition).inc()
        draft.alerts[alert.id] = alert
        self.keep(alert)
        if transition is Transition.FIRING:
            self._incidents.join(draft, alert, now)
            self._wake()
        if transition is Transition.RESOLVED:
            self._incidents.note_end(alert)
            self._wake()

    def keep(self, alert: Alert) -> None:
        """Bring memory up to date with an alert."""
        place = (alert.key.rule, alert.key.device)
        self._known[alert.id] = alert
        if alert.state in (AlertState.PENDING, AlertState.FIRING):
            self._current.setdefault(place, {})[alert.key.instance] = alert
            return
        alerts = self._current.get(place, {})
        before = alerts.get(alert.key.instance)
        if before is not None and before.id == alert.id:
            del alerts[alert.key.instance]
        if not alerts:
            self._current.pop(place, None)
        if not self._incidents.tell_of(alert.id):
            self._known.pop(alert.id, None)

    def forget_told(self, group: AlertGroup) -> None:
        """Forget the members that are over and that no open group tells of any more."""
        for member in group.members:
            alert = self._known.get(member)
            if alert is not None and alert.resolved_at is not None and not self._incidents.tell_of(member):
                del self._known[member]
