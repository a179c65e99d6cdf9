"""check knows what limits, ignore and devices may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwatch.config import check

CONFIG = """credentials: {campus: {version: 2c, community: "${env:C}"}}
devices: [{name: core1, address: 192.0.2.1, credential: campus, labels: {site: hq}}]
rules: {paths: [builtin, rules.yaml]}
"""
RULES = """rules:
  - {alert: Mine, expr: "hrProcessorLoad > limit('cpu_high', 70)"}
"""


def problems(folder: Path, config: str, rules: str = RULES) -> list[str]:
    path = folder / "netwatch.yaml"
    path.write_text(CONFIG + config)
    (folder / "rules.yaml").write_text(rules)
    found = [str(one).replace(f"{folder}/", "") for one in check(path)]
    return [one for one in found if "nobody is mailed" not in one and "community" not in one]


@pytest.fixture(autouse=True)
def _secret(monkeypatch):
    monkeypatch.setenv("C", "something")


WRONG = """limits:
  - {match: ['device="core1"'], ifHighSped: 7}
  - {match: ['device="core1"'], ifHCInOctets: 7}
  - {match: ['device="core1"']}
ignore:
  - {match: ['sit="hq"']}
  - {match: ['site="hq"'], rules: [Mne]}
roles:
  - {match: ['ifNam="Gi1"'], role: uplink}
"""


def test_what_is_not_there_is_told_with_its_place(tmp_path):
    assert problems(tmp_path, WRONG) == [
        "netwatch.yaml:5:33: limits[0].ifHighSped: there is no column ifHighSped, and no rule asks for "
        "limit('ifHighSped', ..); did you mean \"ifHighSpeed\"?",
        "netwatch.yaml:6:33: limits[1].ifHCInOctets: ifHCInOctets is a counter64; only numbers that stand as they "
        "are can be set",
        "netwatch.yaml:7:5: limits[2]: sets no column",
        "netwatch.yaml:10:36: ignore[1].rules[0]: there is no rule 'Mne'; did you mean \"Mine\"?",
        'netwatch.yaml:9:14: ignore[0].match[0]: no device and no table has a label sit; did you mean "site"?',
        'netwatch.yaml:12:14: roles[0].match[0]: no device and no table has a label ifNam; did you mean "ifName"?',
    ]


RIGHT = """limits:
  - {match: ['site="hq"', 'ifName="Gi1"'], ifHighSpeed: 200, comment: bought}
  - {match: ['device="core1"'], cpu_high: 90}
ignore:
  - {match: ['device="core1"', 'ifName=~"Gi.*"'], rules: [Mine, InterfaceErrors]}
"""
MEANT = """
  - {alert: A, expr: hrProcessorLoad > 1, devices: ['site="lab"']}
  - {alert: B, expr: hrProcessorLoad > 1, devices: ['sit="hq"']}
  - {alert: C, expr: hrProcessorLoad > 1, devices: ['vendor="x"', 'site="hq"']}
  - {alert: D, expr: hrProcessorLoad > 1, devices: ['name="sw1"']}
"""


def test_what_is_there_passes_and_a_rule_that_no_configured_device_can_meet_is_warned_of(tmp_path):
    assert problems(tmp_path, RIGHT, RULES + MEANT) == [
        "rules.yaml:4:1: warning: devices: A: no configured device meets `devices`",
        "rules.yaml:5:1: warning: devices: B: no configured device meets `devices`; none has a label sit; "
        'did you mean "site"?',
        "rules.yaml:7:1: warning: devices: D: no configured device meets `devices`; none has a label name; "
        'the name of a device is asked for as "device"',
    ]
