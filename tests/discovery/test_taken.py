"""The file of devices that were taken by themselves."""

from __future__ import annotations

import pytest

from netwatch.discovery import read_taken
from netwatch.discovery.taken import entry_text, write_taken
from netwatch.errors import ConfigError

ENTRIES = [
    {"name": "sw1", "address": "192.0.2.1", "labels": {"site": "hq", "floor": "2"}},
    {"name": "no: ${env:HOME} \x41", "address": "2001:db8::1", "credential": "core", "accept_from": ["2001:db8::2"]},
]


def test_what_is_written_is_read_again_and_a_reference_to_a_secret_is_a_text(tmp_path):
    path = tmp_path / "netwatch-discovered.yaml"

    write_taken(path, ENTRIES)

    assert read_taken(path) == ENTRIES
    assert path.stat().st_mode & 0o777 == 0o600
    write_taken(path, [])
    assert not path.exists()
    assert read_taken(path) == []


def test_an_entry_leaves_out_what_is_empty():
    assert entry_text({"name": "sw1", "address": "192.0.2.1", "credential": "", "labels": {}}) == (
        "{name: sw1, address: 192.0.2.1}"
    )


@pytest.mark.parametrize("text", ["devices: 1", "devices: [1]", "devices: {a: b}", "a: [", "\x00"])
def test_a_file_that_is_none_says_which(tmp_path, text):
    path = tmp_path / "netwatch-discovered.yaml"
    path.write_text(text)

    with pytest.raises(ConfigError, match=r"netwatch-discovered\.yaml"):
        read_taken(path)


@pytest.mark.parametrize("text", ["", "# nothing\n", "devices:\n", "other: 1\n"])
def test_a_file_without_devices_is_none(tmp_path, text):
    (tmp_path / "f.yaml").write_text(text)

    assert read_taken(tmp_path / "f.yaml") == []
