"""`netwatch export`: what history keeps, for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
import typer
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from typer.testing import CliRunner, Result

from netwatch.cli.look.export import export

from .history_at_hand import put_up

Run = Callable[..., Result]
IN = "interface_in_bits_per_second"


@pytest.fixture(scope="module")
def at_hand(tmp_path_factory):
    folder = tmp_path_factory.mktemp("history")
    return folder, put_up(folder)


@pytest.fixture
def run(at_hand) -> Run:
    app = typer.Typer()
    app.command()(export)
    return lambda *words: CliRunner().invoke(app, [*words, "-c", str(at_hand[0] / "netwatch.yaml")])


def table(output: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output)))


def test_every_value_is_a_line_of_csv_and_what_is_missing_is_empty(run):
    lines = table(run("--table", "interface", "--column", IN).output)

    first = [line for line in lines if line["row"] == "ifName=Gi1"]
    assert len(first) == 1200
    assert (first[0]["device"], first[0]["table"], first[0]["value"]) == ("sw1", "interface", "150000000")
    assert {line["value"] for line in lines if line["row"] == "ifName=Gi2"} == {""}


def test_steps_have_lowest_and_highest(run):
    lines = table(run("--column", IN, "--step", "1h").output)

    peak = max((line for line in lines if line["row"] == "ifName=Gi1"), key=lambda line: float(line["value"]))
    assert len(lines) <= 2 * 21
    assert float(peak["lowest"]) <= float(peak["value"]) <= float(peak["highest"])


def test_openmetrics_is_read_by_who_knows_it_and_keeps_times_and_labels(run):
    families = {one.name: one for one in text_string_to_metric_families(run("--format", "openmetrics").output)}

    samples = families[f"netwatch_{IN}"].samples
    assert len(samples) == 1200
    assert samples[0].labels == {"device": "sw1", "ifName": "Gi1", "ifAlias": ""}
    assert float(samples[1].timestamp) - float(samples[0].timestamp) == 60
    up = families["netwatch_device_up"].samples
    assert len(up) == 1200
    assert up[0].labels == {"device": "sw1"}
    assert "netwatch_trouble" not in families  # a text is no number


def test_a_span_is_cut_where_it_was_asked(run, at_hand):
    begin = at_hand[1]
    lines = table(
        run("--column", IN, "--since", begin.isoformat(), "--until", f"{begin:%Y-%m-%dT%H:%M:30+00:00}").output
    )

    assert len(lines) == 2


def test_a_text_that_a_spreadsheet_would_obey_is_made_harmless():
    from netwatch.cli.look.export import _plain

    assert _plain(b'=cmd|"x"') == '\'=cmd|"x"'


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--device", "nobody"), 1, "the history has nothing of that"),
        (("--since", "yesterday"), 2, "is not a time such as"),
    ],
)
def test_what_there_is_not_is_said(run, words, code, said):
    answer = run(*words)

    assert answer.exit_code == code
    assert said in answer.output
