"""What a link between two watched devices makes of alerts: trouble at both of its ends is one trouble.

Two alerts are of one link where they are of one name and stand at its two ends; and a port that is down at one end
belongs to the device at the other that does not answer. They are told in one incident, whichever comes first, and a
mail about one names the other end. What such a mail has named is told with it; what differs is told all the same.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.engine; incidents and surroundings, which ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, Protocol

from netwatch.model import REACHABILITY, Alert, LinkEnd, TableReading

TOLD_WITH: Final = "told_with"
"""The detail of a line of the event log that says which alert's mail told of this one."""
MOST_NAMED: Final = 5
"""Links of a device that does not answer that its mail names."""


class Links(Protocol):
    """Who knows which ports are the ends of one link."""

    def far_end(self, end: LinkEnd, now: datetime) -> LinkEnd | None:
        """Return the other end."""

    def links_of(self, device: str, now: datetime) -> Sequence[tuple[LinkEnd, LinkEnd]]:
        """Return the links of a device: its own end, and the other one."""


class Standing(Protocol):
    """Who knows what stands."""

    def of_device(self, device: str) -> Iterable[Alert]:
        """Return what is alive on one device."""


class Wires:
    """The links, and the alerts at their ends."""

    def __init__(self, links: Links, standing: Standing, table_of: Callable[[str], str]) -> None:
        """`table_of`: the table that a rule looks at, by its name; empty for none."""
        self._links, self._standing, self._table_of = links, standing, table_of
        self._down: set[str] = set()

    def note(self, reading: TableReading) -> None:
        """Take in whether a device answers at all."""
        if reading.table != REACHABILITY.name:
            return
        if bool(reading.columns["up"][0]):
            self._down.discard(reading.device)
        else:
            self._down.add(reading.device)

    def end_of(self, alert: Alert) -> LinkEnd | None:
        """Return the port that an alert is about; None where it is about something else."""
        if not alert.key.instance:
            return None
        if_index, port = alert.labels.get("ifIndex", ""), alert.labels.get("ifName", "")
        return LinkEnd(device=alert.key.device, if_index=if_index, port=port) if if_index or port else None

    def far_end(self, alert: Alert, now: datetime) -> LinkEnd | None:
        """Return the other end of the link at whose port an alert stands; None where there is none."""
        end = self.end_of(alert)
        return self._links.far_end(end, now) if end is not None else None

    def far_ends(self, alert: Alert, now: datetime) -> list[LinkEnd]:
        """Return the other ends that a mail about an alert names."""
        if self._is_of_silent_device(alert):
            return [far for _, far in self._links.links_of(alert.key.device, now)[:MOST_NAMED]]
        far = self.far_end(alert, now)
        return [far] if far is not None else []

    def partners(self, alert: Alert, now: datetime) -> Iterator[Alert]:
        """Yield the other alerts of the same trouble: at the other end of a link, or about who stands there."""
        if self._is_of_silent_device(alert):
            for _, other in self._links.links_of(alert.key.device, now):
                yield from (one for one in self._at(other) if _is_down(one))
            return
        far = self.far_end(alert, now)
        if far is None:
            return
        yield from (one for one in self._at(far) if one.key.alertname == alert.key.alertname)
        if far.device in self._down and _is_down(alert):
            yield from filter(self._is_of_silent_device, self._standing_on(far.device))

    def words(self, alert: Alert, now: datetime) -> str:
        """Return what a mail says of the other end, empty where there is none."""
        if self._is_of_silent_device(alert):
            return ", ".join(map(str, self.far_ends(alert, now)))
        far = self.far_end(alert, now)
        if far is None:
            return ""
        if far.device in self._down:
            return f"{far}; {far.device} does not answer"
        same = [one for one in self._at(far) if one.key.alertname == alert.key.alertname]
        return f"{far}, with the same trouble" if same else str(far)

    def _at(self, end: LinkEnd) -> Iterator[Alert]:
        """Yield what stands at a port."""
        for one in self._standing_on(end.device):  # of which there may be hundreds
            if_index, port = one.labels.get("ifIndex", ""), one.labels.get("ifName", "")
            is_there = if_index == end.if_index if if_index and end.if_index else bool(port) and port == end.port
            if is_there and one.key.instance:
                yield one

    def _standing_on(self, device: str) -> Iterator[Alert]:
        return (one for one in self._standing.of_device(device) if one.stands)

    def _is_of_silent_device(self, alert: Alert) -> bool:
        """Return whether an alert says that a whole device does not answer."""
        is_whole = not alert.key.instance and self._table_of(alert.key.rule) == REACHABILITY.name
        return is_whole and alert.key.device in self._down


def are_one(one: LinkEnd, other: LinkEnd) -> bool:
    """Return whether two words for a port mean the same; by ifIndex where both say one."""
    if one.device != other.device:
        return False
    if one.if_index and other.if_index:
        return one.if_index == other.if_index
    return bool(one.port) and one.port == other.port


def _is_down(alert: Alert) -> bool:
    """Return whether an alert about a port says that it is not up."""
    value = alert.value
    return isinstance(value, str) and value in ("down", "lowerLayerDown", "notPresent")
