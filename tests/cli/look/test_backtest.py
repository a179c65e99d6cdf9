"""`netwatch backtest`: what a rule would have done, in words and for programs; tests/app has more of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner, Result

from netwatch.app import Outcome
from netwatch.cli.look.backtest import _print, backtest

from .history_at_hand import put_up

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def at_hand(tmp_path_factory):
    folder = tmp_path_factory.mktemp("history")
    return folder, put_up(folder)


@pytest.fixture
def run(at_hand) -> Run:
    app = typer.Typer()
    app.command()(backtest)
    return lambda *words: CliRunner().invoke(app, [*words, "-c", str(at_hand[0] / "netwatch.yaml")])


def test_a_program_is_told_each_alert(run):
    told = json.loads(run("PortFull", "--since", "24h", "--json").output)

    assert [(one["row"], one["told"]) for one in told if one["firing_at"]] == [("ifName=Gi1", 2), ("ifName=Gi1", 3)]


def test_a_time_without_readings_is_said_to_be_one(capsys):
    _print("PortFull", Outcome(alerts=(), told={}, messages=0, readings=0, since=None, until=None))

    assert capsys.readouterr().out == "there is no reading of what the rule looks at in that time\n"


def test_one_is_counted_as_one(capsys):
    at = datetime(2026, 3, 1, tzinfo=UTC)

    _print("PortFull", Outcome(alerts=(), told={}, messages=1, readings=1, since=at, until=at))

    assert capsys.readouterr().out.startswith("PortFull: fired 0 times, 1 message; 1 reading from 2026-03-01")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("PortFull", "--since", "yesterday"), 2, "is not a duration"),
        (("PortFull", "--device", "sw9"), 1, 'there is no device sw9; did you mean "sw1"?'),
    ],
)
def test_what_cannot_be_is_said(run, words, code, said):
    answer = run(*words)

    assert answer.exit_code == code
    assert said in answer.output
