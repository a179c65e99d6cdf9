"""Recorded devices whose neighbours another monitor has read: the same are known, each at an interface."""

from __future__ import annotations

import pytest

from netwatch.profiles import load_library
from tests.bench.knowing.corpus import CORPUS, Recorded, objects_of, recorded_devices
from tests.bench.knowing.network import neighbours
from tests.bench.knowing.polled import poll_recorded
from tests.bench.knowing.verdicts import RIGHT

OF_BOTH_PROTOCOLS = ("edgecos_ecs2100-10t", "arubaos-cx_10.10", "nxos_n3k-3064pq")
"""The small ones; `python tests/bench/knowledge.py --only neighbours` judges all of them."""
RECORDED = [one for one in recorded_devices() if one.name in OF_BOTH_PROTOCOLS] if CORPUS.is_dir() else []


@pytest.mark.skipif(not RECORDED, reason="the recordings do not stand beside this checkout")
@pytest.mark.parametrize("device", RECORDED, ids=[one.name for one in RECORDED])
async def test_the_neighbours_of_a_recording_are_those_another_monitor_read(device: Recorded):
    polled = await poll_recorded(device, load_library())

    verdicts = neighbours(device, objects_of(device), polled)

    assert len(verdicts) == len(device.facts["neighbours"])
    assert [one.wanted for one in verdicts if one.outcome != RIGHT] == []
    interfaces = {row.labels["ifIndex"] for row in polled.of("interface")}
    assert [row.text("port") for row in polled.of("neighbour") if row.labels["ifIndex"] not in interfaces] == []
