"""A sleep of the machine counts for no hold time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.engine.clock_steps import rested_alert
from netwatch.model import Alert, AlertKey, AlertState

AGO = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = AlertKey(rule="DeviceDown", device="sw1")


def test_a_sleep_counts_for_no_hold_time_and_no_ttl_and_moves_nothing_that_has_happened():
    asleep = timedelta(hours=2)
    pending = Alert(id="a", key=KEY, state=AlertState.PENDING, pending_at=AGO)
    clearing = Alert(
        id="b", key=KEY, state=AlertState.FIRING, pending_at=AGO, firing_at=AGO, healthy_since=AGO, seen_at=AGO
    )

    assert rested_alert(pending, asleep).pending_at == AGO + asleep
    rested = rested_alert(clearing, asleep)
    assert (rested.pending_at, rested.firing_at) == (AGO, AGO)
    assert (rested.healthy_since, rested.seen_at) == (AGO + asleep, AGO + asleep)
