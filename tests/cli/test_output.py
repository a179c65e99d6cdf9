"""How commands print: text stays text, JSON stays JSON, and neither moves the cursor."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address

import pytest
import typer

from netwatch.cli.output import as_json, fail, octets_text, print_json, rfc3339
from netwatch.cli.screen import coloured, err, out, print_table
from netwatch.model import Oid, Problem

from .conftest import NASTY, OBEYED


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "json_value"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=UTC), "2026-01-02T03:04:05.678Z"),
        (timedelta(minutes=1, milliseconds=500), 60.5),
        (Colour.RED, "red"),
        (b"text", "text"),
        (b"caf\xc3\xa9", "caf\u00e9"),
        (b"\x00\x1b\x21\x0a\x0b\x0c", "0x001b210a0b0c"),
        (b"\xff\xfe", "0xfffe"),
        (b"", ""),
        (Oid((1, 3, 6)), "1.3.6"),
        (IPv4Address("192.0.2.1"), "192.0.2.1"),
        (float("nan"), None),
        (float("inf"), None),
        (True, True),
        (None, None),
        ({"a": (1, 2)}, {"a": [1, 2]}),
    ],
    ids=str,
)
def test_every_value_has_one_shape_in_json(value, json_value):
    assert as_json(value) == json_value


def test_a_noun_becomes_an_object_of_its_fields():
    problem = Problem(file="a.yaml", line=1, column=2, path="devices", message="is missing")

    assert as_json(problem)["column"] == 2


def test_an_instant_that_is_not_there_stays_away():
    assert rfc3339(None) is None


def test_json_is_whole_and_holds_nothing_a_terminal_obeys(capsys):
    print_json({"text": NASTY, "lone": "\ud800", "line": "a\r\nb", "word": "caf\u00e9"})

    printed = capsys.readouterr().out
    assert json.loads(printed) == {"text": NASTY, "lone": "\ud800", "line": "a\r\nb", "word": "caf\u00e9"}
    assert not [character for character in OBEYED if character in printed]
    assert "caf\u00e9" in printed


@pytest.mark.parametrize("text", [NASTY, "[bold]x", "[/]", "\\[red]", "[link=http://x]y[/link]", ":smile:", "a\\"])
def test_a_cell_a_heading_and_a_title_show_text_as_it_is(capsys, monkeypatch, text):
    monkeypatch.setattr(out, "width", 200)
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)

    print_table(text, [text, "empty"], [[text, None]], empty="nothing")
    print_table(text, ["a"], [], empty="nothing")

    printed = capsys.readouterr().out
    assert printed.count(shown) == 4
    assert f"{shown}: nothing" in printed
    assert not [character for character in OBEYED if character in printed]


def test_in_a_pipe_no_name_is_cut_and_a_row_is_one_line(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")

    print_table("Alerts", ["device", "summary"], [["core-" + "x" * 200, "does not answer " * 10]], empty="none")

    (line,) = [line for line in capsys.readouterr().out.splitlines() if "core-" in line]
    assert "x" * 200 in line
    assert line.count("answer") == 10


def test_a_coloured_word_is_a_word_on_what_is_no_terminal(capsys):
    print_table("Title", ["state", "since"], [[coloured("fir\x1bing", "red"), timedelta(seconds=61.4)]], empty="")

    printed = capsys.readouterr().out
    assert "fir\N{REPLACEMENT CHARACTER}ing" in printed
    assert "1m1s" in printed


def test_what_went_wrong_goes_to_stderr_with_an_exit_code(capsys, monkeypatch):
    monkeypatch.setattr(err, "width", 20)

    with pytest.raises(typer.Exit) as left:
        fail(f"no [bold]luck[/bold] with a long sentence that is not broken\n{NASTY}", 2)

    printed = capsys.readouterr()
    assert (left.value.exit_code, printed.out) == (2, "")
    assert printed.err.splitlines()[0] == "netwatch: no [bold]luck[/bold] with a long sentence that is not broken"
    assert not [character for character in OBEYED if character in printed.err]


def test_octets_that_are_no_text_are_hex():
    assert octets_text(b"line one\r\nline two\t") == "line one\r\nline two\t"
    assert octets_text(b"bell\x07") == "0x62656c6c07"
