"""A sensor is right where quantity, unit and value are: percentages as ratios, minutes as seconds, light as dBm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bench.knowing.polled import Row
from tests.bench.knowing.sensors import judge_sensors, judge_states
from tests.bench.knowing.verdicts import MISSING, RIGHT, WRONG, Ground


def sensor(quantity: str, value: float | None, name: str = "", index: str = "7") -> Row:
    return Row(index=index, key=name, labels={"sensor": name, "quantity": quantity}, cells={"sensor_value": value})


def expected(kind: str, current: float, descr: str = "Sensor", oid: str = ".1.3.6.1.4.1.9.1.7"):
    return {"class": kind, "current": current, "descr": descr, "oid": oid}


@pytest.mark.parametrize(("kind", "theirs", "quantity", "ours", "outcome"), [
    ("temperature", 41, "celsius", 41.0, RIGHT),
    ("temperature", 41, "celsius", 410.0, MISSING),
    ("temperature", 41, "volts", 41.0, MISSING),
    ("voltage", 0.999, "volts", 0.9994, RIGHT),
    ("voltage", 12.0, "volts", 12.2, MISSING),
    ("humidity", 48.75, "ratio", 0.4875, RIGHT),
    ("humidity", 48.75, "ratio", 48.75, MISSING),
    ("runtime", 38, "seconds", 2280.0, RIGHT),
    ("runtime", 38, "seconds", 38.0, MISSING),
    ("dbm", -2.34, "dbm", -2.31, RIGHT),
    ("dbm", -30.0, "watts", 1e-6, RIGHT),
    ("power", 0.002, "dbm", 3.01, RIGHT),
    ("power", -7e-06, "dbm", -21.5, MISSING),
    ("power_consumed", 2.5, "joules", 9_000_000.0, RIGHT),
    ("temperature", 41, "celsius", None, MISSING),
    ("a class nobody knows", 1, "count", 1.0, MISSING),
])  # fmt: skip
def test_a_value_is_right_in_its_base_unit_only(kind, theirs, quantity, ours, outcome):
    [verdict] = judge_sensors([expected(kind, theirs)], [sensor(quantity, ours)])

    assert verdict.outcome == outcome


def test_another_value_in_the_same_place_under_the_same_name_is_wrong_and_said():
    [verdict] = judge_sensors([expected("temperature", 41, "Inlet")], [sensor("celsius", 410.0, "inlet")])

    assert verdict.outcome == WRONG
    assert verdict.found == "inlet = 410.0 celsius"


def test_what_was_matched_by_its_value_alone_is_said_to_be():
    [verdict] = judge_sensors([expected("temperature", 41)], [sensor("celsius", 41.0, "x", index="99")])

    assert verdict.ground is Ground.VALUE


def test_a_value_that_many_sensors_have_says_nothing_by_itself():
    theirs, ours = [expected("current", 0, "Outlet 3")], [sensor("amperes", 0.0, "total", index="99")]

    assert [one.outcome for one in judge_sensors(theirs, ours)] == [MISSING]
    assert [one.outcome for one in judge_sensors(theirs, ours, is_lenient=True)] == [RIGHT]


def test_states_are_counted_apart_and_found_by_name_whatever_their_number():
    fan = Row(index="1", key="", labels={"part": "Fan 1", "part_class": "fan"}, cells={"hardware_state": "ok"})

    [verdict] = judge_states([expected("state", 3, "Fan 1"), expected("temperature", 3)], [fan])

    assert (verdict.figure, verdict.outcome, verdict.found) == ("states", RIGHT, "Fan 1: ok")


def test_a_state_of_another_part_is_missing():
    fan = Row(index="1", key="", labels={"part": "Fan 2"}, cells={"hardware_state": "ok"})

    assert [one.outcome for one in judge_states([expected("state", 3, "Fan 1")], [fan])] == [MISSING]


def test_a_row_is_known_by_the_object_it_was_read_from_whatever_it_is_called_and_whatever_its_value():
    theirs = [expected("count", 0, f"/c/e8/s {what}", oid=f".1.3.6.1.4.1.9.{column}.4") for column, what in
              enumerate(("Media Errors", "Other Errors"), start=7)]  # fmt: skip
    row = sensor("count", 0.0, "Disk 4 media errors", index="4")

    found = judge_sensors(theirs, [replace(row, objects=frozenset({"1.3.6.1.4.1.9.8.4"}))])

    assert [(one.outcome, one.ground) for one in found] == [(MISSING, Ground.NONE), (RIGHT, Ground.OBJECT)]
    assert [one.outcome for one in judge_sensors(theirs, [row])] == [MISSING, MISSING]


def test_a_state_of_a_scalar_is_known_by_its_object():
    states = [{"class": "state", "current": 1, "descr": "Overall", "oid": ".1.3.6.1.4.1.9.1.3.0"}]
    row = Row(index="0", key="x", labels={"part": "Battery"}, cells={"hardware_state": "ok"})

    known = judge_states(states, [replace(row, objects=frozenset({"1.3.6.1.4.1.9.1.3.0"}))])

    assert [one.outcome for one in (*known, *judge_states(states, [row]))] == [RIGHT, MISSING]
