"""devices: what is configured, and with a running agent how it is."""

from __future__ import annotations

import json
import time

from netwatch.cli.look.devices import device_row
from netwatch.model import Credential, Device
from tests.patience import PATIENCE_SECONDS

from ..conftest import COMMUNITY


def rows(result) -> dict[str, dict[str, object]]:
    assert result.exit_code == 0
    return {str(row["device"]): row for row in json.loads(result.stdout)}


def test_without_an_agent_the_configured_devices_are_listed_and_that_is_said(netwatch, config):
    found = netwatch("devices", "-c", config, "--json")

    assert found.stderr.startswith("netwatch: no agent answers at http://127.0.0.1:")
    assert "so this is what the configuration says" in found.stderr
    assert [(name, row["state"], row["credential"]) for name, row in rows(found).items()] == [
        ("nasty", None, "usual"), ("gone", None, "usual"),
    ]  # fmt: skip
    assert COMMUNITY not in found.output


def test_the_agent_says_who_is_up_and_when_it_was_asked(netwatch, agent):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = netwatch("devices", "-c", agent, "--json")
        nasty, gone = rows(found)["nasty"], rows(found)["gone"]
        if nasty["last_polled_at"] and gone["state"] != "not asked yet":
            break
        assert time.monotonic() < deadline

    assert found.stderr == ""
    assert (nasty["state"], gone["state"]) == ("up", "down")
    assert "no answer" in str(gone["trouble"])


def test_a_device_the_agent_has_not_read_yet_is_said_to_be_none_of_its_own(netwatch, agent):
    written = agent.read_text().replace("- {name: gone,", "- {name: fresh, address: 192.0.2.9}\n  - {name: gone,")
    agent.write_text(written)

    assert rows(netwatch("devices", "-c", agent, "--json"))["fresh"]["state"] == "not loaded"


def test_people_get_a_table(netwatch, config):
    found = netwatch("devices", "-c", config)

    assert found.exit_code == 0
    for word in ("Devices", "state", "nasty", "127.0.0.1 port 9", "usual"):
        assert word in found.stdout


def test_what_an_agent_knows_of_a_device_is_listed_with_its_model_version_and_serial():
    device = Device(name="sw1", address="192.0.2.1", credential=Credential(name="c", version="2c"))
    told = {
        "identity_vendor": "Cisco",
        "identity_model": "C9300",
        "identity_version": "17.9",
        "identity_serial": "F1",
    }

    known, unknown = device_row(device, {"sw1": told}), device_row(device, {})

    assert {name: known[name] for name in told} == told
    assert known["version"] == "2c"  # of SNMP
    assert [unknown[name] for name in told] == [None] * 4
