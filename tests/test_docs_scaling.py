"""docs/scaling.md names what is there: settings that are taken, alerts, metrics, pages of the manual."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

import netwatch.snmp.metrics
import netwatch.traps.metrics  # noqa: F401 # their metrics are counted from here on
from netwatch.config import load_settings
from netwatch.model import shipped_directory
from netwatch.snmp.fast.endpoint import RECEIVE_BUFFER_BYTES

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")


def test_its_configuration_is_taken_and_says_what_the_page_says(tmp_path):
    (snippet,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "netwatch.yaml").write_text(
        f"devices: [{{name: sw1, address: 127.0.0.1, methods: [ping]}}]\n{snippet}"
    )

    settings = load_settings(tmp_path / "netwatch.yaml")

    assert not settings.history.enabled
    assert f"the {RECEIVE_BUFFER_BYTES >> 20} MiB it asks for" in TEXT


def test_alerts_and_metrics_that_it_names_are_there():
    rules = yaml.safe_load((shipped_directory("rules") / "netwatch.yaml").read_text())["rules"]
    names = {family.name for family in REGISTRY.collect()}

    assert {"PollsLate", "LoopLag", "TrapsLost"} <= {rule["alert"] for rule in rules} & set(re.findall(r"\w+", TEXT))
    assert set(re.findall(r"`(netwatch_\w+)`", TEXT)) <= names
    assert "LimitNOFILE=16384" in (ROOT / "systemd" / "netwatch.service").read_text()
    assert "ReceiveBuffer=16M" in (ROOT / "systemd" / "netwatch.socket").read_text()


@pytest.mark.parametrize("target", re.findall(r"\]\(([\w-]+\.md)", TEXT))
def test_every_link_leads_to_a_page(target):
    assert (ROOT / "docs" / target).is_file()
