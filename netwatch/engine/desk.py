"""The desk: answers what is so at this moment, for pages, mails and people; whoever only asks gets only this.

It looks into what the corridor keeps, decides nothing and changes nothing.

May import: netwatch.rules, netwatch.alerts, netwatch.model, netwatch.engine.*. Called by: netwatch.app, which gets it
from the corridor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from netwatch.alerts import RouteMatch
from netwatch.engine.alert_book import AlertBook
from netwatch.engine.faults import Faults
from netwatch.engine.intake.readings import ReadingIntake
from netwatch.engine.intake.skipping import Skipping
from netwatch.engine.telling.incidents import Incidents
from netwatch.engine.telling.suppression import Suppression
from netwatch.model import Alert, AlertGroup, Fault, Muting, Neighbour, Silence
from netwatch.neighbours import NeighbourBook
from netwatch.rules import Verdicts


class Desk:
    """Knows what fires now, who is told of it, and why somebody is not."""

    def __init__(
        self,
        *,
        book: AlertBook,
        incidents: Incidents,
        suppression: Suppression,
        readings: ReadingIntake,
        skipping: Skipping,
        faults: Faults,
        clock: Callable[[], datetime],
        neighbours: NeighbourBook,
    ) -> None:
        self._book, self._incidents, self._suppression = book, incidents, suppression
        self._readings, self._skipping, self._faults, self._clock = readings, skipping, faults, clock
        self._neighbours = neighbours

    def alerts(self) -> list[Alert]:
        """Return what is pending or firing now."""
        return self._book.alerts()

    def alerts_of(self, device: str) -> list[Alert]:
        """Return what is alive on one device."""
        return list(self._book.of_device(device))

    def alert(self, alert_id: str) -> Alert | None:
        """Return a pending or firing alert, or one that is over and not yet told; None where there is none."""
        return self._book.find(alert_id)

    def current(self, rule: str, device: str, instance: str) -> Alert | None:
        """Return the alert that is pending or firing of one row."""
        return self._book.current(rule, device).get(instance)

    def muting_of(self, alert: Alert, now: datetime | None = None) -> Muting | None:
        """Return why nobody is told of an alert at this moment; None where somebody is, or it does not fire."""
        if not alert.stands:
            return None
        now, first = now or self._clock(), None
        for match in self._incidents.receivers_of(alert) or (None,):
            muting = self._suppression.muting_of(alert, match, now)
            if muting is None:
                return None
            first = first or muting
        return first

    def receivers_of(self, alert: Alert) -> tuple[RouteMatch, ...]:
        """Return who is to be told of an alert, in which group and when."""
        return self._incidents.receivers_of(alert)

    def group_of_thread(self, thread_id: str) -> AlertGroup | None:
        """Return the incident whose mails are in this thread, None where it is over."""
        return self._incidents.group_of_thread(thread_id)

    def groups_of(self, alert_id: str) -> list[AlertGroup]:
        """Return the incidents that tell of an alert."""
        return self._incidents.groups_of(alert_id)

    def next_due(self, alert_id: str) -> datetime | None:
        """Return when the mails of an alert are next decided on, None where nothing is foreseen."""
        return self._incidents.next_due(alert_id)

    def is_there(self, alert: Alert) -> bool:
        """Return whether the newest reading holds what an alert is about."""
        return self._readings.holds(alert)

    def gone_after(self, rule: str) -> timedelta:
        """Return after how long what vanished is taken as removed."""
        return self._readings.gone_after(rule)

    def verdicts_now(self, rule: str, device: str) -> Verdicts | None:
        """Return what a rule says of the newest reading of its table, None where there is none yet."""
        return self._readings.verdicts_now(rule, device)

    def is_meant(self, rule: str, device: str) -> bool:
        """Return whether a rule on readings is meant for a device."""
        return self._readings.is_meant(rule, device)

    def held_off(self, device: str) -> str:
        """Return why readings of a device are not held against rules now; empty where they are."""
        return self._skipping.reason_for(device, self._clock())

    def faults(self) -> Sequence[Fault]:
        """Return what of NetWatch's own work fails now, the newest first."""
        return self._faults.standing(self._clock())

    def faults_of(self, rule: str, device: str) -> Sequence[Fault]:
        """Return what fails of a rule on a device."""
        return self._faults.of(rule, device, self._clock())

    def neighbours(self, device: str = "") -> list[Neighbour]:
        """Return the neighbours of a device, port by port; of all devices, in the order of their names."""
        names = [device] if device else self._neighbours.devices()
        return [one for name in names for one in self._neighbours.of_device(name)]

    def silences(self) -> list[Silence]:
        """Return every silence, those that ended in the last days among them."""
        return self._suppression.silences()
