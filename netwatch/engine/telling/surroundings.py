"""What a mail says beside the alerts it is about: remarks, what is held back behind them, what else is wrong there.

May import: netwatch.model, netwatch.engine.*. Called by: netwatch.engine.telling.incidents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar, overload, runtime_checkable

from netwatch.engine.draft import event_of
from netwatch.engine.metrics import NOTIFICATIONS
from netwatch.engine.telling.suppression import Suppression
from netwatch.engine.telling.wires import Wires
from netwatch.model import (
    Alert,
    Curve,
    Event,
    HeldBack,
    MuteKind,
    Muting,
    Notification,
    OutboxEntry,
    OutboxKind,
    OutboxState,
    Standing,
    TableReading,
)

T = TypeVar("T")
MOST_ALSO = 50
FROM_ABOVE = (MuteKind.PARENT, MuteKind.INHIBITED)


class Curves(Protocol):
    """Who remembers the values of the last hour, or day."""

    def curve(self, rule: str, device: str, instance: str, now: datetime) -> Curve | None:
        """Return a rule's value on one row over the last while, None where there is nothing to draw."""


@runtime_checkable
class Foresight(Protocol):
    """Who wants to know early what a mail will show."""

    def expect(self, alert: Alert, now: datetime) -> None:
        """Begin to look up the curve of an alert."""


class Verdicts(Protocol):
    """What a rule says of the newest reading of its table."""

    broken: Sequence[bool | None]

    @property
    def reading(self) -> TableReading:
        """The reading."""

    def row_of(self, key: str) -> int | None:
        """Return the number of the row with this key, None where it is gone."""

    def value(self, row: int) -> float | str | None:
        """Return the rule's value for a row."""


Newest = Callable[[str, str], Verdicts | None]
"""(rule, device) -> what the rule says of the newest reading of its table, None where there is none yet."""


def _never_read(rule: str, device: str) -> None:
    return None


class Firing(Protocol):
    """Who knows what is pending or firing."""

    def alerts(self) -> Sequence[Alert]:
        """Return all of it."""

    def of_device(self, device: str) -> Iterable[Alert]:
        """Return what is about one device."""


class Surroundings:
    """Knows what stands around the alerts of a notification."""

    def __init__(
        self,
        firing: Firing,
        suppression: Suppression,
        curves: Curves,
        newest: Newest = _never_read,
        wires: Wires | None = None,
    ) -> None:
        self._wires = wires
        self._firing, self._suppression, self._curves, self._newest = firing, suppression, curves, newest
        self._foresight = curves if isinstance(curves, Foresight) else None

    def expect(self, alert: Alert, now: datetime) -> None:
        """Begin to look up what takes a while, since a mail will tell of an alert."""
        if self._foresight is not None:
            self._foresight.expect(alert, now)

    def of(self, notification: Notification, mutings: Mapping[str, Muting]) -> Notification:
        """Return the notification with all of that; `mutings` are those of the group's own members."""
        now, told = notification.at, notification.firing
        remarks = ((alert.id, self._suppression.remark_on(alert, now)) for alert in told)
        return replace(
            notification,
            marks={alert_id: remark for alert_id, remark in remarks if remark},
            other_ends={} if self._wires is None else _OtherEnds(told, self._wires, now),
            held_back=_WhenWanted(partial(self._held_back, told, mutings, now)),
            also=_WhenWanted(partial(self._also, notification, mutings)),
            curves=_CurvesOf(told, self._curves, now),
            standings=_StandingsOf(told, self._newest),
        )

    def _held_back(self, told: Sequence[Alert], mutings: Mapping[str, Muting], now: datetime) -> tuple[HeldBack, ...]:
        """Count what is held back in the group itself, and everything that stands behind what is told."""
        held: dict[tuple[MuteKind, str], dict[str, Alert]] = defaultdict(dict)
        reasons: dict[tuple[MuteKind, str], Muting] = {}
        for alert, muting in self._behind(told, mutings, now):
            reasons.setdefault((muting.kind, muting.by), muting)
            held[muting.kind, muting.by][alert.id] = alert
        return tuple(
            HeldBack(
                muting=reasons[by], alerts=len(alerts), devices=len({alert.key.device for alert in alerts.values()})
            )
            for by, alerts in held.items()
        )

    def _behind(
        self, told: Sequence[Alert], mutings: Mapping[str, Muting], now: datetime
    ) -> Iterator[tuple[Alert, Muting]]:
        topology = self._suppression.policy.topology
        devices = {alert.key.device for alert in told}
        below = {child for device in devices for child in topology.descendants(device)}
        sources = {alert.id for alert in told if self._suppression.inhibits(alert)}
        looked_at = self._firing.alerts() if below or sources or mutings else ()
        for alert in looked_at:
            if not alert.stands:
                continue
            own = mutings.get(alert.id)
            if own is not None:
                yield alert, own
            elif sources or alert.key.device in below:
                muting = self._suppression.muting_of(alert, None, now)
                if muting is not None and muting.kind in FROM_ABOVE and muting.by in (devices | sources):
                    yield alert, muting

    def _also(self, notification: Notification, mutings: Mapping[str, Muting]) -> tuple[Alert, ...]:
        """Return what else fires on the devices a mail is about, most of it by far in other groups."""
        own = {alert.id for alert in notification.firing}
        devices = dict.fromkeys(alert.key.device for alert in (*notification.firing, *notification.resolved))
        found: list[Alert] = []
        for device in devices:
            for alert in self._firing.of_device(device):
                if alert.stands and alert.id not in own and alert.id not in mutings:
                    found.append(alert)
            if len(found) >= MOST_ALSO:
                break
        return tuple(found[:MOST_ALSO])


class _WhenWanted(Sequence[T]):
    """What is looked up only when a mail wants it: a line in a digest is no reason to look through all alerts."""

    def __init__(self, look_up: Callable[[], tuple[T, ...]]) -> None:
        self._look_up = look_up
        self._found: tuple[T, ...] | None = None

    def _all(self) -> tuple[T, ...]:
        if self._found is None:
            self._found = self._look_up()
        return self._found

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())


class _CurvesOf(Mapping[str, Curve]):
    """The curves of some alerts, each drawn up when a mail wants it: a mail that goes into a digest wants none."""

    def __init__(self, alerts: Sequence[Alert], curves: Curves, now: datetime) -> None:
        self._alerts = {alert.id: alert for alert in alerts if isinstance(alert.value, int | float)}
        self._curves, self._now = curves, now
        self._drawn: dict[str, Curve | None] = {}

    def __getitem__(self, alert_id: str) -> Curve:
        if alert_id not in self._drawn:
            key = self._alerts[alert_id].key
            curve = self._curves.curve(key.rule, key.device, key.instance, self._now)
            held = self._alerts[alert_id].threshold
            if curve is not None and curve.threshold is None and isinstance(held, int | float):
                curve = replace(curve, threshold=held)
            self._drawn[alert_id] = curve
        curve = self._drawn[alert_id]
        if curve is None:
            raise KeyError(alert_id)
        return curve

    def __iter__(self) -> Iterator[str]:
        return (alert_id for alert_id in self._alerts if self.get(alert_id) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _StandingsOf(Mapping[str, Standing]):
    """How some alerts' rows stand at the newest reading, each looked up when a mail wants it."""

    def __init__(self, alerts: Sequence[Alert], newest: Newest) -> None:
        self._alerts = {alert.id: alert for alert in alerts}
        self._newest = newest

    def __getitem__(self, alert_id: str) -> Standing:
        key = self._alerts[alert_id].key
        verdicts = self._newest(key.rule, key.device)
        row = None if verdicts is None else verdicts.row_of(key.instance)
        if verdicts is None or row is None:
            raise KeyError(alert_id)
        return Standing(value=verdicts.value(row), at=verdicts.reading.at, broken=verdicts.broken[row])

    def __iter__(self) -> Iterator[str]:
        return (alert_id for alert_id in self._alerts if self.get(alert_id) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _OtherEnds(Mapping[str, str]):
    """The other ends of the links that some alerts are about, each looked up when a mail wants it."""

    def __init__(self, alerts: Sequence[Alert], wires: Wires, now: datetime) -> None:
        self._alerts = {alert.id: alert for alert in alerts}
        self._wires, self._now = wires, now

    def __getitem__(self, alert_id: str) -> str:
        if words := self._wires.words(self._alerts[alert_id], self._now):
            return words
        raise KeyError(alert_id)

    def __iter__(self) -> Iterator[str]:
        return (alert_id for alert_id in self._alerts if alert_id in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def told_events(
    notification: Notification, entries: Sequence[OutboxEntry], reason: str, now: datetime
) -> Iterator[Event]:
    """Yield a line of the event log for every alert the mail is about."""
    NOTIFICATIONS.labels("repeat" if notification.repeat else "problem" if notification.firing else "recovery").inc()
    group = notification.group
    text = f"{recipients_in_words(entries)} for receiver {group.receiver}: {reason}"
    details = {"receiver": group.receiver, "sequence": str(notification.sequence), "reason": reason}
    if group.escalation:
        details["escalation"] = group.escalation
    for alert in (*notification.firing, *notification.resolved):
        key = alert.key
        yield Event(
            at=now, kind="notify", text=text, device=key.device, rule=key.rule, instance=key.instance,
            alert_id=alert.id, group_key=group.key, details=details,
        )  # fmt: skip


def muting_events(
    alerts: Mapping[str, Alert],
    group_key: str,
    before: Mapping[str, Muting],
    after: Mapping[str, Muting],
    now: datetime,
) -> Iterator[Event]:
    """Yield a line of the event log for every alert that begins or ceases to be held back, or is so anew."""
    for alert_id in dict.fromkeys((*before, *after)):
        was, is_ = before.get(alert_id), after.get(alert_id)
        alert = alerts.get(alert_id)
        if alert is None or (was is not None and is_ is not None and _ground_of(was) == _ground_of(is_)):
            continue
        text = f"held back: {is_.reason}" if is_ is not None else f"no longer held back ({was.reason})" if was else ""
        kind = is_ or was
        details = {"stage": kind.kind.value, "by": kind.by} if kind is not None else {}
        yield replace(event_of(alert, text, now, "mute"), group_key=group_key, details=details)


def _ground_of(muting: Muting) -> tuple[MuteKind, str, bool]:
    """Return what makes two the same in the log: a device that is waited for for a while may turn out to be down."""
    return muting.kind, muting.by, muting.until is None


def recipients_in_words(entries: Sequence[OutboxEntry]) -> str:
    """Return who is told which way, each once, whatever the number of their entries."""
    whole = [entry for entry in entries if entry.state is not OutboxState.DIGESTED]
    told = {kind: dict.fromkeys(entry.recipient for entry in whole if entry.kind is kind) for kind in OutboxKind}
    ways = [f"{kind} to {', '.join(recipients)}" for kind, recipients in told.items() if recipients]
    digested = dict.fromkeys(entry.recipient for entry in entries if entry.state is OutboxState.DIGESTED)
    ways += [f"in a digest to {', '.join(digested)}"] if digested else []
    return " and ".join(ways) or "mail to nobody"
