"""netwatch discover --found: what the agent's own sweeps found, and the way from there into the configuration."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from netwatch.config import load_settings
from netwatch.discovery import Findings
from netwatch.discovery.findings import write_findings
from netwatch.discovery.taken import write_taken
from netwatch.model import DiscoveredDevice

from ..conftest import NASTY, OBEYED

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def found(name, address, **more):
    return DiscoveredDevice(
        name=name, address=address, credential="main", sys_name=name, first_seen=NOW, last_seen=NOW, **more
    )


@pytest.fixture
def swept(tmp_path):
    """A configuration beside which sweeps took one device, and left one that calls itself nasty things."""
    path = tmp_path / "netwatch.yaml"
    path.write_text("""\
credentials: {main: {version: 2c, community: "${file:community}"}}
defaults: {credential: main}
devices:
  - {name: core, address: 192.0.2.1}
store: {url: "sqlite:///netwatch.db"}
""")
    (tmp_path / "community").write_text("public\n")
    write_taken(tmp_path / "netwatch-discovered.yaml", [{"name": "sw1", "address": "192.0.2.2"}])
    devices = (found("sw1", "192.0.2.2", taken_at=NOW), found("sw2", "192.0.2.3", sys_descr=NASTY))
    write_findings(tmp_path / "netwatch-found.json", Findings(ended_at=NOW, devices=devices))
    return path


def test_what_was_found_is_listed_and_what_would_be_added_is_shown(netwatch, swept):
    before = swept.read_text()

    shown = netwatch("discover", "-c", swept, "--found")

    assert shown.exit_code == 0, shown.output
    assert "taken" in shown.stdout
    assert "+  - {name: sw1, address: 192.0.2.2}\n+  - {name: sw2, address: 192.0.2.3}\n" in shown.stdout
    assert [c for c in OBEYED if c in shown.output] == []
    assert swept.read_text() == before


def test_programs_get_it_as_json(netwatch, swept):
    rows = json.loads(netwatch("discover", "-c", swept, "--found", "--json").stdout)

    assert [(one["device"], one["state"], one["taken_at"]) for one in rows] == [
        ("sw1", "taken", "2026-11-30T12:00:00.000Z"),
        ("sw2", "waiting", None),
    ]


def test_with_write_all_of_it_moves_into_the_configuration_which_wins_from_then_on(netwatch, swept):
    assert netwatch("discover", "-c", swept, "--found", "--write").exit_code == 0

    settings = load_settings(swept)
    assert [one.name for one in settings.devices] == ["core", "sw1", "sw2"]
    assert settings.origins == {}


def test_where_an_entry_stands_is_named_by_devices_and_check(netwatch, swept, tmp_path):
    origin = str(tmp_path / "netwatch-discovered.yaml")

    rows = json.loads(netwatch("devices", "-c", swept, "--json").stdout)
    assert [(one["device"], one["origin"]) for one in rows] == [("core", str(swept)), ("sw1", origin)]
    assert f"1 of them stand in {origin}" in netwatch("devices", "-c", swept).stdout
    assert f"(1 device of them from {origin})" in netwatch("check", "-c", swept).stdout
