"""The sections of a device's page."""

from __future__ import annotations

import pytest

from netwatch.model import CONCEPTS
from netwatch.web.pages.concepts.sections import identity_line, sections_of
from tests.concept_readings import a_switch, concept_reading

SAID_OTHERWISE = {"sensor": ["quantity"], "interface": ["ifIndex"]}
"""The unit says what quantity it is, and a name stands for a number."""


def section_of(*rows, concept, alerting=(), **more):
    (section,) = sections_of([concept_reading(concept, *rows, **more)], alerting)
    return section


def shown(section):
    """Return what is in a section's cells: the text, or the second line where there is no other."""
    return [[cell.text or cell.small for cell in line.cells] for line in section.lines]


def titles(section):
    return [heading.title for heading in section.headings]


def test_there_is_a_section_for_each_concept_with_rows_in_their_order():
    names = [section.name for section in sections_of([*reversed(a_switch()), concept_reading("tunnel")])]

    assert names == [name for name in CONCEPTS if name in names]
    assert names == [
        "interface", "cpu", "memory", "storage", "sensor", "hardware", "peer", "client", "component", "neighbour",
        "vlan",
    ]  # fmt: skip


@pytest.mark.parametrize("concept", [one for one in CONCEPTS.values() if one.name != "identity"])
def test_of_every_concept_all_labels_are_shown(concept):
    states = {name: next(iter(words.values())) for name, words in concept.enums.items()}

    section = section_of({name: f"the {name}" for name in concept.labels} | states, concept=concept.name)

    (line,) = section.lines
    text = " ".join(f"{cell.text} {cell.small}" for cell in line.cells).replace("_", " ")
    assert [name for name in concept.labels if f"the {name}".replace("_", " ") not in text] == (
        SAID_OTHERWISE.get(concept.name, [])
    )
    shown_states = [word for name, word in states.items() if concept.name != "interface" or name.endswith("oper")]
    shown_states = shown_states[:1]  # that the port of a sensor is up goes without saying
    assert [word for word in shown_states if word not in text] == []


def test_values_have_units_and_limits_are_words_and_a_scale():
    sensors = next(one for one in sections_of(a_switch()) if one.name == "sensor")

    assert titles(sensors) == ["State", "Sensor", "Value", "Limits"]
    assert shown(sensors) == [
        ["warning", "Te1/1/1 receive", "-16.25 dBm", "warning below -14.4 dBm, critical below -18.4 dBm"],
        ["ok", "inlet", "23.5 °C", "warning above 46 °C, critical above 56 °C"],
        ["ok", "fan 1", "5,400 rpm", ""],
        ["", "12 V", "12.06 V", ""],
        ["", "probes", "4", ""],
    ]
    assert [line.cells[3].picture is not None for line in sensors.lines] == [True, True, False, False, False]
    assert [line.cells[1].small for line in sensors.lines[:3]] == ["Te1/1/1", "", "Fan tray"]


def test_sizes_are_written_as_people_read_them():
    memory = next(one for one in sections_of(a_switch()) if one.name == "memory")

    assert shown(memory) == [["Processor", "48.8 %", "3.9 GiB of 8 GiB"]]


def test_what_is_wrong_comes_first_and_is_told_in_words_with_the_devices_own():
    hardware = next(one for one in sections_of(a_switch()) if one.name == "hardware")

    assert shown(hardware) == [
        ["critical", "Fan 1", "fan", "shutdown"],
        ["ok", "PSU 1", "supply", "normal"],
        ["absent", "PSU 2", "supply", "notPresent"],
    ]
    assert [line.cells[0].pill for line in hardware.lines] == ["st-critical", "st-ok", "st-absent"]
    assert hardware.wrong == ("Fan 1 critical, shutdown",)
    assert hardware.tally == (("critical", "1 critical"),)


def test_a_peer_that_is_down_is_wrong_and_one_that_is_switched_off_is_not():
    peers = section_of(
        {"peer": "a", "peer_state": "up", "peer_word": "established"},
        {"peer": "b", "peer_state": "disabled", "peer_word": "idle"},
        {"peer": "c", "peer_state": "down", "peer_word": "Down"},
        concept="peer",
    )

    assert [row[:2] for row in shown(peers)] == [["down", "c"], ["up", "a"], ["disabled", "b"]]
    assert peers.wrong == ("c down",)  # its own word says the same


def test_a_row_with_a_firing_alert_stands_above_all_others():
    rows = [{"path": name, "storage_used_ratio": share} for name, share in (("/", 0.99), ("/var", 0.5))]

    section = section_of(*rows, concept="storage", alerting={"path=/var"})

    assert [(line.cells[0].text, line.is_alerting) for line in section.lines] == [("/var", True), ("/", False)]


def test_a_full_disk_that_cannot_be_written_is_as_it_should_be():
    full = {"storage_used_ratio": 1.0}
    section = section_of(
        {"path": "/cdrom", "storage_read_only": 1, **full}, {"path": "/", "storage_read_only": 0, **full},
        concept="storage",
    )  # fmt: skip

    assert shown(section) == [["/", "100 %", ""], ["/cdrom", "100 %", "read only"]]
    assert [line.cells[1].picture.tone for line in section.lines] == ["hot", ""]


def test_a_sensor_beyond_its_limits_comes_before_those_that_are_well_whatever_the_device_thinks_of_it():
    section = section_of(
        {"sensor": "a", "quantity": "celsius", "sensor_value": 20, "sensor_high_critical": 50, "sensor_state": "ok"},
        {"sensor": "b", "quantity": "celsius", "sensor_value": 60, "sensor_high_critical": 50, "sensor_state": "ok"},
        concept="sensor",
    )

    assert [row[1] for row in shown(section)] == ["b", "a"]
    assert section.wrong == ()  # a dark port that is switched off is beyond its limit too: rules decide, not the page


def test_of_a_port_that_is_not_up_a_dark_transceiver_is_nothing_wrong():
    dark = {"quantity": "dbm", "sensor_value": -40, "sensor_state": "critical", "port": "Gi1"}
    section = section_of(
        {"sensor": "a", "sensor_port_state": "disabled", **dark}, {"sensor": "b", "sensor_port_state": "up", **dark},
        concept="sensor",
    )  # fmt: skip

    assert [line.cells[1].text for line in section.lines] == ["b", "a"]
    assert [line.cells[1].small for line in section.lines] == ["Gi1", "Gi1, port is disabled"]
    assert section.wrong == ("b critical, -40 dBm",)


def test_a_column_that_no_row_fills_is_not_there():
    section = section_of({"peer": "a", "peer_state": "up"}, concept="peer")

    assert titles(section) == ["State", "Peer"]


def test_why_a_value_is_not_believed_stands_in_its_place():
    section = section_of(
        {"pool": "RAM", "memory_used_ratio": None}, concept="memory",
        doubts={"memory_used_ratio": {0: "more in use than there is"}}, partial=True, partial_because="no answer",
    )  # fmt: skip

    assert section.lines[0].cells[1].doubt == "more in use than there is"
    assert section.because == "no answer"


def test_of_long_lists_two_hundred_rows_are_shown_and_twenty_at_once_the_worst_first():
    rows = [{"part": f"p{number}", "hardware_state": "ok"} for number in range(300)]
    rows[299]["hardware_state"] = "critical"

    section = section_of(*rows, concept="hardware")

    assert (section.count, len(section.lines), len(section.first), len(section.rest)) == (300, 200, 20, 180)
    assert section.first[0].cells[1].text == "p299"


def test_facts_are_folded_and_have_a_column_for_each_label_that_is_filled():
    component = next(one for one in sections_of(a_switch()) if one.name == "component")

    assert component.folded
    assert titles(component) == ["Part", "Kind", "Model", "Serial", "In"]
    assert shown(component)[1] == ["PSU 1", "supply", "PWR-C1", "LIT1", "Chassis"]


def test_who_a_device_is_is_one_line_of_what_is_known():
    known = {"vendor": "Cisco", "model": "C9300-48P", "os": "IOS-XE", "version": "17.9", "serial": "F1"}

    assert identity_line(known) == ("Cisco C9300-48P", "IOS-XE 17.9", "serial F1")
    assert identity_line({"vendor": "Juniper", "model": "Juniper MX5-T"}) == ("Juniper MX5-T",)
    assert identity_line({"vendor": "", "location": "hall 2"}) == ("hall 2",)
    assert identity_line({}) == ()
