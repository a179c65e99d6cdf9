"""`netwatch top` against a running agent, into a pipe and on a terminal of its own."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time

import pytest

from tests.patience import PATIENCE_SECONDS


def test_into_a_pipe_it_prints_everything_once(netwatch, agent):
    found = netwatch("top", "-c", agent)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not re.search(r"^down +gone ", found.output, re.MULTILINE) and time.monotonic() < deadline:
        found = netwatch("top", "-c", agent)

    assert (found.exit_code, found.stderr) == (0, "")
    assert re.search(r"^down +gone ", found.output, re.MULTILINE)
    assert "2 devices" in found.output
    assert len(netwatch("top", "-c", agent, "-n", "2", "-d", "0.5").output.split("netwatch top - ")) == 3


def test_one_device_is_shown_with_its_ports(netwatch, agent):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "Gi0/2" not in (found := netwatch("top", "nasty", "-c", agent)).output and time.monotonic() < deadline:
        pass

    assert found.exit_code == 0
    assert "[bold]Gi0/2" in found.output


def test_a_device_nobody_knows_and_an_agent_that_is_not_there_end_with_1(netwatch, agent, tmp_path):
    stranger = netwatch("top", "nobody", "-c", agent)
    lonely = tmp_path / "lonely.yaml"
    lonely.write_text(re.sub(r"web: .*", 'web: {listen: "127.0.0.1:9"}', agent.read_text()))
    nobody = netwatch("top", "-c", lonely)

    assert (stranger.exit_code, nobody.exit_code) == (1, 1)
    assert "nobody" in stranger.stderr
    assert "no agent answers at http://127.0.0.1:9" in nobody.stderr


@pytest.fixture
def terminal():
    """A terminal: the end that a person has, and the end that a program has."""
    person, program = pty.openpty()
    termios.tcsetwinsize(program, (30, 120))
    yield person, program
    os.close(person)
    os.close(program)


def test_on_a_terminal_keys_are_obeyed_and_it_is_left_as_it_was(agent, terminal):
    person, program = terminal
    before = termios.tcgetattr(program)
    command = [sys.executable, "-m", "netwatch", "top", "-d", "3600", "-c", str(agent)]
    running = subprocess.Popen(
        command, stdin=program, stdout=program, stderr=program, env={**os.environ, "TERM": "xterm"}
    )
    seen = ""

    def until(what):
        nonlocal seen
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not re.search(what, seen) and time.monotonic() < deadline:
            if select.select([person], [], [], 1)[0]:
                seen += os.read(person, 65536).decode(errors="replace")
        assert re.search(what, seen), seen[-2000:]

    try:
        until("Devices by state")
        os.write(person, b"s")
        until("Devices by round trip")
        os.write(person, b" ")
        until("paused")
        os.write(person, b"\x1b[A")  # an arrow is no A
        os.write(person, b"q")
        assert running.wait(PATIENCE_SECONDS) == 0
        until(re.escape("\x1b[?1049l"))  # the screen that was there before is back
        assert termios.tcgetattr(program) == before
    finally:
        running.kill()
        running.wait(PATIENCE_SECONDS)
