"""What the files of a configuration define is read as a whole, or said to be wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from netwatch.app.definitions import read_definitions
from netwatch.config import load_settings
from netwatch.errors import ConfigError
from netwatch.model import InvalidFile

CONFIG = """
credentials:
  lab: {version: 2c, community: public}
devices:
  - {name: sw1, address: 192.0.2.1, credential: lab}
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "netwatch.yaml"
    path.write_text(CONFIG)
    return path


def test_devices_rules_and_profiles_come_together_and_every_rule_is_adapted(config):
    definitions = read_definitions(load_settings(config), lambda rule: replace(rule, hold_for=timedelta(seconds=7)))

    assert [device.name for device in definitions.devices] == ["sw1"]
    assert {rule.hold_for for rule in definitions.rules} == {timedelta(seconds=7)}
    assert {rule.table for rule in definitions.rules} <= set(definitions.library.schema())
    assert definitions.trap_rules


@pytest.mark.parametrize(("text", "said"), [
    ("limits: [{match: ['device=\"sw1\"'], ifHighSped: 100}]", "limits[0].ifHighSped: there is no column ifHighSped"),
    ("ignore: [{match: ['device=\"sw1\"'], rules: [InterfaceDwn]}]", "ignore[0].rules[0]: there is no rule"),
    ("ignore: [{match: ['sit=\"hq\"']}]", "ignore[0].match[0]: no device and no table has a label sit"),
])  # fmt: skip
def test_limits_and_ignore_that_name_what_there_is_not_are_refused_at_the_start(config, text, said):
    config.write_text(CONFIG + text + "\n")

    with pytest.raises(ConfigError) as refused:
        read_definitions(load_settings(config), lambda rule: rule)

    assert said in str(refused.value)
    assert "`netwatch check` says in which line" in str(refused.value)


def test_a_profile_with_an_error_is_refused_by_file_and_line(config, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("metrics:\n  - symbol: {OID: 1.3.x, name: n}\n")
    config.write_text(CONFIG + f"profiles: {{paths: ['{broken}']}}\n")

    with pytest.raises(InvalidFile, match=r"broken\.yaml:2:\d+"):
        read_definitions(load_settings(config), lambda rule: rule)
