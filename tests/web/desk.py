"""Somebody who decides: silences and acknowledgements over a house and a store in memory, as the engine does them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from netwatch.alerts import Route, RouteMatch, compile_silence, routing_labels, silence_muting
from netwatch.model import (
    Alert,
    AlertGroup,
    AlertState,
    Event,
    MuteKind,
    Muting,
    Silence,
    Transaction,
    parse_matchers,
)
from netwatch.store.memory import MemoryStore

from .house import House, alert_of

NOW = datetime.now(UTC)
ROUTE = Route(
    receiver="noc",
    routes=(Route(receiver="boss", matchers=parse_matchers('severity="critical"'), continues=True),
            Route(receiver="noc")),
)  # fmt: skip


class Desk:
    """Decides about the alerts of a house; `held_back` is what other stages than silences hold back."""

    def __init__(self, house: House, route: Route = ROUTE) -> None:
        self._house, self._route = house, route
        self._silences: dict[str, Silence] = {}
        self.store = MemoryStore()
        self.store.alive = True
        self.held_back: dict[str, Muting] = {}
        self.groups: dict[str, AlertGroup] = {}
        self.noted: list[Event] = []

    def alert(self, alert_id: str) -> Alert | None:
        return next((one for one in self._house.known_alerts if one.id == alert_id), None)

    def silences(self) -> Sequence[Silence]:
        return list(self._silences.values())

    def put_silence(self, silence: Silence, told: Sequence[Event] = ()) -> asyncio.Future[None]:
        self._silences[silence.id] = silence
        self.noted.extend(told)
        self._house.happened[:0] = told
        return self.store.commit(Transaction(silences=(silence,), events=tuple(told)))

    def acknowledge(self, alert_ids: Iterable[str], by: str, comment: str) -> asyncio.Future[None]:
        return self._change(alert_ids, acked_at=datetime.now(UTC), acked_by=by, ack_comment=comment)

    def unacknowledge(self, alert_ids: Iterable[str], by: str) -> asyncio.Future[None]:
        return self._change(alert_ids, acked_at=None, acked_by="", ack_comment="")

    def forget(self, alert_ids: Iterable[str], by: str) -> asyncio.Future[None]:
        ended = {"ended": f"forgotten by {by}"}
        return self._change(
            alert_ids, state=AlertState.RESOLVED, resolved_at=datetime.now(UTC), annotations=ended,
        )  # fmt: skip

    def is_there(self, alert: Alert) -> bool:
        return alert.state is not AlertState.GONE

    def muting_of(self, alert: Alert, now: datetime | None) -> Muting | None:
        if alert.state is not AlertState.FIRING:
            return None
        silences = [compile_silence(silence) for silence in self.silences()]
        return self.held_back.get(alert.id) or silence_muting(
            silences, routing_labels(alert), now or datetime.now(UTC)
        )

    def receivers_of(self, alert: Alert) -> Sequence[RouteMatch]:
        return self._route.receivers_for(routing_labels(alert))

    def group_of_thread(self, thread_id: str) -> AlertGroup | None:
        return self.groups.get(thread_id)

    def _change(self, alert_ids: Iterable[str], **changes: object) -> asyncio.Future[None]:
        wanted = set(alert_ids)
        self._house.known_alerts = [
            replace(alert, **changes) if alert.id in wanted else alert  # type: ignore[arg-type]
            for alert in self._house.known_alerts
        ]
        return self.store.commit(Transaction(alerts=tuple(a for a in self._house.known_alerts if a.id in wanted)))


def silence_of(identifier: str, *matchers: str, **changes: object) -> Silence:
    fields: dict[str, object] = {
        "id": identifier, "matchers": matchers, "starts_at": NOW - timedelta(hours=1), "created_by": "anna",
        "ends_at": NOW + timedelta(days=1), "comment": "core upgrade", "updated_at": NOW - timedelta(hours=1),
    }  # fmt: skip
    return Silence(**(fields | changes))  # type: ignore[arg-type]


def quiet_night() -> tuple[House, Desk]:
    """Alerts told of, silenced, inhibited by another, behind a parent, in maintenance and acknowledged."""
    house = House(known_alerts=[
        alert_of("Down", "r1", severity="critical"), alert_of("Slow", "r1"), alert_of("Hot", "sw1"),
        alert_of("Full", "nas1"), alert_of("Errors", "sw2"), alert_of("Reboot", "sw3"),
    ])  # fmt: skip
    desk = Desk(house)
    desk.put_silence(silence_of("s1", 'device="sw1"'))
    desk.put_silence(silence_of("s2", 'alertname=~"H.t"', 'severity!="critical"'))
    desk.put_silence(silence_of("s3", 'device="r1"', ends_at=NOW - timedelta(minutes=1)))
    desk.held_back = {
        "Slow-r1-": Muting(kind=MuteKind.INHIBITED, reason="inhibited by Down on r1", by="Down-r1-"),
        "Full-nas1-": Muting(kind=MuteKind.PARENT, reason="r1 is down, and nas1 is only reached through it", by="r1"),
        "Errors-sw2-": Muting(kind=MuteKind.MAINTENANCE, reason="in maintenance: core upgrade", by="core upgrade"),
        "Reboot-sw3-": Muting(kind=MuteKind.ACKNOWLEDGED, reason="acknowledged by ben"),
    }
    return house, desk
