"""Puts devices and alerts together by what a label of the devices says, a site by default: the worst site first.

A quiet room. May import: netwatch.model, netwatch.web. Called by: first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netwatch.model import Alert, matcher_text
from netwatch.web.alert_search import natural
from netwatch.web.pages.overview import DeviceRow, DeviceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The devices of one site by their states, and its alerts of those that are shown, the gravest first.

    name: empty for the devices that have no such label. condition: what asks for this site alone.
    """

    name: str
    condition: str
    counts: Mapping[DeviceState, int]
    alerts: tuple[Alert, ...] = ()

    @property
    def devices(self) -> int:
        """Return how many devices it has."""
        return sum(self.counts.values())

    def count(self, state: DeviceState) -> int:
        """Return how many devices are in a state."""
        return self.counts.get(state, 0)


def sites_of(rows: Sequence[DeviceRow], alerts: Sequence[Alert], label: str) -> list[Site]:
    """Return the sites: first those with alerts in the order of these, by gravity, then by state and name."""
    told_of = {alert.key.device for alert in alerts}
    counts: defaultdict[str, dict[DeviceState, int]] = defaultdict(dict)
    states = Counter([(row.status.device.labels.get(label, ""), row.state) for row in rows])
    for (name, state), number in states.items():
        counts[name][state] = number
    where = {
        row.status.device.name: row.status.device.labels.get(label, "")
        for row in (rows if told_of else ()) if row.status.device.name in told_of
    }  # fmt: skip
    firing: dict[str, list[Alert]] = {}
    for alert in alerts:
        name = where.get(alert.key.device, alert.labels.get(label, ""))
        firing.setdefault(name, []).append(alert)
    quiet = sorted(counts.keys() - firing.keys(), key=lambda name: _place(name, counts[name]))
    return [
        Site(
            name=name, condition=matcher_text(label, name), counts=counts.get(name, {}),
            alerts=tuple(firing.get(name, ())),
        )
        for name in [*firing, *quiet]
    ]  # fmt: skip


def _place(name: str, counts: Mapping[DeviceState, int]) -> tuple[object, ...]:
    return -counts.get("down", 0), -counts.get("trouble", 0), -counts.get("unknown", 0), not name, natural(name)
