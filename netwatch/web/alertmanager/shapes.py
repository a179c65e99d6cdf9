"""NetWatch's alerts and silences in the shapes of Alertmanager's API v2, so that amtool and its like can read them.

Differences that follow from what NetWatch is: only alerts that fire are there (a pending one is what Prometheus would
not have sent yet); an alert behind a parent that is down is `inhibitedBy` the parent; `mutedBy` names maintenance
windows and time intervals as Alertmanager does since 0.28; an acknowledged alert is `active`.

A quiet room: `now` is an argument.
May import: netwatch.alerts, netwatch.model, netwatch.web. Called by: netwatch.web.alertmanager.api.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from netwatch.alerts import RouteMatch, routing_labels
from netwatch.model import Alert, Matcher, MuteKind, Muting, Silence, SilenceState, matcher_text
from netwatch.web.actions import ActionRefused, SilenceOrder
from netwatch.web.bodies import PostedText
from netwatch.web.silences import matchers_of
from netwatch.web.words import rfc3339

SPOKEN_VERSION = "0.25.0"
"""The Alertmanager whose API this is; programs look at it to learn what they may ask for."""
ENDS_AFTER = timedelta(minutes=5)
"""Alertmanager wants an end of every alert and moves it on while it fires; its resolve_timeout is this by default."""
LONGEST = timedelta(days=36_525)

Shape = dict[str, object]
_BEHIND = (MuteKind.PARENT, MuteKind.INHIBITED)
_QUIET_TIME = (MuteKind.MAINTENANCE, MuteKind.INTERVAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Why nobody is told of an alert, in Alertmanager's words."""

    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()
    muted_by: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """Return `active` or `suppressed`; NetWatch looks at every alert at once, so none is `unprocessed`."""
        return "suppressed" if self.silenced_by or self.inhibited_by or self.muted_by else "active"


class StatusBoard:
    """Knows the status of every alert at one moment."""

    def __init__(
        self, alerts: Iterable[Alert], mutings: Mapping[str, Muting], silences: Iterable[Silence], now: datetime
    ) -> None:
        self._alerts = {alert.id: alert for alert in alerts}
        self._mutings = mutings
        active = (silence for silence in silences if silence.state(now) is SilenceState.ACTIVE)
        self._silences = [(silence.id, matchers_of(silence)) for silence in active]

    def status_of(self, alert: Alert) -> Status:
        """Return every silence that covers the alert, and whatever else holds it back."""
        labels = routing_labels(alert)
        silenced = [number for number, matchers in self._silences if all(one.holds(labels) for one in matchers)]
        muting = self._mutings.get(alert.id)
        if muting is None:
            return Status(silenced_by=tuple(silenced))
        if muting.kind is MuteKind.SILENCED and muting.by not in silenced:
            silenced.append(muting.by)
        return Status(
            silenced_by=tuple(silenced),
            inhibited_by=(self._source(muting),) if muting.kind in _BEHIND else (),
            muted_by=(muting.by or muting.kind.value,) if muting.kind in _QUIET_TIME else (),
        )

    def _source(self, muting: Muting) -> str:
        """Return the fingerprint of the alert that stands before others, or the name of the parent that does."""
        source = self._alerts.get(muting.by)
        return fingerprint_of(source) if source is not None else muting.by or muting.kind.value


def fingerprint_of(alert: Alert) -> str:
    """Return what Alertmanager would call the alert: 64 bits of FNV-1a over its sorted labels."""
    return _fingerprint(tuple(sorted(routing_labels(alert).items())))


@lru_cache(maxsize=65_536)
def _fingerprint(labels: tuple[tuple[str, str], ...]) -> str:
    sum_ = 0xCBF29CE484222325
    for pair in labels:
        for text in pair:
            for octet in (*text.encode("utf-8", "replace"), 0xFF):
                sum_ = (sum_ ^ octet) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{sum_:016x}"


def gettable_alert(
    alert: Alert, status: Status, routes: Sequence[RouteMatch], generator_url: str, now: datetime
) -> Shape:
    """Return an alert that fires as `gettableAlert`."""
    changes = (alert.firing_at, alert.healthy_since, alert.gone_at, alert.seen_at, alert.acked_at)
    return {
        "annotations": dict(alert.annotations),
        "endsAt": rfc3339(now + ENDS_AFTER),
        "fingerprint": fingerprint_of(alert),
        "receivers": [{"name": name} for name in dict.fromkeys(route.receiver for route in routes)],
        "startsAt": rfc3339(alert.firing_at or alert.pending_at),
        "status": {
            "inhibitedBy": list(status.inhibited_by),
            "mutedBy": list(status.muted_by),
            "silencedBy": list(status.silenced_by),
            "state": status.state,
        },
        "updatedAt": rfc3339(max((at for at in changes if at is not None), default=alert.pending_at)),
        "generatorURL": generator_url,
        "labels": routing_labels(alert),
    }


def gettable_silence(silence: Silence, now: datetime) -> Shape:
    """Return a silence as `gettableSilence`."""
    return {
        "id": silence.id,
        "status": {"state": silence.state(now).value},
        "updatedAt": rfc3339(silence.updated_at),
        "comment": silence.comment,
        "createdBy": silence.created_by,
        "endsAt": rfc3339(silence.ends_at),
        "matchers": [
            {"isEqual": not one.negated, "isRegex": one.matches is not None, "name": one.label, "value": one.text}
            for one in matchers_of(silence)
        ],
        "startsAt": rfc3339(silence.starts_at),
    }


def is_about(silence: Silence, filters: Iterable[Matcher]) -> bool:
    """Return whether a silence is one asked for: what its matchers are written with is held against the filters."""
    written = {matcher.label: matcher.text for matcher in matchers_of(silence)}
    return all(matcher.holds(written) for matcher in filters)


class _PostedMatcher(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: PostedText = Field(min_length=1, max_length=255)
    value: PostedText = Field(max_length=4096)
    isRegex: bool  # Alertmanager's word
    isEqual: bool | None = None

    def text(self) -> str:
        return matcher_text(self.name, self.value, regex=self.isRegex, negated=self.isEqual is False)


class PostedSilence(BaseModel):
    """`postableSilence`; what is more than that is let be, since people post back what they were given."""

    model_config = ConfigDict(extra="ignore")

    id: PostedText = Field(default="", max_length=255)
    matchers: list[_PostedMatcher] = Field(min_length=1, max_length=100)
    startsAt: AwareDatetime
    endsAt: AwareDatetime
    createdBy: str = Field(max_length=255)
    comment: str = Field(max_length=4096)

    def order(self, now: datetime) -> SilenceOrder:
        """Return what is ordered.

        Raises:
            ActionRefused: a time is out of all reason.
        """
        return SilenceOrder(
            matchers=tuple(matcher.text() for matcher in self.matchers),
            starts_at=sane_instant(self.startsAt, now),
            ends_at=sane_instant(self.endsAt, now),
            created_by=self.createdBy,
            comment=self.comment,
            replacing=self.id,
        )


def sane_instant(at: datetime, now: datetime) -> datetime:
    """Return an instant in UTC; what is long past is a century past.

    Raises:
        ActionRefused: it is more than a century from now.
    """
    try:
        instant = at.astimezone(UTC)
    except OverflowError:
        instant = at.replace(tzinfo=UTC)
    if instant > now + LONGEST:
        raise ActionRefused("a silence may last a hundred years at most")
    return max(instant, now - LONGEST)
