"""docs/adding-a-device.md says what is so: who does as it says has a device's temperatures."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from netwatch.cli import app
from netwatch.model import Credential, Oid, Tag
from netwatch.simulator import SimulatedDevice, SimulatedNetwork

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "adding-a-device.md").read_text(encoding="utf-8")
PROBES = Oid.parse("1.3.6.1.4.1.32473.9.1.1")
CONFIG = """credentials: {campus: {version: 2c, community: public}}
defaults: {credential: campus}
devices: [{name: core-sw1, address: 127.0.0.1, port: PORT}]
"""


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


COMMANDS = [line for text in fenced("sh") for line in text.splitlines()]


@pytest.fixture(scope="module")
def probe() -> Iterator[SimulatedDevice]:
    """The device of the example."""
    device = SimulatedDevice("probe-of-acme", Credential(name="campus", version="2c", community=SecretStr("public")))
    for row, (name, tenths, status) in enumerate([(b"Inlet", 235, 1), (b"", 712, 2)], 1):
        device.tree.put(PROBES.child(2, row), Tag.OCTET_STRING, name)
        device.tree.put(PROBES.child(3, row), Tag.INTEGER, tenths)
        device.tree.put(PROBES.child(4, row), Tag.INTEGER, status)
    with SimulatedNetwork([device]).run_in_thread():
        yield device


@pytest.fixture(scope="module")
def said(probe: SimulatedDevice, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Do all that the page says, in its order, in an empty folder; return what each command said."""
    folder = tmp_path_factory.mktemp("stranger")
    for path, text in (("mibs/PROBE-MIB", fenced("asn1")[0]), ("profiles/probe.yaml", fenced("yaml")[0])):
        (folder / path).parent.mkdir()
        (folder / path).write_text(text)
    (folder / "netwatch.yaml").write_text(CONFIG.replace("PORT", str(probe.port)) + fenced("yaml")[1])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("NETWATCH_CONFIG", raising=False)
        return {line: run(line, probe.port) for line in COMMANDS}


def run(line: str, port: int) -> Result:
    program, *words = shlex.split(line)
    assert program == "netwatch"
    here = {"192.0.2.1": f"127.0.0.1:{port}", "/etc/netwatch/netwatch.yaml": "netwatch.yaml"}
    return CliRunner().invoke(app, [here.get(word, word) for word in words], env={"COLUMNS": "200"})


def of(said: dict[str, Result], command: str) -> str:
    (found,) = [result.output for line, result in said.items() if line.startswith(f"netwatch {command}")]
    return found


def test_every_command_does_what_it_is_said_to_do(said):
    codes = {line: result.exit_code for line, result in said.items()}

    nobody = "netwatch profiles why probe.snmprec 1.3.6.1.4.1.32473.9.1.1.3"
    assert codes == {line: 1 if line == nobody else 0 for line in COMMANDS}, {
        line: result.output for line, result in said.items() if result.exit_code
    }


def test_the_capture_is_looked_at_and_the_object_has_a_name_and_no_reader(said):
    assert "Look it over" in of(said, "support")
    assert "profile generic" in of(said, "profiles show")
    assert "probeTenths" in of(said, "mib tree")
    assert "PROBE-MIB::probeTenths" in of(said, "translate")
    nobody = of(said, "profiles why probe.snmprec")
    assert "nobody reads it" in nobody
    assert "no profile names 1.3.6.1.4.1.32473.9.1.1.3" in nobody


def test_the_trial_shows_the_new_rows_with_units_and_states_and_what_they_add(said):
    told = of(said, "profiles try")

    assert "nothing is wrong with it" in told
    assert re.search(r"probeTable .* 2\n", told)
    assert re.search(r"sensor +\S +0 +\S +2 +\S +2 +\S +0 +\S +0", told)
    assert re.search(r"Inlet.*23\.5", told)
    assert re.search(r"Probe 2.*71\.2", told)
    assert "critical" in told


def test_in_the_end_the_device_has_its_temperatures_and_the_file_says_why(said):
    assert re.search(r"Inlet.*23\.5", of(said, "poll"))
    assert "profiles/probe.yaml" in of(said, "profiles list")
    why = of(said, "profiles why -c")
    assert "read as probeTable.probeTenths of" in why
    assert "into sensor.sensor_value by" in why


def test_every_fence_is_of_a_kind_that_is_run_and_every_link_leads_somewhere():
    assert set(re.findall(r"^```(\w*)$", TEXT, re.MULTILINE)) - {""} == {"sh", "yaml", "asn1"}
    for target in re.findall(r"\]\(([^)#]+)", TEXT):
        assert (Path(__file__).resolve().parents[1] / "docs" / target).is_file()
