"""Rows of concepts know the objects they were read from: a column of a table with its index, a scalar by itself."""

from __future__ import annotations

import asyncio

import pytest

from netwatch.profiles import load_library
from tests.bench.knowing.corpus import Recorded
from tests.bench.knowing.polled import Polled, poll_recorded

RECORDING = """\
1.3.6.1.2.1.1.1.0|4|Linux nas 5.4.0 #1 SMP x86_64
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.8072.3.2.10
1.3.6.1.2.1.1.3.0|67|100
1.3.6.1.4.1.6574.1.1.0|2|2
1.3.6.1.4.1.6574.1.2.0|2|40
1.3.6.1.4.1.6574.2.1.1.2.0|4|Disk 1
1.3.6.1.4.1.6574.2.1.1.2.1|4|Disk 2
1.3.6.1.4.1.6574.2.1.1.5.0|2|1
1.3.6.1.4.1.6574.2.1.1.5.1|2|5
1.3.6.1.4.1.6574.2.1.1.6.0|2|31
1.3.6.1.4.1.6574.2.1.1.6.1|2|32
"""


@pytest.fixture(scope="module")
def polled(tmp_path_factory) -> Polled:
    path = tmp_path_factory.mktemp("recorded") / "nas.snmprec"
    path.write_text(RECORDING)
    return asyncio.run(poll_recorded(Recorded(name="nas", path=path), load_library([])))


def objects(polled: Polled, concept: str, label: str) -> dict[str, set[str]]:
    return {row.text(label): set(row.objects) for row in polled.of(concept)}


def test_a_sensor_knows_the_cell_or_the_scalar_its_value_comes_from(polled):
    found = objects(polled, "sensor", "sensor")

    assert found["System"] == {"1.3.6.1.4.1.6574.1.2.0"}
    assert found["Disk 2"] == {"1.3.6.1.4.1.6574.2.1.1.6.1"}


def test_the_state_of_a_part_knows_it_too(polled):
    found = objects(polled, "hardware", "part")

    assert found["System"] == {"1.3.6.1.4.1.6574.1.1.0"}
    assert found["Disk 1"] == {"1.3.6.1.4.1.6574.2.1.1.5.0"}
