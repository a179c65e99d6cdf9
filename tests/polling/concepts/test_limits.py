"""Limits that a sensor is believed to have."""

from __future__ import annotations

import pytest

from netwatch.model import ReadingGap
from netwatch.polling.concepts.limits import with_sane_limits

from .conftest import AT, table


@pytest.mark.parametrize(("low", "high", "kept"), [
    (-5.0, 75.0, (-5.0, 75.0)),
    (None, 75.0, (None, 75.0)),
    (-14.4, 0.0, (-14.4, 0.0)),     # light: 0 dBm is a limit where it has a counterpart
    (0.0, 0.0, (None, None)),
    (80.0, 75.0, (None, None)),
    (75.0, 75.0, (None, None)),
    (None, 0.0, (None, None)),      # filled in for what the agent does not know
    (0.0, None, (None, None)),
    (None, None, (None, None)),
])  # fmt: skip
@pytest.mark.parametrize("level", ["warning", "critical"])
def test_limits_that_cannot_be_meant_are_none(level, low, high, kept):
    columns = {"sensor_value": [1.0], f"sensor_low_{level}": [low], f"sensor_high_{level}": [high]}

    found = with_sane_limits(table("sensor", columns, {"sensor": ["Inlet"]})).columns

    assert (found[f"sensor_low_{level}"][0], found[f"sensor_high_{level}"][0]) == kept
    assert found["sensor_value"] == [1.0]


def test_a_sensor_of_one_limit_keeps_it_and_gets_no_other():
    columns = {"sensor_value": [1.0], "sensor_high_critical": [70.0]}

    assert with_sane_limits(table("sensor", columns, {"sensor": ["Inlet"]})).columns == columns


@pytest.mark.parametrize("outcome", [
    table("hardware", {"hardware_state": [1]}, {"part": ["Fan"]}),
    ReadingGap(device="sw1", table="sensor", at=AT, reason="no answer"),
])  # fmt: skip
def test_whatever_is_no_reading_of_sensors_is_left_alone(outcome):
    assert with_sane_limits(outcome) is outcome
