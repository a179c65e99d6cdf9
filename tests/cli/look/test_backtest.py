"""`netwatch backtest`: what a rule would have done."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner, Result

from netwatch.cli.look.backtest import backtest

from .history_at_hand import put_up

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("history")
    put_up(folder)
    return folder


@pytest.fixture
def run(folder) -> Run:
    app = typer.Typer()
    app.command()(backtest)
    return lambda *words: CliRunner().invoke(app, [*words, "-c", str(folder / "netwatch.yaml")])


def test_it_is_told_in_words(run):
    said = run("PortFull", "--since", "24h").output

    assert "PortFull: fired 2 times, 5 messages; 1200 readings from" in said
    assert "Gi1 of sw1 is full  (for 25m, told 2 times)" in said


def test_a_program_is_told_the_same(run):
    (one,) = json.loads(run("Away", "--since", "24h", "--json").output)

    assert (one["device"], one["state"], one["told"]) == ("sw1", "resolved", 2)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("Octets",), 78, "history keeps concepts and reachability"),
        (("PortFull", "--since", "yesterday"), 2, "is not a duration"),
        (("PortFull", "--device", "sw9"), 1, 'there is no device sw9; did you mean "sw1"?'),
    ],
)
def test_what_cannot_be_is_said(run, words, code, said):
    answer = run(*words)

    assert answer.exit_code == code
    assert said in answer.output
