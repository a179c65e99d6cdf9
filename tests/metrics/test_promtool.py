"""The real promtool reads /metrics."""

from __future__ import annotations

import asyncio
import importlib
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

import netwatch
from netwatch.metrics import Board, Exposition
from netwatch.metrics.concept_families import family_name
from netwatch.model import CONCEPTS, QUANTITIES
from tests.concept_readings import a_switch
from tests.patience import PATIENCE_SECONDS

from .tables import SCHEMA, reading_of, rows_of

MIB_NAMES = {"ifHCInOctets", "ifHighSpeed", "ifOperStatus", "sysUpTime"}
"""promtool would like snake_case and `_total`; these names are the MIB's and stay. It says 3 for that, 1 for junk."""


@pytest.fixture(scope="session")
def promtool() -> str:
    path = shutil.which("promtool")
    if path is None:
        pytest.skip("promtool is not installed (Debian package: prometheus)")
    return path


@pytest.fixture
def every_rooms_metrics() -> None:
    """Import the counters of all rooms, as a running NetWatch has."""
    for path in sorted(Path(netwatch.__file__).parent.glob("*/*metrics.py")):
        importlib.import_module(f"netwatch.{path.parent.name}.{path.stem}")


def board() -> Board:
    full = Board()
    rows = rows_of("Gi1/0/1", 'nasty "\\\n%d', ifAlias=["uplink", "\N{SNOWMAN}"])
    for device in ("sw1", "sw2"):
        columns = {"ifHCInOctets": [1, 2**64 - 1], "ifHighSpeed": [float("nan"), 0.5], "ifOperStatus": [1, None]}
        full.take_reading(reading_of(columns, rows, device=device))
        reachable = {"up": [1], "round_trip_seconds": [0.01], "uptime_seconds": [5.0]}
        full.take_reading(reading_of(reachable, device=device, table="reachability"))
    return full


async def checked(promtool: str, exposition: Exposition) -> tuple[int, list[str]]:
    """Return promtool's exit status (1: cannot be parsed, 3: not to its taste) and its remarks."""
    text = b"".join([chunk async for chunk in exposition.render().chunks])
    done = await asyncio.to_thread(
        subprocess.run, [promtool, "check", "metrics"], input=text, capture_output=True, timeout=PATIENCE_SECONDS
    )
    return done.returncode, done.stderr.decode().splitlines()


async def test_promtool_has_nothing_to_say_about_our_own_metrics(promtool, every_rooms_metrics):
    assert await checked(promtool, Exposition(Board(), SCHEMA)) == (0, [])


async def test_promtool_reads_the_whole_text_and_only_the_mibs_names_are_not_to_its_taste(
    promtool, every_rooms_metrics
):
    status, remarks = await checked(promtool, Exposition(board(), SCHEMA))

    assert status == 3, remarks
    about_others = [remark for remark in remarks if remark.split()[0] not in MIB_NAMES]
    assert about_others == []
    assert {remark.partition(" ")[2] for remark in remarks} <= {
        "metric names should be written in 'snake_case' not 'camelCase'",
        "label names should be written in 'snake_case' not 'camelCase'",
        'counter metrics should have "_total" suffix',
    }


async def test_of_concepts_only_bits_and_the_mibs_labels_are_not_to_promtools_taste(promtool, every_rooms_metrics):
    full = Board()
    for device in ("sw1", "sw2"):
        for reading in a_switch(device):
            full.take_reading(reading)

    status, remarks = await checked(promtool, Exposition(full, SCHEMA))

    assert status == 3, remarks
    assert {remark.split()[0].startswith("netwatch_interface_") for remark in remarks} == {True}
    assert {remark.partition(" ")[2] for remark in remarks} == {
        "label names should be written in 'snake_case' not 'camelCase'",
        'use base unit "bytes" instead of "bits"',
    }


def test_no_concept_has_the_name_of_a_metric_of_our_own(every_rooms_metrics):
    own = {metric.name for metric in REGISTRY.collect()}
    families = {
        family_name(column, quantity)
        for concept in CONCEPTS.values()
        for column in concept.columns
        for quantity in ("", *QUANTITIES)
    }

    assert "netwatch_polls" in own
    assert not own & families
