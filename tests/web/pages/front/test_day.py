"""The band of the last day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.model import USUAL_SEVERITIES, AlertState
from netwatch.web.pages.front.day import HEIGHT, SLOTS, band_of

from ...house import alert_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fired(began_hours_ago: float, ended_hours_ago: float | None = None, **more):
    over = NOON - timedelta(hours=ended_hours_ago) if ended_hours_ago is not None else None
    state = AlertState.FIRING if over is None else AlertState.RESOLVED
    began = NOON - timedelta(hours=began_hours_ago)
    return alert_of("A", "sw1", pending_at=began, firing_at=began, resolved_at=over, state=state, **more)


def test_an_alert_stands_in_every_half_hour_it_touched():
    band = band_of([fired(3.25, 1.75)], USUAL_SEVERITIES, NOON)

    standing = [f"{slot.begins:%H:%M}" for slot in band.slots if slot.count]
    assert (len(band.slots), standing) == (SLOTS, ["08:30", "09:00", "09:30", "10:00"])
    assert band.words == "1 began in the last 24 hours; at most 1 stood, from 08:30 UTC on; 22 h without any"


def test_what_began_before_the_day_fills_it_and_what_ended_before_is_not_in_it():
    band = band_of([fired(100), fired(60, 24), fired(50, 30)], USUAL_SEVERITIES, NOON)

    assert [slot.count for slot in band.slots] == [1] * SLOTS
    assert band.words == "0 began in the last 24 hours; at most 1 stood, from 12:00 UTC on"


def test_the_gravest_gives_the_colour_and_one_alert_shows_beside_a_thousand():
    many = [fired(1, 0.9, severity="info") for _ in range(1000)]

    band = band_of(
        [*many, fired(1, 0.9, severity="critical"), fired(5, 4.9, severity="info")], USUAL_SEVERITIES, NOON
    )

    assert [(slot.count, slot.grade) for slot in band.slots if slot.count] == [(1, "info"), (1001, "critical")]
    assert [slot.height for slot in band.slots if slot.count] == [4.0, HEIGHT]


def test_a_day_without_alerts_says_so_and_what_is_only_pending_is_none():
    pending = alert_of("A", "sw1", state=AlertState.PENDING, firing_at=None)

    assert band_of([pending], USUAL_SEVERITIES, NOON).words == "no alert fired in the last 24 hours"
