"""Why people are not told of an alert right now: the stages, in their order, and what they look at.

    parent -> inhibited -> maintenance -> silenced -> interval

The first stage that holds an alert back gives the reason. The end of a problem is held back only by what people
decided (maintenance, silence, interval): a device that answers again is no longer behind anything.

A quiet room: no clock, no socket, no database.
May import: netwatch.alerts, netwatch.model. Called by: netwatch.engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from netwatch.alerts import (
    CompiledSilence,
    Inhibitors,
    Policy,
    RouteMatch,
    Silences,
    compile_silence,
    interval_muting,
    routing_labels,
)
from netwatch.engine.telling.sights import Sights
from netwatch.model import Alert, Muting, Silence, all_hold


class Suppression:
    """The policy, and what it is held against: silences, who is there, and what fires."""

    def __init__(self, policy: Policy, sights: Sights) -> None:
        self.policy, self._sights = policy, sights
        self._silences: dict[str, CompiledSilence] = {}
        self._by_value: Silences | None = None
        self._sources: dict[str, Alert] = {}
        self._inhibitors: Inhibitors | None = None

    def silences(self) -> list[Silence]:
        """Return every silence there is, the expired ones that are still kept among them."""
        return [one.silence for one in self._silences.values()]

    def keep(self, silence: Silence) -> None:
        """Obey a silence as it is now.

        Raises:
            ValueError: one of its matchers is none.
        """
        self._silences[silence.id] = compile_silence(silence)
        self._by_value = None

    def forget_silences(self, ended_before: datetime) -> None:
        """Forget what ended long ago."""
        for silence in self.silences():
            if silence.ends_at < ended_before:
                del self._silences[silence.id]
                self._by_value = None

    def note_alert(self, alert: Alert) -> bool:
        """Take in an alert as it is now; return whether that may free or hold back others."""
        if not self.policy.inhibit_rules:
            return False
        fires = alert.stands
        was_source = self._sources.pop(alert.id, None) is not None
        is_source = fires and any(all_hold(rule.sources, routing_labels(alert)) for rule in self.policy.inhibit_rules)
        if is_source:
            self._sources[alert.id] = alert
        if is_source or was_source:
            self._inhibitors = None
        return is_source or was_source

    def inhibits(self, alert: Alert) -> bool:
        """Return whether an alert holds others back by a rule."""
        return alert.id in self._sources

    def remark_on(self, alert: Alert, now: datetime) -> str:
        """Return what a mail says of a maintenance window that only marks; empty for nothing."""
        return self.policy.maintenance.remark_on(routing_labels(alert), now)

    def muting_of(self, alert: Alert, match: RouteMatch | None, now: datetime) -> Muting | None:
        """Return why people are not told of an alert through a route, None where they are."""
        labels = routing_labels(alert)
        fires = alert.stands
        return (
            (self._from_above(alert, labels, now) if fires else None)
            or self.policy.maintenance.muting_of(labels, now)
            or self._silenced(labels, now)
            or self._out_of_hours(match, now)
        )

    def _silenced(self, labels: Mapping[str, str], now: datetime) -> Muting | None:
        if self._by_value is None:
            self._by_value = Silences(self._silences.values())
        return self._by_value.muting_of(labels, now)

    def _from_above(self, alert: Alert, labels: Mapping[str, str], now: datetime) -> Muting | None:
        muting = self._sights.muting_of(alert, now)
        if muting is not None or not self._sources:
            return muting
        if self._inhibitors is None:
            self._inhibitors = Inhibitors(self.policy.inhibit_rules, self._sources.values())
        return self._inhibitors.muting_of(alert, labels)

    def _out_of_hours(self, match: RouteMatch | None, now: datetime) -> Muting | None:
        if match is None or not (match.mute_time_intervals or match.active_time_intervals):
            return None
        return interval_muting(match.mute_time_intervals, match.active_time_intervals, self.policy.intervals, now)
