"""Limits that a sensor is believed to have."""

from __future__ import annotations

import pytest

from netwatch.polling.concepts.limits import with_sane_limits


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

    found = with_sane_limits(columns)

    assert (found[f"sensor_low_{level}"][0], found[f"sensor_high_{level}"][0]) == kept
    assert found["sensor_value"] == [1.0]


def test_a_sensor_of_one_limit_keeps_it_and_gets_no_other():
    columns = {"sensor_value": [1.0], "sensor_high_critical": [70.0]}

    assert with_sane_limits(columns) == columns


def test_columns_without_limits_are_left_alone():
    columns = {"sensor_value": [1.0]}

    assert with_sane_limits(columns) is columns
