"""Picks and sorts alerts, for the page and for the API.

A quiet room.
May import: netwatch.alerts, netwatch.model. Called by: pages, api.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar

from netwatch.alerts import routing_labels
from netwatch.model import USUAL_SEVERITIES, Alert, AlertState, Matcher, Muting, Severities

_DIGITS = re.compile(r"(\d+)")
ORDER_OF_STATES = (AlertState.FIRING, AlertState.GONE, AlertState.PENDING, AlertState.RESOLVED, AlertState.INACTIVE)


Key = Callable[[Alert], tuple[object, ...]]


class AlertOrder(StrEnum):
    """By what alerts are sorted; within that the gravest and youngest first."""

    STATE = "state"
    SEVERITY = "severity"
    SINCE = "since"
    DEVICE = "device"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSearch:
    """What alerts are wanted; what is empty or None does not matter. q: text in device, rule, instance or summary."""

    state: AlertState | None = None
    device: str = ""
    rule: str = ""
    severity: str = ""
    muted: bool | None = None
    acked: bool | None = None
    q: str = ""
    matchers: tuple[Matcher, ...] = ()
    order: AlertOrder | None = None
    severities: Severities = USUAL_SEVERITIES

    TEXTS: ClassVar = ("state", "device", "rule", "severity", "held", "acked", "q")
    """The names of the fields by which a form says what is wanted, beside conditions on labels."""

    @classmethod
    def of_texts(cls, texts: Mapping[str, str], matchers: tuple[Matcher, ...] = ()) -> AlertSearch:
        """Return the search that fields of a form say; one that is not there does not matter.

        Raises:
            ValueError: a field is not what it should be.
        """
        state = texts.get("state")
        return cls(
            state=AlertState(state) if state else None, device=texts.get("device", ""), rule=texts.get("rule", ""),
            severity=texts.get("severity", ""), muted=_yes_or_no("held", texts), acked=_yes_or_no("acked", texts),
            q=texts.get("q", ""), matchers=matchers,
        )  # fmt: skip

    @property
    def is_of_labels_alone(self) -> bool:
        """Return whether nothing but conditions on labels says what is wanted."""
        return self == AlertSearch(matchers=self.matchers, order=self.order, severities=self.severities)

    def found_in(self, alerts: Iterable[Alert], mutings: Mapping[str, Muting]) -> list[Alert]:
        """Return the alerts that are wanted, as they come or in the order asked for."""
        found = [alert for alert in alerts if self.wants(alert, is_muted=alert.id in mutings)]
        if self.order is not None:
            found.sort(key=self._key(self.order))
        if self.order is AlertOrder.STATE:  # what somebody still has to look at stands first
            found.sort(key=lambda alert: (ORDER_OF_STATES.index(alert.state), alert.id in mutings))
        return found

    def place_of(self, alert: Alert, *, is_muted: bool) -> tuple[object, ...]:
        """Return where an alert stands in the order asked for: a place no other has, which new ones do not move.

        Without an order what is not over stands first, the oldest first, then what is, the youngest first.
        """
        if self.order is None:
            over, began = alert.state is AlertState.RESOLVED, alert.pending_at.timestamp()
            return over, -began if over else began, alert.id
        within = self._key(self.order)(alert)
        return (within[0], is_muted, *within, alert.id) if self.order is AlertOrder.STATE else (*within, alert.id)

    def wants(self, alert: Alert, *, is_muted: bool) -> bool:
        """Return whether an alert is one of those that are wanted."""
        return (
            self.state in (None, alert.state)
            and self.device in ("", alert.key.device)
            and self.rule in ("", alert.key.rule, alert.key.alertname)
            and self.severity in ("", alert.severity)
            and self.muted in (None, is_muted)
            and self.acked in (None, alert.acked_at is not None)
            and (not self.q or self.q.casefold() in _findable(alert))
            and (not self.matchers or self._meets_matchers(alert))
        )

    def _key(self, order: AlertOrder) -> Key:
        gravest = gravest_first(self.severities)
        ways: dict[AlertOrder, Key] = {
            AlertOrder.STATE: lambda alert: (ORDER_OF_STATES.index(alert.state), *gravest(alert)),
            AlertOrder.SEVERITY: gravest,
            AlertOrder.SINCE: lambda alert: (_newest_first(alert),),
            AlertOrder.DEVICE: lambda alert: (natural(alert.key.device), *gravest(alert)),
            AlertOrder.RULE: lambda alert: (alert.key.alertname, natural(alert.key.device), *gravest(alert)),
        }
        return ways[order]

    def _meets_matchers(self, alert: Alert) -> bool:
        labels = routing_labels(alert)
        return all(matcher.holds(labels) for matcher in self.matchers)


def _yes_or_no(name: str, texts: Mapping[str, str]) -> bool | None:
    text = texts.get(name, "")
    if text not in ("", "true", "false"):
        raise ValueError(f"{name}: true or false")
    return text == "true" if text else None


def _findable(alert: Alert) -> str:
    key = alert.key
    return f"{key.device} {key.alertname} {key.instance} {alert.annotations.get('summary', '')}".casefold()


def gravest_first(severities: Severities) -> Callable[[Alert], tuple[int, float]]:
    """Return a sort key: by severity, then the youngest first."""

    @lru_cache(maxsize=100)
    def place(severity: str) -> int:
        return -severities.rank(severity)

    return lambda alert: (place(alert.severity), -(alert.firing_at or alert.pending_at).timestamp())


@lru_cache(maxsize=100_000)
def natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    """Sort key: `sw2` before `sw10`."""
    parts = _DIGITS.split(name.lower())
    return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)


def _newest_first(alert: Alert) -> float:
    return -(alert.resolved_at or alert.firing_at or alert.pending_at).timestamp()
