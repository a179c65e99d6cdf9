"""Why people are not told of an alert right now: the stages, in their order, and what they look at.

    parent -> inhibited -> maintenance -> silenced -> interval

The first stage that holds an alert back gives the reason. The end of a problem is held back only by what people
decided (maintenance, silence, interval): a device that answers again is no longer behind anything.

A quiet room: no clock, no socket, no database.
May import: netwatch.alerts, netwatch.model. Called by: netwatch.engine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from netwatch.alerts import (
    CompiledSilence,
    Inhibitors,
    Policy,
    RouteMatch,
    Sight,
    Silences,
    TopologyView,
    all_hold,
    compile_silence,
    interval_muting,
    routing_labels,
)
from netwatch.model import Alert, AlertState, ClockStep, Memory, Muting, Silence

SIGHT_SCOPE = "sights"
"""Under this scope stands whether the devices that others stand behind were there when last seen to come or go."""


def sight_memory(device: str, sight: Sight) -> Memory:
    """Return what to remember of a device: a restart must not set free what stands behind one that is down."""
    facts = {"up": sight.up, "at": sight.at.isoformat(), "since": sight.since.isoformat()}
    return Memory(scope=SIGHT_SCOPE, key=device, text=json.dumps(facts))


class Suppression:
    """The policy, and what it is held against: silences, who is up, and what fires."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._silences: dict[str, CompiledSilence] = {}
        self._by_value: Silences | None = None
        self._sights: dict[str, Sight] = {}
        self._sources: dict[str, Alert] = {}
        self._inhibitors: Inhibitors | None = None
        self._map: tuple[datetime, TopologyView] | None = None

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

    def note_sight(self, device: str, *, up: bool, at: datetime, asked_at: datetime | None = None) -> Sight | None:
        """Take in that a device was looked at; return what was seen if it came or went since the last look.

        A check that found silence says nothing of what came after it began.
        """
        before = self._sights.get(device)
        changed = before is None or before.up is not up
        since = at if before is None or changed else before.since
        self._sights[device] = Sight(up=up, at=at if up or asked_at is None else asked_at, since=since)
        self._map = None
        return self._sights[device] if changed else None

    def move(self, step: ClockStep) -> None:
        """Move with the wall clock when devices were looked at; silences are people's own times and stay."""
        self._sights = {
            device: replace(sight, at=step.moved(sight.at), since=step.moved(sight.since))
            for device, sight in self._sights.items()
        }
        self._map = None

    def sight_memories(self) -> list[Memory]:
        """Return what to remember of all devices that others stand behind."""
        topology = self.policy.topology
        return [sight_memory(name, sight) for name, sight in self._sights.items() if topology.descendants(name)]

    def recall_sight(self, memory: Memory) -> None:
        """Take back what was seen before a restart; what another version wrote is forgotten."""
        try:
            facts = json.loads(memory.text or "")
            at, since = (datetime.fromisoformat(facts[name]) for name in ("at", "since"))
            self._sights[memory.key] = Sight(up=bool(facts["up"]), at=at, since=since)
        except (ValueError, KeyError, TypeError):
            return

    def freed_by(self, device: str) -> frozenset[str]:
        """Return the devices of which people may have to be told once this one has answered."""
        return self.policy.topology.freed_by(device, self._sights)

    def note_alert(self, alert: Alert) -> bool:
        """Take in an alert as it is now; return whether that may free or hold back others."""
        if not self.policy.inhibit_rules:
            return False
        fires = alert.state is AlertState.FIRING
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

    def skips(self, device: str, labels: Mapping[str, str], now: datetime) -> bool:
        """Return whether a maintenance window says that nothing of a device is held against rules now."""
        return self.policy.maintenance.skips(device, labels, now)

    def remark_on(self, alert: Alert, now: datetime) -> str:
        """Return what a mail says of a maintenance window that only marks; empty for nothing."""
        return self.policy.maintenance.remark_on(routing_labels(alert), now)

    def muting_of(self, alert: Alert, match: RouteMatch | None, now: datetime) -> Muting | None:
        """Return why people are not told of an alert through a route, None where they are."""
        labels = routing_labels(alert)
        fires = alert.state is AlertState.FIRING
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
        muting = self._map_at(now).muting_of(alert)
        if muting is not None or not self._sources:
            return muting
        if self._inhibitors is None:
            self._inhibitors = Inhibitors(self.policy.inhibit_rules, self._sources.values())
        return self._inhibitors.muting_of(alert, labels)

    def _map_at(self, now: datetime) -> TopologyView:
        """Return the map as it is now; drawn once for all alerts that are looked at in one round."""
        if self._map is None or self._map[0] != now:
            self._map = now, self.policy.topology.view(self._sights, now, patience=self.policy.patience)
        return self._map[1]

    def _out_of_hours(self, match: RouteMatch | None, now: datetime) -> Muting | None:
        if match is None or not (match.mute_time_intervals or match.active_time_intervals):
            return None
        return interval_muting(match.mute_time_intervals, match.active_time_intervals, self.policy.intervals, now)
