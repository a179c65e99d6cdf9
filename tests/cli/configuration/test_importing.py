"""`netwatch import` prints what can be carried over and names the rest."""

from __future__ import annotations

from typer.testing import CliRunner

from netwatch.cli import app

RULES = """
groups:
- name: g
  rules:
  - {alert: Down, expr: 'up{job="snmp"} == 0', for: 5m}
  - {alert: Top, expr: 'topk(5, up) == 0'}
"""


def test_rules_go_to_stdout_and_what_is_left_to_stderr(tmp_path):
    (tmp_path / "rules.yml").write_text(RULES)

    done = CliRunner().invoke(app, ["import", "prometheus-rules", str(tmp_path / "rules.yml")])

    assert done.exit_code == 0
    assert 'expr: "up == 0"' in done.stdout
    assert "rules.yml:6:24: groups[0].rules[1].expr: Top: there is no counterpart of topk()" in done.stderr
    assert "1 of 2 alerts are carried over" in done.stderr


def test_a_file_that_is_not_there_is_said(tmp_path):
    done = CliRunner().invoke(app, ["import", "prometheus-rules", str(tmp_path / "gone.yml")])

    assert done.exit_code == 2
    assert "gone.yml: No such file or directory" in done.stderr
