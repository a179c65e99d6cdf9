"""The last day of each device."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from netwatch.model import USUAL_SEVERITIES, AlertState
from netwatch.web.pages.front.strips import HEIGHT, strips_of

from ...house import alert_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fired(device: str, began_hours_ago: float, ended_hours_ago: float | None = None, **more):
    over = NOON - timedelta(hours=ended_hours_ago) if ended_hours_ago is not None else None
    state = AlertState.FIRING if over is None else AlertState.RESOLVED
    began = NOON - timedelta(hours=began_hours_ago)
    return alert_of("A", device, pending_at=began, firing_at=began, resolved_at=over, state=state, **more)


def bars(drawing: str) -> list[tuple[str, str, str]]:
    return re.findall(r'<rect class="grade-(\w+)" x="(\d+)" y="(\d+)"', drawing)


def test_a_device_shows_when_alerts_of_its_own_stood_and_the_gravest_is_tallest():
    alerts = [
        fired("sw1", 3.25, 2.25, severity="warning"),
        fired("sw1", 2.75, 2.75, severity="critical"),
        fired("sw2", 0.25, severity="critical"),
        fired("sw3", 30, 25),
    ]

    strips = strips_of(alerts, ["sw1", "sw3"], USUAL_SEVERITIES, NOON)

    assert strips.keys() == {"sw1", "sw3"}
    assert bars(strips["sw1"]) == [("warning", "82", "4"), ("critical", "84", "0"), ("warning", "86", "4")]
    assert "2 alerts in the last 24 h, in 1.5 h of them" in strips["sw1"]
    assert bars(strips["sw3"]) == []
    assert "no alert in the last 24 h" in strips["sw3"]


def test_what_stands_now_is_drawn_to_the_end():
    strip = strips_of([fired("sw1", 100, severity="info")], ["sw1"], USUAL_SEVERITIES, NOON)["sw1"]

    assert [place for _, place, _ in bars(strip)] == [str(2 * slot) for slot in range(48)]
    assert HEIGHT > int(bars(strip)[0][2]) > 0
