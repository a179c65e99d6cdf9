"""docs/mailbox.md says what is so: its configurations are taken, its commands, words and metrics are known."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from netwatch.cli import app
from netwatch.config import load_settings
from netwatch.mailbox import metrics
from netwatch.mailbox.allowance import REPLIES
from netwatch.mailbox.echoes import FOR_SO_LONG, IN_A_BREATH, TOLD_TWICE
from netwatch.mailbox.reading.commands import command_in
from netwatch.mailbox.reading.outcome import Verb
from netwatch.mailbox.settings import LONGEST_SILENCE

HOUSE = Path(__file__).resolve().parents[1]
TEXT = (HOUSE / "docs" / "mailbox.md").read_text(encoding="utf-8")
WATCHED = """
credentials: {usual: {version: 2c, community: c}}
devices: [{name: sw1, address: 127.0.0.1, credential: usual}]
"""


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def test_every_configuration_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAILBOX_PASSWORD", "secret")
    shown = fenced("yaml")
    for text in shown:
        (tmp_path / "netwatch.yaml").write_text(WATCHED + text)
        assert load_settings(tmp_path / "netwatch.yaml").mailbox is not None

    assert len(shown) == 2


def test_every_command_is_known():
    lines = [line for text in fenced("sh") for line in text.splitlines()]
    assert len(lines) == 3
    for line in lines:
        program, *words = shlex.split(line)
        assert program == "netwatch"
        result = CliRunner().invoke(app, [*words, "--help"])
        assert result.exit_code == 0, line


def test_every_word_to_answer_is_understood():
    words = re.findall(r"^\| (`.*?`(?:, `.*?`)*) \|", TEXT, re.MULTILINE)
    told = [word for cell in words for word in re.findall("`(.*?)`", cell)]

    assert {command_in([word]).verb for word in told} == set(Verb) - {Verb.UNKNOWN}


def test_figures_and_metrics_are_those_of_the_code():
    assert LONGEST_SILENCE.total_seconds() == 12 * 3600
    assert "at most 12 hours" in TEXT
    assert (REPLIES, "ten times an hour" in TEXT) == (10, True)
    assert (TOLD_TWICE, FOR_SO_LONG.days, IN_A_BREATH.total_seconds()) == (2, 1, 60)
    assert "told twice what can be said here, and wrote nothing of it, is not told again for a day" in TEXT
    source = Path(metrics.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r"netwatch_mailbox_\w+", TEXT))
    assert named == set(re.findall(r'"(netwatch_mailbox_\w+)"', source)) & named
    assert len(named) >= 6
