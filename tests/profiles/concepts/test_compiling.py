"""Mappings of tables onto concepts: read from a file, and refused with their place where they cannot be meant."""

from __future__ import annotations

import pytest

from netwatch.profiles import load_library

PROFILE = """\
sysobjectid: 1.3.6.1.4.1.32473.7.*
metrics:
  - table: {OID: 1.3.6.1.4.1.32473.7.1, name: fanTable}
    symbols:
      - {OID: 1.3.6.1.4.1.32473.7.1.1.2, name: fanState, kind: enum, enum: {1: good, 2: bad, 3: empty}}
      - {OID: 1.3.6.1.4.1.32473.7.1.1.3, name: fanSpeed, kind: gauge}
    metric_tags:
      - {tag: fanIndex, index: 1}
    concepts:
      - %s
"""
FAN = """concept: hardware
        part: "Fan {fanIndex}"
        part_class: fan
        hardware_state: {fanState: {good: ok, bad: critical}}"""


def problems(tmp_path, entry):
    path = tmp_path / "fans.yaml"
    path.write_text(PROFILE % entry)
    return [str(problem).removeprefix(f"{path}:") for problem in load_library([path]).problems]


def test_a_mapping_that_says_all_of_a_fan_is_taken(tmp_path):
    assert problems(tmp_path, FAN) == []


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("{concept: hardwear, part: x}", "metrics[0].concepts[0].concept: concept is one of interface, cpu"),
        ("{concept: hardware, prt: x}", "concepts[0].prt: hardware has no label or column 'prt'; did you mean"),
        ("{concept: hardware, part: x, part_class: fen}", "part_class: 'fen' is not one of supply, fan, module"),
        ("{concept: hardware, hardware_state: {fanState: {good: fine}}}", "'fine' is not one of ok, warning"),
        ("{concept: hardware, hardware_state: {fanState: {gud: ok}}}", "fanState never says gud (good, bad, empty)"),
        ("{concept: hardware, part: '{fanIndx}'}", "part: no label or column is named fanIndx"),
        ("{concept: hardware, hardware_state: fanState}", "says nothing of bad, empty, good of fanState"),
        ("{concept: sensor, sensor: x, sensor_value: fanSpeed *}", "sensor_value: is no expression"),
        ("{concept: sensor, sensor_value: fanSped}", "table fanTable has no column or label fanSped, did you mean"),
        ("{concept: sensor, where: fanSpeed}", "where: true or false is wanted here, and this is a number"),
        ("{concept: sensor, sensor: x, quantity: furlongs}", "quantity: 'furlongs' is not one of celsius, volts"),
        ("{concept: hardware, part: x, instead_of: {y: prt}}", "hardware has part, part_class, no 'prt'"),
        ("{concept: hardware, part: '{fanIndex:lower}'}", "'lower' is no way to write a value; known are mac, hex"),
        ("{concept: sensor, joins: [{table: y}]}", "a join needs `table` and `by`"),
        ("{concept: sensor, sensor: x, thresholds: {table: y}}", "thresholds need level, side, value too"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_its_place(tmp_path, entry, why):
    assert any(why in problem for problem in problems(tmp_path, entry)), problems(tmp_path, entry)


def test_every_mapping_that_comes_with_netwatch_can_be_compiled():
    library = load_library()

    maps = {one for name in library.names() for one in library.named(name).concepts}

    assert library.problems == ()
    assert [library.compiled(one).concept.name for one in maps] == [one.concept for one in maps]
