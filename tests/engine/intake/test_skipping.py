"""In a maintenance window that says so nothing of its devices is held against rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from netwatch.alerts import Maintenance, MaintenanceWindow, Topology
from netwatch.engine.intake.skipping import Skipping
from netwatch.model import parse_matchers

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
LABELS = {"r1": {"site": "hq"}, "r2": {"site": "branch"}, "netwatch": {"site": "hq"}}


def skipped() -> float:
    return REGISTRY.get_sample_value("netwatch_readings_skipped_total") or 0.0


@pytest.fixture
def skipping():
    window = MaintenanceWindow(
        name="move", mode="skip", matchers=parse_matchers('site="hq"'), begins=START, ends=START + timedelta(hours=1)
    )  # fmt: skip
    return Skipping(Maintenance([window], Topology({}), LABELS), LABELS, never=("netwatch",))


@pytest.mark.parametrize(("device", "minutes", "out"), [
    ("r1", 10, True),
    ("r1", 90, False),  # the window is over
    ("r2", 10, False),  # another site
    ("netwatch", 10, False),  # what NetWatch says of itself always counts
])  # fmt: skip
def test_what_stands_in_such_a_window_is_taken_out_and_counted(skipping, device, minutes, out):
    at, before = START + timedelta(minutes=minutes), skipped()

    assert skipping.takes_out(device, at) is out

    assert skipped() - before == int(out)
    assert bool(skipping.reason_for(device, at)) is out
