"""profiles: which file knows what, what of it a device has, and why something is read or not."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from netwatch.cli.agent import Agent
from netwatch.config import load_settings
from tests.patience import PATIENCE_SECONDS

from ..conftest import NASTY, OBEYED

LOAD = "1.3.6.1.2.1.25.3.3.1.2"
OURS = "1.3.6.1.4.1.32473.77.1"
PROFILE = f"""metrics:
  - table: {{OID: {OURS}, name: oursTable}}
    symbols: [{{OID: {OURS}.1.2, name: oursVolts, kind: gauge}}]
    concepts:
      - {{concept: sensor, sensor: "Rail {{index}}", quantity: volts, where: oursVolts > 0,
         sensor_value: oursVolts / 10}}
"""
CAPTURE = f"""1.3.6.1.2.1.1.1.0|4|{NASTY.encode("unicode_escape").decode()}
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.32473.1
1.3.6.1.2.1.1.3.0|67|100
1.3.6.1.2.1.1.5.0|4x|{NASTY.encode().hex()}
{LOAD}.1|2|12
{OURS}.1.2.1|66|50
{OURS}.1.2.2|66|120
"""


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "capture.snmprec"
    path.write_text(CAPTURE)
    return path


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "ours.yaml"
    path.write_text(PROFILE)
    return path


@pytest.fixture
def with_profile(tmp_path: Path, profile: Path) -> Path:
    path = tmp_path / "netwatch.yaml"
    path.write_text(f"profiles: {{paths: [{profile.name}]}}\n")
    return path


def test_every_profile_is_listed_with_its_file_and_what_it_knows(netwatch, profile, with_profile):
    rows = json.loads(netwatch("profiles", "list", "-c", with_profile, "--json").stdout)

    by_name = {row["profile"]: row for row in rows}
    mine = by_name["ours"]
    assert (mine["tables"], mine["concepts"], mine["shipped"]) == (1, ["sensor"], False)
    assert mine["file"] == str(profile)
    shipped = by_name["host-resources"]
    assert (shipped["shipped"], shipped["file"]) == (True, "standard/host-resources.yaml")
    assert by_name["cisco"]["vendor"] == "cisco"
    assert len(rows) > 30


def test_what_a_capture_has_is_shown_with_the_files_that_know_it(netwatch, capture, with_profile):
    result = netwatch("profiles", "show", capture, "-c", with_profile, "--json")

    told = json.loads(result.stdout)
    assert (result.exit_code, told["profile"]) == (0, "generic")
    tables = {row["table"]: row for row in told["tables"]}
    assert tables["hrProcessorTable"] == {
        "table": "hrProcessorTable", "oid": "1.3.6.1.2.1.25.3.3", "rows": 1, "files": "standard/host-resources.yaml",
    }  # fmt: skip
    assert tables["oursTable"]["rows"] == 2
    cpu = [row for row in told["concepts"] if row["concept"] == "cpu"]
    assert [(row["table"], row["file"].partition(":")[0]) for row in cpu] == [
        ("hrProcessorTable", "standard/host-resources.yaml")
    ]


def test_nothing_that_a_capture_says_is_obeyed_by_a_terminal(netwatch, capture):
    for command in (["show", capture], ["why", capture, LOAD]):
        output = netwatch("profiles", *command).stdout
        assert [one for one in OBEYED if one in output] == []


def test_why_says_into_what_an_object_goes_and_which_line_says_so(netwatch, capture, profile, with_profile):
    result = netwatch("profiles", "why", capture, f"{OURS}.1.2.1", "-c", with_profile, "--json")

    (use,) = [use for use in json.loads(result.stdout)["read"] if use["into"] == "sensor_value"]
    assert result.exit_code == 0
    assert use == {
        "table": "oursTable", "column": "oursVolts", "files": str(profile), "concept": "sensor",
        "into": "sensor_value", "place": f"{profile}:5", "where": "oursVolts > 0",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("oid", "because"),
    [
        (f"{OURS}.1.2.1", f"no profile names {OURS}.1.2.1"),
        ("1.3.6.1.2.1.25.3.3.1.1", "hrProcessorTable of standard/host-resources.yaml has others of its table"),
        ("1.3.6.1.4.1.9.9.109.1.1.1.1.5", "is asked of devices of enterprise 9, and this one is of 32473"),
        ("1.3.6.1.2.1.15.3.1.2", "the capture holds nothing at 1.3.6.1.2.1.15.3.1.2"),
        ("1.3.6.1.2.1.15.3.1.2", "was asked for, and the device has no row of it"),
    ],
)
def test_why_says_what_is_missing_where_nobody_reads_an_object(netwatch, capture, oid, because):
    result = netwatch("profiles", "why", capture, oid)

    assert result.exit_code == 1
    assert "nobody reads it" in result.stdout
    assert because in result.stdout


def test_a_file_that_is_no_capture_and_a_device_nobody_knows_end_with_2(netwatch, tmp_path, config):
    file = tmp_path / "no.snmprec"
    file.write_text("hello\n")

    nothing, stranger = netwatch("profiles", "show", file), netwatch("profiles", "show", "nobody", "-c", config)

    assert (nothing.exit_code, stranger.exit_code) == (2, 2)
    assert "none of its lines is OID|tag|value: no.snmprec:1" in nothing.stderr
    assert "no device named 'nobody'" in stranger.stderr


@pytest.mark.parametrize("name", ["typo.snmprec", "captures/switch"])
def test_a_capture_that_is_not_there_is_said_whether_or_not_there_is_a_configuration(netwatch, tmp_path, name):
    missing = str(tmp_path / name)

    result = netwatch("profiles", "show", missing)

    assert result.exit_code == 2
    assert f"{missing}: no such file" in result.stderr.replace("\n", " ")


def test_a_device_is_asked_now_or_remembered_by_the_agent_and_where_neither_is_so_that_is_said(netwatch, config):
    never = netwatch("profiles", "show", "nasty", "-c", config)
    now = netwatch("profiles", "show", "nasty", "-c", config, "--ask", "--json")

    assert never.exit_code == 1
    assert "--ask asks it now" in never.stderr
    tables = {row["table"]: row["rows"] for row in json.loads(now.stdout)["tables"]}
    assert tables["ifTable"] == 2


def test_what_a_running_agent_remembers_is_shown_without_asking(netwatch, agent):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (result := netwatch("profiles", "show", "nasty", "-c", agent, "--json")).exit_code:
        assert time.monotonic() < deadline, result.stderr
    told = json.loads(result.stdout)

    assert Agent(load_settings(agent)).url  # it is the one that was asked before
    assert {"table": "hrProcessorTable", "oid": "1.3.6.1.2.1.25.3.3", "rows": None,
            "files": "standard/host-resources.yaml"} in told["tables"]  # fmt: skip
    assert told["profile"] == "generic"


def test_a_trial_shows_what_a_profile_adds_and_its_rows(netwatch, capture, profile):
    result = netwatch("profiles", "try", profile, capture)

    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.replace("│", " ").splitlines()]
    assert ["oursTable", OURS, "2"] in lines
    assert ["sensor", "0", "2", "2", "0", "0"] in lines
    assert ["Rail", "1", "5", "V"] in lines or ["Rail", "1", "5.0", "V"] in lines


def test_a_trial_says_why_a_table_is_not_there(netwatch, capture, profile):
    profile.write_text(PROFILE.replace("32473", "32474"))

    result = netwatch("profiles", "try", profile, capture)

    assert "not there" in result.stdout
    assert "is asked of devices of enterprise 32474, and this one is of 32473" in result.stdout
    assert "What it adds: nothing" in result.stdout


def test_a_profile_with_errors_is_not_tried_and_the_errors_are_said(netwatch, capture, profile):
    profile.write_text(PROFILE.replace("quantity: volts", "quantity: bananas"))

    result = netwatch("profiles", "try", profile, capture)

    assert result.exit_code == 1
    assert f"{profile}:5:" in result.stdout
    assert "bananas" in result.stdout
