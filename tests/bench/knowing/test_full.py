"""A device is full where vendor, model, a processor, memory and a sensor are right."""

from __future__ import annotations

import pytest

from tests.bench.knowing.full import is_expected, is_full, looks_full
from tests.bench.knowing.polled import Polled, Row
from tests.bench.knowing.verdicts import MISSING, RIGHT, WRONG, Verdict

ALL = ("model", "processors", "memory", "sensors")


def said(vendor: str = "Example", *, sensor: str = "sensor") -> Polled:
    identity = Row(index="", key="device", labels={"vendor": vendor, "model": "E-1"}, cells={})
    row = Row(index="1", key="1", labels={}, cells={})
    return Polled(name="d", rows={"identity": [identity], "cpu": [row], "memory": [row], sensor: [row]})


def verdicts(*figures: str, **outcomes: str) -> list[Verdict]:
    return [Verdict(figure=name, outcome=outcomes.get(name, RIGHT)) for name in figures]


def test_one_right_row_of_each_is_enough():
    assert is_full([*verdicts(*ALL), Verdict(figure="sensors", outcome=MISSING)], said())


def test_the_state_of_a_part_stands_for_a_sensor():
    assert is_full(verdicts("model", "processors", "memory", "states"), said())


@pytest.mark.parametrize("figure", ALL)
def test_nothing_right_of_one_is_not_full(figure):
    assert not is_full(verdicts(*ALL, **{figure: WRONG}), said())
    assert is_expected(verdicts(*ALL, **{figure: MISSING}))


def test_without_a_vendor_no_device_is_full():
    assert not is_full(verdicts(*ALL), said(""))


@pytest.mark.parametrize("figure", ALL)
def test_what_nobody_knows_of_a_device_is_not_expected_in_full(figure):
    assert not is_expected(verdicts(*(name for name in ALL if name != figure)))


def test_a_device_looks_full_whatever_of_it_is_right():
    assert looks_full(said())
    assert looks_full(said(sensor="hardware"))
    assert not looks_full(said(sensor="storage"))
    assert not looks_full(said(""))
