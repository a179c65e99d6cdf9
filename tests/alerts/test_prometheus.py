"""`for` and keep_firing_for against the real Prometheus, through `promtool test rules`."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netwatch.alerts import happening_of, step
from netwatch.model import AlertKey, AlertState
from tests.patience import PATIENCE_SECONDS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = AlertKey(rule="A", device="sw1")


@dataclass(frozen=True)
class Times:
    hold_for: timedelta
    keep_firing_for: timedelta
    no_data: str = "keep"
    on_gone: str = "keep"


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip(
            "promtool is missing: apt-get install prometheus; for and keep_firing_for are not compared with it"
        )
    return found


EXPECTED = "{exp_labels: {device: sw1}}"
STORIES = [
    ("fires after for", 3, 0, "0 1 1 1 1 1 0 0"),
    ("one healthy reading starts for again", 2, 0, "1 1 0 1 1 1 1 0"),
    ("for 0 fires at once", 0, 0, "0 1 0 1 1 0"),
    ("keeps firing", 0, 3, "1 0 0 0 0 0 0"),
    ("relapse while kept", 1, 3, "1 1 0 0 1 0 0 0 0 0"),
    ("keep_firing_for does not help a pending alert", 3, 5, "1 1 0 0 1 1 1 1 0 0 0 0 0 0 0"),
    ("flapping", 1, 1, "1 0 1 0 1 1 0 1 0 0 1 1 0 0 0"),
]


@pytest.mark.parametrize(("name", "hold", "keep", "series"), STORIES, ids=[story[0] for story in STORIES])
def test_alerts_fire_in_the_same_minutes_as_in_prometheus(promtool, tmp_path, name, hold, keep, series):
    firing = firing_minutes(hold, keep, series)
    write_story(tmp_path, hold, keep, series, firing)

    verdict = subprocess.run(
        [promtool, "test", "rules", "test.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_promtool_would_have_found_a_difference(promtool, tmp_path):
    firing = firing_minutes(3, 0, STORIES[0][3])
    write_story(tmp_path, 3, 0, STORIES[0][3], [not fires for fires in firing])

    verdict = subprocess.run(
        [promtool, "test", "rules", "test.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert verdict.returncode == 1


def firing_minutes(hold: int, keep: int, series: str) -> list[bool]:
    timing = Times(timedelta(minutes=hold), timedelta(minutes=keep))
    alert, fires = None, []
    for minute, value in enumerate(series.split()):
        happening = happening_of(value == "1")
        now = NOON + timedelta(minutes=minute)
        alert = step(timing, alert, happening, now, key=KEY, new_id=lambda: "a").alert
        fires.append(alert is not None and alert.state is AlertState.FIRING)
    return fires


def write_story(folder: Path, hold: int, keep: int, series: str, firing: list[bool]) -> None:
    rule = f"      - {{alert: A, expr: broken == 1, for: {hold}m, keep_firing_for: {keep}m}}\n"
    (folder / "rules.yaml").write_text("groups:\n  - name: g\n    rules:\n" + rule)
    expected = "".join(
        f"      - {{eval_time: {minute}m, alertname: A, exp_alerts: [{EXPECTED if fires else ''}]}}\n"
        for minute, fires in enumerate(firing)
    )
    (folder / "test.yaml").write_text(
        "rule_files: [rules.yaml]\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n"
        f"      - {{series: 'broken{{device=\"sw1\"}}', values: '{series}'}}\n    alert_rule_test:\n{expected}"
    )
