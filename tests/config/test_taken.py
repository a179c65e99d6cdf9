"""Devices taken by themselves are read as if they stood in the configuration, which wins."""

from __future__ import annotations

import pytest

from netwatch.config import devices, load, load_inventory, load_settings

CONFIG = """\
credentials: {main: {version: 2c, community: "${env:COMMUNITY}"}}
defaults: {credential: main}
devices:
  - {name: core, address: 192.0.2.1, accept_from: [192.0.2.11]}
store: {url: "sqlite:///state/nw.db"}
"""


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write the configuration and what was taken; return the path of the configuration."""
    monkeypatch.setenv("COMMUNITY", "s3cret")

    def write(taken, config=CONFIG):
        (tmp_path / "state").mkdir(exist_ok=True)
        (tmp_path / "state" / "nw-discovered.yaml").write_text(taken)
        (tmp_path / "netwatch.yaml").write_text(config)
        return tmp_path / "netwatch.yaml"

    return write


@pytest.mark.parametrize("load", [load_settings, load_inventory])
def test_a_device_that_was_taken_is_a_device_with_its_origin_named(written, tmp_path, load):
    settings = load(written("devices:\n  - {name: sw1, address: 192.0.2.2, labels: {site: hq}}\n"))

    assert [(one.name, one.credential.name) for one in devices(settings)] == [("core", "main"), ("sw1", "main")]
    assert settings.origins == {"sw1": str(tmp_path / "state" / "nw-discovered.yaml")}


@pytest.mark.parametrize(
    "entry",
    [
        "{name: core, address: 192.0.2.7}",
        "{name: other, address: 192.0.2.1}",
        "{name: other, address: 192.0.2.11}",
    ],
)
def test_what_the_configuration_has_by_name_or_address_is_not_there_twice(written, entry):
    path = written(f"devices:\n  - {entry}\n  - {entry}\n")

    assert [one.name for one in devices(load_settings(path))] == ["core"]
    assert [problem for problem in load(path).problems if "discovered" in problem.file] == []


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ("devices: [", "no device of it is watched"),
        (
            "devices:\n  - {name: sw1, address: 192.0.2.2, credential: x}\n",
            "there is no credential 'x' any more",
        ),
        ("devices:\n  - {name: sw1, address: 192.0.2.2, colour: red}\n", "sw1 is not watched"),
        ("devices:\n  - {name: sw1}\n", "sw1 is not watched"),
        ("devices:\n  - {name: [1], address: {a: b}}\n", "is not watched"),
    ],
)
def test_what_is_wrong_in_it_is_a_warning_that_names_the_file_and_keeps_no_agent_from_its_start(written, taken, said):
    path = written(taken)

    assert [one.name for one in devices(load_settings(path))] == ["core"]
    (warning,) = [problem for problem in load(path).problems if problem.file.endswith("nw-discovered.yaml")]
    assert warning.severity == "warning"
    assert said in warning.message


def test_a_secret_is_not_filled_into_what_a_device_calls_itself(written):
    path = written('devices:\n  - {name: "$${env:COMMUNITY}", address: 192.0.2.2}\n')

    assert [one.name for one in devices(load_settings(path))] == ["core", "${env:COMMUNITY}"]


def test_devices_of_the_configuration_may_depend_on_one_that_was_taken(written):
    config = CONFIG.replace("192.0.2.11]", "192.0.2.11], depends_on: [sw1]")

    path = written("devices:\n  - {name: sw1, address: 192.0.2.2}\n", config)

    assert devices(load_settings(path))[0].depends_on == ("sw1",)


def test_without_a_device_of_its_own_the_configuration_has_those_that_were_taken(written):
    config = CONFIG.replace("devices:\n  - {name: core, address: 192.0.2.1, accept_from: [192.0.2.11]}\n", "")

    settings = load_settings(written("devices:\n  - {name: sw1, address: 192.0.2.2}\n", config))

    assert [one.name for one in settings.devices] == ["sw1"]
