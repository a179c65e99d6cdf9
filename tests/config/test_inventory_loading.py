"""What is needed to ask a device is read without the rest, and says no less when it is wrong."""

from __future__ import annotations

import pytest

from netwatch.config import devices, load_inventory, load_settings
from netwatch.model import InvalidFile

GOOD = """
credentials: {usual: {version: 2c, community: "${env:COMMUNITY}"}}
defaults: {credential: usual, port: 1161}
devices:
  - {name: core, address: 192.0.2.1, labels: {site: hq}}
  - {name: edge, address: 192.0.2.2, port: 161, timeout: 5s}
polling: {timeout: 3s}
mibs: {paths: [mibs]}
"""
ENVIRONMENT = {"COMMUNITY": "s3cret"}


@pytest.fixture
def write(tmp_path):
    def written(text):
        path = tmp_path / "netwatch.yaml"
        path.write_text(text)
        return path

    return written


def test_the_devices_are_those_of_the_whole_configuration(write, tmp_path, monkeypatch):
    monkeypatch.setenv("COMMUNITY", "s3cret")
    path = write(GOOD)

    found, whole = load_inventory(path), load_settings(path)

    assert devices(found) == devices(whole)
    assert found.mib_paths() == whole.mib_paths() == [tmp_path / "mibs"]


@pytest.mark.parametrize(
    "elsewhere",
    ['smtp: {relays: [{host: "${env:NOT_SET_HERE}"}]}', "rules: {paths: [no/such/file.yaml]}", "pollling: {}"],
)
def test_what_is_wrong_elsewhere_in_the_file_is_no_matter(write, elsewhere):
    found = load_inventory(write(f"{GOOD}{elsewhere}\n"), ENVIRONMENT)

    assert [device.name for device in devices(found)] == ["core", "edge"]


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ("address: 192.0.2.1", "address: 192.0.2", "must be an IP address"),
        ("credential: usual", "credential: usuall", "there is no credential 'usuall'"),
        ("credential: usual, ", "", "names no credential"),
        ("name: edge", "name: core", "'core' is already the name"),
        ("${env:COMMUNITY}", "${env:NOT_SET_HERE}", "NOT_SET_HERE is not set"),
        ("timeout: 3s", "timeout: 3", "needs a unit"),
    ],
)
def test_what_is_wrong_in_these_parts_is_said_as_ever(write, monkeypatch, good, bad, words):
    monkeypatch.setenv("COMMUNITY", "s3cret")

    with pytest.raises(InvalidFile, match=words):
        load_inventory(write(GOOD.replace(good, bad)))


@pytest.mark.parametrize("text", ["- a list", "devices: [", "\tdevices: []"])
def test_a_file_that_is_no_configuration_at_all_is_refused(write, text):
    with pytest.raises(InvalidFile):
        load_inventory(write(text))


def test_an_empty_file_has_no_devices(write):
    assert devices(load_inventory(write(""))) == ()
