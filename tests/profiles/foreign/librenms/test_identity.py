from __future__ import annotations

import pytest


def test_a_device_is_told_by_its_objects_and_by_its_description(rows_of):
    text = r"""
modules:
    os:
        sysDescr_regex: '/^(?<hardware>probe \d+) v(?<version>[\d.]+)/i'
        serial: [PROBE-MIB::lost.0, PROBE-MIB::serial.0]
        serial_regex: '/no\. (?<serial>\w+)/'
"""
    row = next(iter(rows_of(text, ["1.3.6.1.4.1.32473.7.3.0|4|no. X77"], "identity").values()))
    assert (row["model"], row["version"], row["serial"]) == ("Probe 7", "2.5", "X77")


def test_an_object_that_is_not_there_leaves_what_the_description_says(rows_of):
    text = r"""
modules:
    os:
        version: PROBE-MIB::serial.0
        sysDescr_regex: '/v(?<version>[\d.]+)/'
"""
    row = next(iter(rows_of(text, [], "identity").values()))
    assert row["version"] == "2.5"


@pytest.mark.parametrize(
    ("replace", "model"),
    [
        ("[['/FGT_VM64/', 'FortiGate VM'], ['/FGT_/', 'FortiGate ']]", "FortiGate 100E FGT"),
        ("['/ FGT/']", "FGT_100E"),
        ("[['/^FGT/', Gate], ['/FGT$/', end]]", "Gate_100E end"),
        ("['/(FGT)+/']", "FGT_100E FGT"),
    ],
)
def test_texts_within_a_model_are_replaced_and_regular_expressions_are_not(rows_of, replace, model):
    text = f"""
modules:
    os:
        hardware: PROBE-MIB::serial.0
        hardware_replace: {replace}
"""
    row = next(iter(rows_of(text, ["1.3.6.1.4.1.32473.7.3.0|4|FGT_100E FGT"], "identity").values()))
    assert row["model"] == model


@pytest.mark.parametrize(("objects", "model"), [("", "Probe 7"), ("        hardware: LOST-MIB::model.0", "CH-9")])
def test_what_the_description_says_of_a_field_whose_objects_nobody_names_is_believed_after_objects(
    rows_of, objects, model
):
    text = f"modules:\n    os:\n        sysDescr_regex: '/^(?<hardware>probe \\d+) v/i'\n{objects}\n"
    chassis = ["1.3.6.1.2.1.47.1.1.1.1.5.1|2|3", "1.3.6.1.2.1.47.1.1.1.1.13.1|4|CH-9"]

    assert next(iter(rows_of(text, chassis, "identity").values()))["model"] == model


@pytest.mark.parametrize(("value", "pattern", "model"), [
    ("2|7", "", ""),
    ("4|.1.3.6.1.4.1.12356.103.1.64", "", ""),
    ("4|.1.3.6.1.4.1.12356.103.1.64", "        hardware_regex: '/::(?<hardware>fmg.+)/'\n", ""),
    ("4|2930", "", "2930"),
    ("4|S 5", "        hardware_regex: '/::(?<hardware>fmg.+)/'\n", "S 5"),
])  # fmt: skip
def test_a_number_that_a_mib_would_name_is_no_model_and_an_oid_is_none(rows_of, value, pattern, model):
    text = f"modules:\n    os:\n        hardware: PROBE-MIB::serial.0\n{pattern}"
    rows = rows_of(text, [f"1.3.6.1.4.1.32473.7.3.0|{value}"], "identity")

    assert next(iter(rows.values()))["model"] == model
