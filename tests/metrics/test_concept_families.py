"""Concepts as series: one family for each column, a sensor's for each quantity, facts never."""

from __future__ import annotations

import math

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families as text_families

from netwatch.metrics import Board, Exposition, TextFormat
from netwatch.metrics.concept_families import MEASURED, family_name, help_of
from netwatch.model import CONCEPTS, QUANTITIES, ColumnKind, Credential, Device, DeviceStatus
from tests.concept_readings import a_switch, concept_reading

from .tables import samples_of, text_of

PARSERS = {TextFormat.TEXT: text_families, TextFormat.OPENMETRICS: openmetrics_families}
CONCEPT_SCHEMA = {name: concept.schema for name, concept in CONCEPTS.items()}


def text(*readings, text_format=TextFormat.TEXT):
    return text_of(*readings, schema=CONCEPT_SCHEMA, text_format=text_format)


def test_a_column_of_a_concept_is_a_family_of_its_name():
    memory = concept_reading("memory", {"pool": "Processor", "memory_used_bytes": 512, "memory_used_ratio": 0.25})

    assert samples_of(text(memory)) == [
        'netwatch_memory_used_bytes{device="sw1",pool="Processor"} 512',
        'netwatch_memory_used_ratio{device="sw1",pool="Processor"} 0.25',
    ]


def test_what_a_sensor_measures_and_its_limits_are_a_family_for_each_quantity():
    lines = [line for line in samples_of(text(*a_switch())) if line.startswith("netwatch_sensor_")]

    assert lines == [
        'netwatch_sensor_celsius{device="sw1",sensor="inlet",quantity="celsius"} 23.5',
        'netwatch_sensor_dbm{device="sw1",sensor="Te1/1/1 receive",quantity="dbm",port="Te1/1/1"} -16.25',
        'netwatch_sensor_high_critical_celsius{device="sw1",sensor="inlet",quantity="celsius"} 56',
        'netwatch_sensor_high_warning_celsius{device="sw1",sensor="inlet",quantity="celsius"} 46',
        'netwatch_sensor_low_critical_dbm{device="sw1",sensor="Te1/1/1 receive",quantity="dbm",port="Te1/1/1"} -18.4',
        'netwatch_sensor_low_warning_dbm{device="sw1",sensor="Te1/1/1 receive",quantity="dbm",port="Te1/1/1"} -14.4',
        'netwatch_sensor_rpm{device="sw1",sensor="fan 1",quantity="rpm",part="Fan tray"} 5400',
        'netwatch_sensor_state{device="sw1",sensor="inlet",quantity="celsius"} 1',
        'netwatch_sensor_state{device="sw1",sensor="Te1/1/1 receive",quantity="dbm",port="Te1/1/1"} 2',
        'netwatch_sensor_state{device="sw1",sensor="fan 1",quantity="rpm",part="Fan tray"} 1',
        'netwatch_sensor_value{device="sw1",sensor="probes",quantity="count"} 4',
        'netwatch_sensor_volts{device="sw1",sensor="12 V",quantity="volts"} 12.06',
    ]


def test_a_sensor_that_its_labels_do_not_tell_apart_is_called_alike_in_all_its_families():
    twins = concept_reading(
        "sensor",
        {"sensor": "inlet", "quantity": "celsius", "sensor_value": 20, "sensor_state": "ok"},
        {"sensor": "12 V", "quantity": "volts", "sensor_value": 12, "sensor_state": "ok"},
        {"sensor": "inlet", "quantity": "celsius", "sensor_value": 21, "sensor_state": "critical"},
    )

    lines = samples_of(text(twins))

    for row, number, state in (("1", 20, 1), ("3", 21, 3)):
        labels = f'{{device="sw1",sensor="inlet",quantity="celsius",row="{row}"}}'
        assert f"netwatch_sensor_celsius{labels} {number}" in lines
        assert f"netwatch_sensor_state{labels} {state}" in lines


def test_states_are_numbers_that_the_help_names():
    shown = text(*a_switch())

    assert (
        "# HELP netwatch_hardware_state The state of a part: 1 ok, 2 warning, 3 critical, 4 unknown, 5 absent.\n"
        in shown
    )
    assert "# HELP netwatch_peer_state The state of a peer: 1 up, 2 down, 3 disabled.\n" in shown
    assert "# HELP netwatch_sensor_celsius What a sensor measures, in celsius.\n" in shown
    assert 'netwatch_hardware_state{device="sw1",part="Fan 1",part_class="fan"} 3' in samples_of(shown)


def test_words_and_facts_are_no_series():
    shown = text(*a_switch())
    facts = [reading for reading in a_switch() if CONCEPTS[reading.table].is_fact]

    assert "normal" not in shown
    assert "established" not in shown
    assert len(facts) == 4
    assert text(*facts) == ""


def test_a_row_without_a_value_has_no_line_and_a_column_of_none_no_family():
    memory = concept_reading(
        "memory",
        {"pool": "a", "memory_used_bytes": None, "memory_size_bytes": None},
        {"pool": "b", "memory_used_bytes": 2.5, "memory_size_bytes": math.nan},
    )
    none = concept_reading("cpu", {"cpu": "all", "scope": "device", "cpu_busy_ratio": None})

    assert samples_of(text(memory, none)) == [
        'netwatch_memory_size_bytes{device="sw1",pool="b"} NaN',
        'netwatch_memory_used_bytes{device="sw1",pool="b"} 2.5',
    ]


def test_a_label_that_is_empty_in_a_row_is_left_out_there():
    ports = concept_reading(
        "interface",
        {"ifIndex": 1, "ifName": "Gi1", "ifAlias": "uplink", "interface_oper": "up"},
        {"ifIndex": 2, "ifName": "Gi2", "ifAlias": "", "interface_oper": "down"},
    )

    assert samples_of(text(ports)) == [
        'netwatch_interface_oper{device="sw1",ifIndex="1",ifName="Gi1",ifAlias="uplink"} 1',
        'netwatch_interface_oper{device="sw1",ifIndex="2",ifName="Gi2"} 2',
    ]


def test_a_device_tells_who_it_is():
    board = Board()
    for reading in a_switch():
        board.take_reading(reading)
    device = Device(
        name="sw1", address="192.0.2.1", credential=Credential(name="c", version="2c"), labels={"location": "hq"}
    )
    lines = Exposition(board, CONCEPT_SCHEMA, lambda: [DeviceStatus(device=device)]).device_text(TextFormat.TEXT)

    info = [line for line in samples_of(b"".join(lines).decode()) if line.startswith("netwatch_device_info")]

    assert info == [
        'netwatch_device_info{device="sw1",location="hq",address="192.0.2.1",vendor="Cisco",model="C9300-48P",'
        'version="17.9.4",serial="FOC1"} 1'
    ]


def test_a_quantity_that_nobody_has_named_makes_no_family_of_its_own():
    odd = concept_reading("sensor", {"sensor": "x", "quantity": "furlongs{} 1\n", "sensor_value": 7})

    assert samples_of(text(odd)) == ['netwatch_sensor_value{device="sw1",sensor="x",quantity="furlongs{} 1\\n"} 7']


def test_a_column_shorter_than_its_table_fills_the_rows_it_has():
    reading = concept_reading(
        "sensor",
        *({"sensor": str(number), "quantity": "volts", "sensor_value": number} for number in range(3)),
    )
    short = type(reading)(
        device="sw1", table="sensor", at=reading.at, rows=reading.rows, columns={"sensor_value": [1, 2]}
    )

    assert [line.split()[-1] for line in samples_of(text(short))] == ["1", "2"]


@pytest.mark.parametrize("text_format", TextFormat)
def test_both_parsers_read_every_family_once(text_format):
    readings = [*a_switch(), *a_switch("sw2")]

    families = list(PARSERS[text_format](text(*readings, text_format=text_format)))

    names = [family.name for family in families]
    assert len(names) == len(set(names))
    assert {"netwatch_sensor_celsius", "netwatch_clients", "netwatch_cpu_busy_ratio"} <= set(names)
    assert all(family.type == "gauge" for family in families)


def test_every_column_has_a_help_and_a_name_of_its_own():
    made = [
        (family_name(column, quantity), help_of(concept, column, quantity))
        for concept in CONCEPTS.values()
        for column, kind in concept.columns.items()
        if kind is not ColumnKind.TEXT
        for quantity in (QUANTITIES if concept.name == MEASURED and kind is ColumnKind.GAUGE else ("",))
    ]

    assert len({name for name, _ in made}) == len(made)
    assert all(text.endswith(".") and " " in text for _, text in made)
