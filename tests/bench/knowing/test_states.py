"""What a state means to another monitor is read from its definitions, and held against our words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.knowing.corpus import Recorded
from tests.bench.knowing.polled import Row
from tests.bench.knowing.sensors import judge_states
from tests.bench.knowing.states import meaning_of, read_meanings, says_the_same, with_states
from tests.bench.knowing.verdicts import MISSING, RIGHT, WRONG

DEFINITION = """
modules:
  sensors:
    state:
      data:
        - num_oid: '.1.3.6.1.4.1.99999.1.{{ $index }}'
          states:
            - {value: 1, generic: 0, graph: 0, descr: normal}
            - {value: 2, generic: 2, graph: 0, descr: failed}
            - {value: 3, generic: 3, graph: 0, descr: notPresent}
"""
FAN = {"class": "state", "oid": ".1.3.6.1.4.1.99999.1.7", "descr": "Fan 7", "current": 2}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "someos.yaml").write_text(DEFINITION)
    (tmp_path / "broken.yaml").write_text("modules: [")
    (tmp_path / "empty.yaml").write_text("")
    return tmp_path


def test_meanings_are_read_and_a_file_that_cannot_be_read_is_passed_over(folder):
    assert read_meanings(folder) == {
        "empty": {},
        "someos": {"1.3.6.1.4.1.99999.1": {1: "ok", 2: "critical", 3: "unknown"}},
    }


def test_the_longest_beginning_counts_and_those_of_its_own_system_first():
    meanings = {"a": {"1.3.6.1": {1: "ok"}, "1.3.6.1.5": {1: "critical"}}, "b": {"1.3.6.1.5": {1: "warning"}}}

    assert meaning_of(".1.3.6.1.5.1", 1, "a", meanings) == "critical"
    assert meaning_of(".1.3.6.1.5.1", 1, "b", meanings) == "warning"
    assert meaning_of(".1.3.6.1.55.1", 1, "c", meanings) == "ok"
    assert meaning_of(".1.3.6.1.5.1", 9, "a", meanings) == ""


@pytest.mark.parametrize(("theirs", "ours", "same"), [
    ("critical", "critical", True),
    ("critical", "ok", False),
    ("ok", "critical", False),
    ("unknown", "absent", True),
    ("ok", "absent", True),
    ("critical", "absent", False),
    ("", "critical", True),
])  # fmt: skip
def test_an_empty_place_may_be_well_or_unknown_to_them(theirs, ours, same):
    assert says_the_same(theirs, ours) is same


@pytest.mark.parametrize(("part", "state", "outcome"), [
    ("Fan 7", "critical", RIGHT),
    ("Fan 7", "ok", WRONG),
    ("Fan 8", "critical", MISSING),
])  # fmt: skip
def test_a_state_is_right_where_it_means_the_same(part, state, outcome, folder):
    [device] = with_states([Recorded(name="d", path=Path("d"), os="someos", facts={"sensors": [FAN]})], folder)
    ours = [Row(index="1", key=part, labels={"part": part}, cells={"hardware_state": state})]

    assert [one.outcome for one in judge_states([FAN], ours, device.states)] == [outcome]


def test_a_state_that_nobody_says_the_meaning_of_is_right_where_it_is_found(folder):
    other = FAN | {"oid": ".1.3.6.1.4.1.88888.1.7"}
    [device] = with_states([Recorded(name="d", path=Path("d"), facts={"sensors": [other]})], folder)
    ours = [Row(index="1", key="", labels={"part": "Fan 7"}, cells={"hardware_state": "ok"})]

    assert [one.outcome for one in judge_states([other], ours, replace(device).states)] == [RIGHT]
