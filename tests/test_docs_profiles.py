"""docs/profiles.md says what is so: every profile in it is read, the first one works, and no column is missing."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.main import get_command
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.model import CONCEPTS, Credential, Device, Oid, Tag
from netwatch.polling import PollingSettings, poll_once
from netwatch.profiles import load_library
from netwatch.profiles.concepts.compiling import problems_of
from netwatch.profiles.concepts.reading import OWN_KEYS
from netwatch.profiles.indexes import SHAPES
from netwatch.profiles.tables import TABLE_KEYS
from netwatch.simulator import SimulatedDevice, SimulatedNetwork
from netwatch.snmp import Snmp

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "profiles.md").read_text(encoding="utf-8")
COMMANDS = get_command(app).commands
CONFIG = """credentials: {campus: {version: 2c, community: "${env:CAMPUS}"}}
defaults: {credential: campus}
devices: [{name: core-sw1, address: 192.0.2.1}]
"""


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def table_of(head: str) -> list[list[str]]:
    found = re.findall(r"(?:^\|.*\|\n)+", TEXT, re.MULTILINE)
    tables = [
        [
            [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in table.splitlines()
            if "---" not in line
        ]
        for table in found
    ]
    return [row for table in tables if table[0][0] == head for row in table[1:]]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


PROFILES = [text for text in fenced("yaml") if text.startswith(("metrics:", "concepts:", "extends:"))]
SETTINGS = [text for text in fenced("yaml") if text not in PROFILES]


@pytest.mark.parametrize("number", range(len(PROFILES)))
def test_every_profile_in_it_is_read_and_all_that_it_maps_is_compiled(tmp_path, number):
    (tmp_path / "mine.yaml").write_text(PROFILES[number])
    library = load_library([tmp_path])

    assert [str(problem) for problem in library.problems] == []
    mapped = [one for one in library.named("mine").concepts if one.place[0].endswith("mine.yaml")]
    assert mapped
    for one in mapped:
        assert [str(problem) for problem in problems_of(one, library.schema())] == []


def test_the_first_one_has_ten_lines_and_works(tmp_path):
    assert len(PROFILES[0].splitlines()) <= 10


async def test_the_first_one_makes_sensors_of_a_device_that_no_other_profile_knows(tmp_path):
    (tmp_path / "probe.yaml").write_text(PROFILES[0])
    credential = Credential(name="campus", version="2c", community=SecretStr("public"))
    simulated = SimulatedDevice("probe1", credential)
    table = Oid.parse("1.3.6.1.4.1.32473.9.1.1")
    for row, (name, tenths, status) in enumerate([(b"Inlet", 235, 1), (b"", 712, 2)], 1):
        simulated.tree.put(table.child(2, row), Tag.OCTET_STRING, name)
        simulated.tree.put(table.child(3, row), Tag.INTEGER, tenths)
        simulated.tree.put(table.child(4, row), Tag.INTEGER, status)
    network, client = SimulatedNetwork([simulated]), Snmp(PollingSettings())
    await network.start()
    await client.start()
    try:
        device = Device(name="probe1", address=simulated.address, port=simulated.port, credential=credential)
        _, readings = await poll_once(device, load_library([tmp_path]), client)
    finally:
        await client.stop()
        await network.stop()

    (sensors,) = [reading for reading in readings if reading.table == "sensor"]
    assert sensors.rows.labels["sensor"] == ("Inlet", "Probe 2")
    assert sensors.rows.labels["quantity"] == ("celsius", "celsius")
    assert list(sensors.columns["sensor_value"]) == [23.5, 71.2]
    assert list(sensors.columns["sensor_high_critical"]) == [70.0, 70.0]
    assert list(sensors.columns["sensor_state"]) == [1, 3]


def test_every_piece_of_configuration_in_it_passes_the_check(tmp_path):
    assert SETTINGS
    (tmp_path / "profiles").mkdir()
    for text in SETTINGS:
        config = tmp_path / "netwatch.yaml"
        config.write_text(CONFIG + text)
        checked = CliRunner().invoke(app, ["check", "-c", str(config)], env={"CAMPUS": "x"})
        assert checked.exit_code == 0, checked.output


def test_every_command_in_it_exists():
    lines = [line for text in fenced("sh") for line in text.splitlines()]
    typed = [*lines, *re.findall(r"`(netwatch [^`]*)`", re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL))]
    for line in typed:
        program, command, *_ = shlex.split(line)
        assert (program, command in COMMANDS) == ("netwatch", True), line


def test_every_concept_stands_in_it_with_its_labels_and_columns():
    told = {
        code(row[0])[0]: (tuple(code(row[1])), tuple(code(row[2])), "fact" in row[0]) for row in table_of("concept")
    }

    assert told == {
        concept.name: (concept.labels, tuple(concept.columns), concept.is_fact) for concept in CONCEPTS.values()
    }


def test_every_word_that_a_label_or_state_knows_stands_in_it():
    told = {code(row[0])[0]: code(row[1]) for row in table_of("column or label")}

    known = {name: list(words) for concept in CONCEPTS.values() for name, words in concept.words.items()}
    known |= {name: list(words.values()) for concept in CONCEPTS.values() for name, words in concept.enums.items()}
    assert told == known


def test_every_key_of_a_concept_is_explained_and_none_is_made_up():
    assert {code(row[0])[0] for row in table_of("key of `concepts`")} == OWN_KEYS


def test_no_key_of_a_table_is_made_up_and_every_part_of_an_index_is_named():
    told = {code(row[0])[0]: row[1] for row in table_of("key beside `table`")}

    assert told.keys() <= TABLE_KEYS
    assert set(code(told["index"])) == set(SHAPES) - {"number"}


def test_every_fence_is_of_a_kind_that_is_checked():
    assert set(re.findall(r"^```(\w*)$", TEXT, re.MULTILINE)) - {""} == {"sh", "yaml"}
