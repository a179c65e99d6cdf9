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
from datetime import datetime, timedelta

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
    shown_by,
)
from netwatch.model import Alert, AlertState, ClockStep, Memory, Muting, Silence

A_MOMENT = timedelta(seconds=1)
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
        self._shown: dict[str, None] = {}
        self._spread_at: dict[str, datetime] = {}

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
        before, topology = self._sights.get(device), self.policy.topology
        changed = before is None or before.up is not up
        since = at if before is None or changed else before.since
        after = self._sights[device] = Sight(up=up, at=at if up or asked_at is None else asked_at, since=since)
        shown = [name for name in topology.silent_above(device, self._sights) if self._shows(name, before, after)]
        # Ten thousand devices that stay silent change no way: the map, which looks at all of them, is kept.
        if shown or (topology.has_children(device) and (changed or up)):
            self._map = None
        if up:
            self._shown.update(dict.fromkeys(shown))
        return after if changed else None

    def _shows(self, silent: str, before: Sight | None, after: Sight) -> bool:
        """Return whether a look at a device says something new of a silent one that it is reached through."""
        since = self._sights[silent].since
        return shown_by(before, since) != shown_by(after, since)

    def passing_anew(self, now: datetime) -> list[str]:
        """Return the silent devices of which an answer lately said that they pass traffic, each once a moment only.

        All that is behind them is to be looked at again, and thousands of answers may come in a second.
        """
        ready = [name for name in self._shown if self._may_spread(name, now)]
        for name in ready:
            del self._shown[name]
            self._spread_at[name] = now
        return ready

    def passing_anew_at(self) -> datetime | None:
        """Return when `passing_anew` will have something that it held back, None where it holds nothing back."""
        return min(
            (self._spread_at[name] + A_MOMENT for name in self._shown if name in self._spread_at), default=None
        )

    @property
    def is_passing_anew(self) -> bool:
        """Return whether `passing_anew` has something, now or in a moment."""
        return bool(self._shown)

    def _may_spread(self, name: str, now: datetime) -> bool:
        last = self._spread_at.get(name)
        return last is None or not last <= now < last + A_MOMENT

    def move(self, step: ClockStep) -> None:
        """Move with the wall clock when devices were looked at; silences are people's own times and stay."""
        self._sights = {
            device: replace(sight, at=step.moved(sight.at), since=step.moved(sight.since))
            for device, sight in self._sights.items()
        }
        self._map = None
        self._spread_at.clear()

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
        self._map = None

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
        """Return the map as it is now; drawn anew only when a way may have changed."""
        if self._map is None:
            self._map = now, self.policy.topology.view(self._sights, now, patience=self.policy.patience)
        elif self._map[0] != now:
            self._map = now, self._map[1].at(now)
        return self._map[1]

    def _out_of_hours(self, match: RouteMatch | None, now: datetime) -> Muting | None:
        if match is None or not (match.mute_time_intervals or match.active_time_intervals):
            return None
        return interval_muting(match.mute_time_intervals, match.active_time_intervals, self.policy.intervals, now)
