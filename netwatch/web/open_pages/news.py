"""What changed in the house since somebody looked last, and which pages show it.

A quiet room. May import: netwatch.model. Called by: netwatch.web.live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from netwatch.model import Alert, DeviceSign

DEVICES, ALERTS, SILENCES, MAILS, TRAPS, OWN = "devices", "alerts", "silences", "mails", "traps", "own"
_SHOWS: Mapping[str, frozenset[str]] = {
    "/devices": frozenset({DEVICES, ALERTS}),
    "/alerts": frozenset({ALERTS, SILENCES}),
    "/silences": frozenset({ALERTS, SILENCES}),
    "/outbox": frozenset({MAILS}),
    "/traps": frozenset({TRAPS}),
}
"""What pages show whose path begins so; any other may show everything."""
_ONE_DEVICE = "/devices/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How the house was at a look; what moves all the time (rates, ages) is not in it.

    devices, alerts: what is told of each, by name or id; the device of each alert stands first in it.
    rest: one number of everything else, by topic.
    """

    devices: Mapping[str, int] = field(default_factory=dict)
    alerts: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    rest: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is other now: topics, and the devices that it is about."""

    topics: frozenset[str]
    devices: frozenset[str] = frozenset()

    def concerns(self, path: str) -> bool:
        """Return whether a page shows any of it."""
        if path.startswith(_ONE_DEVICE):
            return path.removeprefix(_ONE_DEVICE) in self.devices
        shown = next((shows for begin, shows in _SHOWS.items() if path.startswith(begin)), None)
        return bool(self.topics) if shown is None else not shown.isdisjoint(self.topics)


def devices_of(signs: Iterable[DeviceSign]) -> dict[str, int]:
    """Return what a look takes of devices."""
    return {sign.device.name: hash((sign.up, sign.trouble)) for sign in signs}


def alerts_of(alerts: Iterable[Alert]) -> dict[str, tuple[str, int]]:
    """Return what a look takes of alerts."""
    return {
        alert.id: (
            alert.key.device,
            hash((alert.state, alert.healthy_since, alert.gone_at, alert.acked_at)),
        )
        for alert in alerts
    }


def news_between(before: Stand, now: Stand) -> News:
    """Return what changed."""
    topics = {name for name in before.rest.keys() | now.rest.keys() if before.rest.get(name) != now.rest.get(name)}
    devices: set[str] = set()
    if before.devices != now.devices:
        topics.add(DEVICES)
        names = before.devices.keys() | now.devices.keys()
        devices |= {name for name in names if before.devices.get(name) != now.devices.get(name)}
    if before.alerts != now.alerts:
        topics.add(ALERTS)
        for key in before.alerts.keys() | now.alerts.keys():
            was, is_now = before.alerts.get(key), now.alerts.get(key)
            if was != is_now:
                devices.add((is_now or was or ("", 0))[0])
    return News(topics=frozenset(topics), devices=frozenset(devices))
