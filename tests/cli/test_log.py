"""The log of a command: on stderr, in one shape, harmless to whoever reads it on a terminal."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from netwatch.cli.log import LogFormat, LogLevel, set_up_logging

from .conftest import NASTY, OBEYED


@pytest.mark.parametrize("style", list(LogFormat))
def test_nothing_that_is_logged_is_obeyed_by_the_terminal(capsys, style):
    set_up_logging(LogLevel.INFO, style)

    structlog.get_logger("ours").warning("the server said", reply=NASTY, error=ValueError(NASTY))
    logging.getLogger("theirs").warning("a library said %s", NASTY)

    printed = capsys.readouterr()
    lines = printed.err.splitlines()
    assert (printed.out, len(lines)) == ("", 2)
    assert not [character for character in OBEYED if character != "\x1b" and character in printed.err]
    assert "\x1b[31mred" not in printed.err


def test_json_has_one_object_in_each_line_even_of_a_traceback(capsys):
    set_up_logging(LogLevel.INFO, LogFormat.JSON)

    try:
        raise ValueError("no")
    except ValueError as exc:
        structlog.get_logger("ours").error("it failed", exc_info=exc, count=3)

    (line,) = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["event"], event["level"], event["logger"], event["count"]) == ("it failed", "error", "ours", 3)
    assert "ValueError: no" in event["exception"]


def test_what_is_below_the_level_is_not_said(capsys):
    set_up_logging(LogLevel.ERROR, LogFormat.LOGFMT)

    structlog.get_logger("ours").warning("not now")
    structlog.get_logger("ours").error("now")
    logging.getLogger("theirs").warning("not now")

    (line,) = capsys.readouterr().err.splitlines()
    assert "level=error logger=ours event=now" in line
