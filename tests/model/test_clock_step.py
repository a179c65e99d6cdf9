"""A clock that was set moves what is open with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import Alert, AlertGroup, AlertKey, AlertState, ClockStep, moved_alert, moved_group

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOOT = NOW - timedelta(days=3)
AGO = NOW - timedelta(minutes=10)
KEY = AlertKey(rule="DeviceDown", device="sw1")


def set_by(**span: float) -> ClockStep:
    return ClockStep(since=BOOT, at=NOW, by=timedelta(**span))


@pytest.mark.parametrize("hours", [1, -1])
def test_every_time_of_an_open_alert_is_as_long_ago_as_before(hours):
    alert = Alert(
        id="a", key=KEY, state=AlertState.FIRING, pending_at=AGO, firing_at=AGO, healthy_since=NOW, seen_at=AGO,
        acked_at=NOW, resolved_at=None,
    )  # fmt: skip
    by = timedelta(hours=hours)

    moved = moved_alert(alert, set_by(hours=hours))

    assert (moved.pending_at, moved.firing_at, moved.seen_at) == (AGO + by, AGO + by, AGO + by)
    assert (moved.healthy_since, moved.acked_at, moved.resolved_at) == (NOW + by, NOW + by, None)


def test_an_incident_moves_with_its_alerts():
    group = AlertGroup(key="noc", receiver="noc", labels={}, thread_id="t", opened_at=AGO, flushed_at=NOW)

    moved = moved_group(group, set_by(hours=-1))

    assert (moved.opened_at, moved.flushed_at) == (AGO - timedelta(hours=1), NOW - timedelta(hours=1))


@pytest.mark.parametrize("written_at", [BOOT - timedelta(seconds=1), NOW + timedelta(seconds=1)])
def test_what_another_clock_wrote_stays_as_it_is(written_at):
    assert set_by(hours=1).moved(written_at) == written_at


def test_what_is_planned_is_as_far_ahead_as_before_unless_nobody_plans_that_far():
    soon, never = NOW + timedelta(seconds=5), NOW + timedelta(days=1)

    assert set_by(hours=-1).moved_due(soon) == soon - timedelta(hours=1)
    assert set_by(hours=-1).moved_due(never) == never


@pytest.mark.parametrize("hours", [1, -1])
def test_what_was_under_way_while_the_clock_was_set_is_restated_and_what_came_after_is_not(hours):
    by, step = timedelta(hours=hours), set_by(hours=hours)
    now = NOW + by + timedelta(seconds=2)

    assert step.restated(NOW - timedelta(milliseconds=5), now) == NOW + by - timedelta(milliseconds=5)
    assert step.restated(now, now) == now
