"""Sums the house up: which devices need a look, what fires, and one sentence that says it all.

A quiet room. May import: netwatch.model, netwatch.web. Called by: first, devices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple

from netwatch.model import USUAL_SEVERITIES, Alert, AlertState, DeviceSign, DeviceStatus, Severities
from netwatch.web.alert_search import gravest_first
from netwatch.web.pages.fleet.order import in_order
from netwatch.web.words import counted

Level = Literal["good", "warn", "bad"]
DeviceState = Literal["down", "alert", "trouble", "unknown", "up"]
"""From worst to best, which is the order of the page."""

_STATES: tuple[DeviceState, ...] = ("down", "alert", "trouble", "unknown", "up")


class DeviceRow(NamedTuple):
    """A device, the alerts that fire for it and the state it is shown in, the worst that is known.

    status: of rows that are shown the whole status, by `shown`; till then what says where the device stands.
    """

    status: DeviceStatus | DeviceSign
    state: DeviceState
    firing: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the first page says. rows: worst first; firing, pending: gravest first; problems: NetWatch's own.

    is_grave: something fires than which nothing is graver.
    """

    rows: tuple[DeviceRow, ...]
    counts: Mapping[DeviceState, int]
    firing: tuple[Alert, ...]
    pending: tuple[Alert, ...]
    problems: tuple[str, ...]
    is_grave: bool = False

    def count(self, state: DeviceState) -> int:
        """Return how many devices are in a state."""
        return self.counts.get(state, 0)

    @property
    def level(self) -> Level:
        """Return how bad it is: bad is what somebody should get up for."""
        if self.count("down") or self.is_grave:
            return "bad"
        quiet = not self.firing and not self.problems and not self.count("trouble") and self.rows
        return "good" if quiet else "warn"

    @property
    def headline(self) -> str:
        """Return the whole state in a sentence."""
        if not self.rows:
            return "No devices are configured yet"
        parts = self._trouble_in_words()
        if parts:
            return _listed(parts)
        if self.count("unknown") == len(self.rows):
            return "Asking the devices for the first time"
        waiting = self.count("unknown")
        answering = len(self.rows) - waiting
        if waiting:
            asked = counted(answering, "device answers", "devices answer")
            return f"{asked}, {waiting:,} not asked yet, no alert is firing"
        asked = "The device answers" if answering == 1 else f"All {answering:,} devices answer"
        return f"{asked}, no alert is firing"

    def _trouble_in_words(self) -> list[str]:
        down, trouble = self.count("down"), self.count("trouble")
        parts = []
        if down:
            parts.append(f"{counted(down, 'device is', 'devices are')} down")
        if self.firing:
            parts.append(f"{counted(len(self.firing), 'alert is', 'alerts are')} firing")
        if trouble:
            parts.append(f"{counted(trouble, 'device gives', 'devices give')} trouble")
        if self.problems:
            parts.append("NetWatch itself needs attention")
        return parts


def shown(rows: Iterable[DeviceRow], status_of: Callable[[str], DeviceStatus | None]) -> list[DeviceRow]:
    """Return rows with their whole statuses, without devices that are gone meanwhile."""
    statuses = ((row, status_of(row.status.device.name)) for row in rows)
    return [row._replace(status=status) for row, status in statuses if status is not None]


def overview_of(
    devices: Iterable[DeviceStatus | DeviceSign],
    alerts: Sequence[Alert],
    problems: Sequence[str],
    severities: Severities = USUAL_SEVERITIES,
) -> Overview:
    """Sort devices and alerts into the overview."""
    gravest = gravest_first(severities)
    firing = sorted((alert for alert in alerts if alert.stands), key=gravest)
    pending = sorted((alert for alert in alerts if alert.state is AlertState.PENDING), key=gravest)
    by_device: dict[str, list[Alert]] = defaultdict(list)
    for alert in firing:
        by_device[alert.key.device].append(alert)
    known = {name: tuple(alerts) for name, alerts in by_device.items()}
    in_states: dict[DeviceState, list[DeviceRow]] = {state: [] for state in _STATES}
    for status in in_order(list(devices)):
        alerts_of = known.get(status.device.name, ()) if known else ()
        state = _state(status, alerts_of)
        in_states[state].append(DeviceRow(status, state, alerts_of))
    return Overview(
        rows=tuple(chain.from_iterable(in_states.values())),
        counts={state: len(rows) for state, rows in in_states.items() if rows},
        firing=tuple(firing),
        pending=tuple(pending),
        problems=tuple(problems),
        is_grave=bool(firing) and severities.grade(firing[0].severity) == "critical",
    )


def _state(status: DeviceStatus | DeviceSign, firing: tuple[Alert, ...]) -> DeviceState:
    up = status.up
    if up is False:
        return "down"
    if firing:
        return "alert"
    if status.trouble or status.partial_tables:
        return "trouble"
    return "up" if up else "unknown"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
