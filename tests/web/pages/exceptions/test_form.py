"""The form by which a row is ignored or gets other limits."""

from __future__ import annotations

import pytest

from netwatch.web import ActionRefused
from netwatch.web.pages.concepts.rows import Row
from netwatch.web.pages.exceptions.form import ExceptionForm, alerts_about, judged, limits_of
from netwatch.web.row_exceptions import RowPlace
from tests.concept_readings import concept_reading

from ...house import alert_of

PLACE = RowPlace(device="sw1", table="sensor", key="k0")
INLET = {"sensor": "Inlet", "quantity": "celsius", "sensor_value": 66.5, "sensor_high_warning": 60,
         "sensor_high_critical": 70}  # fmt: skip


@pytest.fixture
def row():
    return Row(concept_reading("sensor", INLET), 0)


def form(part="limits", **values):
    return ExceptionForm(part=part, place=PLACE, values=values, comment="why", author="anna", without_verdict=True)


def test_the_fields_begin_with_the_limits_that_the_sensor_has(row):
    assert limits_of(row) == {
        "sensor_low_critical": "", "sensor_low_warning": "", "sensor_high_warning": "60", "sensor_high_critical": "70"
    }  # fmt: skip


def test_what_is_left_empty_is_not_ordered_and_the_devices_own_word_counts_no_more(row):
    order = form(sensor_high_warning="", sensor_high_critical="80.5").order(row)

    assert order.values == {"sensor_high_critical": 80.5}
    assert order.without == ("SensorAlarm",)
    assert (form("ignore", sensor_high_critical="80").order(row).values, form("ignore").order(row).without) == (
        {},
        (),
    )


@pytest.mark.parametrize(("values", "words"), [
    ({}, "at least one limit"),
    ({"sensor_high_critical": "hot"}, "Critical above: a number is wanted"),
    ({"sensor_high_critical": "inf"}, "a number is wanted"),
    ({"sensor_high_critical": "9" * 500}, "a number is wanted"),
    ({"sensor_high_critical": "50"}, "warning above 60 and critical above 50 cannot both be meant"),
    ({"sensor_low_warning": "65"}, "warning below 65 and warning above 60 cannot both be meant"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_words(row, values, words):
    with pytest.raises(ActionRefused, match=words):
        form(**values).order(row)


@pytest.mark.parametrize(("values", "words"), [
    ({"sensor_high_warning": 68}, "At 66.5 °C as it is now nothing is wrong with it."),
    ({"sensor_high_critical": 65}, "critical above the limit given"),
    ({}, "warning above the limit given"),
    ({"sensor_low_warning": 67, "sensor_high_warning": 69}, "warning below the limit given"),
])  # fmt: skip
def test_what_comes_of_the_value_now_is_said_before_it_is_done(row, values, words):
    assert words in judged(row, values)


def test_with_a_port_end_the_alerts_of_its_sensors_and_no_others():
    ports = concept_reading("interface", {"ifName": "p1", "ifIndex": "1"}, {"ifName": "p2", "ifIndex": "2"})
    alerts = [
        alert_of("PortDown", "sw1", instance=ports.rows.keys[0], labels={"ifName": "p1"}),
        alert_of("SensorBeyondLimit", "sw1", instance="x", labels={"ifName": "p1"}),
        alert_of("PortDown", "sw1", instance=ports.rows.keys[1], labels={"ifName": "p2"}),
        alert_of("DeviceDown", "sw1"),
    ]

    assert alerts_about(alerts, ports, Row(ports, 0)) == alerts[:2]
