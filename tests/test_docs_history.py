"""docs/history.md says what is so: its configuration is the default, its commands work as written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY
from typer.testing import CliRunner

import netwatch.history.recorder  # noqa: F401 # its metrics are counted from here on
from netwatch.cli import app
from netwatch.history import HistorySettings
from netwatch.history.holder import ROOM_LEFT_BYTES, ROOM_LEFT_SHARE
from netwatch.history.recorder import MOST_WAITING_BYTES
from netwatch.history.settings import MOST_DEVICES_UNASKED
from netwatch.model import shipped_directory

from .app.test_captured import capture
from .cli.look.history_at_hand import put_up

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "history.md").read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("history")
    put_up(folder)
    capture(folder / "sw1.snmprec", ticks=100, oper=2)
    return folder


def test_the_configuration_it_shows_is_the_default():
    shown, _ = fenced("yaml")

    assert HistorySettings(**yaml.safe_load(shown)["history"]) == HistorySettings()


def test_the_weekly_report_it_shows_is_one():
    _, shown = fenced("yaml")

    report = HistorySettings(**yaml.safe_load(shown)["history"]).weekly_report
    assert report is not None
    assert (report.receiver, report.weekday) == ("noc", 0)


@pytest.mark.parametrize("line", [line for text in fenced("sh") for line in text.splitlines()])
def test_every_command_works_as_written(line, folder, monkeypatch):
    program, *words = shlex.split(line)
    monkeypatch.chdir(folder)

    done = CliRunner().invoke(app, [*words, "-c", str(folder / "netwatch.yaml")])

    assert program == "netwatch"
    assert done.exit_code == 0, done.output
    assert ("sw1" if "--capture" not in words else "PortFull: fired 0 times, 0 messages; 10 readings") in done.output


def test_the_metrics_and_the_alert_it_names_exist():
    known = {name for family in REGISTRY.collect() for name in (family.name, f"{family.name}_total")}

    assert set(re.findall(r"netwatch_history_\w+", TEXT)) <= known
    assert "alert: HistoryTrouble" in (shipped_directory("rules") / "netwatch.yaml").read_text()


def test_its_figures_are_those_of_the_code():
    assert f"up to {MOST_DEVICES_UNASKED:,} devices" in TEXT
    assert f"less than {ROOM_LEFT_SHARE:.0%} free".replace("%", " %") in TEXT
    assert f"or {ROOM_LEFT_BYTES >> 20} MiB where" in TEXT
    assert f"up to {MOST_WAITING_BYTES >> 20} MiB of packed readings" in TEXT
