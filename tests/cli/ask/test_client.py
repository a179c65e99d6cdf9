"""What get, walk and poll have in common: silence, strangers, and what a hostile device cannot do."""

from __future__ import annotations

import pytest

from ..conftest import COMMUNITY, OBEYED

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"


@pytest.mark.parametrize("command", ["get", "walk", "poll"])
def test_a_device_that_does_not_answer_ends_with_1_and_says_so(netwatch, config, command):
    asked = [] if command == "poll" else [SYS_NAME]

    result = netwatch(command, "gone", *asked, "--config", config)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("netwatch: ")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["get", "walk", "poll"])
def test_a_device_that_nobody_knows_is_wrong_usage(netwatch, config, command):
    asked = [] if command == "poll" else [SYS_NAME]

    result = netwatch(command, "nobody", *asked, "--config", config)

    assert result.exit_code == 2
    assert "'nobody'" in result.stderr


@pytest.mark.parametrize("shape", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("command", ["get", "walk", "poll"])
def test_nothing_a_device_says_is_obeyed_by_the_terminal(netwatch, nasty_device, config, command, shape):
    asked = {"get": [SYS_DESCR], "walk": ["1.3.6.1.2.1"], "poll": []}[command]

    result = netwatch(command, "nasty", *asked, "--config", config, *shape)

    assert result.exit_code == 0
    assert not [character for character in OBEYED if character in result.stdout]
    assert ":smile:" in result.stdout or "3A 73 6D 69 6C 65 3A" in result.stdout or "3a736d696c653a" in result.stdout
    assert COMMUNITY not in result.output
