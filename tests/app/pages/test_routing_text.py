"""The configuration that programs written for Alertmanager are shown: the real amtool reads it and routes by it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from netwatch.app.pages.routing_text import routing_text
from netwatch.config import load_settings
from tests.patience import PATIENCE_SECONDS

TREE = """
route:
  receiver: noc
  group_wait: 10s
  routes:
    - {match: {severity: critical}, receiver: boss, continue: true, escalate: [{after: 30m, receiver: noc}]}
    - {matchers: ['site=~"lab.*"', 'alertname!="Odd \\"name\\""'], receiver: lab, mute_time_intervals: [nights]}
receivers:
  - {name: noc, email: {to: [noc@example.net]}}
  - {name: boss, email: {to: [boss@example.net]}}
  - {name: lab, email: {to: [lab@example.net]}}
inhibit_rules:
  - {source_matchers: ['alertname="DeviceDown"'], target_matchers: ['severity="warning"'], equal: [device]}
time_intervals:
  - name: nights
    time_intervals:
      - {times: [{start_time: "17:00", end_time: "24:00"}], weekdays: ["monday:friday"], days_of_month: [1, "-3:-1"]}
smtp: {from: netwatch@example.net, relays: [{host: mail.example.net, tls: none}]}
"""


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "netwatch.yaml"
    path.write_text(text)
    return routing_text(load_settings(path))


def test_no_address_and_no_secret_is_in_it(tmp_path):
    text = written(tmp_path, TREE)

    assert "@" not in text
    assert "mail.example.net" not in text


def test_without_receivers_there_is_none(tmp_path):
    assert written(tmp_path, "") == ""


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        (["severity=critical"], "boss"),
        (["severity=critical", "site=lab2"], "boss,lab"),
        (["site=lab2", r'alertname="Odd \"name\""'], "noc"),
        (["site=hq"], "noc"),
    ],
)
def test_amtool_takes_it_and_routes_by_it(tmp_path, labels, receivers):
    amtool = shutil.which("amtool")
    if amtool is None:
        pytest.skip("amtool is not installed (Debian package: prometheus-alertmanager)")
    file = tmp_path / "alertmanager.yml"
    file.write_text(written(tmp_path, TREE))

    checked = subprocess.run([amtool, "check-config", file], capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    routed = subprocess.run(
        [amtool, "config", "routes", "test", f"--config.file={file}", *labels],
        capture_output=True, text=True, timeout=PATIENCE_SECONDS,
    )  # fmt: skip

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert routed.stdout.strip() == receivers
