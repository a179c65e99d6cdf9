"""`netwatch import` prints what can be carried over, names and counts the rest, and says so by its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from netwatch.cli import app

RULES = """
groups:
- name: g
  rules:
  - {alert: Down, expr: 'up{job="snmp"} == 0', for: 5m}
  - {alert: Top, expr: 'topk(5, up) == 0'}
"""
GENERATOR = """
modules:
  good: {walk: [sysUpTime]}
  half: {walk: [sysUpTime, nobodyKnowsThis]}
"""


def carried(tmp_path: Path, what: str, *texts: str) -> Result:
    files = []
    for number, text in enumerate(texts):
        files.append(tmp_path / f"{number}.yml")
        files[-1].write_text(text)
    return CliRunner().invoke(app, ["import", what, *map(str, files)])


def test_rules_of_several_files_go_to_stdout_as_one_and_what_is_left_to_stderr(tmp_path):
    done = carried(tmp_path, "prometheus-rules", RULES, "groups: [{rules: [{alert: Up, expr: 'up == 1'}]}]")

    assert done.exit_code == 1
    assert [rule["expr"] for rule in yaml.safe_load(done.stdout)["rules"]] == ["up == 0", "up == 1"]
    assert "0.yml:6:24: groups[0].rules[1].expr: Top: there is no counterpart of topk()" in done.stderr
    assert "2 of 3 alerts are carried over" in done.stderr


@pytest.mark.parametrize(
    ("what", "whole", "sum_up"),
    [
        ("prometheus-rules", RULES.replace("topk(5, up)", "up"), "2 of 2 alerts are carried over"),
        ("alertmanager", "{route: {receiver: a}, receivers: [{name: a, email_configs: [{to: a@example.net}]}]}",
         "1 routes, 1 receivers carried over; 0 things are left for you"),
        ("generator", "modules: {good: {walk: [sysUpTime]}}", "1 modules with 1 metrics; 0 things are left out"),
    ],
)  # fmt: skip
def test_where_nothing_is_left_the_exit_code_is_none(tmp_path, what, whole, sum_up):
    done = carried(tmp_path, what, whole)

    assert (done.exit_code, done.stderr.splitlines()[-1]) == (0, sum_up)


def test_what_no_mib_module_names_is_said_and_summed_up_and_is_an_exit_code(tmp_path):
    done = carried(tmp_path, "generator", GENERATOR)

    assert done.exit_code == 1
    assert "nobodyKnowsThis" in done.stderr
    assert done.stderr.splitlines()[-1] == "2 modules with 2 metrics; 1 thing is left out"
    assert set(yaml.safe_load(done.stdout)["modules"]) == {"good", "half"}


def test_a_file_that_is_not_there_is_said(tmp_path):
    done = CliRunner().invoke(app, ["import", "prometheus-rules", str(tmp_path / "gone.yml")])

    assert done.exit_code == 2
    assert "gone.yml: No such file or directory" in done.stderr


SNMP_YML = """
modules:
  chassis:
    walk: [1.3.6.1.4.1.32473.5]
    metrics:
    - {name: exampleUtilization, oid: 1.3.6.1.4.1.32473.5.1, type: gauge, help: x}
    - name: exampleFanState
      oid: 1.3.6.1.4.1.32473.5.2.1.3
      type: gauge
      help: x
      enum_values: {1: ok, 2: failed}
      indexes: [{labelname: exampleFanIndex, type: gauge}]
      lookups:
      - {labels: [exampleFanIndex], labelname: exampleFanName, oid: 1.3.6.1.4.1.32473.5.2.1.2, type: DisplayString}
    - name: exampleFanErrors
      oid: 1.3.6.1.4.1.32473.5.2.1.4
      type: counter
      help: x
      indexes: [{labelname: exampleFanIndex, type: gauge}]
    - {name: nobodyAsksForThis, oid: 1.3.6.1.4.1.32473.5.9, type: gauge, help: x}
"""
OWN_RULES = """
groups:
- rules:
  - {alert: Busy, expr: 'exampleUtilization > 80'}
  - {alert: Fan, expr: 'exampleFanState{exampleFanName=~"Fan.*"} == 2'}
  - {alert: FanErrors, expr: 'rate(exampleFanErrors[5m]) > 1'}
"""


def test_what_no_profile_polls_is_taken_from_an_snmp_yml_into_a_profile(tmp_path):
    (tmp_path / "rules.yml").write_text(OWN_RULES)
    (tmp_path / "snmp.yml").write_text(SNMP_YML)
    profile = tmp_path / "own.yaml"
    typed = ["import", "prometheus-rules", str(tmp_path / "rules.yml"), "--snmp-yml", str(tmp_path / "snmp.yml")]

    without = CliRunner().invoke(app, typed[:3])
    alone = CliRunner().invoke(app, typed)
    done = CliRunner().invoke(app, [*typed, "--profile", str(profile)])
    again = CliRunner().invoke(app, [*typed, "--profile", str(profile)])

    assert "0 of 3 alerts are carried over" in without.stderr
    assert (alone.exit_code, "belong together" in alone.stderr) == (2, True)
    assert done.exit_code == 0, done.stderr
    assert [rule["expr"] for rule in yaml.safe_load(done.stdout)["rules"]] == [
        "exampleUtilization > 80",
        "exampleFanState == 'failed' and matches(exampleFanName, 'Fan.*')",
        "rate(exampleFanErrors) > 1",
    ]
    assert "nobodyAsksForThis" not in profile.read_text()
    assert (again.exit_code, "own.yaml: File exists" in again.stderr) == (2, True)
